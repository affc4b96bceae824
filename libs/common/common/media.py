"""What a customer's message brought beside words, from «expected» to «ready» or «failed».

The one module that writes the table `media`. A row is written after its message, claimed for a
while by whoever fetches it, and settled under that claim; the rules are in 0014_media.sql. A
message that is deleted gives its file up (`revoke_media`): it is served no more, and removed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select, text

from common import models
from common.database import Database

READY, FAILED = "ready", "failed"

_CLAIM = text("SELECT * FROM claim_media(:seconds, :busy, :only)")
_CLAIM_REVOKED = text("SELECT store_id, message_id, place FROM claim_revoked(:only)")


@dataclass(frozen=True)
class ExpectedMedia:
    """What a message names of its media; `sha256` is hexadecimal, empty when unknown."""

    message_id: str
    media_id: str  # WhatsApp's; empty when it named none, and then the media has failed
    kind: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""


@dataclass(frozen=True)
class ClaimedMedia:
    """What one process fetches now, and the fence under which it may settle."""

    store_id: str
    message_id: str
    media_id: str
    kind: str
    mime_type: str
    sha256: str
    place: str
    attempts: int  # this one included
    reason: str  # why the attempt before did not succeed
    fence: int
    expected_at: datetime


@dataclass(frozen=True)
class RevokedMedia:
    """A deleted message's file, which one process removes now."""

    store_id: str
    message_id: str
    place: str


@dataclass(frozen=True)
class KeptMedia:
    """What lies in the storage for a message."""

    place: str
    mime_type: str
    filename: str
    size: int


def expect(database: Database, store_id: str, rows: Sequence[ExpectedMedia]) -> int:
    """Write down what remembered messages brought, and tell the console.

    Returns how many were not known yet.
    """
    (answer,) = database.call(
        "expect_media",
        store_id,
        [each.message_id for each in rows],
        [each.media_id for each in rows],
        [each.kind for each in rows],
        [each.mime_type for each in rows],
        [each.sha256 for each in rows],
        [each.filename for each in rows],
        makes_events=True,
    )
    return int(answer.expect_media)


def claim(
    database: Database, seconds: float, busy: Sequence[str], only: Sequence[str] | None
) -> ClaimedMedia | None:
    """Claim what is due next of any store but the busy ones; None when nothing is."""
    asked: dict[str, Any] = {"seconds": seconds, "busy": list(busy)}
    with database.everywhere() as connection:
        row = connection.execute(_CLAIM, asked | {"only": None if only is None else list(only)})
        found = row.one_or_none()
    if found is None:
        return None
    return ClaimedMedia(
        store_id=found.store_id,
        message_id=str(found.message_id),
        media_id=found.media_id,
        kind=found.kind,
        mime_type=found.mime_type,
        sha256=found.sha256,
        place=found.place,
        attempts=found.attempts,
        reason=found.reason,
        fence=found.fence,
        expected_at=found.created_at,
    )


def is_ready(database: Database, claimed: ClaimedMedia, mime_type: str, size: int) -> bool:
    """Settle a fetch as ready, and tell the console; False when the claim is another's."""
    return _settle(database, claimed, READY, mime_type, size, "")


def has_failed(database: Database, claimed: ClaimedMedia, reason: str) -> bool:
    """Settle a fetch as failed for good, and tell the console; False as above."""
    return _settle(database, claimed, FAILED, None, None, reason)


def put_off(
    database: Database, claimed: ClaimedMedia, seconds: float, reason: str, *, is_counted: bool
) -> bool:
    """Let a fetch be tried again later; False when the claim is another's."""
    arguments = (claimed.message_id, claimed.fence, seconds, reason, is_counted)
    (answer,) = database.call("put_off_media", claimed.store_id, *arguments)
    return bool(answer.put_off_media)


def renew(database: Database, claimed: ClaimedMedia, seconds: float) -> bool:
    """Keep a claim for as long again; False when it is another's."""
    arguments = (claimed.message_id, claimed.fence, seconds)
    (answer,) = database.call("renew_media", claimed.store_id, *arguments)
    return bool(answer.renew_media)


def claim_revoked(database: Database, only: Sequence[str] | None) -> RevokedMedia | None:
    """Take the next file of a deleted message, for some minutes; None when there is none."""
    with database.everywhere() as connection:
        asked = {"only": None if only is None else list(only)}
        row = connection.execute(_CLAIM_REVOKED, asked).one_or_none()
    return None if row is None else RevokedMedia(row.store_id, str(row.message_id), row.place)


def forget_revoked(database: Database, removed: RevokedMedia) -> None:
    """Note that a deleted message's file is gone."""
    database.call("forget_revoked", removed.store_id, removed.message_id)


def kept(connection: Connection, store_id: str, message_id: str) -> KeptMedia | None:
    """Find what is ready for a message; None when there is nothing, not yet, or no more."""
    table, said = models.media, models.messages
    # Named one by one: a claim that never was has no time that Python could hold.
    columns = (table.c.place, table.c.mime_type, table.c.filename, table.c.size)
    query = select(*columns).where(
        table.c.store_id == store_id,
        table.c.message_id == message_id,
        table.c.state == READY,
        exists().where(
            said.c.store_id == store_id,
            said.c.message_id == message_id,
            said.c.revoked_at.is_(None),
        ),
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return KeptMedia(row.place, row.mime_type, row.filename, int(row.size))


def _settle(
    database: Database,
    claimed: ClaimedMedia,
    state: str,
    mime_type: str | None,
    size: int | None,
    reason: str,
) -> bool:
    arguments = (claimed.message_id, claimed.fence, state, mime_type, size, reason)
    (answer,) = database.call("settle_media", claimed.store_id, *arguments, makes_events=True)
    return bool(answer.settle_media)
