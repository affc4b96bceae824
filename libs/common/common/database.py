"""PostgreSQL: transactions bound to one store, and what happens after they commit.

Every transaction of a service sees exactly one store (row-level security); the few that look
across stores call functions that belong to the owner. Nothing here may be held open across
an HTTP call.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import (
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from common.errors import (
    ConfigurationError,
    ContendedError,
    DatabaseUnavailableError,
    DataRefusedError,
    LeaseLostError,
)

_BIND_STORE = text("SELECT set_config('mostrador.store_id', :store_id, true)")
# InternalError: a server that became a read-only standby.
_UNREACHABLE = (
    *(OperationalError, InterfaceError, InternalError, PoolTimeoutError),
    *(psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError),
)
_CHANGED = "mostrador.changed_stores"
_WAS_LENT = "mostrador.was_lent"
# What `check_lease` fails with.
_LEASE_LOST = "ML001"
# What two statements fail with that wanted the same: `accept_items`, and PostgreSQL of a deadlock
# or of a lock that was waited for too long.
_CONTENDED = ("ML002", "40P01", "55P03")
_TOO_MUCH = "54"  # the class of PostgreSQL's own limits

# A webhook must get its 503 within two seconds of the database going away.
_CONNECT_SECONDS = 2
_POOL_WAIT_SECONDS = 1.5
_STATEMENT_MS = 10_000
# A process that is stopped in the middle of a transaction keeps its locks for no longer.
_IDLE_TRANSACTION_MS = 10_000
_LIMITS = {
    "statement_timeout": _STATEMENT_MS,
    "lock_timeout": _STATEMENT_MS,
    "idle_in_transaction_session_timeout": _IDLE_TRANSACTION_MS,
}
# A cable that was cut says nothing: give up on it instead of waiting a quarter of an hour.
_UNANSWERED_MS = 5_000
_IDLE_SECONDS = 10


def sqlalchemy_url(url: str) -> str:
    """Name psycopg 3 as the driver of a libpq URL."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


class Database:
    """Transactions of one process; `announce` is called with each store that got new events."""

    def __init__(
        self, url: str, connections: int = 16, pool_seconds: float = _POOL_WAIT_SECONDS
    ) -> None:
        """Share a number of connections; one that waits for a free one gives up after a while."""
        if not url:
            raise ConfigurationError("DATABASE_URL is not set.")
        self.announce: Callable[[str], None] = lambda _store_id: None
        self._engine = _engine(url, connections, pool_seconds)

    @contextmanager
    def store(self, store_id: str) -> Iterator[Connection]:
        """Open a transaction that sees one store; commits at the end, announces after that.

        Raises DatabaseUnavailableError when PostgreSQL cannot be reached or gives up.
        """
        with self._transaction() as connection:
            connection.execute(_BIND_STORE, {"store_id": store_id})
            yield connection

    @contextmanager
    def everywhere(self) -> Iterator[Connection]:
        """Open a transaction that sees no store, for the owner-defined functions only."""
        with self._transaction() as connection:
            yield connection

    def call(
        self, function: str, store_id: str, *arguments: object, makes_events: bool = False
    ) -> Sequence[Any]:
        """Call one SQL function that binds the store itself: one statement, one commit.

        Its rows' columns are attributes. Announces the store afterwards when the function makes
        events. Raises LeaseLostError, or DatabaseUnavailableError when PostgreSQL cannot be
        reached or gives up.
        """
        rows = self.call_everywhere(function, store_id, *arguments)
        if makes_events:
            self.announce(store_id)
        return rows

    def call_everywhere(self, function: str, *arguments: object) -> Sequence[Any]:
        """Call one SQL function that needs no store bound: one statement, one commit.

        Raises ContendedError when it may be asked again at once, DataRefusedError when the
        database cannot keep what it was given, and DatabaseUnavailableError.
        """
        places = ", ".join(["%s"] * len(arguments))
        statement = f"SELECT * FROM {function}({places})"  # a name of ours
        with _understood(), self._at_once() as connection:
            cursor = connection.cursor(row_factory=namedtuple_row)
            return cursor.execute(statement, arguments).fetchall()

    def ping(self) -> None:
        with self.everywhere() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _at_once(self) -> Iterator[psycopg.Connection[Any]]:
        """Borrow the driver's own connection, each statement on it a transaction of its own.

        From the same pool; to wrap it and its rows would cost more than the call itself.
        """
        lent = self._engine.raw_connection()
        connection: Any = lent.driver_connection
        try:
            connection.autocommit = True
            yield connection
        finally:
            if connection.closed:
                self._engine.dispose()  # its server is gone: the others are as dead as this one
            if connection.info.transaction_status == TransactionStatus.IDLE:
                connection.autocommit = False
            else:
                lent.invalidate()
            lent.close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        changed: set[str] = set()
        with _understood(), self._engine.begin() as connection:
            connection.info[_CHANGED] = changed
            yield connection
        for store_id in sorted(changed):
            self.announce(store_id)


def announce_after_commit(connection: Connection, store_id: str) -> None:
    """Remember that this transaction made events of a store."""
    connection.info[_CHANGED].add(store_id)


@contextmanager
def _understood() -> Iterator[None]:
    """Say the database's refusals in our words."""
    try:
        yield
    except (DBAPIError, psycopg.Error, PoolTimeoutError) as error:
        state = getattr(error, "sqlstate", None) or getattr(
            getattr(error, "orig", None), "sqlstate", None
        )
        if state in _CONTENDED:
            raise ContendedError("Somebody else wanted the same.") from None
        if state == _LEASE_LOST:
            raise LeaseLostError from None
        if isinstance(error, psycopg.OperationalError) and (state or "").startswith(_TOO_MUCH):
            raise DataRefusedError("The database cannot keep so much.") from error
        if isinstance(error, _UNREACHABLE):
            raise DatabaseUnavailableError("The database cannot be reached.") from error
        if isinstance(error, (psycopg.DataError, psycopg.IntegrityError)):
            raise DataRefusedError("The database cannot keep this.") from error
        raise


def _engine(url: str, connections: int, pool_seconds: float) -> Engine:
    engine = create_engine(
        sqlalchemy_url(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=pool_seconds,
        pool_recycle=1800,
        hide_parameters=True,  # errors reach the logs, and parameters hold what people wrote
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "mostrador",
            "tcp_user_timeout": _UNANSWERED_MS,
            "keepalives_idle": _IDLE_SECONDS,
            "options": " ".join(f"-c {name}={limit}" for name, limit in _LIMITS.items()),
        },
    )
    event.listen(engine, "checkout", _refuse_dead)
    return engine


def _refuse_dead(connection: Any, record: Any, _lent: object) -> None:
    """Have the pool replace a connection whose server has hung up while nobody used it.

    Two reads that never wait: of a farewell, if there is one, and of the end behind it. A new
    connection is believed, so that the pool does not ask for one after the other.
    """
    if not record.info.get(_WAS_LENT):
        record.info[_WAS_LENT] = True
        return
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error
