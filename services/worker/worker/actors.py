"""The actors that answer doorbells; one name each, shared by every store's queue."""

from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker

from common import statuses
from common.database import Database
from common.errors import ServiceError, StoreNotFoundError
from common.logs import traceback_of
from common.queues import ANSWER, STATUSES, Doorbells
from common.stores import Stores
from worker.turn_runner import TurnRunner

_LOG = structlog.get_logger()


def declare(
    broker: RedisBroker, runner: TurnRunner, status_desk: "StatusDesk", doorbells: Doorbells
) -> None:
    """Give the broker its two actors. A failed job is not repeated: the sweeper rings again."""

    def answer_conversation(store_id: str, conversation_id: str) -> None:
        with _job(store_id):
            seconds = runner.answer(store_id, conversation_id)
            if seconds is not None:
                doorbells.ring(store_id, [conversation_id], seconds * 1000)

    def apply_statuses(store_id: str) -> None:
        with _job(store_id):
            status_desk.apply(store_id)

    dramatiq.actor(actor_name=ANSWER, broker=broker)(answer_conversation)
    dramatiq.actor(actor_name=STATUSES, broker=broker)(apply_statuses)


class StatusDesk:
    """Applies a store's statuses in batches until none is due."""

    def __init__(self, database: Database, stores: Stores, doorbells: Doorbells) -> None:
        self._database = database
        self._stores = stores
        self._doorbells = doorbells

    def apply(self, store_id: str) -> None:
        seal = self._stores.seal_of(self._stores.get(store_id))
        while True:
            with self._database.store(store_id) as connection:
                applied = statuses.apply_batch(connection, store_id, seal)
            if applied.settled:
                self._doorbells.ring(store_id, applied.settled)
            if applied.count == 0:
                return


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
