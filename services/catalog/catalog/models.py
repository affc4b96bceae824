"""The catalog's own tables as SQLAlchemy sees them; migration 0006 is the authority."""

from sqlalchemy import Boolean, Column, FetchedValue, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from common.models.metadata import Time, id_key, metadata, store_key

products = Table(
    "products",
    metadata,
    store_key(),
    Column("product_id", Text, primary_key=True, server_default=FetchedValue()),
    Column("name", Text),
    Column("description", Text),
    Column("price", Numeric(14, 2)),
    Column("currency", Text),
    Column("available", Boolean),
    Column("search", TSVECTOR),
    Column("picture_problem", Text),
    Column("created_at", Time),
    Column("changed_at", Time),
)

product_images = Table(
    "product_images",
    metadata,
    store_key(),
    Column("product_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("url", Text),
)

knowledge = Table(
    "knowledge",
    metadata,
    store_key(),
    Column("knowledge_id", Text, primary_key=True, server_default=FetchedValue()),
    Column("title", Text),
    Column("text", Text),
    Column("search", TSVECTOR),
    Column("created_at", Time),
    Column("changed_at", Time),
)

# Read only here: agents are written by the owner's functions (migration 0006 says why).
agents = Table(
    "agents",
    metadata,
    id_key("agent_id"),
    Column("email", Text),
    Column("name", Text),
    Column("administrator", Boolean),
    Column("password_hash", Text),
    Column("credentials_version", Integer),
    Column("failed_log_ins", Integer),
    Column("failures_noted_at", Time),
    Column("created_at", Time),
    Column("changed_at", Time),
)

memberships = Table(
    "memberships",
    metadata,
    store_key(),
    id_key("agent_id"),
    Column("role", Text),
    Column("created_at", Time),
)
