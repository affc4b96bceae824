"""Step 8. Sends a plan part by part, each only after the one before it is settled.

No transaction is open while the Graph API is asked. The commit of `sending` decides: before
it the part can go again, after it the part waits to be settled (P4).
"""

import time
from dataclasses import dataclass

from sqlalchemy import Connection

from common import failpoints, leases, messages, metrics, outbox, settling
from common.callbacks import Callback, write
from common.conversations import Conversation
from common.database import Database
from common.errors import LeaseLostError, PermanentError, TemporaryError
from common.messages import NewMessage
from common.outbox import Part
from common.sealing import StoreSeal
from common.stores import Store, Stores
from common.turns import Turn
from worker.channels.cloud_api import Credentials, Recipient
from worker.channels.outcome import Accepted, Rejected, SendOutcome, TryLater, Unknown
from worker.plans import Body
from worker.ports import Channel, Done, TurnResult, Waiting
from worker.redaction import redact

_WINDOW_CLOSED = "The 24-hour window is closed."
_LONGEST_PAUSE_SECONDS = 3.0  # well under a lease, well over a commit


class SendRejectedError(PermanentError):
    """WhatsApp refused a text for good; its code says why."""


class SendPostponedError(TemporaryError):
    """The part provably did not arrive and may go again."""


