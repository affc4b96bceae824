"""Step 8. Sends a plan part by part, each only after the one before it is settled.

No transaction is open while the Graph API is asked. A part whose fate nobody knows holds the
conversation until a status settles it or its time is up; it is never blindly repeated (P4).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from common import failpoints, leases, messages, metrics, outbox, settling, turns
from common.database import Database
from common.errors import PermanentError
from common.outbox import Begun, Part
from common.stores import Store, Stores
from common.turns import Turn
from worker.channels.cloud_api import Credentials
from worker.channels.outcome import Accepted
from worker.part_sending import PartSender
from worker.plans import Outgoing, Plan, prepare, prepare_again
from worker.ports import Done, Held, TurnResult, Waiting

_LOG = structlog.get_logger()
UNCONFIRMED = "No confirmation from WhatsApp."


class SendRejectedError(PermanentError):
    """WhatsApp refused a text for good; its code says why."""


@dataclass(frozen=True)
class Sender:
    """Plans replies and sends what is planned."""

    database: Database
    stores: Stores
    part_sender: PartSender

    def start(self, store: Store, turn: Turn, plan: Plan, outcome: str) -> TurnResult:
        """Plan a reply and send it; returns how the turn stands then.

        Its plan and the decision of its first part are one commit. Raises SendPostponedError,
        SendRejectedError or LeaseLostError.
        """
        reply, going = prepare(self.stores.seal_of(store), plan)
        credentials = self.part_sender.credentials(store)
        failpoints.reach("worker.before_sending_commit")
        since = time.monotonic()
        begun = outbox.start(self.database, turn.lease, turn.turn_id, reply, going[0].shown)
        if begun.verdict == "taken_over":
            return Done("taken_over")
        if plan.trigger and begun.verdict != "planned":
            metrics.handovers.labels(store.store_id, plan.trigger).inc()
            _LOG.info("handed_over", store=store.store_id, turn=turn.turn_id)
        return self._go(_Way(store, turn, credentials, outcome), going, begun, since)

    def resume(self, store: Store, turn: Turn, outcome: str) -> TurnResult:
        """Send every unsettled part of a plan that stands, in order; as `start` otherwise."""
        parts = self._parts(turn)
        for number, part in enumerate(parts):
            if part.state in outbox.NOT_BEGUN:
                going = prepare_again(self.stores.seal_of(store), parts[number:])
                credentials = self.part_sender.credentials(store)
                since = time.monotonic()
                begun = outbox.begin(self.database, turn.lease, going[0].shown)
                return self._go(_Way(store, turn, credentials, outcome), going, begun, since)
            if part.state == "unknown" and (remaining := self._remaining(store, turn, part)) > 0:
                return Waiting(remaining)
            if part.state == "cancelled":
                return Done("taken_over")
            if part.state == "failed" and part.kind == "text":
                raise SendRejectedError(part.error_reason, code=part.error_code)
            # A picture that cannot go does not take the words with it.
        return Done(outcome)

    def _go(self, way: "_Way", going: Sequence[Outgoing], begun: Begun, since: float) -> TurnResult:
        """Send one part after the other, as long as each is accepted at once.

        Anything else is written down, and then the plan is read again as it stands.
        """
        for sent, following in zip(going, [*going[1:], None], strict=True):
            if not begun.may_go:
                break
            answer = self.part_sender.ask(way.turn, way.credentials, sent, begun, since)
            if not isinstance(answer, Accepted):
                if self.part_sender.write_down(way.store, way.turn, sent, answer):
                    return Held()
                break
            if following is None:
                return self._end(way, sent, answer.wamid)
            since = time.monotonic()
            begun = outbox.go_on(
                self.database, way.turn.lease, sent.outbox_id, answer.wamid, following.shown
            )
            failpoints.reach("worker.part_settled")
            _measure(way.turn, sent)
        return self.resume(way.store, way.turn, way.outcome)

    def _end(self, way: "_Way", sent: Outgoing, wamid: str) -> TurnResult:
        ended = turns.end_sent(self.database, way.turn, way.outcome, sent.outbox_id, wamid)
        _measure(way.turn, sent)
        return ended or self.resume(way.store, way.turn, way.outcome)

    def _parts(self, turn: Turn) -> list[Part]:
        with self.database.store(turn.lease.store_id) as connection:
            leases.check(connection, turn.lease)
            for orphan in outbox.adopt_orphans(connection, turn.lease, turn.turn_id):
                messages.advance(connection, turn.lease.store_id, orphan, "unknown")
            return outbox.parts_of(connection, turn.lease.store_id, turn.turn_id)

    def _remaining(self, store: Store, turn: Turn, part: Part) -> float:
        """Count what is left of an unknown part's wait; at the end a person is told."""
        if part.flagged:
            return 0.0
        with self.database.store(store.store_id) as connection:
            leases.check(connection, turn.lease)
            remaining = store.settings.unknown_seconds - settling.age(connection, part)
            if remaining <= 0 and settling.flag(connection, store.store_id, part.outbox_id):
                metrics.sends.labels(store.store_id, "flagged").inc()
                messages.explain(connection, store.store_id, part.outbox_id, UNCONFIRMED)
        return remaining


@dataclass(frozen=True)
class _Way:
    """What stays the same from the first part of a turn to its last."""

    store: Store
    turn: Turn
    credentials: Credentials
    outcome: str


def _measure(turn: Turn, sent: Outgoing) -> None:
    """Take the time from the customer's message to the first part of its answer."""
    if sent.part == 1:
        first = min(each.received_at for each in turn.mail)
        waited = datetime.now(UTC) - first
        metrics.message_to_reply_seconds.labels(turn.lease.store_id).observe(waited.total_seconds())
