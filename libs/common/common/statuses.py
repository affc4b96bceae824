"""What Meta says of our sends: settles parts and moves messages forward.

Applied in batches, without a turn: a status spends no pace and waits for no conversation. It
may come before the send's own answer, so it finds its part by callback data as well as by
wamid. One that finds nothing is parked and tried again until it is too old to matter. The rules
are in 0018_failed_statuses.sql: a batch is two statements, one that reads what is due and one
that applies it. What a failure asks for is the error table's to say, as for an HTTP answer.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import structlog

from common import callbacks
from common.database import Database
from common.errors import ServiceError
from common.inbound import StatusUpdate
from common.plain_text import storable
from common.sealing import StoreSeal
from common.send_errors import Action, ErrorRule, rule_for

_LOG = structlog.get_logger()
_BATCH = 200


@dataclass(frozen=True)
class Refusal:
    """A send that a status failed: what `rule` asks beyond the part itself is still to be done."""

    conversation_id: str
    outbox_id: str
    code: str
    rule: ErrorRule
    seconds: float  # that whoever the rule reaches waits


@dataclass(frozen=True)
class Applied:
    """One batch: how many rows it took, which ended how, and what is still to be done.

    `settled` are the conversations to ring, `duplicates` the parts that WhatsApp took twice.
    """

    count: int
    settled: tuple[str, ...] = ()
    outcomes: Mapping[str, int] | None = None
    refusals: tuple[Refusal, ...] = ()
    duplicates: tuple[str, ...] = ()

    @property
    def may_have_more(self) -> bool:
        return self.count == _BATCH

    @property
    def finished(self) -> dict[str, int]:
        """Count the statuses that are through, by outcome; those parked are still to come."""
        return {name: many for name, many in (self.outcomes or {}).items() if name != "parked"}


class _Said(NamedTuple):
    """One status as `apply_statuses` takes it; without a status where nobody can read it."""

    inbox_id: str
    wamid: str | None = None
    status: str | None = None
    outbox_id: str | None = None
    attempt: int | None = None
    code: str = ""
    reason: str = ""
    again: str | None = None  # its rule's numbers, when the part may go again


def apply_batch(database: Database, store_id: str, seal: StoreSeal) -> Applied:
    """Apply what is due, oldest first, and commit it.

    One batch of a store at a time: what another has applied meanwhile is passed over.
    """
    rows = database.call("due_statuses", store_id, _BATCH)
    if not rows:
        return Applied(0)
    said = [_read(seal, row) for row in rows]
    (done,) = database.call("apply_statuses", store_id, *_columns(said))
    if done.changed:
        database.announce(store_id)
    return Applied(
        len(rows),
        tuple(done.may_go_on),
        done.outcomes,
        tuple(_refusal(**each) for each in done.refused),
        tuple(done.duplicates),
    )


def _refusal(conversation_id: str, outbox_id: str, code: str, refusals: int) -> Refusal:
    rule = rule_for(code)
    return Refusal(conversation_id, outbox_id, code, rule, rule.wait_after(refusals))


@cache
def _numbers_of(rule: ErrorRule) -> str | None:
    """Write what `wait_after` of the database needs; None for what is given up."""
    if rule.action is Action.GIVE_UP:
        return None
    attempts = 0 if rule.pauses else rule.attempts
    names = {"wait": rule.wait, "growth": rule.growth, "longest": rule.longest}
    return json.dumps({"attempts": attempts, "is_held": rule.pauses, **names})


def _columns(said: Sequence[_Said]) -> list[list[Any]]:
    return [list(column) for column in zip(*said, strict=True)]


def _read(seal: StoreSeal, row: Any) -> _Said:
    """Read a status; one that nobody can read any more must not hold the rest."""
    try:
        status = StatusUpdate.from_bytes(seal.open(bytes(row.payload_sealed)))
        callback = callbacks.read(seal, status.callback_data)
        return _Said(
            inbox_id=row.inbox_id,
            wamid=storable(status.wamid),
            status=storable(status.status),
            outbox_id=callback.outbox_id if callback else None,
            attempt=callback.attempt if callback else None,
            code=storable(status.error_code),
            reason=storable(_words(status)),
            again=_numbers_of(rule_for(status.error_code)) if status.status == "failed" else None,
        )
    except (ServiceError, ValueError, TypeError, AttributeError) as error:
        _LOG.error("status_unreadable", store=seal.store_id, error_type=type(error).__name__)
        return _Said(row.inbox_id)


def _words(status: StatusUpdate) -> str:
    """Say why a send failed: what an agent reads beside the message."""
    if status.error_title or not status.error_code:
        return status.error_title
    return f"WhatsApp refused it ({status.error_code})."
