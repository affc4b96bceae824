"""The embedded cluster's roles and database: an owner for migrations, a role for services.

The superuser does this and nothing else. The service role passes no row-level security.
"""

from collections.abc import Mapping

import psycopg
from psycopg import Connection, sql

SUPERUSER = "postgres"
OWNER = "mostrador_owner"
SERVICE = "mostrador_service"
DATABASE = "mostrador"

_RIGHTS = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION")


def found(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Make what is missing and set each role's password; a second time changes nothing."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role, password in passwords.items():
            _make_role(connection, role, password)
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            _make_database(connection)


def _make_role(connection: Connection, role: str, password: str) -> None:
    exists = _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role)
    # Hashed here, so that the password itself is in no statement.
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("{verb} ROLE {role} {rights} PASSWORD {verifier}").format(
            verb=sql.SQL("ALTER" if exists else "CREATE"),
            role=sql.Identifier(role),
            rights=_RIGHTS,
            verifier=sql.Literal(verifier.decode()),
        )
    )


def _make_database(connection: Connection) -> None:
    names = {
        "database": sql.Identifier(DATABASE),
        "owner": sql.Identifier(OWNER),
        "service": sql.Identifier(SERVICE),
    }
    for statement in (
        "CREATE DATABASE {database} OWNER {owner}",
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {service}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _exists(connection: Connection, query: str, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
