"""Step 8. Sends a plan part by part, each only after the one before it is settled.

No transaction is open while the Graph API is asked. A part whose fate nobody knows holds the
conversation until a status settles it or its time is up; it is never blindly repeated (P4).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from common import leases, messages, metrics, outbox, settling
from common.database import Database
from common.errors import PermanentError
from common.outbox import Part
from common.stores import Store, Stores
from common.turns import Turn
from worker.part_sending import PartSender
from worker.ports import Done, TurnResult, Waiting

UNCONFIRMED = "No confirmation from WhatsApp."
_NOT_BEGUN = ("ready", "retry")


class SendRejectedError(PermanentError):
    """WhatsApp refused a text for good; its code says why."""


@dataclass(frozen=True)
class Sender:
    """Sends what is planned."""

    database: Database
    stores: Stores
    part_sender: PartSender

    def send(self, store: Store, turn: Turn, outcome: str) -> TurnResult:
        """Send every unsettled part of a turn in order; returns how the turn stands then.

        Raises SendPostponedError, SendRejectedError or LeaseLostError.
        """
        seal = self.stores.seal_of(store)
        for planned in self._parts(turn):
            part = planned
            if part.state in _NOT_BEGUN:
                part = self.part_sender.send(store, seal, turn, part)
                _measure(store, turn, part)
            if part.state == "unknown" and (remaining := self._remaining(store, turn, part)) > 0:
                return Waiting(remaining)
            if part.state == "cancelled":
                return Done("taken_over")
            if part.state == "failed" and part.kind == "text":
                raise SendRejectedError(part.error_reason, code=part.error_code)
            # A picture that cannot go does not take the words with it.
        return Done(outcome)

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


def _measure(store: Store, turn: Turn, part: Part) -> None:
    """Take the time from the customer's message to the first part of its answer."""
    if part.part == 1 and part.state == "accepted":
        waited = datetime.now(UTC) - turn.mail[0].received_at
        metrics.message_to_reply_seconds.labels(store.store_id).observe(waited.total_seconds())
