"""The tables as SQLAlchemy sees them; the SQL of the migrations is the authority.

A contract test compares the two. Constraints and policies stand in the migrations only.
"""

from common.models.conversations import (
    contact_aliases,
    contacts,
    conversation_heads,
    conversations,
    leases,
    media,
    message_changes,
    messages,
    sessions,
)
from common.models.mail import (
    account_notices,
    attachments,
    command_details,
    event_heads,
    events,
    inbox,
    outbox,
    quarantine,
    template_lists,
    templates,
    turns,
    uploads,
)
from common.models.metadata import metadata
from common.models.stores import stores

__all__ = [
    "account_notices",
    "attachments",
    "command_details",
    "contact_aliases",
    "contacts",
    "conversation_heads",
    "conversations",
    "event_heads",
    "events",
    "inbox",
    "leases",
    "media",
    "message_changes",
    "messages",
    "metadata",
    "outbox",
    "quarantine",
    "sessions",
    "stores",
    "template_lists",
    "templates",
    "turns",
    "uploads",
]
