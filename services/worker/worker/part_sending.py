"""Step 8, one part past its decisive point. Makes the request and says what came of it.

Whatever can fail of our own is done before the commit of `sending`: between that commit and
the call stands nothing but the clock.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from common import failpoints, leases, messages, metrics, settling
from common.database import Database
from common.errors import TemporaryError
from common.outbox import Begun
from common.send_errors import ErrorRule
from common.settling import Refused
from common.stores import Store, Stores
from common.turns import Turn
from worker.channels.cloud_api import Credentials, Recipient
from worker.channels.media_upload import UploadPutOffError
from worker.channels.outcome import Accepted, Rejected, SendOutcome, TryLater, Unknown
from worker.plans import Outgoing
from worker.ports import Channel, Held
from worker.refusals import Refusals
from worker.uploads import Uploads

_LOG = structlog.get_logger()
# A store that was changed since it was refused is not paused: its next try may go well, or not.
_PAUSE_SECONDS = 1.0


class SendPostponedError(TemporaryError):
    """The part provably did not arrive and goes again: its attempts are counted on itself."""


@dataclass(frozen=True)
class _Wait:
    """Whether a part goes again, and in how many seconds."""

    goes_again: bool
    seconds: float


@dataclass(frozen=True)
class PartSender:
    """Sends one part. `longest_pause` is in seconds, well under a lease."""

    database: Database
    stores: Stores
    channel: Channel
    refusals: Refusals
    uploads: Uploads
    longest_pause: float

    def credentials(self, store: Store) -> Credentials:
        """Open what every send needs, before anything is decided."""
        return Credentials(store.phone_number_id, self.stores.access_token(store))

    def files_ready(
        self, store: Store, turn: Turn, credentials: Credentials, going: Sequence[Outgoing]
    ) -> list[Outgoing]:
        """Give WhatsApp the files that parts are sent by, before anything is decided.

        Raises TemporaryError or PermanentError; what a refusal asks for beyond the part is done.
        """
        try:
            return self.uploads.all_ready(store, credentials, going)
        except UploadPutOffError as error:
            if error.rule is not None:
                conversation_id = turn.lease.conversation_id
                seconds = max(error.retry_after or 0.0, _PAUSE_SECONDS)
                self.refusals.note(store, conversation_id, error.code, error.rule, seconds)
                self.stores.forget(store.store_id)
            raise

    def has_file(self, store: Store, going: Outgoing) -> bool:
        """Say whether a part needs no file given to WhatsApp before it goes."""
        return not self.uploads.are_needed(store, going)

    def send(
        self, turn: Turn, credentials: Credentials, going: Outgoing, begun: Begun, since: float
    ) -> SendOutcome:
        """Make the one request, which nothing takes back, for a part that has begun.

        `since` is the monotonic clock before its decision was committed. Raises
        SendPostponedError or LeaseLostError.
        """
        store_id = turn.lease.store_id
        failpoints.reach("worker.sending_committed")
        failpoints.reach_within("worker.sending_in_progress")
        self._be_awake(turn, going, since)
        with metrics.send_seconds.labels(store_id).time():
            outcome = self._request(store_id, credentials, begun, going)
        failpoints.reach("worker.graph_answered")
        metrics.sends.labels(store_id, type(outcome).__name__.lower()).inc()
        return outcome

    def write_down(
        self, store: Store, turn: Turn, going: Outgoing, outcome: SendOutcome
    ) -> Held | None:
        """Write what became of a send that does not simply go on to the next part.

        `Held`: its store is paused by it, so the part waits for better times. Raises
        SendPostponedError when the part may go again, or LeaseLostError.
        """
        wait = self._settle(turn, going, outcome)
        if isinstance(outcome, TryLater | Rejected):
            return self._carry_out(store, turn, going, outcome, wait)
        return None

    def _settle(self, turn: Turn, going: Outgoing, outcome: SendOutcome) -> _Wait:
        """Write the outcome on the part, under the fence; say what the part waits for."""
        store_id, outbox_id = turn.lease.store_id, going.outbox_id
        with self.database.store(store_id) as connection:
            leases.check(connection, turn.lease)
            if not isinstance(outcome, TryLater):
                _write(connection, store_id, outbox_id, outcome)
                return _Wait(goes_again=False, seconds=0.0)
            error = (outcome.code, outcome.reason)
            most = _most(turn, outcome.rule)
            refused = settling.refuse(connection, store_id, outbox_id, error, most)
            seconds = _wait_after(outcome, refused)
            settling.put_off(connection, store_id, outbox_id, seconds)
        return _Wait(goes_again=refused is not None and refused.goes_again, seconds=seconds)

    def _carry_out(
        self,
        store: Store,
        turn: Turn,
        going: Outgoing,
        outcome: TryLater | Rejected,
        wait: _Wait,
    ) -> Held | None:
        """Do what the error table asks for beyond the part."""
        self.refusals.note(
            store,
            turn.lease.conversation_id,
            outcome.code,
            outcome.rule,
            wait.seconds,
            product_id=going.body.product_id,
            link=going.body.link,
        )
        if not wait.goes_again:
            return None
        if outcome.rule.pauses and not self._is_active(store):
            return Held()
        raise SendPostponedError(outcome.reason, code=outcome.code, retry_after=wait.seconds)

    def _is_active(self, store: Store) -> bool:
        """Ask the row itself: a cached store may be a second old."""
        self.stores.forget(store.store_id)
        return self.stores.get(store.store_id).is_active

    def count_if_doubled(self, store: Store, sent: Outgoing) -> None:
        """Count a part of which more than one attempt has arrived (P4's honest number)."""
        with self.database.store(store.store_id) as connection:
            has_doubled = settling.has_doubled(connection, store.store_id, sent.outbox_id)
        if has_doubled:
            metrics.confirmed_duplicates.labels(store.store_id).inc()
            _LOG.warning("confirmed_duplicate", store=store.store_id, part=sent.outbox_id)

    def _be_awake(self, turn: Turn, going: Outgoing, since: float) -> None:
        """Step back when the process slept between the commit and now: not sending is safe.

        The clock goes on while a stopped process sleeps, and its lease may be another's by now.
        """
        if time.monotonic() - since <= self.longest_pause:
            return
        with self.database.store(turn.lease.store_id) as connection:
            leases.check(connection, turn.lease)
            settling.step_back(connection, turn.lease.store_id, going.outbox_id)
        raise SendPostponedError("The worker was stopped for a while.", code="worker_paused")

    def _request(
        self, store_id: str, credentials: Credentials, begun: Begun, going: Outgoing
    ) -> SendOutcome:
        to = Recipient(begun.phone, begun.user_id)
        quoted = going.body.reply_to
        outcome = self.channel.send(credentials, to, going.content, going.callback, quoted)
        return self.uploads.judged(store_id, credentials.phone_number_id, going, outcome)


def _most(turn: Turn, rule: ErrorRule) -> int:
    """Say how many sends there are at most, as `settling.refuse` takes it."""
    if rule.pauses:
        return 0
    age = datetime.now(UTC) - min(each.received_at for each in turn.mail)
    return 1 if rule.is_over(age.total_seconds()) else rule.attempts


def _wait_after(outcome: TryLater, refused: Refused | None) -> float:
    seconds = outcome.rule.wait_after(refused.refusals if refused else 1, outcome.retry_after)
    return max(seconds, _PAUSE_SECONDS) if outcome.rule.pauses else seconds


def _write(connection: Connection, store_id: str, outbox_id: str, outcome: SendOutcome) -> None:
    """Write an outcome on the part and its message."""
    match outcome:
        case Accepted(wamid=wamid):
            settling.accept(connection, store_id, outbox_id, wamid)
        case Rejected(code=code, reason=reason):
            settling.fail(connection, store_id, outbox_id, code, reason)
        case Unknown(reason=reason):
            if settling.lose_sight(connection, store_id, outbox_id, reason):
                messages.advance(connection, store_id, outbox_id, "unknown")
