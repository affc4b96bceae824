"""Step 6. One doorbell, one turn: takes the lease, counts the attempt, ends the turn.

Here errors become what can be done about them: another attempt with back-off, or a dead
letter. One of the three places that catch everything, because a defect of ours must not keep
a customer's message from its visible end (P1).
"""

import random
from dataclasses import dataclass

import structlog

from common import failpoints, leases, metrics, settling, turns
from common.database import Database
from common.errors import LeaseLostError, PermanentError, ServiceError, TemporaryError
from common.leases import Lease
from common.logs import traceback_of
from common.stores import Store, Stores
from common.turns import Turn
from worker.giving_up import give_up
from worker.lease_keeper import LeaseKeeper
from worker.pipeline import Pipeline
from worker.ports import Done, Waiting

_LOG = structlog.get_logger()
_LONGEST_BACKOFF_SECONDS = 60.0
_LONGEST_ASKED_SECONDS = 300.0  # a customer must not wait an hour because a header says so


@dataclass(frozen=True)
class TurnRunner:
    """Runs turns for one worker process."""

    database: Database
    stores: Stores
    keeper: LeaseKeeper
    pipeline: Pipeline
    holder: str
    lease_seconds: float

    def answer(self, store_id: str, conversation_id: str) -> float | None:
        """Answer a doorbell with one turn at most; returns in how many seconds more mail is due."""
        store = self.stores.get(store_id)
        lease = leases.take(
            self.database, store_id, conversation_id, self.holder, self.lease_seconds
        )
        if lease is None:
            return None  # its holder looks again after giving it back
        failpoints.reach("worker.lease_taken")
        try:
            with self.keeper.holding(lease):
                self._take_turn(store, lease)
        except LeaseLostError:
            _LOG.warning("turn_abandoned", store=store_id, fence=lease.fence)
            return None
        finally:
            leases.release(self.database, lease)
        failpoints.reach("worker.lease_released")
        with self.database.store(store_id) as connection:
            return turns.next_due(connection, store_id, conversation_id)

    def _take_turn(self, store: Store, lease: Lease) -> None:
        with self.database.store(store.store_id) as connection:
            turn = turns.begin(connection, lease)
        if not isinstance(turn, Turn):
            return  # nothing is pending, or its head is not due
        failpoints.reach("worker.attempt_counted")
        log = _LOG.bind(store=store.store_id, turn=turn.turn_id, attempt=turn.attempts)
        try:
            _refuse_poison(store, turn)
            result = self.pipeline.run(store, turn)
        except LeaseLostError:
            raise
        except ServiceError as error:
            log.warning("attempt_failed", code=error.code)
            self._after_failure(store, turn, error)
        except Exception as error:  # noqa: BLE001  # a door: the message must reach its end
            log.error("attempt_broke", **traceback_of(error))  # noqa: TRY400  # no text in logs
            self._after_failure(store, turn, TemporaryError("A defect.", code="defect"))
        else:
            self._after_success(store, turn, result)

    def _after_success(self, store: Store, turn: Turn, result: Done | Waiting) -> None:
        with self.database.store(store.store_id) as connection:
            leases.check(connection, turn.lease)
            if isinstance(result, Waiting):
                is_waiting = settling.is_waiting(connection, store.store_id, turn.turn_id)
                seconds = result.seconds if is_waiting else 0.0
                turns.postpone(connection, turn, seconds, counted=False)
                return
            turns.finish(connection, turn, result.outcome)
        failpoints.reach("worker.turn_finished")
        _count(store, turn, result.outcome)

    def _after_failure(self, store: Store, turn: Turn, error: ServiceError) -> None:
        is_temporary = isinstance(error, TemporaryError)
        with self.database.store(store.store_id) as connection:
            leases.check(connection, turn.lease)
            if is_temporary and turn.attempts < store.settings.attempts:
                turns.postpone(connection, turn, _backoff(turn, error), counted=True)
                return
            outcome = give_up(connection, self.stores.seal_of(store), turn, error)
        _count(store, turn, outcome)


def _refuse_poison(store: Store, turn: Turn) -> None:
    """Stop a message whose worker died at each attempt; raises PermanentError."""
    if turn.attempts > store.settings.attempts:
        raise PermanentError("Its worker died each time.", code="worker_died")


def _backoff(turn: Turn, error: ServiceError) -> float:
    """Wait 1, 2, 4… seconds, each between half and the whole of it, or what was asked for."""
    asked = error.retry_after if isinstance(error, TemporaryError) else None
    if asked is not None:
        return min(asked, _LONGEST_ASKED_SECONDS)
    longest = min(2.0 ** (turn.attempts - 1), _LONGEST_BACKOFF_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, not a secret


def _count(store: Store, turn: Turn, outcome: str) -> None:
    metrics.messages_handled.labels(store.store_id, outcome).inc(len(turn.mail))
    if outcome == "dead":
        metrics.dead_letters.labels(store.store_id).inc(len(turn.mail))
