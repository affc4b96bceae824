"""What the door promises when something behind it is away."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.waiting import eventually

from .door import NUMBERS, change, delivery, message

pytestmark = pytest.mark.measures
BODY = delivery(change(message("wamid.a")))


def timed(door, body=BODY, *store):
    began = time.monotonic()
    response = door.post(body, *store)
    return response, time.monotonic() - began


def stored_in(door, store_id):
    return [row.event_id for row in door.rows("SELECT event_id FROM inbox", store_id)]


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


def test_a_customer_whom_somebody_holds_costs_a_503_in_time_and_no_other_store_anything(door):
    door.post(BODY)
    second = delivery(change(message("wamid.b")))
    other = delivery(change(message("wamid.c"), number=NUMBERS["store-2"]))

    with door.database.store("store-1") as slow, ThreadPoolExecutor(3) as meta:
        slow.exec_driver_sql("SELECT 1 FROM conversation_heads FOR UPDATE")
        held = meta.submit(timed, door, second)
        beside, beside_seconds = timed(door, other, "store-2", "store-2")
        response, seconds = held.result()
        assert (response.status_code, response.get_json()["error"]["code"]) == (503, "contended")
        assert (beside.status_code, stored_in(door, "store-2")) == (200, ["wamid.c"])
        assert max(seconds, beside_seconds) < 1.7

    assert door.post(second).status_code == 200
    assert door.wamids() == ["wamid.a", "wamid.b"]


def test_without_redis_a_delivery_is_committed_and_answered_all_the_same(open_door, free_port):
    door = open_door(redis_url=f"redis://127.0.0.1:{free_port}/0")

    response, seconds = timed(door)

    assert response.status_code == 200
    assert seconds < 1
    assert door.wamids() == ["wamid.a"]
    assert door.get("/readyz").status_code == 200
