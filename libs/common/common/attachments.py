"""Files that agents send, from the upload to the message that brings them, or to their removal.

The one module that writes the tables `attachments` and `command_details`. What is in them reaches
the message in the commit that shows it (`bring_beside` in 0019_attachments.sql).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, insert, select, text, update

from common import models
from common.database import Database
from common.errors import ConflictError, NotFoundError

# Who uploads and sends nothing must not fill the storage: of more than these the oldest go, and
# as many may be on their way out.
MOST_UNUSED = 20
_CLAIM = text("SELECT store_id, attachment_id, place FROM claim_unused(:only)")
_LIFE = text("interval '1 day'")


@dataclass(frozen=True)
class Attachment:
    """A file that lies in the storage and waits to be sent."""

    attachment_id: str
    agent_id: str
    place: str
    kind: str  # image, document, audio or video
    mime_type: str
    filename: str
    size: int
    sha256: str
    is_voice: bool


@dataclass(frozen=True)
class UnusedAttachment:
    """A file that nobody sent, which one process removes now."""

    store_id: str
    attachment_id: str
    place: str


def remember(connection: Connection, store_id: str, attachment: Attachment) -> None:
    """Write a file down before it is kept: what fails then is removed a day later."""
    connection.execute(insert(models.attachments).values(store_id=store_id, **vars(attachment)))


def make_room(connection: Connection, store_id: str, agent_id: str, most: int) -> bool:
    """Let an agent's oldest unsent files go until one more fits; False while too many are going.

    What was chosen and taken out again, or lost with a page, must not keep anybody from sending.
    """
    table = models.attachments
    of_agent = and_(
        table.c.store_id == store_id, table.c.agent_id == agent_id, table.c.used_at.is_(None)
    )
    unused = int(connection.scalar(select(func.count()).where(of_agent)) or 0)
    if unused < most:
        return True
    is_alive = table.c.created_at > func.clock_timestamp() - _LIFE
    oldest = (
        select(table.c.attachment_id)
        .where(of_agent, is_alive)
        .order_by(table.c.created_at.desc())
        .offset(most - 1)
    )
    # Their day is over: nobody can send them any more, and the next look removes them.
    connection.execute(
        update(table)
        .where(of_agent, table.c.attachment_id.in_(oldest))
        .values(created_at=table.c.created_at - _LIFE, due_at=func.clock_timestamp())
    )
    return unused < 2 * most


def find(connection: Connection, store_id: str, agent_id: str, attachment_id: str) -> Attachment:
    """Find an agent's own file; raises NotFoundError for anybody else's."""
    table = models.attachments
    columns = [table.c[name] for name in Attachment.__dataclass_fields__]
    query = select(*columns).where(
        table.c.store_id == store_id,
        table.c.attachment_id == attachment_id,
        table.c.agent_id == agent_id,
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such attachment.", code="attachment_not_found")
    return Attachment(**row)


def use(connection: Connection, store_id: str, attachment_id: str, message_id: str) -> None:
    """Make a file part of a message; raises ConflictError when it is one's already, or too old."""
    table = models.attachments
    used = connection.execute(
        update(table)
        .where(
            table.c.store_id == store_id,
            table.c.attachment_id == attachment_id,
            table.c.used_at.is_(None),
            table.c.created_at > func.clock_timestamp() - _LIFE,
        )
        .values(used_at=func.clock_timestamp(), message_id=message_id, due_at="infinity")
    )
    if used.rowcount != 1:
        raise ConflictError("That file was sent already; add it again.", code="attachment_used")


def show_beside(
    connection: Connection,
    store_id: str,
    message_id: str,
    details_sealed: bytes | None,
    reply_to: str | None,
) -> None:
    """Keep what a message that was asked for will show beside its words."""
    beside = {"details_sealed": details_sealed, "reply_to": reply_to}
    connection.execute(
        insert(models.command_details).values(store_id=store_id, message_id=message_id, **beside)
    )


def claim_unused(database: Database, only: Sequence[str] | None) -> UnusedAttachment | None:
    """Take the next file that nobody sent, for some minutes; None when there is none."""
    with database.everywhere() as connection:
        asked = {"only": None if only is None else list(only)}
        row = connection.execute(_CLAIM, asked).one_or_none()
    return (
        None if row is None else UnusedAttachment(row.store_id, str(row.attachment_id), row.place)
    )


def forget(database: Database, removed: UnusedAttachment) -> None:
    """Note that a file nobody sent is gone."""
    table = models.attachments
    with database.store(removed.store_id) as connection:
        connection.execute(
            delete(table).where(
                table.c.store_id == removed.store_id,
                table.c.attachment_id == removed.attachment_id,
                table.c.used_at.is_(None),
            )
        )
