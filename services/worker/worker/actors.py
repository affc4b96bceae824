"""The actors that answer doorbells; one name each, shared by every store's queue."""

from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
import structlog

from common import metrics, statuses
from common.database import Database
from common.errors import ServiceError, StoreNotFoundError
from common.logs import traceback_of
from common.queues import (
    ANSWER,
    EVERY_STORE,
    STATUSES,
    Doorbells,
    StoreQueues,
    more_mail_in,
    went_first,
)
from common.statuses import Applied, Refusal
from common.stores import Store, Stores
from common.turns import NotDue
from worker.computing import Computing
from worker.refusals import Refusals
from worker.turn_runner import TurnRunner

_LOG = structlog.get_logger()


# A store with more statuses than so many batches lets others go between.
_BATCHES_AT_ONCE = 5


def declare(
    broker: StoreQueues, runner: TurnRunner, status_desk: "StatusDesk", computing: Computing
) -> None:
    """Give the broker its two actors. A failed job is not repeated: the sweeper rings again."""

    def answer_conversation(store_id: str, conversation_id: str) -> None:
        with _job(store_id), computing.turn_of(store_id, goes_first=went_first()):
            following = runner.answer(store_id, conversation_id)
            is_for_agent = (
                went_first()
                and following is not None
                and runner.has_command(store_id, conversation_id)
            )
            if isinstance(following, NotDue):
                more_mail_in(following.seconds, goes_first=is_for_agent, goes_ahead=True)
            else:
                more_mail_in(following, goes_first=is_for_agent)

    def apply_statuses(store_id: str) -> None:
        with _job(store_id):
            more_mail_in(0.0 if status_desk.apply(store_id) else None)

    for name, actor in ((ANSWER, answer_conversation), (STATUSES, apply_statuses)):
        dramatiq.actor(actor_name=name, queue_name=EVERY_STORE, broker=broker)(actor)


class StatusDesk:
    """Applies a store's statuses in batches."""

    def __init__(
        self, database: Database, stores: Stores, doorbells: Doorbells, refusals: Refusals
    ) -> None:
        self._database = database
        self._stores = stores
        self._doorbells = doorbells
        self._refusals = refusals

    def apply(self, store_id: str) -> bool:
        """Apply what is due, within reason; says whether more may be waiting."""
        store = self._stores.get(store_id)
        seal = self._stores.seal_of(store)
        for _ in range(_BATCHES_AT_ONCE):
            applied = statuses.apply_batch(self._database, store_id, seal)
            _count(store_id, applied)
            if applied.settled:
                self._doorbells.ring(store_id, applied.settled)
            for refusal in applied.refusals:
                self._note(store, refusal)
            if not applied.may_have_more:
                return False
        return True

    def _note(self, store: Store, refusal: Refusal) -> None:
        """Do what a refusal asks for; what cannot be done for one must not keep the others."""
        try:
            self._refusals.note_status(store, refusal)
        except ServiceError as error:
            _LOG.error("refusal_not_noted", store=store.store_id, code=error.code)


def _count(store_id: str, applied: Applied) -> None:
    for outcome, many in applied.finished.items():
        metrics.statuses_handled.labels(store_id, outcome).inc(many)
    for outbox_id in applied.duplicates:
        metrics.confirmed_duplicates.labels(store_id).inc()
        _LOG.warning("confirmed_duplicate", store=store_id, part=outbox_id)


@contextmanager
def _job(store_id: str) -> Iterator[None]:
    """Log what a job could not do; its conversation stays pending and is rung again."""
    try:
        yield
    except StoreNotFoundError:
        _LOG.warning("doorbell_of_unknown_store", store=store_id)
    except ServiceError as error:
        _LOG.warning("job_failed", store=store_id, code=error.code)
    except Exception as error:  # noqa: BLE001  # a door: one job must not end its thread
        _LOG.error("job_broke", store=store_id, **traceback_of(error))
