"""The desk alone: no worker runs beside it."""

import threading
import uuid

import pytest
from sqlalchemy import text

from common import conversations, inbox, media, messages
from common.errors import TemporaryError
from common.inbox import NewItem
from common.media import ExpectedMedia
from common.messages import NewMessage
from common.storage_files import FileStorage
from tests.waiting import eventually
from worker.media_desk import Fetcher, MediaDesk
from worker.media_fetching import Fetched

_OPEN = text("SELECT open_session(:store, CAST(:conversation AS uuid), clock_timestamp())")
_REVOKE = text("SELECT revoke_media('store-1', CAST(:id AS uuid))")


@pytest.fixture
def expected(database, stores, two_stores):
    def expect(store_id="store-1"):
        message_id, seal = str(uuid.uuid4()), stores.seal_of(stores.get(store_id))
        item = NewItem(store_id, "message", message_id, seal.seal(b"{}"), phone="573001112233")
        conversation_id = inbox.accept(database, [item])[0].conversation_id
        with database.store(store_id) as connection:
            connection.execute(_OPEN, {"store": store_id, "conversation": conversation_id})
            opened = conversations.lock(connection, store_id, conversation_id)
            new = NewMessage(message_id, "user", "image", "", "received")
            messages.remember(connection, opened, new)
        media.expect(database, store_id, [ExpectedMedia(message_id, "77", "image")])
        return message_id

    return expect


class Fetching:
    """Does what the test says, when it says."""

    def __init__(self, act=None):
        self.began, self.go_on = [], threading.Event()
        self.act = act

    def fetch(self, _token, claimed, into):
        self.began.append(claimed.store_id)
        self.go_on.wait(20)
        if self.act is not None:
            raise self.act
        into.write(b"content")
        return Fetched(7, "image/png")


@pytest.fixture
def start(database, stores, tmp_path):
    started = []

    def start_one(fetching, own_stores=()):
        storage = FileStorage(tmp_path / "media")
        fetcher = Fetcher(database, stores, storage, fetching, tmp_path / "incoming")
        desk = MediaDesk(fetcher, own_stores, tick_seconds=5.0)
        started.append((desk, fetching))
        desk.start()
        return desk

    yield start_one
    for desk, fetching in started:
        desk.rest()
        fetching.go_on.set()
        for each in desk._threads:
            each.join()


def states(database, store_id="store-1"):
    query = "SELECT state, reason, attempts FROM media ORDER BY created_at"
    with database.store(store_id) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_one_store_never_has_the_last_thread(database, expected, start):
    for _ in range(4):
        expected()
    fetching = Fetching()
    desk = start(fetching)
    eventually(lambda: len(fetching.began) == 2)

    expected("store-2")
    desk.wake()

    eventually(lambda: fetching.began == ["store-1", "store-1", "store-2"])
    fetching.go_on.set()
    eventually(lambda: [each[0] for each in states(database)] == ["ready"] * 4)
    eventually(lambda: states(database, "store-2") == [("ready", "", 1)])


def test_a_dedicated_worker_fetches_for_its_own_stores_only(database, expected, start):
    fetching = Fetching()
    fetching.go_on.set()
    expected()
    expected("store-2")

    start(fetching, own_stores=("store-2",))

    eventually(lambda: states(database, "store-2") == [("ready", "", 1)])
    assert states(database) == [("loading", "", 0)]


def test_a_desk_that_stops_leaves_its_fetch_to_others_at_once_and_uncounted(
    database, expected, start
):
    expected()
    fetching = Fetching()
    desk = start(fetching)
    eventually(lambda: fetching.began)

    desk.rest()
    desk.hand_back()

    assert states(database) == [("loading", "", 0)]
    assert media.claim(database, 30, [], None) is not None
    fetching.go_on.set()
    eventually(lambda: not desk._held())
    assert states(database) == [("loading", "", 1)]  # the other one's claim holds


def test_a_claim_is_kept_alive_while_its_fetch_takes_long(database, expected, start):
    expected()
    fetching = Fetching()
    desk = start(fetching)
    eventually(lambda: fetching.began)
    with database.store("store-1") as connection:
        connection.execute(text("UPDATE media SET claimed_until = clock_timestamp()"))

    desk.tick()

    assert media.claim(database, 30, [], None) is None


@pytest.mark.parametrize("act", [RuntimeError("ours"), KeyError("ours")])
def test_a_file_that_breaks_us_ends_no_thread_and_is_tried_again_later(
    database, expected, start, act
):
    expected()
    fetching = Fetching(act)
    fetching.go_on.set()
    desk = start(fetching)
    eventually(lambda: fetching.began and not desk._held())

    assert all(each.is_alive() for each in desk._threads)
    assert states(database) == [("loading", "", 1)]


def test_a_deleted_messages_file_is_removed_though_its_fetch_was_under_way(
    database, expected, start, tmp_path
):
    message_id = expected()
    fetching = Fetching()
    desk = start(fetching)
    eventually(lambda: fetching.began)
    with database.store("store-1") as connection:
        connection.execute(_REVOKE, {"id": message_id})

    fetching.go_on.set()
    eventually(lambda: not desk._held())
    desk.wake()

    assert states(database) == [("failed", "revoked", 1)]
    eventually(lambda: removal(database) == "infinity")
    assert [each for each in (tmp_path / "media").rglob("*") if each.is_file()] == []


def removal(database):
    with database.store("store-1") as connection:
        return connection.scalar(text("SELECT due_at::text FROM media"))


def test_a_storage_that_is_full_costs_the_file_no_attempt(database, expected, start):
    expected()
    fetching = Fetching(OSError(28, "No space left on device"))
    fetching.go_on.set()
    start(fetching)

    eventually(lambda: states(database) == [("loading", "storage_unavailable", 0)])


def test_after_eight_attempts_and_after_seven_days_it_is_given_up(database, expected, start):
    expected()
    expected("store-2")
    for store_id, change in (
        ("store-1", "attempts = 7"),
        ("store-2", "created_at = clock_timestamp() - interval '8 days'"),
    ):
        with database.store(store_id) as connection:
            connection.execute(text(f"UPDATE media SET {change}"))
    fetching = Fetching(TemporaryError("no", code="503"))
    fetching.go_on.set()
    start(fetching)

    eventually(lambda: states(database) == [("failed", "503", 8)])
    eventually(lambda: states(database, "store-2") == [("failed", "expired", 1)])
