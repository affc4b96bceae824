"""People, conversations and what was said."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.models.metadata import Time, id_column, id_key, metadata, store_key

contacts = Table(
    "contacts",
    metadata,
    store_key(),
    id_key("contact_id"),
    Column("name", Text),
    Column("phone", Text),
    Column("user_id", Text),
    Column("created_at", Time),
    id_column("merged_into"),
    Column("unreachable_code", Text),
    Column("blocked_at", Time),
    Column("opted_out_at", Time),
    Column("preferred_at", Time),
    Column("name_folded", Text, Computed("name")),  # what the list looks for names in
)

contact_aliases = Table(
    "contact_aliases",
    metadata,
    store_key(),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    id_column("contact_id"),
)

conversation_heads = Table(
    "conversation_heads",
    metadata,
    store_key(),
    id_key("conversation_id"),
    Column("last_seq", BigInteger),
)

leases = Table(
    "leases",
    metadata,
    store_key(),
    id_key("conversation_id"),
    Column("holder", Text),
    Column("held_until", Time),
    Column("fence", BigInteger),
)

conversations = Table(
    "conversations",
    metadata,
    store_key(),
    id_key("conversation_id"),
    Column("owner", Text),
    id_column("agent_id"),
    Column("agent_name", Text),
    Column("epoch", BigInteger),
    Column("resolved", Boolean),
    Column("handover_trigger", Text),
    id_column("session_id"),
    Column("window_expires_at", Time),
    Column("preview", Text),
    Column("unread", Integer),
    Column("waiting_since", Time),
    Column("last_position", BigInteger),
    Column("last_message_at", Time),
    Column("person_at", Time),
    Column("waits_told", Integer),
    Column("snoozed", Boolean),
    Column("snoozed_until", Time),
)

sessions = Table(
    "sessions",
    metadata,
    store_key(),
    id_key("session_id"),
    id_column("conversation_id"),
    Column("opened_at", Time),
)

messages = Table(
    "messages",
    metadata,
    store_key(),
    id_key("message_id"),
    id_column("conversation_id"),
    id_column("session_id"),
    Column("position", BigInteger),
    Column("role", Text),
    Column("kind", Text),
    Column("content", Text),
    Column("content_sealed", LargeBinary),
    Column("images", JSONB),
    Column("wamid", Text),
    Column("status", Text),
    Column("error", Text),
    Column("created_at", Time),
    Column("details_sealed", LargeBinary),
    Column("reply_to", Text),
    Column("reactions", JSONB),
    Column("edited_at", Time),
    Column("revoked_at", Time),
)

message_changes = Table(
    "message_changes",
    metadata,
    store_key(),
    id_key("change_id"),
    id_column("conversation_id"),
    Column("target_wamid", Text),
    Column("kind", Text),
    Column("role", Text),
    Column("emoji", Text),
    Column("content", Text),
    Column("content_sealed", LargeBinary),
    Column("written_at", Time),
    Column("applied_at", Time),
)

media = Table(
    "media",
    metadata,
    store_key(),
    id_key("message_id"),
    Column("media_id", Text),
    Column("kind", Text),
    Column("mime_type", Text),
    Column("sha256", Text),
    Column("filename", Text),
    Column("size", BigInteger),
    Column("state", Text),
    Column("reason", Text),
    Column("place", Text),
    Column("attempts", Integer),
    Column("due_at", Time),
    Column("claimed_until", Time),
    Column("created_at", Time),
    Column("fence", BigInteger),
)
