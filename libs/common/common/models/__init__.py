"""The tables as SQLAlchemy sees them; the SQL of the migrations is the authority.

A contract test compares the two. Constraints and policies stand in the migrations only.
"""

from common.models.conversations import (
    contact_aliases,
    contacts,
    conversation_heads,
    conversations,
    leases,
    messages,
    sessions,
)
from common.models.mail import event_heads, events, inbox, outbox, quarantine, turns
from common.models.metadata import metadata
from common.models.stores import stores

__all__ = [
    "contact_aliases",
    "contacts",
    "conversation_heads",
    "conversations",
    "event_heads",
    "events",
    "inbox",
    "leases",
    "messages",
    "metadata",
    "outbox",
    "quarantine",
    "sessions",
    "stores",
    "turns",
]
