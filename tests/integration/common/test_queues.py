import socket
import threading
import time

import pytest
import redis

from common.queues import Doorbells, redis_client

CONVERSATION, OTHER = "0198c0de-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-000000000002"


@pytest.fixture
def client(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def doorbells(redis_url):
    return Doorbells(redis_client(redis_url))


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


def waiting(client, store_id="store-1"):
    return [each.decode() for each in client.lrange(f"dramatiq:messages:{store_id}", 0, -1)]


def test_a_ring_is_a_job_in_the_stores_own_queue_with_an_id_and_nothing_else(doorbells, client):
    assert doorbells.ring("store-1", [CONVERSATION])

    assert waiting(client) == [CONVERSATION]
    assert waiting(client, "store-2") == []


def test_a_conversation_has_one_doorbell_however_often_it_is_rung(doorbells, client):
    doorbells.ring("store-1", [CONVERSATION, OTHER, CONVERSATION])
    doorbells.ring("store-1", [OTHER])

    assert waiting(client) == [CONVERSATION, OTHER]
    assert doorbells.depth("store-1") == 2


def test_a_ring_for_later_waits_for_its_time_and_counts_as_waiting(doorbells, client):
    doorbells.ring("store-1", [CONVERSATION], delay_ms=60_000)

    assert waiting(client) == []
    assert doorbells.depth("store-1") == 1


def test_an_earlier_ring_brings_a_later_one_forward_and_never_the_other_way(doorbells, client):
    doorbells.ring("store-1", [CONVERSATION], delay_ms=60_000)
    doorbells.ring("store-1", [CONVERSATION])
    doorbells.ring("store-1", [CONVERSATION], delay_ms=60_000)

    assert waiting(client) == [CONVERSATION]
    assert doorbells.depth("store-1") == 1


def test_any_number_of_conversations_is_one_round_trip_for_a_thousand(doorbells, client):
    doorbells.ring("store-1", ["warm-up"])
    before = client.info("commandstats")["cmdstat_evalsha"]["calls"]

    doorbells.ring("store-1", [f"conversation-{number}" for number in range(2_500)])

    assert client.info("commandstats")["cmdstat_evalsha"]["calls"] - before == 3
    assert doorbells.depth("store-1") == 2_501


def test_ringing_nobody_leaves_no_job(doorbells, client):
    assert doorbells.ring("store-1", [])

    assert waiting(client) == []


@pytest.mark.measures
def test_without_redis_a_ring_fails_at_once_and_says_so(free_port):
    doorbells = Doorbells(redis_client(f"redis://127.0.0.1:{free_port}/0"))
    began = time.monotonic()

    assert not doorbells.ring("store-1", [CONVERSATION, OTHER])
    assert not doorbells.ring_statuses("store-1")
    assert time.monotonic() - began < 1


@pytest.mark.measures
def test_a_redis_that_never_answers_costs_a_bounded_time(mute_port):
    doorbells = Doorbells(redis_client(f"redis://127.0.0.1:{mute_port}/0"))
    began = time.monotonic()

    assert not doorbells.ring("store-1", [CONVERSATION, OTHER])
    assert time.monotonic() - began < 3
    again = time.monotonic()
    assert not doorbells.ring("store-1", [CONVERSATION])
    assert time.monotonic() - again < 0.5  # it is left alone for a moment


def test_a_redis_that_takes_no_writes_is_a_failed_ring(doorbells, client):
    client.config_set("maxmemory", "1")
    try:
        assert not doorbells.ring("store-1", [CONVERSATION])
    finally:
        client.config_set("maxmemory", "0")
