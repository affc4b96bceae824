"""Step 8, one part. Passes the decisive point, asks the channel, writes down what became of it.

Whatever can fail of our own is done before the commit of `sending`: between that commit and
the call stands nothing but the clock.
"""

import time
from dataclasses import dataclass

from sqlalchemy import Connection

from common import failpoints, leases, messages, metrics, outbox, settling
from common.callbacks import Callback, write
from common.conversations import Conversation
from common.database import Database
from common.errors import TemporaryError
from common.messages import NewMessage
from common.outbox import Part
from common.sealing import StoreSeal
from common.stores import Store, Stores
from common.turns import Turn
from worker.channels.cloud_api import Credentials, Recipient
from worker.channels.outcome import Accepted, Rejected, SendOutcome, TryLater, Unknown
from worker.plans import Body
from worker.ports import Channel
from worker.redaction import redact

_WINDOW_CLOSED = Rejected("131047", "The 24-hour window is closed.")


class SendPostponedError(TemporaryError):
    """The part provably did not arrive and may go again."""


@dataclass(frozen=True)
class _Begun:
    """A part past its decisive point, and when it passed it by the monotonic clock."""

    conversation: Conversation
    at: float


@dataclass(frozen=True)
class PartSender:
    """Sends one part. `longest_pause` is in seconds, well under a lease."""

    database: Database
    stores: Stores
    channel: Channel
    longest_pause: float

    def send(self, store: Store, seal: StoreSeal, turn: Turn, part: Part) -> Part:
        """Send a part that has not begun; returns it as it stands then.

        It may stand cancelled by a takeover, or settled by a status that came before us.
        Raises SendPostponedError or LeaseLostError.
        """
        credentials = Credentials(store.phone_number_id, self.stores.access_token(store))
        body = Body.unsealed(seal, part.body_sealed)
        callback = write(seal, Callback(part.outbox_id, part.attempt + 1))
        begun = self._begin(seal, turn, part, body)
        if isinstance(begun, Part):
            return begun
        failpoints.reach("worker.sending_committed")
        failpoints.reach_within("worker.sending_in_progress")
        self._be_awake(turn, part, begun)
        with metrics.send_seconds.labels(store.store_id).time():
            outcome = self._ask(credentials, begun.conversation, body, callback)
        failpoints.reach("worker.graph_answered")
        settled = self._settle(turn, part, outcome)
        failpoints.reach("worker.part_settled")
        return settled

    def _begin(self, seal: StoreSeal, turn: Turn, part: Part, body: Body) -> _Begun | Part:
        with self.database.store(part.store_id) as connection:
            conversation = outbox.begin_sending(connection, turn.lease, part)
            if conversation is None:
                return outbox.read(connection, part)
            _show(connection, seal, conversation, part, body)
            if not conversation.is_window_open:
                write_down(connection, part, _WINDOW_CLOSED)
                return outbox.read(connection, part)
            failpoints.reach("worker.before_sending_commit")
            return _Begun(conversation, time.monotonic())

    def _be_awake(self, turn: Turn, part: Part, begun: _Begun) -> None:
        """Step back when the process slept between the commit and now: not sending is safe.

        The clock goes on while a stopped process sleeps, and its lease may be another's by now.
        """
        if time.monotonic() - begun.at <= self.longest_pause:
            return
        with self.database.store(part.store_id) as connection:
            leases.check(connection, turn.lease)
            settling.retry_later(connection, part.store_id, part.outbox_id, "paused", "")
        raise SendPostponedError("The worker was stopped for a while.", code="worker_paused")

    def _ask(
        self, credentials: Credentials, conversation: Conversation, body: Body, callback: str
    ) -> SendOutcome:
        recipient = Recipient(conversation.phone, conversation.user_id)
        if body.link:
            return self.channel.send_image(credentials, recipient, body.link, callback)
        return self.channel.send_text(credentials, recipient, body.text, callback)

    def _settle(self, turn: Turn, part: Part, outcome: SendOutcome) -> Part:
        with self.database.store(part.store_id) as connection:
            leases.check(connection, turn.lease)
            write_down(connection, part, outcome)
            settled = outbox.read(connection, part)
        metrics.sends.labels(part.store_id, type(outcome).__name__.lower()).inc()
        if isinstance(outcome, TryLater) and settled.state == "retry":
            raise SendPostponedError(
                outcome.reason, code=outcome.code, retry_after=outcome.retry_after
            )
        return settled


def _show(
    connection: Connection, seal: StoreSeal, conversation: Conversation, part: Part, body: Body
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


def write_down(connection: Connection, part: Part, outcome: SendOutcome) -> None:
    """Write what became of one send on the part, and on the message that agents see."""
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
