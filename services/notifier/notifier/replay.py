"""What a socket missed: events after its last number, or the word that it must load anew."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import Connection

from common import events
from notifier import rendering
from notifier.frames import Resync
from notifier.message_reader import MessageReader
from notifier.rooms import entries_for

# reliability.md 3.2: more than this is quicker loaded than told.
MOST_MISSED = 500


@dataclass(frozen=True)
class Missed:
    """The numbers a socket lacks: after `last_seq`, up to `head`."""

    store_id: str
    last_seq: int | None
    head: int

    @property
    def count(self) -> int:
        """How many it lacks; below 0 when it claims more than there is."""
        return 0 if self.last_seq is None else self.head - self.last_seq


def frames_of(
    connection: Connection, reader: MessageReader, missed: Missed, rooms: AbstractSet[str]
) -> list[str]:
    """Write what was missed, in order and without gaps, or one `resync`. Never a part of it."""
    count = missed.count
    if missed.last_seq is None or count == 0:
        return []
    if not 0 < count <= MOST_MISSED:
        return [Resync(missed.head).text]
    rows = events.after(connection, missed.store_id, missed.last_seq, count)
    if len(rows) < count:
        return [Resync(missed.head).text]  # beyond their retention
    told = rendering.render(connection, reader, rows)
    return [entry.text or "" for entry in entries_for(rooms, told)]
