"""Step 8, one part past its decisive point. Asks the channel and says what came of it.

Whatever can fail of our own is done before the commit of `sending`: between that commit and
the call stands nothing but the clock.
"""

import time
from dataclasses import dataclass

from sqlalchemy import Connection

from common import failpoints, leases, messages, metrics, settling, store_pausing
from common.database import Database
from common.errors import TemporaryError
from common.outbox import Begun
from common.stores import Store, Stores
from common.turns import Turn
from worker.channels.cloud_api import Credentials, Recipient
from worker.channels.outcome import Accepted, Rejected, SendOutcome, TryLater, Unknown
from worker.plans import Outgoing
from worker.ports import Channel

PAUSED = "worker_paused"


class SendPostponedError(TemporaryError):
    """The part provably did not arrive and may go again."""


@dataclass(frozen=True)
class PartSender:
    """Sends one part. `longest_pause` is in seconds, well under a lease."""

    database: Database
    stores: Stores
    channel: Channel
    longest_pause: float

    def credentials(self, store: Store) -> Credentials:
        """Open what every send needs, before anything is decided."""
        return Credentials(store.phone_number_id, self.stores.access_token(store))

    def ask(
        self, turn: Turn, credentials: Credentials, going: Outgoing, begun: Begun, since: float
    ) -> SendOutcome:
        """Ask the channel to send a part that has begun.

        `since` is the monotonic clock before its decision was committed. Raises
        SendPostponedError or LeaseLostError.
        """
        store_id = turn.lease.store_id
        failpoints.reach("worker.sending_committed")
        failpoints.reach_within("worker.sending_in_progress")
        self._be_awake(turn, going, since)
        with metrics.send_seconds.labels(store_id).time():
            outcome = self._request(credentials, Recipient(begun.phone, begun.user_id), going)
        failpoints.reach("worker.graph_answered")
        metrics.sends.labels(store_id, type(outcome).__name__.lower()).inc()
        return outcome

    def write_down(self, store: Store, turn: Turn, going: Outgoing, outcome: SendOutcome) -> bool:
        """Write what became of a send that does not simply go on to the next part.

        Returns whether the store is paused by it, so that the part waits for better times.
        Raises SendPostponedError when the part may go again, or LeaseLostError.
        """
        with self.database.store(store.store_id) as connection:
            leases.check(connection, turn.lease)
            may_go_again = _write(connection, store.store_id, going.outbox_id, outcome)
            is_paused = _pause(connection, store, outcome)
        if isinstance(outcome, TryLater) and may_go_again:
            if is_paused:
                self.stores.forget(store.store_id)
                return True
            raise SendPostponedError(
                outcome.reason, code=outcome.code, retry_after=outcome.retry_after
            )
        return False

    def _be_awake(self, turn: Turn, going: Outgoing, since: float) -> None:
        """Step back when the process slept between the commit and now: not sending is safe.

        The clock goes on while a stopped process sleeps, and its lease may be another's by now.
        """
        if time.monotonic() - since <= self.longest_pause:
            return
        with self.database.store(turn.lease.store_id) as connection:
            leases.check(connection, turn.lease)
            settling.retry_later(connection, turn.lease.store_id, going.outbox_id, "paused", "")
        raise SendPostponedError("The worker was stopped for a while.", code=PAUSED)

    def _request(
        self, credentials: Credentials, recipient: Recipient, going: Outgoing
    ) -> SendOutcome:
        quoted = going.body.reply_to
        return self.channel.send(credentials, recipient, going.content, going.callback, quoted)


def _pause(connection: Connection, store: Store, outcome: SendOutcome) -> bool:
    """Pause a store from which nothing is taken any more; says whether it is paused now."""
    reason = store_pausing.reason_of(outcome.code) if isinstance(outcome, TryLater) else ""
    if not reason:
        return False
    if store_pausing.pause_in(connection, store.store_id, reason, store.version):
        metrics.stores_paused.labels(store.store_id, reason).inc()
        return True
    return store_pausing.is_paused(connection, store.store_id)


def _write(connection: Connection, store_id: str, outbox_id: str, outcome: SendOutcome) -> bool:
    """Write an outcome on the part and its message; says whether the part stood as it had gone."""
    match outcome:
        case Accepted(wamid=wamid):
            return settling.accept(connection, store_id, outbox_id, wamid)
        case TryLater(code=code, reason=reason):
            return settling.retry_later(connection, store_id, outbox_id, code, reason)
        case Rejected(code=code, reason=reason):
            return settling.fail(connection, store_id, outbox_id, code, reason)
        case Unknown(reason=reason):
            lost = settling.lose_sight(connection, store_id, outbox_id, reason)
            if lost:
                messages.advance(connection, store_id, outbox_id, "unknown")
            return lost
