"""One consumer for the queues of every store a process serves: it costs the same at 10,000.

It asks Redis for turns only with a free seat: when it is woken, when one is due, and after two
seconds without either, should a wake-up be lost. In between it waits on a topic of its own.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import redis
import structlog
from dramatiq import Consumer, Message, MessageProxy

from common.errors import ServiceError
from common.queues.names import ANSWER, EVERY_STORE, STATUSES, STATUSES_PLACE, wake_topic
from common.queues.pace import Pace
from common.queues.scripts import Offer, Scripts, Taken
from common.queues.seats import Seats

_LOG = structlog.get_logger()
# Should a wake-up be lost with a process that died of it.
_LONGEST_WAIT_SECONDS = 2.0
_REST_SECONDS = 0.5  # after Redis or the database did not answer
_STOPPING_SECONDS = 0.05
# Workers of its own are sure for so long after their last word; then the shared ones help.
_OWN_MS = 60_000

PaceReader = Callable[[Sequence[str]], Mapping[str, Pace]]


@dataclass(frozen=True)
class Service:
    """Which turns a process takes: whose, how many at once, and for how long it claims one.

    Without `own_stores` it serves every store that has no workers of its own.
    """

    process: str
    lanes: tuple[str, ...]
    own_stores: tuple[str, ...]
    seats: int
    claim_ms: int
    read_paces: PaceReader


class TurnMessage(MessageProxy):
    """A turn on its way through Dramatiq; the actor that answers it says what comes next."""

    def __init__(self, turn: Taken) -> None:
        super().__init__(_message_of(turn))
        self.turn = turn
        self.due_in: float | None = None
        self.next_goes_first = False
        self.next_goes_ahead = False


class TurnConsumer(Consumer):
    """Hands out turns. Iterated by one thread; acknowledged and held from any."""

    def __init__(self, client: "redis.Redis", service: Service) -> None:
        self._client = client
        self._scripts = Scripts(client)
        self._service = service
        self._seats = Seats(
            service.seats, is_shared=len(service.lanes) > 1 or not service.own_stores
        )
        self._ready: deque[Taken] = deque()
        self._stopping = threading.Event()
        self._wakes = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]

    def __next__(self) -> TurnMessage | None:
        """Wait for the next turn; None when there was none for a while."""
        if not self._ready and not self._stopping.is_set():
            try:
                self._look()
            except (redis.RedisError, ServiceError) as error:
                _LOG.warning("no_turns", error_type=type(error).__name__)
                self._stopping.wait(_REST_SECONDS)
        if self._stopping.is_set():
            self._leave()
            time.sleep(_STOPPING_SECONDS)  # until Dramatiq ends this thread
            return None
        return TurnMessage(self._ready.popleft()) if self._ready else None

    def ack(self, message: MessageProxy) -> None:
        """End a turn; what Redis does not hear now, the sweeper finds."""
        assert isinstance(message, TurnMessage)  # noqa: S101  # we made it
        self._seats.leave(message.turn)
        due_ms = None if message.due_in is None else message.due_in * 1000
        places = {"goes_first": message.next_goes_first, "goes_ahead": message.next_goes_ahead}
        self._end(message.turn, due_ms, **places)

    def nack(self, message: MessageProxy) -> None:
        """Ring again soon: an actor catches what it can, so this one never began."""
        assert isinstance(message, TurnMessage)  # noqa: S101  # we made it
        self._seats.leave(message.turn)
        self._end(message.turn, _REST_SECONDS * 1000, goes_first=message.turn.goes_first)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Give back turns that did not begin."""
        for message in messages:
            assert isinstance(message, TurnMessage)  # noqa: S101  # we made it
            self._give_back(message.turn)

    def close(self) -> None:
        self._leave()

    def stop(self) -> None:
        """Take no more turns; those that run go on."""
        self._stopping.set()
        try:
            self._client.publish(wake_topic(self._service.process), "stop")
        except redis.RedisError:
            _LOG.warning("stops_without_redis")  # it ends its wait by itself

    def hand_back(self) -> None:
        """Give back what did not end before this process does."""
        with self._seats.held() as turns:
            for turn in turns:
                self._end(turn, 0.0, goes_first=turn.goes_first)

    def hold(self) -> None:
        """Keep the claims of what runs; called once a second. Raises redis.RedisError."""
        with self._seats.held() as turns:
            if turns or self._service.own_stores:
                service = self._service
                self._scripts.hold(turns, service.claim_ms, service.own_stores, _OWN_MS)

    def _leave(self) -> None:
        """Give back at once what nobody here will begin, and let others be woken instead."""
        while self._ready:
            self._give_back(self._ready.popleft())
        if self._wakes.subscribed:
            self._wakes.close()  # from here on this process is passed over
            try:
                self._take({}, want=0)  # whom it was woken for is another's to watch
            except redis.RedisError as error:
                _LOG.warning("left_untold", error_type=type(error).__name__)

    def _look(self) -> None:
        """Take what is due, or wait until something may be."""
        if not self._seats.wait_for_one(_LONGEST_WAIT_SECONDS):
            return
        if not self._wakes.subscribed:
            self.hold()  # its own stores are its own from the first turn on
            self._wakes.subscribe(wake_topic(self._service.process))
        offer = self._take({})
        if offer.asked:
            offer = self._tell(offer.asked)
        if not self._ready:
            wait = _LONGEST_WAIT_SECONDS if offer.wait_ms is None else offer.wait_ms / 1000
            self._wakes.get_message(timeout=min(wait, _LONGEST_WAIT_SECONDS))

    def _take(self, paces: Mapping[str, Pace], want: int | None = None) -> Offer:
        service = self._service
        offer = self._scripts.take(
            service.process,
            service.lanes,
            want=self._seats.free if want is None else want,
            kept=self._seats.kept,
            claim_ms=service.claim_ms,
            paces=paces,
        )
        self._seats.take(offer.turns)
        self._ready.extend(offer.turns)
        return offer

    def _tell(self, asked: Sequence[str]) -> Offer:
        """Say how fast those stores may go, and take again."""
        paces = self._service.read_paces(asked)
        for unknown in set(asked) - paces.keys():
            _LOG.warning("doorbell_of_unknown_store", store=unknown)
            self._scripts.forget(unknown)
        return self._take(paces)

    def _give_back(self, turn: Taken) -> None:
        self._seats.leave(turn)
        self._end(turn, 0.0, goes_first=turn.goes_first)

    def _end(self, turn: Taken, due_in_ms: float | None, **places: bool) -> None:
        try:
            self._scripts.done(turn, due_in_ms, **places)
        except redis.RedisError as error:
            _LOG.warning("turn_end_not_told", error_type=type(error).__name__)


def _message_of(turn: Taken) -> "Message[None]":
    """Write the message Dramatiq carries; its worker finds our consumer by the queue's name."""
    is_statuses = turn.conversation_id == STATUSES_PLACE
    return Message(
        queue_name=EVERY_STORE,
        actor_name=STATUSES if is_statuses else ANSWER,
        args=(turn.store_id,) if is_statuses else (turn.store_id, turn.conversation_id),
        kwargs={},
        options={},
    )
