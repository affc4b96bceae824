"""The notifier's own tables as SQLAlchemy sees them; the migrations are the authority."""

from sqlalchemy import Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from common.models.metadata import Time, id_column, id_key, metadata, store_key

# Belongs to the installation, as agents do, so it begins with no store.
console_sessions = Table(
    "console_sessions",
    metadata,
    Column("session_key", Text, primary_key=True),
    id_column("agent_id"),
    Column("agent", JSONB),
    Column("csrf_token", Text),
    Column("created_at", Time),
    Column("expires_at", Time),
    Column("checked_at", Time),
)

audit_log = Table(
    "audit_log",
    metadata,
    store_key(),
    id_key("audit_id"),
    Column("at", Time),
    id_column("agent_id"),
    Column("agent_name", Text),
    Column("action", Text),
    id_column("session_id"),
    Column("target", Text),
    Column("details", JSONB),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    store_key(),
    id_key("canned_id"),
    Column("shortcut", Text),
    Column("content", Text),
    Column("updated_at", Time),
)
