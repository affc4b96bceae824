"""Step 6. One doorbell, one turn: takes the lease, counts the attempt, ends the turn.

Here errors become what can be done about them: another attempt with back-off, or a dead
letter. One of the doors that catch everything (decision 0039), because a defect of ours must
not keep a customer's message from its visible end (P1).
"""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import assert_never

import structlog
from sqlalchemy import Connection

from common import failpoints, leases, metrics, outbox, settling, shown_behind, turns
from common.database import Database
from common.errors import LeaseLostError, PermanentError, ServiceError, TemporaryError
from common.logs import traceback_of
from common.stores import Store, Stores
from common.turns import Ended, NotDue, Taker, Turn
from worker.giving_up import give_up
from worker.lease_keeper import LeaseKeeper
from worker.part_sending import SendPostponedError
from worker.pipeline import Pipeline
from worker.ports import Done, Held, Paced, Shown, TurnResult, Waiting

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

    def answer(self, store_id: str, conversation_id: str) -> float | NotDue | None:
        """Answer a doorbell: one turn at most.

        Returns in how many seconds the conversation's next mail is due, 0.0 for now; None when
        there is none. NotDue: it came to its turn in vain, so it goes ahead of others then.
        """
        store = self.stores.get(store_id)
        taker, attempts = Taker(self.holder, self.lease_seconds), store.settings.attempts
        turn = turns.begin(
            self.database,
            store_id,
            conversation_id,
            taker,
            attempts,
            is_paused=not store.is_active,
        )
        if not isinstance(turn, Turn):
            return turn
        failpoints.reach("worker.attempt_counted")
        try:
            next_due = self._run(store, turn)
        except LeaseLostError:
            _LOG.warning("turn_abandoned", store=store_id, fence=turn.lease.fence)
            return None
        failpoints.reach("worker.lease_released")
        return next_due

    def has_command(self, store_id: str, conversation_id: str) -> bool:
        """Say whether what an agent wrote is still waiting behind something."""
        with self.database.store(store_id) as connection:
            return turns.has_command(connection, store_id, conversation_id)

    def _run(self, store: Store, turn: Turn) -> float | None:
        """Run a turn to where it goes now. Its end gives the lease back; what broke, we do."""
        with ExitStack() as broken, self.keeper.holding(turn.lease):
            broken.callback(leases.release, self.database, turn.lease)
            next_due = self._take_turn(store, turn)
            broken.pop_all()
            return next_due

    def _take_turn(self, store: Store, turn: Turn) -> float | None:
        log = _LOG.bind(store=store.store_id, turn=turn.turn_id, attempt=turn.attempts)
        try:
            _refuse_poison(store, turn)
            result = self.pipeline.run(store, turn)
        except LeaseLostError:
            raise
        except ServiceError as error:
            log.warning("attempt_failed", code=error.code)
            return self._after_failure(store, turn, error)
        except Exception as error:  # noqa: BLE001  # a door: the message must reach its end
            log.error("attempt_broke", **traceback_of(error))  # noqa: TRY400  # no text in logs
            return self._after_failure(store, turn, TemporaryError("A defect.", code="defect"))
        return self._after_success(store, turn, result)

    def _after_success(self, store: Store, turn: Turn, result: TurnResult) -> float | None:
        """Write down where the turn stands; returns when the conversation's next mail is due."""
        match result:
            case Done(outcome):
                return self._at_its_end(
                    store, turn, outcome, turns.end(self.database, turn, outcome)
                )
            case Ended(outcome, next_due):
                return self._at_its_end(store, turn, outcome, next_due)
            case Held():
                with self._ending(turn) as connection:
                    turns.hold(connection, turn)
                    return _next_due(connection, turn)
            case Shown():
                with self._ending(turn) as connection:
                    shown_behind.stand_behind(connection, turn)
                    has_unseen = shown_behind.has_unseen(connection, turn)
                    return 0.0 if has_unseen else _next_due(connection, turn)
            case Waiting(seconds, outbox_id):
                with self._ending(turn) as connection:
                    part = outbox.named(store.store_id, outbox_id)
                    seconds = seconds if settling.is_waiting(connection, part) else 0.0
                    turns.postpone(connection, turn, seconds, counted=False)
                    return seconds
            case Paced(seconds):
                with self._ending(turn) as connection:
                    turns.postpone(connection, turn, seconds, counted=False)
                    return seconds
            case _:
                assert_never(result)

    def _at_its_end(
        self, store: Store, turn: Turn, outcome: str, next_due: float | None
    ) -> float | None:
        failpoints.reach("worker.turn_finished")
        _count(store, turn, outcome)
        return next_due

    def _after_failure(self, store: Store, turn: Turn, error: ServiceError) -> float | None:
        is_counted_on_its_part = isinstance(error, SendPostponedError)
        has_attempts = isinstance(error, TemporaryError) and turn.attempts < store.settings.attempts
        with self._ending(turn) as connection:
            if is_counted_on_its_part or has_attempts:
                seconds = _backoff(turn, error)
                turns.postpone(connection, turn, seconds, counted=not is_counted_on_its_part)
                if turn.is_behind:
                    shown_behind.show_again(connection, turn)
                    head_due = _next_due(connection, turn)
                    return seconds if head_due is None else min(seconds, head_due)
                return seconds
            outcome = give_up(connection, self.stores.seal_of(store), turn, error)
            next_due = _next_due(connection, turn)
        _count(store, turn, outcome)
        return next_due

    @contextmanager
    def _ending(self, turn: Turn) -> Iterator[Connection]:
        """Open a transaction under the fence that gives the conversation back at its end."""
        with self.database.store(turn.lease.store_id) as connection:
            leases.check(connection, turn.lease)
            yield connection
            leases.release_in(connection, turn.lease)


def _next_due(connection: Connection, turn: Turn) -> float | None:
    return turns.next_due(connection, turn.lease.store_id, turn.lease.conversation_id)


def _refuse_poison(store: Store, turn: Turn) -> None:
    """Stop a message whose worker died at each attempt; raises PermanentError."""
    if turn.attempts > store.settings.attempts:
        raise PermanentError("Its worker died each time.", code="worker_died")


def _backoff(turn: Turn, error: ServiceError) -> float:
    """Wait 1, 2, 4… seconds, each between half and the whole of it, or what was asked for."""
    asked = error.retry_after if isinstance(error, TemporaryError) else None
    if asked is not None and isinstance(error, SendPostponedError):
        return asked * random.uniform(1.0, 1.05)  # noqa: S311  # the table's wait, not sooner
    if asked is not None:
        return min(asked, _LONGEST_ASKED_SECONDS)
    longest = min(2.0 ** (turn.attempts - 1), _LONGEST_BACKOFF_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, not a secret


def _count(store: Store, turn: Turn, outcome: str) -> None:
    metrics.messages_handled.labels(store.store_id, outcome).inc(len(turn.mail))
    if outcome == "dead":
        metrics.dead_letters.labels(store.store_id).inc(len(turn.mail))
