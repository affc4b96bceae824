"""Canned replies in PostgreSQL: the one module that touches their table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from common.errors import ConflictError, NotFoundError
from notifier.tables import canned_replies

MOST = 500  # of a store: a page searches them by itself
_TABLE = canned_replies


@dataclass(frozen=True)
class Canned:
    """A reply that is kept ready."""

    canned_id: str
    shortcut: str
    content: str
    updated_at: datetime


def listed(connection: Connection, store_id: str) -> list[Canned]:
    """Read all of a store's, by shortcut."""
    query = select(_TABLE).where(_TABLE.c.store_id == store_id).order_by(_TABLE.c.shortcut)
    return [_canned(row) for row in connection.execute(query.limit(MOST)).mappings()]


def add(connection: Connection, store_id: str, shortcut: str, content: str) -> Canned:
    """Keep one more; raises ConflictError for a taken shortcut, or when there are too many."""
    count = connection.scalar(select(func.count()).where(_TABLE.c.store_id == store_id))
    if (count or 0) >= MOST:
        raise ConflictError(f"A store keeps at most {MOST}.", code="too_many_canned")
    adding = (
        insert(_TABLE)
        .values(store_id=store_id, shortcut=shortcut, content=content)
        .on_conflict_do_nothing(index_elements=["store_id", "shortcut"])
        .returning(_TABLE)
    )
    row = connection.execute(adding).mappings().one_or_none()
    if row is None:
        raise _taken()
    return _canned(row)


def change(
    connection: Connection, store_id: str, canned_id: str, shortcut: str, content: str
) -> Canned:
    """Replace one; raises NotFoundError, or ConflictError, which must end the transaction."""
    changing = (
        update(_TABLE)
        .where(_is(store_id, canned_id))
        .values(shortcut=shortcut, content=content, updated_at=func.clock_timestamp())
        .returning(_TABLE)
    )
    try:
        row = connection.execute(changing).mappings().one_or_none()
    except IntegrityError as error:
        raise _taken() from error
    if row is None:
        raise no_such_canned()
    return _canned(row)


def remove(connection: Connection, store_id: str, canned_id: str) -> None:
    """Forget one; raises NotFoundError."""
    if not connection.execute(delete(_TABLE).where(_is(store_id, canned_id))).rowcount:
        raise no_such_canned()


def no_such_canned() -> NotFoundError:
    return NotFoundError("There is no such canned reply.", code="canned_not_found")


def _taken() -> ConflictError:
    return ConflictError("The store has this shortcut already.", code="shortcut_taken")


def _is(store_id: str, canned_id: str) -> Any:
    return (_TABLE.c.store_id == store_id) & (_TABLE.c.canned_id == canned_id)


def _canned(row: RowMapping) -> Canned:
    return Canned(str(row["canned_id"]), row["shortcut"], row["content"], row["updated_at"])
