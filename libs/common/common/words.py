"""Step 7, first half. What a turn brought: remembered once, in order, in the customer's session.

The rules are in 0012_kinds.sql and 0012_changes.sql. What was said by others is written by
`common.messages`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.database import Database
from common.messages import Line
from common.turns import Turn


@dataclass(frozen=True)
class Words:
    """One thing a turn brought, redacted: a message, or a change of the one it has as `target`.

    `content` is what was written, a reaction's emoji or the edited text, None of an edit that
    nobody could read; `content_sealed` is given only when it differs.
    """

    message_id: str
    role: str  # user; agent for an echo of the phone app; system for a note of WhatsApp's
    kind: str
    content: str | None
    content_sealed: bytes | None
    details_sealed: bytes | None
    wamid: str
    reply_to: str | None
    target: str | None
    written_at: datetime


@dataclass(frozen=True)
class Standing:
    """How the conversation stood when the turn's words were remembered."""

    owner: str  # bot, queue or agent
    epoch: int
    is_window_open: bool
    is_planned: bool  # a former attempt has written the reply already
    is_silenced: bool  # an echo of this turn took the conversation from the bot
    history: tuple[Line, ...]  # of the session, before this turn, redacted
    is_blocked: bool  # the store does not want to hear from them
    contents: tuple[str | None, ...]  # the words given, after all changes; None where none is left


@dataclass(frozen=True)
class Asked:
    """Whether the customer was asked to write instead: lately, and in this session."""

    lately: bool
    in_session: bool


def remember(database: Database, turn: Turn, words: Sequence[Words], most_lines: int) -> Standing:
    """Open or renew the session, add what is not there yet and apply changes, in one commit.

    A change whose message is not here waits for it. Raises LeaseLostError.
    """
    lease = turn.lease
    (row,) = database.call(
        "remember_turn",
        lease.store_id,
        lease.conversation_id,
        lease.holder,
        lease.fence,
        turn.turn_id,
        *_columns(words),
        most_lines,
        makes_events=True,
    )
    return Standing(
        row.owner,
        row.epoch,
        row.is_window_open,
        row.is_planned,
        row.is_silenced,
        history=tuple(Line(**line) for line in row.history),
        is_blocked=row.is_blocked,
        contents=tuple(row.contents_now),
    )


def asked_for_text(database: Database, turn: Turn, minutes: int) -> Asked:
    """Say whether a former turn ended with asking for text; lately is within some minutes."""
    lease = turn.lease
    (row,) = database.call("was_asked_for_text", lease.store_id, lease.conversation_id, minutes)
    return Asked(row.lately, row.in_session)


def _columns(words: Sequence[Words]) -> list[list[object]]:
    """Turn rows into the columns that `remember_turn` takes, in the order of the fields."""
    return [[getattr(each, name) for each in words] for name in Words.__dataclass_fields__]
