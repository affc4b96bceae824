"""One MetaData, and the column types that all tables share."""

from sqlalchemy import Column, DateTime, FetchedValue, MetaData, Text, Uuid

metadata = MetaData()

Time = DateTime(timezone=True)


def store_key() -> "Column[str]":
    return Column("store_id", Text, primary_key=True)


def id_key(name: str) -> "Column[str]":
    # PostgreSQL makes the ids that a writer leaves out.
    return Column(name, Uuid(as_uuid=False), primary_key=True, server_default=FetchedValue())


def id_column(name: str) -> "Column[str]":
    return Column(name, Uuid(as_uuid=False))
