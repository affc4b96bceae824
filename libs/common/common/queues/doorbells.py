"""Rings stores' queues."""

from collections.abc import Iterable

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError

from common.circuit import Circuit
from common.queues.names import ANSWER, STATUSES, queue_name

_LOG = structlog.get_logger()
_REDIS_GONE = (redis.RedisError, BrokerConnectionError)


class Doorbells:
    """Rings conversations. Call it after the commit; a failed ring is the sweeper's to repair."""

    def __init__(self, broker: RedisBroker) -> None:
        self._broker = broker
        self._circuit = Circuit()

    def ring(self, store_id: str, conversation_ids: Iterable[str], delay_ms: float = 0) -> bool:
        """Say that these conversations have mail, once each; False when Redis is not there."""
        return self._send(
            [
                _message(store_id, ANSWER, (store_id, conversation_id))
                for conversation_id in dict.fromkeys(conversation_ids)
            ],
            delay_ms,
        )

    def ring_statuses(self, store_id: str) -> bool:
        """Say that a store has statuses to apply."""
        return self._send([_message(store_id, STATUSES, (store_id,))], 0)

    def depth(self, store_id: str) -> int:
        """Count the doorbells that wait; raises redis.RedisError."""
        key = f"{self._broker.namespace}:{queue_name(store_id)}"
        return int(self._broker.client.llen(key))

    def _send(self, jobs: list["dramatiq.Message[None]"], delay_ms: float) -> bool:
        if self._circuit.is_open:
            return False  # the door must not wait for a Redis that hangs; the sweeper rings
        delay = round(delay_ms) or None
        try:
            for job in jobs:
                self._broker.enqueue(job, delay=delay)
        except _REDIS_GONE as error:
            self._circuit.trip()
            _LOG.warning("doorbell_not_rung", jobs=len(jobs), error_type=type(error).__name__)
            return False
        return True


def _message(store_id: str, actor: str, args: tuple[str, ...]) -> "dramatiq.Message[None]":
    return dramatiq.Message(
        queue_name=queue_name(store_id), actor_name=actor, args=args, kwargs={}, options={}
    )
