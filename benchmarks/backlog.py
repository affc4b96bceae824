"""Puts messages into conversations of stores before anybody works: what a drain drains."""

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence

import redis

from common.database import Database
from common.inbound import InboundMessage
from common.inbox import NewItem, accept
from common.queues import Doorbells, Ring
from common.sealing import Keyring, StoreSeal
from common.settings import Settings
from common.stores import Stores

_ITEMS_AT_ONCE = 500
QUESTION = "Buenas tardes, ¿tienen café molido de 500 gramos y hasta qué hora atienden?"
_PHONES = itertools.count(573_000_000_001)


def new_phones(count: int) -> list[str]:
    """Give phones that nobody has had in this run, one after the other."""
    return [str(number) for number in itertools.islice(_PHONES, count)]


class Backlog:
    """Fills the inbox through the same `accept` as the door, then rings."""

    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings.database_url, 2)
        self._stores = Stores(self._database, Keyring(settings.secrets_keys), settings)
        self._redis = redis.Redis.from_url(settings.redis_url)
        self._doorbells = Doorbells(self._redis)
        self._seals: dict[str, StoreSeal] = {}
        self._waiting: dict[str, list[str]] = {}

    def close(self) -> None:
        self._database.close()
        self._redis.close()

    def fill(self, store_ids: Sequence[str], conversations: int, messages: int = 1) -> None:
        """Commit so many messages in so many conversations of each store; rings nobody."""
        for store_id in store_ids:
            self._stores.forget(store_id)
            self._seals[store_id] = self._stores.seal_of(self._stores.get(store_id))
        items = self._items(store_ids, conversations, messages)
        found: dict[str, dict[str, None]] = defaultdict(dict)
        while some := list(itertools.islice(items, _ITEMS_AT_ONCE)):
            for each in accept(self._database, some):
                found[each.item.store_id][str(each.conversation_id)] = None
        self._waiting = {store_id: list(known) for store_id, known in found.items()}

    def ring(self) -> None:
        """Ring every conversation that `fill` filled."""
        self._doorbells.ring_all(Ring(each, known) for each, known in self._waiting.items())

    def _items(
        self, store_ids: Sequence[str], conversations: int, messages: int
    ) -> Iterator[NewItem]:
        people = [(each, phone) for each in store_ids for phone in new_phones(conversations)]
        for _ in range(messages):
            for store_id, phone in people:
                yield _item(self._seals[store_id], phone)


def _item(seal: StoreSeal, phone: str) -> NewItem:
    message = InboundMessage(
        wamid=f"wamid.{uuid.uuid4().hex}", kind="text", text=QUESTION, phone=phone, name="Ana"
    )
    return NewItem(
        store_id=seal.store_id,
        kind="message",
        event_id=message.wamid,
        payload_sealed=seal.seal(message.to_bytes()),
        phone=phone,
        name="Ana",
    )
