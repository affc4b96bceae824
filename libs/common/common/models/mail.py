"""What came in, what goes out, and what is told to the console."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from common.models.metadata import Time, id_column, id_key, metadata, store_key

inbox = Table(
    "inbox",
    metadata,
    store_key(),
    id_key("inbox_id"),
    Column("kind", Text),
    Column("event_id", Text),
    id_column("conversation_id"),
    Column("seq", BigInteger),
    Column("payload_sealed", LargeBinary),
    Column("sent_at", Time),
    Column("received_at", Time),
    Column("due_at", Time),
    Column("attempts", Integer),
    Column("state", Text),
    id_column("turn_id"),
    Column("outcome", Text),
    Column("finished_at", Time),
)

turns = Table(
    "turns",
    metadata,
    store_key(),
    id_key("turn_id"),
    id_column("conversation_id"),
    Column("state", Text),
    Column("fence", BigInteger),
    Column("outcome", Text),
    Column("started_at", Time),
    Column("finished_at", Time),
)

outbox = Table(
    "outbox",
    metadata,
    store_key(),
    id_key("outbox_id"),
    id_column("turn_id"),
    Column("part", Integer),
    id_column("conversation_id"),
    id_column("session_id"),
    Column("role", Text),
    Column("kind", Text),
    Column("epoch", BigInteger),
    Column("body_sealed", LargeBinary),
    Column("state", Text),
    Column("attempt", Integer),
    Column("fence", BigInteger),
    Column("sending_at", Time),
    Column("settled_at", Time),
    Column("flagged", Boolean),
    Column("duplicate_wamid", Text),
    Column("wamid", Text),
    Column("error_code", Text),
    Column("error_reason", Text),
    Column("refusals", Integer),
    Column("resent_at", Time),
    Column("not_before", Time),
    Column("judged_at", Time),
    Column("failed_wamids", ARRAY(Text)),
)

uploads = Table(
    "uploads",
    metadata,
    store_key(),
    Column("phone_number_id", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("media_id", Text),
    Column("uploaded_at", Time),
)

attachments = Table(
    "attachments",
    metadata,
    store_key(),
    id_key("attachment_id"),
    id_column("agent_id"),
    Column("place", Text),
    Column("kind", Text),
    Column("mime_type", Text),
    Column("filename", Text),
    Column("size", BigInteger),
    Column("sha256", Text),
    Column("is_voice", Boolean),
    Column("created_at", Time),
    Column("used_at", Time),
    id_column("message_id"),
    Column("due_at", Time),
)

command_details = Table(
    "command_details",
    metadata,
    store_key(),
    id_key("message_id"),
    Column("details_sealed", LargeBinary),
    Column("reply_to", Text),
)

templates = Table(
    "templates",
    metadata,
    store_key(),
    Column("waba_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("status", Text),
    Column("category", Text),
    Column("components", JSONB),
    Column("seen_at", Time),
)

template_lists = Table(
    "template_lists",
    metadata,
    store_key(),
    Column("due_at", Time),
    Column("listed_at", Time),
    Column("problem", Text),
    Column("asked", Boolean),
    Column("not_before", Time),
    Column("failures", Integer),
    Column("fence", BigInteger),
)

quarantine = Table(
    "quarantine",
    metadata,
    store_key(),
    id_key("quarantine_id"),
    Column("reason", Text),
    Column("payload_sealed", LargeBinary),
    Column("received_at", Time),
)

account_notices = Table(
    "account_notices",
    metadata,
    store_key(),
    id_key("notice_id"),
    Column("field", Text),
    Column("event", Text),
    Column("severity", Text),
    Column("payload_sealed", LargeBinary),
    Column("received_at", Time),
)

events = Table(
    "events",
    metadata,
    store_key(),
    id_key("event_id"),
    Column("seq", BigInteger),
    Column("type", Text),
    id_column("session_id"),
    Column("refs", JSONB),
    Column("created_at", Time),
)

event_heads = Table(
    "event_heads",
    metadata,
    store_key(),
    Column("last_seq", BigInteger),
)