@dataclass(frozen=True)
class Sender:
    """Sends what is planned."""

    database: Database
    stores: Stores
    channel: Channel

    def send(self, store: Store, turn: Turn, outcome: str) -> TurnResult:
        """Send every unsettled part of a turn in order; returns how the turn stands then.

        Raises SendPostponedError, SendRejectedError or LeaseLostError.
        """
        seal = self.stores.seal_of(store)
        for part in self._parts(turn):
            if part.state == "failed" and part.kind == "text":
                raise SendRejectedError(part.error_reason, code=part.error_code)
            if part.is_settled:
                continue
            if part.state == "unknown":
                remaining = self._remaining(store, turn, part)
                if remaining > 0:
                    return Waiting(remaining)
                continue
            ended = self._send_part(store, seal, turn, part)
            if ended is not None:
                return ended
        return Done(outcome)

    def _parts(self, turn: Turn) -> list[Part]:
        with self.database.store(turn.lease.store_id) as connection:
            leases.check(connection, turn.lease)
            for orphan in outbox.adopt_orphans(connection, turn.lease, turn.turn_id):
                messages.advance(connection, turn.lease.store_id, orphan, "unknown")
            return outbox.parts_of(connection, turn.lease.store_id, turn.turn_id)

    def _remaining(self, store: Store, turn: Turn, part: Part) -> float:
        """Count what is left of an unknown part's wait; at the end a person is told."""
        with self.database.store(store.store_id) as connection:
            leases.check(connection, turn.lease)
            remaining = store.settings.unknown_seconds - settling.age(connection, part)
            if remaining <= 0 and settling.flag(connection, store.store_id, part.outbox_id):
                metrics.sends.labels(store.store_id, "flagged").inc()
                messages.explain(
                    connection, store.store_id, part.outbox_id, "No confirmation from WhatsApp."
                )
        return remaining

    def _send_part(
        self, store: Store, seal: StoreSeal, turn: Turn, part: Part
    ) -> TurnResult | None:
        """Send one part; returns what ends the turn here, or None to go on."""
        body = Body.unsealed(seal, part.body_sealed)
        began = time.monotonic()
        conversation = self._begin(seal, turn, part, body)
        if conversation is None:
            return Done("taken_over")
        if not conversation.is_window_open:
            raise SendRejectedError(_WINDOW_CLOSED, code="131047")
        failpoints.reach("worker.sending_committed")
        callback = write(seal, Callback(part.outbox_id, part.attempt + 1))
        with metrics.send_seconds.labels(store.store_id).time():
            failpoints.reach_within("worker.sending_in_progress")
            _be_awake(began)
            outcome = self._ask_graph(store, conversation, body, callback)
        failpoints.reach("worker.graph_answered")
        waiting = self._settle(store, turn, part, outcome)
        failpoints.reach("worker.part_settled")
        return waiting

    def _begin(self, seal: StoreSeal, turn: Turn, part: Part, body: Body) -> Conversation | None:
        store_id = turn.lease.store_id
        with self.database.store(store_id) as connection:
            conversation = outbox.begin_sending(connection, turn.lease, part)
            if conversation is None:
                return None
            self._show(connection, seal, conversation, part, body)
            if not conversation.is_window_open:
                settle_part(connection, part, Rejected("131047", _WINDOW_CLOSED))
            failpoints.reach("worker.before_sending_commit")
        return conversation

    def _show(
        self,
        connection: Connection,
        seal: StoreSeal,
        conversation: Conversation,
        part: Part,
        body: Body,
    ) -> None:
        """Put the part on the console at the moment it goes, not before."""
        if messages.is_known(connection, conversation.store_id, part.outbox_id):
            messages.start_again(connection, conversation.store_id, part.outbox_id)
            return
        redacted = redact(body.text).text
        messages.remember(
            connection,
            conversation,
            NewMessage(
                message_id=part.outbox_id,
                role=part.role,
                kind=part.kind,
                content=redacted,
                content_sealed=seal.seal_text(body.text) if redacted != body.text else None,
                images=(body.link,) if body.link else (),
                status="sending",
            ),
        )

    def _ask_graph(
        self, store: Store, conversation: Conversation, body: Body, callback: str
    ) -> SendOutcome:
        credentials = Credentials(store.phone_number_id, self.stores.access_token(store))
        recipient = Recipient(conversation.phone, conversation.user_id)
        if body.link:
            return self.channel.send_image(credentials, recipient, body.link, callback)
        return self.channel.send_text(credentials, recipient, body.text, callback)

    def _settle(self, store: Store, turn: Turn, part: Part, outcome: SendOutcome) -> Waiting | None:
        with self.database.store(store.store_id) as connection:
            leases.check(connection, turn.lease)
            settle_part(connection, part, outcome)
            is_waiting = settling.is_waiting(connection, store.store_id, turn.turn_id)
        metrics.sends.labels(store.store_id, type(outcome).__name__.lower()).inc()
        match outcome:
            case Unknown() if is_waiting:
                return Waiting(store.settings.unknown_seconds)
            case Accepted() | Unknown():
                return None  # a status may have been quicker than the answer
            case TryLater(code=code, reason=reason, retry_after=retry_after):
                raise SendPostponedError(reason, code=code, retry_after=retry_after)
            case Rejected(code=code, reason=reason):
                if part.kind == "text":
                    raise SendRejectedError(reason, code=code)
                return None  # a picture that cannot go does not take the words with it


def _be_awake(began: float) -> None:
    """Refuse to begin a send long after its right to go was written down.

    A process that was stopped in between has lost its lease by now; the clock goes on while it
    sleeps. Raises LeaseLostError.
    """
    if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
        raise LeaseLostError


def settle_part(connection: Connection, part: Part, outcome: SendOutcome) -> None:
    """Write down what became of one send, on the part and on the message agents see."""
    store_id, outbox_id = part.store_id, part.outbox_id
    match outcome:
        case Accepted(wamid=wamid):
            settling.accept(connection, store_id, outbox_id, wamid)
            messages.advance(connection, store_id, outbox_id, "sent", wamid=wamid)
        case TryLater(code=code, reason=reason):
            settling.retry_later(connection, store_id, outbox_id, code, reason)
        case Rejected(code=code, reason=reason):
            settling.fail(connection, store_id, outbox_id, code, reason)
            messages.advance(connection, store_id, outbox_id, "failed", error=reason)
        case Unknown(reason=reason):
            if settling.lose_sight(connection, store_id, outbox_id, reason):
                messages.advance(connection, store_id, outbox_id, "unknown")
