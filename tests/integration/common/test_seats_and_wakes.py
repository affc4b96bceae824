"""Who gets the last seats, who is woken for what, and what a consumer that stops leaves behind."""

import pytest

from common.queues import Doorbells, Pace, Service, TurnConsumer, redis_client
from tests.waiting import eventually

from .test_taking_turns import FAST, Worker, places


@pytest.fixture
def client(redis_url):
    return redis_client(redis_url)


@pytest.fixture
def doorbells(client):
    return Doorbells(client)


def consumer(client, name, seats=8):
    def paces(store_ids):
        return {each: Pace(0.001, 100, 1) for each in store_ids}

    return TurnConsumer(client, Service(name, ("shared",), (), seats, 5_000, paces))


def listening(client, name):
    wakes = client.pubsub(ignore_subscribe_messages=True)
    wakes.subscribe(f"mostrador:wake:{name}")
    eventually(lambda: wakes.subscribed and wakes.get_message(timeout=0.01) is None)
    return wakes


def test_what_agents_write_leaves_the_kept_seats_to_stores_with_nothing_at_work(doorbells, client):
    doorbells.ring("busy", [str(number) for number in range(200)], goes_first=True, pace=FAST)
    assert len(Worker(client, kept=2).take(want=8)) == 6
    doorbells.ring("quiet", ["a"], pace=FAST)

    assert ("quiet", "a") in places(Worker(client, "other", kept=2).take(want=8))


def test_who_has_only_kept_seats_wakes_one_who_has_others(doorbells, client):
    roomy_wakes = listening(client, "roomy")
    tight, roomy = Worker(client, "tight", kept=2), Worker(client, "roomy", kept=2)
    doorbells.ring("busy", [str(number) for number in range(6)], pace=FAST)
    assert len(tight.take(want=8)) == 6
    tight.take(want=2)
    roomy.take(want=8)

    doorbells.ring("busy", ["more"], pace=FAST)
    assert tight.take(want=2) == []

    assert eventually(lambda: roomy_wakes.get_message(timeout=0.1))["data"] == b"shared"
    roomy_wakes.close()


def test_a_quiet_store_is_found_behind_many_that_cannot_go(doorbells, client):
    stores = [f"busy-{number}" for number in range(70)]
    for store in stores:
        doorbells.ring(store, ["a"], pace=FAST)
    assert len(Worker(client, "other").take(want=100)) == 70
    for store in stores:
        doorbells.ring(store, ["b"], pace=FAST)
    tight = Worker(client, kept=20)

    for turn in range(3):
        doorbells.ring("quiet", [str(turn)], pace=FAST)
        (taken,) = tight.take(want=20)
        assert taken.store_id == "quiet"
        tight.done(taken)


def test_a_consumer_that_stops_gives_back_at_once_what_it_has_not_begun(doorbells, client):
    stopping = consumer(client, "stopping")
    doorbells.ring("store-1", ["a", "b", "c"], pace=FAST)
    assert next(stopping) is not None

    stopping.stop()
    assert next(stopping) is None

    other = Worker(client, "other")
    other.paces = {"store-1": FAST}
    assert len(other.take()) == 2
    assert client.zscore("mostrador:idle:shared", "stopping") is None


def test_a_flag_whose_job_and_ring_were_lost_is_no_doorbell(doorbells, client):
    doorbells.ring("store-1", ["a"], pace=FAST)
    client.delete("dramatiq:messages:store-1", "mostrador:ring:shared")
    doorbells.ring("store-1", ["a"], pace=FAST)

    assert len(Worker(client).take()) == 1
