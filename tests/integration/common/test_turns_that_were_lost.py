"""What the queue does about processes that are gone, and about a Redis that is new, old or wrong."""

import time

import pytest

from common.queues import Doorbells, redis_client
from common.queues.scripts import CLOSED_MS
from tests.waiting import eventually

from .test_taking_turns import FAST, Worker, places


@pytest.fixture
def client(redis_url):
    return redis_client(redis_url)


@pytest.fixture
def doorbells(client):
    return Doorbells(client)


@pytest.fixture
def worker(client):
    return Worker(client)


def test_what_a_process_that_is_gone_had_taken_is_rung_again_before_the_others(doorbells, client):
    dying = Worker(client, claim_ms=100)
    doorbells.ring("store-1", ["a"], pace=FAST)
    doorbells.ring_statuses("store-1")
    assert len(dying.take()) == 2
    doorbells.ring("store-1", ["b", "a"], pace=FAST)
    living = Worker(client, "worker-2")
    living.paces = {"store-1": FAST}
    (other,) = living.take(want=1)

    taken = []
    eventually(lambda: taken.extend(living.take()) or len(taken) == 2)
    assert other.conversation_id == "b"
    assert sorted(turn.conversation_id for turn in taken) == ["a", "statuses"]


def test_what_such_a_process_had_taken_goes_first_also_when_it_was_rung_since(doorbells, client):
    doorbells.ring("store-1", ["a"], pace=FAST)
    dead, alive = Worker(client, "worker-1", claim_ms=1), Worker(client, "worker-2")
    assert places(dead.take()) == [("store-1", "a")]
    time.sleep(0.01)

    doorbells.ring("store-1", ["b", "a"])

    assert places(alive.take()) == [("store-1", "a"), ("store-1", "b")]
    assert alive.take() == []


def test_who_waits_is_told_when_the_first_claim_would_end(doorbells, client):
    doorbells.ring("store-1", ["a"], pace=FAST)
    Worker(client, claim_ms=700).take()

    assert 0 < Worker(client, "worker-2").offer().wait_ms <= 700


def test_a_claim_that_is_held_lives_on_also_in_a_redis_that_forgot_it(doorbells, worker, client):
    doorbells.ring("store-1", ["a"], pace=FAST)
    turns = worker.take()
    client.flushall()
    client.set("mostrador:opened", 1)

    worker.scripts.hold(turns, 5_000, [], 0)
    doorbells.ring("store-1", ["a"], pace=FAST)
    assert worker.take() == []
    worker.done(turns[0])
    assert len(worker.take()) == 1


def test_a_redis_that_is_new_gives_nothing_until_all_have_spoken(doorbells, worker, client):
    client.flushall()
    doorbells.ring("store-1", ["a"], pace=FAST)
    began = time.monotonic()

    offer = worker.offer()
    assert (offer.turns, offer.wait_ms) == ((), CLOSED_MS)
    worker.paces = {"store-1": FAST}
    eventually(worker.take)
    assert time.monotonic() - began >= CLOSED_MS / 1000 - 0.01


def test_a_redis_from_another_clock_holds_nothing_up(doorbells, worker, client):
    far = time.time() * 1000 + 10_000_000_000
    doorbells.ring("store-1", ["a"], pace=FAST)
    client.set("mostrador:opened", round(far))
    client.zadd("mostrador:claims:store-1", {"a": far})
    client.hset("mostrador:pace:store-1", mapping={"next": far, "fresh": far})
    client.zadd("mostrador:dedicated", {"store-1": far})
    worker.paces = {"store-1": FAST}

    eventually(worker.take)


def test_a_flag_without_a_job_is_forgotten_so_that_the_sweep_can_ring(doorbells, worker, client):
    doorbells.ring("store-1", ["a"], pace=FAST)
    client.delete("dramatiq:messages:store-1")

    assert worker.take() == []
    doorbells.ring("store-1", ["a"], pace=FAST)
    assert len(worker.take()) == 1


def test_a_store_that_fell_out_of_the_ring_is_back_with_the_next_doorbell(
    doorbells, worker, client
):
    doorbells.ring("store-1", ["a"], pace=FAST)
    client.delete("mostrador:ring:shared", "mostrador:line:shared")

    assert worker.take() == []
    doorbells.ring("store-1", ["a"], pace=FAST)
    assert len(worker.take()) == 1


def test_a_ring_without_a_queue_is_passed_over(worker, client):
    client.zadd("mostrador:ring:shared", {"store-1": 1})
    client.zadd("mostrador:line:shared", {"store-2": 1})
    worker.paces = {"store-1": FAST, "store-2": FAST}

    assert worker.take() == []
    assert client.zcard("mostrador:line:shared") == 0
