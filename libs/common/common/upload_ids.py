"""By which ids WhatsApp keeps files of ours, so that each is uploaded once a month.

The one module that writes the table `uploads`. A file is kept for a number: another number of the
same store does not know its id.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from common import models
from common.database import Database

# WhatsApp keeps a file for thirty days.
_IS_GOOD = text("uploads.uploaded_at > clock_timestamp() - interval '29 days'")
_IS_OVER = text("uploads.uploaded_at < clock_timestamp() - interval '30 days'")


@dataclass(frozen=True)
class UploadedFile:
    """Which file, and for which number; its source is an address or a place in the storage."""

    store_id: str
    phone_number_id: str
    source: str

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        table = models.uploads
        return (
            table.c.store_id == self.store_id,
            table.c.phone_number_id == self.phone_number_id,
            table.c.source == self.source,
        )


def known(database: Database, file: UploadedFile) -> str:
    """Find the id of a file that WhatsApp still has; empty when there is none."""
    query = select(models.uploads.c.media_id).where(*file.conditions, _IS_GOOD)
    with database.store(file.store_id) as connection:
        return str(connection.scalar(query) or "")


def remember(database: Database, file: UploadedFile, media_id: str) -> None:
    """Keep a file's new id, and drop the store's that are no good any more."""
    table = models.uploads
    now = func.clock_timestamp()
    written = insert(table).values(**vars(file), media_id=media_id, uploaded_at=now)
    with database.store(file.store_id) as connection:
        connection.execute(delete(table).where(table.c.store_id == file.store_id, _IS_OVER))
        connection.execute(
            written.on_conflict_do_update(
                index_elements=list(table.primary_key),
                set_={"media_id": media_id, "uploaded_at": now},
            )
        )


def forget(database: Database, file: UploadedFile) -> None:
    """Drop an id that WhatsApp does not know any more."""
    with database.store(file.store_id) as connection:
        connection.execute(delete(models.uploads).where(*file.conditions))


def forget_source(database: Database, store_id: str, source: str) -> None:
    """Drop what every number of a store knows a file by: WhatsApp could not make use of it."""
    table = models.uploads
    with database.store(store_id) as connection:
        connection.execute(
            delete(table).where(table.c.store_id == store_id, table.c.source == source)
        )
