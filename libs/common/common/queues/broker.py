"""The connection to Redis, and the Dramatiq broker on top of it.

Dramatiq's actors, worker and middleware stay in use; what carries its messages is ours. What
this leans on beyond Dramatiq's documentation is written down, as tests, in
`tests/unit/common/test_what_we_lean_on_in_dramatiq.py`.
"""

import threading
from typing import Any

import redis
from dramatiq import Actor, Broker, Message, MessageProxy, Middleware, Worker

from common.errors import ConfigurationError
from common.identifiers import is_store_id
from common.queues.consumer import TurnConsumer
from common.queues.doorbells import Doorbells
from common.queues.names import ACTORS, ANSWER, EVERY_STORE, store_of

# The door answers Meta whether or not Redis does: each ring or hint may cost it this long.
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
_answering = threading.local()


def redis_client(url: str, connections: int = 64) -> "redis.Redis":
    """Open a client with short time-outs; raises ConfigurationError without a URL."""
    if not url:
        raise ConfigurationError("REDIS_URL is not set.")
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        max_connections=connections,
    )


def went_first() -> bool:
    """Say, from within an actor, whether its turn went before the others."""
    return bool(_answering.delivery.turn.goes_first)


def more_mail_in(
    seconds: float | None, *, goes_first: bool = False, goes_ahead: bool = False
) -> None:
    """Say, from within an actor, when its conversation's next mail is due; None for none.

    What a person is waiting to say goes first again. What could not be taken although it had
    come to its turn goes ahead of its store's others when it can.
    """
    _answering.delivery.due_in = seconds
    _answering.delivery.next_goes_first = goes_first
    _answering.delivery.next_goes_ahead = goes_ahead


class StoreQueues(Broker):
    """A broker with one queue for each store, and one consumer for all that a process serves."""

    def __init__(self, doorbells: Doorbells, consumer: TurnConsumer) -> None:
        super().__init__(middleware=[_Attendance()])
        self._doorbells = doorbells
        self.queues: dict[str, None] = {}
        self.consumer = consumer

    def declare_actor(self, actor: "Actor[Any, Any]") -> None:
        """Accept the actors whose names every service knows; raises ConfigurationError."""
        if actor.actor_name not in ACTORS:
            raise ConfigurationError(f"There is no actor {actor.actor_name!r}.")
        super().declare_actor(actor)

    def declare_queue(self, queue_name: str) -> None:
        """Serve every store; a store's own queue needs no declaration, only a right name.

        Raises ConfigurationError for a name that is neither.
        """
        if queue_name != EVERY_STORE:
            _checked_store(queue_name)
            return
        if EVERY_STORE not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[EVERY_STORE] = None
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: "Message[Any]", *, delay: int | None = None) -> "Message[Any]":
        """Ring the conversation that a message names; raises ConfigurationError."""
        store_id = _checked_store(message.queue_name)
        if message.actor_name not in ACTORS:
            raise ConfigurationError(f"There is no actor {message.actor_name!r}.")
        if message.actor_name == ANSWER:
            self._doorbells.ring(store_id, [message.args[1]], delay or 0)
        else:
            self._doorbells.ring_statuses(store_id)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 30000) -> TurnConsumer:
        """Return the one consumer: it keeps its own count and never polls."""
        del queue_name, prefetch, timeout
        return self.consumer

    def check(self) -> None:
        """Refuse to start half-wired; raises ConfigurationError."""
        if missing := ACTORS - self.get_declared_actors():
            raise ConfigurationError(f"Nobody answers for {', '.join(sorted(missing))}.")


class _Attendance(Middleware):
    """Remembers which delivery a thread is at, and stops taking when the worker stops."""

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        del broker
        _answering.delivery = message

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        del worker
        assert isinstance(broker, StoreQueues)  # noqa: S101  # we added it there
        broker.consumer.stop()


def _checked_store(queue_name: str) -> str:
    try:
        store_id = store_of(queue_name)
    except ValueError as error:
        raise ConfigurationError(f"{queue_name!r} is no store's queue.") from error
    if not is_store_id(store_id):
        raise ConfigurationError(f"{queue_name!r} is no store's queue.")
    return store_id
