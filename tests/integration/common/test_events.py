import threading
from contextlib import suppress

import pytest
import redis

from common import events
from common.events import Announcer
from common.queues import redis_client


def record(desk, count=1, store_id="store-1"):
    with desk.database.store(store_id) as connection:
        for number in range(count):
            events.record(connection, store_id, "chat_list_update", None, number=number)


def after(desk, seq=0, limit=1000, store_id="store-1"):
    with desk.database.store(store_id) as connection:
        return events.after(connection, store_id, seq, limit)


def head(desk):
    with desk.database.store("store-1") as connection:
        return events.head(connection, "store-1")


def test_an_event_has_no_number_until_the_sequencer_gives_it_one(desk):
    record(desk, 3)
    assert (head(desk), after(desk)) == (0, [])

    assert events.sequence(desk.database, "store-1") == 3

    assert head(desk) == 3
    assert [event.seq for event in after(desk)] == [1, 2, 3]
    assert [event.refs["number"] for event in after(desk)] == [0, 1, 2]


def test_with_nothing_new_the_head_stays(desk):
    record(desk)
    events.sequence(desk.database, "store-1")

    assert events.sequence(desk.database, "store-1") == 1


def test_what_follows_a_number_comes_in_order_and_no_more_than_asked(desk):
    record(desk, 5)
    events.sequence(desk.database, "store-1")

    assert [event.seq for event in after(desk, seq=2, limit=2)] == [3, 4]
    assert after(desk, seq=5) == []


def test_eight_writers_and_two_sequencers_leave_no_gap(desk):
    writers_gone = threading.Event()

    def write(writer):
        for number in range(10):
            with desk.database.store("store-1") as connection:
                events.record(
                    connection, "store-1", "chat_list_update", None, writer=writer, number=number
                )

    def number_them():
        while not writers_gone.is_set():
            events.sequence(desk.database, "store-1")

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    sequencers = [threading.Thread(target=number_them) for _ in range(2)]
    for thread in writers + sequencers:
        thread.start()
    for thread in writers:
        thread.join()
    writers_gone.set()
    for thread in sequencers:
        thread.join()
    events.sequence(desk.database, "store-1")

    found = after(desk)
    assert [event.seq for event in found] == list(range(1, 81))
    for writer in range(8):
        own = [event.refs["number"] for event in found if event.refs["writer"] == writer]
        assert own == list(range(10))


def test_a_number_once_given_never_changes(desk):
    record(desk, 2)
    events.sequence(desk.database, "store-1")
    before = after(desk)
    record(desk, 2)
    events.sequence(desk.database, "store-1")

    assert after(desk)[:2] == before


def test_stores_count_for_themselves(desk):
    record(desk, 2)
    record(desk, 1, "store-2")

    assert events.sequence(desk.database, "store-2") == 1
    assert events.sequence(desk.database, "store-1") == 2
    assert len(after(desk, store_id="store-2")) == 1


def test_stores_whose_events_wait_for_a_number_are_named(desk):
    assert events.stores_to_sequence(desk.database) == ()
    record(desk, 1, "store-2")

    assert events.stores_to_sequence(desk.database) == ("store-2",)
    events.sequence(desk.database, "store-2")
    assert events.stores_to_sequence(desk.database) == ()


def test_an_event_is_announced_once_and_only_after_its_commit(desk):
    announced = []

    def announce(store_id):
        announced.append((store_id, desk.value("SELECT count(*) FROM events")))

    desk.database.announce = announce
    with desk.database.store("store-1") as connection:
        events.record(connection, "store-1", "chat_list_update", None)
        events.record(connection, "store-1", "chat_list_update", None)
        assert announced == []

    assert announced == [("store-1", 2)]


def test_what_was_rolled_back_is_neither_kept_nor_announced(desk):
    announced = []
    desk.database.announce = announced.append

    with suppress(RuntimeError), desk.database.store("store-1") as connection:
        events.record(connection, "store-1", "chat_list_update", None)
        raise RuntimeError

    assert announced == []
    assert desk.value("SELECT count(*) FROM events") == 0
    record(desk, 0)
    assert announced == []


def test_an_event_of_an_unknown_type_is_a_mistake_of_ours(desk):
    with pytest.raises(ValueError, match="typo"), desk.database.store("store-1") as connection:
        events.record(connection, "store-1", "typo", None)


@pytest.fixture
def announcer(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        announcer = Announcer(client)
        yield announcer
        announcer.close()


def test_a_hint_goes_out_on_the_stores_topic(redis_url, announcer):
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as subscription:
        subscription.subscribe("events:store-1")
        subscription.get_message(timeout=2)

        announcer("store-1")

        hint = subscription.get_message(timeout=2)
    assert hint["channel"] == b"events:store-1"
    assert hint["data"] == b'{"store_id": "store-1"}'


def test_many_hints_of_a_store_are_few_and_the_last_one_is_told(redis_url, announcer):
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as subscription:
        subscription.subscribe("events:store-1", "events:store-2")
        for _ in range(2):
            subscription.get_message(timeout=2)
        for _ in range(500):
            announcer("store-1")
        announcer("store-2")
        announcer.close()

        hints = []
        while hint := subscription.get_message(timeout=0.2):
            hints.append(hint["channel"])
    assert hints.count(b"events:store-2") == 1
    assert 1 <= hints.count(b"events:store-1") < 100


def test_an_announcer_that_was_closed_leaves_no_thread(announcer):
    others = set(threading.enumerate())
    announcer("store-1")
    assert [thread.name for thread in set(threading.enumerate()) - others] == ["announcer"]

    announcer.close()

    assert set(threading.enumerate()) <= others


def test_a_hint_that_cannot_go_out_disturbs_nobody(free_port):
    with redis_client(f"redis://127.0.0.1:{free_port}/0") as client:
        announcer = Announcer(client)
        announcer("store-1")
        announcer.close()
