"""Rings stores' queues, and says how many doorbells wait."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import redis
import structlog

from common.circuit import Circuit
from common.queues.names import first_key, rung_key
from common.queues.pace import Pace
from common.queues.scripts import Ring, Scripts

_LOG = structlog.get_logger()
# Redis does nothing else while it rings: so many conversations take it a few milliseconds.
_MOST_AT_ONCE = 1_000


class Doorbells:
    """Rings conversations. Call it after the commit; a failed ring is the sweeper's to repair."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._scripts = Scripts(client)
        self._circuit = Circuit()

    def ring(
        self,
        store_id: str,
        conversation_ids: Iterable[str],
        delay_ms: float = 0,
        *,
        goes_first: bool = False,
        pace: Pace | None = None,
    ) -> bool:
        """Say that these conversations have mail, once each; False when Redis is not there.

        What a person does goes first and spends no pace. A caller that has the store's pace at
        hand saves the worker from asking for it.
        """
        conversations = tuple(dict.fromkeys(conversation_ids))
        known = {} if pace is None else {store_id: pace}
        return self.ring_all([Ring(store_id, conversations, delay_ms, goes_first)], known)

    def ring_statuses(self, store_id: str) -> bool:
        """Say that a store has statuses to apply."""
        return self.ring_all([Ring.of_statuses(store_id)])

    def ring_all(self, rings: Iterable[Ring], paces: Mapping[str, Pace] | None = None) -> bool:
        """Ring conversations of many stores, a thousand in each round trip."""
        if self._circuit.is_open:
            return False  # the door must not wait for a Redis that hangs; the sweeper rings
        try:
            for some in _in_portions(rings):
                self._scripts.ring(some, paces or {})
        except redis.RedisError as error:
            self._circuit.trip()
            _LOG.warning("doorbell_not_rung", error_type=type(error).__name__)
            return False
        return True

    def depth(self, store_id: str) -> int:
        """Count a store's doorbells, due or not; raises redis.RedisError."""
        return self.depths([store_id])[store_id]

    def depths(self, store_ids: Sequence[str]) -> dict[str, int]:
        """Count the doorbells of several stores; raises redis.RedisError."""
        with self._client.pipeline(transaction=False) as pipeline:
            for store_id in store_ids:
                pipeline.zcard(rung_key(store_id))
                pipeline.scard(first_key(store_id))
            counts = pipeline.execute()
        waiting = map(sum, zip(counts[::2], counts[1::2], strict=True))
        return dict(zip(store_ids, waiting, strict=True))


def _in_portions(rings: Iterable[Ring]) -> Iterable[list[Ring]]:
    """Share rings out so that no round trip carries too many conversations."""
    portion: list[Ring] = []
    count = 0
    for ring in rings:
        waiting = iter(ring.conversation_ids)
        while some := tuple(islice(waiting, _MOST_AT_ONCE - count)):
            portion.append(Ring(ring.store_id, some, ring.delay_ms, ring.goes_first))
            count += len(some)
            if count == _MOST_AT_ONCE:
                yield portion
                portion, count = [], 0
    if portion:
        yield portion
