"""Step 7, first half. A turn's words: remembered once, in order, in the customer's session.

The rules are in 0008_words.sql. What was said by others is written by `common.messages`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.database import Database
from common.messages import Line
from common.turns import Turn


@dataclass(frozen=True)
class Words:
    """One message of a customer, redacted. `content_sealed` only when it differs."""

    message_id: str
    kind: str
    content: str
    content_sealed: bytes | None
    wamid: str
    written_at: datetime


@dataclass(frozen=True)
class Standing:
    """How the conversation stood when the turn's words were remembered."""

    owner: str  # bot, queue or agent
    epoch: int
    is_window_open: bool
    is_planned: bool  # a former attempt has written the reply already
    history: tuple[Line, ...]  # of the session, before this turn, redacted


def remember(database: Database, turn: Turn, words: Sequence[Words], most_lines: int) -> Standing:
    """Open or renew the session and add what is not there yet, in one commit.

    Raises LeaseLostError.
    """
    lease = turn.lease
    (row,) = database.call(
        "remember_mail",
        lease.store_id,
        lease.conversation_id,
        lease.holder,
        lease.fence,
        turn.turn_id,
        [each.message_id for each in words],
        [each.kind for each in words],
        [each.content for each in words],
        [each.content_sealed for each in words],
        [each.wamid for each in words],
        [each.written_at for each in words],
        most_lines,
        makes_events=True,
    )
    history = tuple(Line(**line) for line in row.history)
    return Standing(row.owner, row.epoch, row.is_window_open, row.is_planned, history)
