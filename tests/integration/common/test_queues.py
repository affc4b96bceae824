import json
import socket
import threading
import time

import pytest
import redis

from common.queues import ANSWER, STATUSES, Doorbells, connect, redis_client

CONVERSATION, OTHER = "0198c0de-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-000000000002"


@pytest.fixture
def client(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def doorbells(redis_url):
    return Doorbells(connect(redis_client(redis_url)))


@pytest.fixture
def mute_port():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = []
        taking = threading.Thread(target=lambda: taken.append(server.accept()), daemon=True)
        taking.start()
        yield server.getsockname()[1]
        for connection, _ in taken:
            connection.close()


def jobs(client, store_id="store-1"):
    queue = f"dramatiq:messages:{store_id}"
    waiting = client.lrange(queue, 0, -1)
    return [json.loads(client.hget(f"{queue}.msgs", job)) for job in waiting]


def test_a_ring_is_a_job_in_the_stores_own_queue_with_ids_and_nothing_else(doorbells, client):
    assert doorbells.ring("store-1", [CONVERSATION])

    (job,) = jobs(client)
    assert (job["actor_name"], job["queue_name"]) == (ANSWER, "messages:store-1")
    assert (job["args"], job["kwargs"]) == (["store-1", CONVERSATION], {})
    assert jobs(client, "store-2") == []


def test_a_conversation_is_rung_once_however_often_it_is_named(doorbells, client):
    doorbells.ring("store-1", [CONVERSATION, OTHER, CONVERSATION])

    assert sorted(job["args"][1] for job in jobs(client)) == [CONVERSATION, OTHER]
    assert doorbells.depth("store-1") == 2


def test_a_ring_for_later_does_not_wait_in_the_line_of_now(doorbells, client):
    doorbells.ring("store-1", [CONVERSATION], delay_ms=60_000)

    assert jobs(client) == []


def test_statuses_are_rung_for_the_store_as_a_whole(doorbells, client):
    doorbells.ring_statuses("store-1")

    (job,) = jobs(client)
    assert (job["actor_name"], job["args"]) == (STATUSES, ["store-1"])


def test_ringing_nobody_leaves_no_job(doorbells, client):
    assert doorbells.ring("store-1", [])

    assert jobs(client) == []


@pytest.mark.measures
def test_without_redis_a_ring_fails_at_once_and_says_so(free_port):
    doorbells = Doorbells(connect(redis_client(f"redis://127.0.0.1:{free_port}/0")))
    began = time.monotonic()

    assert not doorbells.ring("store-1", [CONVERSATION, OTHER])
    assert not doorbells.ring_statuses("store-1")
    assert time.monotonic() - began < 1


@pytest.mark.measures
def test_a_redis_that_never_answers_costs_a_bounded_time(mute_port):
    doorbells = Doorbells(connect(redis_client(f"redis://127.0.0.1:{mute_port}/0")))
    began = time.monotonic()

    assert not doorbells.ring("store-1", [CONVERSATION, OTHER])
    assert time.monotonic() - began < 3
    again = time.monotonic()
    assert not doorbells.ring("store-1", [CONVERSATION])
    assert time.monotonic() - again < 0.1  # it is left alone for a moment


def test_a_redis_that_takes_no_writes_is_a_failed_ring(doorbells, client):
    client.config_set("maxmemory", "1")
    try:
        assert not doorbells.ring("store-1", [CONVERSATION])
    finally:
        client.config_set("maxmemory", "0")
