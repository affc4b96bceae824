"""Log-ins: a random token in the cookie, its SHA-256 in the table. The one writer of it."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from common.database import Database
from notifier.agents import Agent
from notifier.tables import console_sessions as _table

LIFETIME = timedelta(hours=12)
_TOKEN_BYTES = 32
# Longer than any log-in goes on while the catalog is away.
_LONG_AGO = timedelta(hours=1)


@dataclass(frozen=True)
class ConsoleSession:
    """An agent who is logged in. `checked_seconds` is how long ago the catalog knew the account."""

    key: str
    agent: Agent
    csrf_token: str
    checked_seconds: float

    def __repr__(self) -> str:
        return f"ConsoleSession(agent={self.agent.id!r})"


def key_of(token: str) -> str:
    """Name the row of a cookie's token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class ConsoleSessions:
    """The log-ins of the installation. They belong to no store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, agent: Agent) -> tuple[str, ConsoleSession]:
        """Log an agent in; returns the cookie's token, which is not kept. Forgets what is over."""
        token, csrf_token = (secrets.token_urlsafe(_TOKEN_BYTES) for _ in range(2))
        session = ConsoleSession(key_of(token), agent, csrf_token, 0.0)
        row = {
            "session_key": session.key,
            "agent_id": agent.id,
            "agent": agent.as_account(),
            "csrf_token": csrf_token,
            "expires_at": func.now() + LIFETIME,
        }
        with self._database.everywhere() as connection:
            connection.execute(delete(_table).where(_is_over()))
            connection.execute(insert(_table).values(row))
        return token, session

    def find(self, key: str) -> ConsoleSession | None:
        """Read a log-in that is not over."""
        age = func.extract("epoch", func.clock_timestamp() - _table.c.checked_at)
        query = select(_table.c.agent, _table.c.csrf_token, age.label("checked_seconds")).where(
            _table.c.session_key == key, ~_is_over()
        )
        with self._database.everywhere() as connection:
            row: Any = connection.execute(query).one_or_none()
        if row is None:
            return None
        return ConsoleSession(key, Agent.of(row.agent), row.csrf_token, float(row.checked_seconds))

    def confirm(self, session: ConsoleSession, agent: Agent) -> ConsoleSession:
        """Keep what the catalog says of the account now."""
        with self._database.everywhere() as connection:
            connection.execute(
                update(_table)
                .where(_table.c.session_key == session.key)
                .values(agent=agent.as_account(), checked_at=func.clock_timestamp())
            )
        return replace(session, agent=agent, checked_seconds=0.0)

    def close(self, key: str) -> None:
        with self._database.everywhere() as connection:
            connection.execute(delete(_table).where(_table.c.session_key == key))

    def close_all(self, agent_id: str, but: str = "") -> list[str]:
        """End every log-in of an agent but one; returns the keys of those that ended."""
        ending = delete(_table).where(_table.c.agent_id == agent_id, _table.c.session_key != but)
        with self._database.everywhere() as connection:
            return list(connection.scalars(ending.returning(_table.c.session_key)))

    def doubt_all(self, agent_id: str) -> list[str]:
        """Have the catalog asked again about an agent at the next use; returns the log-ins."""
        doubting = (
            update(_table)
            .where(_table.c.agent_id == agent_id)
            .values(checked_at=func.clock_timestamp() - _LONG_AGO)
        )
        with self._database.everywhere() as connection:
            return list(connection.scalars(doubting.returning(_table.c.session_key)))

    def doubtful(self, keys: Collection[str]) -> set[str]:
        """Choose those that are over, or that the catalog is to be asked about before all else."""
        if not keys:
            return set()
        is_sound = and_(~_is_over(), _table.c.checked_at > func.clock_timestamp() - _LONG_AGO / 2)
        query = select(_table.c.session_key).where(_table.c.session_key.in_(keys), is_sound)
        with self._database.everywhere() as connection:
            return set(keys) - set(connection.scalars(query))


def _is_over() -> ColumnElement[bool]:
    return _table.c.expires_at <= func.clock_timestamp()
