import redis
from sqlalchemy import Engine, text

from benchmarks.backlog import QUESTION, Backlog
from benchmarks.stores import UNLIMITED, named, replace_stores
from common.inbound import InboundMessage
from common.queues import Doorbells
from common.sealing import Keyring
from common.settings import Settings
from common.stores import Stores

COUNT = "SELECT count(*), count(DISTINCT conversation_id) FROM inbox WHERE state = 'pending'"


def test_a_backlog_waits_in_conversations_of_stores_that_nothing_slows(
    settings: Settings, owner: Engine, keyring: Keyring, stores: Stores
):
    replace_stores(settings.migration_database_url, keyring, named(2, UNLIMITED))
    backlog = Backlog(settings)

    backlog.fill(("bench-1", "bench-2"), conversations=3, messages=2)
    backlog.ring()
    backlog.close()

    with owner.begin() as connection:
        assert connection.execute(text(COUNT)).one() == (12, 6)
        sealed = connection.scalar(text("SELECT payload_sealed FROM inbox WHERE seq = 1 LIMIT 1"))
        store_id = connection.scalar(
            text("SELECT store_id FROM inbox WHERE payload_sealed = :it"), {"it": sealed}
        )
    store = stores.get(store_id)
    assert InboundMessage.from_bytes(stores.seal_of(store).open(sealed)).text == QUESTION
    assert store.settings.rate == UNLIMITED["rate"]
    with redis.Redis.from_url(settings.redis_url) as client:
        assert Doorbells(client).depth("bench-1") == 3


def test_stores_come_by_the_hundred(settings: Settings, owner: Engine, keyring: Keyring):
    replace_stores(settings.migration_database_url, keyring, named(300, UNLIMITED))

    with owner.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM stores")) == 300
