"""What the door promises when something behind it is away."""

import time
from concurrent.futures import ThreadPoolExecutor

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
    assert door.get("/healthz").status_code == 200
    unready = door.get("/readyz")
    assert (unready.status_code, list(unready.get_json()["missing"])) == (503, ["database"])

    wire.mend()
    eventually(
        lambda: door.post(delivery(change(message("wamid.b")))).status_code == 200,
        seconds=5,
        what="a door that serves again",
    )
    assert door.wamids() == ["wamid.a", "wamid.b"]


def test_a_database_that_is_held_up_costs_503_in_time_and_the_same_again_changes_nothing(door):
    door.post(BODY)
    second = delivery(change(message("wamid.b")))

    with door.database.store("store-1") as slow, ThreadPoolExecutor(3) as meta:
        slow.exec_driver_sql("SELECT 1 FROM conversation_heads FOR UPDATE")
        waiting = [meta.submit(timed, door, second) for _ in range(2)]
        for response, seconds in (each.result() for each in waiting):
            assert response.get_json()["error"]["code"] == "database_unavailable"
            assert seconds < 2
        response, seconds = timed(door, second)
        assert (response.status_code, seconds < 0.5) == (503, True)  # no need to wait to know
        assert door.get("/healthz").status_code == 200

    eventually(lambda: door.post(second).status_code == 200, what="a door that serves again")
    assert door.wamids() == ["wamid.a", "wamid.b"]


def test_without_redis_a_delivery_is_committed_and_answered_all_the_same(open_door, free_port):
    door = open_door(redis_url=f"redis://127.0.0.1:{free_port}/0")

    response, seconds = timed(door)

    assert response.status_code == 200
    assert seconds < 1
    assert door.wamids() == ["wamid.a"]
    assert door.get("/readyz").status_code == 200
