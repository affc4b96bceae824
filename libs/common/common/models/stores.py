"""The tenants."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from common.models.metadata import Time, metadata, store_key

stores = Table(
    "stores",
    metadata,
    store_key(),
    Column("name", Text),
    Column("phone_number_id", Text),
    Column("waba_id", Text),
    Column("status", Text),
    Column("settings", JSONB),
    Column("access_token_sealed", LargeBinary),
    Column("app_secret_sealed", LargeBinary),
    Column("previous_app_secret_sealed", LargeBinary),
    Column("verify_token_sealed", LargeBinary),
    Column("previous_verify_token_sealed", LargeBinary),
    Column("sealing_key_sealed", LargeBinary),
    Column("version", BigInteger),
    Column("created_at", Time),
    Column("changed_at", Time),
    Column("paused_reason", Text),
)
