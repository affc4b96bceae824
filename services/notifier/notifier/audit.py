"""Who did what, and who read which conversation. Rows are only ever added; no text, no values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from common.database import Database
from common.plain_text import is_storable
from notifier.agents import Agent
from notifier.tables import audit_log

_PAGE = 100

_READ = text(
    """
    INSERT INTO audit_log (store_id, agent_id, agent_name, action, session_id)
    SELECT :store_id, CAST(:agent_id AS uuid), :agent_name, :action, asked
    FROM unnest(CAST(:session_ids AS uuid[])) AS asked
    WHERE NOT EXISTS (
        SELECT 1 FROM audit_log AS known
        WHERE known.store_id = :store_id AND known.session_id = asked AND known.action = :action
          AND known.agent_id = CAST(:agent_id AS uuid) AND known.at > now() - interval '1 hour')
    """
)
_LOGGED_IN = text("SELECT note_log_in(CAST(:agent_id AS uuid))")
_FAILED = text("SELECT note_failed_log_in(:email)")
_OF_ACCOUNT = text("SELECT record_of_account(CAST(:agent_id AS uuid), :action, '{}')")


@dataclass(frozen=True)
class AuditEntry:
    """Something that was done."""

    audit_id: str
    at: datetime
    agent_id: str
    agent_name: str
    action: str
    session_id: str | None
    target: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class AuditQuery:
    """Which entries are wanted, newest first; an empty value asks for all."""

    session_id: str = ""
    agent_id: str = ""
    before: str = ""


def record(
    connection: Connection,
    store_id: str,
    agent: Agent,
    action: str,
    *,
    session_id: str | None = None,
    target: str = "",
    **details: object,
) -> None:
    """Write what an agent does, in the transaction that does it."""
    connection.execute(
        insert(audit_log).values(
            store_id=store_id,
            agent_id=agent.id,
            agent_name=agent.name,
            action=action,
            session_id=session_id,
            target=target,
            details=details,
        )
    )


def record_reading(
    connection: Connection,
    store_id: str,
    agent: Agent,
    session_ids: Collection[str],
    action: str = "read_conversation",
) -> None:
    """Write that an agent sees what was sealed: once an hour for each conversation."""
    if session_ids:
        values = {"store_id": store_id, "agent_id": agent.id, "agent_name": agent.name}
        asked = {"action": action, "session_ids": sorted(session_ids)}
        connection.execute(_READ, values | asked)


def record_log_in(database: Database, agent: Agent) -> None:
    """Tell every store the agent serves, with how many wrong passwords came before."""
    with database.everywhere() as connection:
        connection.execute(_LOGGED_IN, {"agent_id": agent.id})


def record_failed_log_in(database: Database, email: str) -> None:
    """Count a wrong password; the stores of the account are told once an hour."""
    if is_storable(email):
        with database.everywhere() as connection:
            connection.execute(_FAILED, {"email": email})


def record_of_account(database: Database, agent: Agent, action: str) -> None:
    """Tell every store the agent serves what they did with their own account."""
    with database.everywhere() as connection:
        connection.execute(_OF_ACCOUNT, {"agent_id": agent.id, "action": action})


def entries(
    connection: Connection, store_id: str, query: AuditQuery
) -> tuple[list[AuditEntry], str | None]:
    """Read a page; the second value is where the next one begins, None at the end."""
    table = audit_log
    statement = select(*(table.c[name] for name in AuditEntry.__dataclass_fields__)).where(
        table.c.store_id == store_id
    )
    for column, wanted in (
        (table.c.session_id, query.session_id),
        (table.c.agent_id, query.agent_id),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if query.before:
        statement = statement.where(table.c.audit_id < query.before)
    newest = statement.order_by(table.c.audit_id.desc()).limit(_PAGE + 1)
    rows: Any = connection.execute(newest).mappings().all()
    page = [AuditEntry(**row) for row in rows[:_PAGE]]
    return page, page[-1].audit_id if len(rows) > _PAGE else None
