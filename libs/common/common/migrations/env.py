"""Alembic's entry: runs as the tables' owner, then grants the service role what it needs."""

import sys

from alembic import context
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from common.database import sqlalchemy_url
from common.migrations import refuse_old_server
from common.settings import Settings

# Two deployments that migrate at once: the second waits, then finds nothing to do.
_ONE_ROLE = (
    "DATABASE_URL and MIGRATION_DATABASE_URL name one role: it owns the tables, so row-level"
    " security guards nothing. Give the services a role of their own.\n"
)
_VERSION = text("SELECT current_setting('server_version_num')::integer")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('mostrador.migrations', 0))")


def _grant(connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        # Functions that look across stores run as the owner: they are for the service alone.
        "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quoted}",
        f"REVOKE ALL ON TABLE alembic_version FROM {quoted}",
    ):
        connection.execute(text(statement))


def _migrate(settings: Settings) -> None:
    engine = create_engine(sqlalchemy_url(settings.migration_database_url), poolclass=NullPool)
    owner = make_url(sqlalchemy_url(settings.migration_database_url)).username
    service = make_url(sqlalchemy_url(settings.database_url)).username
    with engine.begin() as connection:
        refuse_old_server(connection.scalar(_VERSION) or 0)
        connection.execute(_LOCK)
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
        if service and service != owner:
            _grant(connection, service)
        else:
            sys.stderr.write(_ONE_ROLE)


_migrate(context.config.attributes["settings"])
