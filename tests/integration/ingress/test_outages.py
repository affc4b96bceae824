"""What the door promises when something behind it is away."""

import threading
import time

import pytest

from tests.waiting import eventually

from .door import change, delivery, message

pytestmark = pytest.mark.measures
BODY = delivery(change(message("wamid.a")))


def timed(door, body=BODY):
    began = time.monotonic()
    response = door.post(body)
    return response, time.monotonic() - began


def test_without_a_database_meta_is_asked_to_come_again(open_door, free_port):
    door = open_door(database_url=f"postgresql://nobody@127.0.0.1:{free_port}/nothing")

    response, seconds = timed(door)

    assert response.status_code == 503
    assert response.get_json()["error"]["code"] == "database_unavailable"
    assert seconds < 2


def test_a_database_that_goes_costs_a_503_and_one_that_comes_back_serves_again(
    open_door, wire, wired_url
):
    door = open_door(database_url=wired_url)
    assert door.post(BODY).status_code == 200

    wire.cut()
    for _ in range(3):
        response, seconds = timed(door, delivery(change(message("wamid.b"))))
        assert response.status_code == 503
        assert seconds < 2
    assert door.app.test_client().get("/healthz").status_code == 200
    unready = door.app.test_client().get("/readyz")
    assert (unready.status_code, list(unready.get_json()["missing"])) == (503, ["database"])

    wire.mend()
    eventually(
        lambda: door.post(delivery(change(message("wamid.b")))).status_code == 200,
        seconds=5,
        what="a door that serves again",
    )
    assert door.wamids() == ["wamid.a", "wamid.b"]


def test_a_slow_database_is_a_503_for_who_finds_no_connection_and_nothing_hangs(open_door):
    door = open_door(database_connections=1)
    door.post(BODY)
    answers = []
    stuck = threading.Thread(
        target=lambda: answers.append(door.deliver(message("wamid.b")).status_code)
    )

    with door.database.store("store-1") as slow:
        slow.exec_driver_sql("SELECT 1 FROM conversation_heads FOR UPDATE")
        stuck.start()
        eventually(
            lambda: door.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"),
            what="a delivery that waits",
        )
        response, seconds = timed(door)
        assert response.status_code == 503
        assert seconds < 2
        assert door.app.test_client().get("/healthz").status_code == 200
    stuck.join()

    assert answers == [200]
    assert door.wamids() == ["wamid.a", "wamid.b"]


def test_without_redis_a_delivery_is_committed_and_answered_all_the_same(open_door, free_port):
    door = open_door(redis_url=f"redis://127.0.0.1:{free_port}/0")

    response, seconds = timed(door)

    assert response.status_code == 200
    assert seconds < 1
    assert door.wamids() == ["wamid.a"]
    assert door.app.test_client().get("/readyz").status_code == 200
