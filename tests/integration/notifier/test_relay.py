"""What happens to live events when hints are lost, sockets are slow, or Redis goes."""

import socket
import threading
from dataclasses import replace

import psycopg
import pytest
import redis

from common.errors import DatabaseUnavailableError
from notifier.app import create_app
from notifier.parts import parts_of

from .stand import Browser, wait_until

PHONE = "573001112233"
# Instead of five: what is repaired is the same.
REPAIR_SECONDS = 1.0
SMALL_BUFFER = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),)


@pytest.fixture(autouse=True)
def quick_repairs(monkeypatch):
    monkeypatch.setattr("notifier.relay._REPAIR_SECONDS", REPAIR_SECONDS)


def test_a_lost_hint_is_repaired(ana, silent_shop):
    wire = ana.hello("store-1")
    wire.next()

    silent_shop.says("store-1", PHONE, "hola")

    assert wire.until("chat_list_update")["data"]["preview"] == "hola"


def test_events_numbered_by_somebody_else_while_the_hint_was_lost_still_come(ana, silent_shop):
    wire = ana.hello("store-1")
    wire.next()

    last = silent_shop.records("store-1", 2)

    assert [frame["seq"] for frame in wire.up_to(last)[1:]] == [1, 2]


def test_after_a_cut_subscription_everything_is_looked_at(ana, silent_shop, redis_url):
    wire = ana.hello("store-1")
    wire.next()
    last = silent_shop.records("store-1", 2)

    with redis.Redis.from_url(redis_url) as client:
        wait_until(lambda: client.client_kill_filter(_type="pubsub"))

    assert wire.up_to(last)[-1]["seq"] == last


def test_what_is_committed_while_a_socket_enters_is_in_its_welcome(
    ana, parts, silent_shop, monkeypatch
):
    rooms = parts.relay._rooms
    enter = rooms.enter

    def enter_late(*args):
        silent_shop.says("store-1", PHONE, "hola")
        return enter(*args)

    monkeypatch.setattr(rooms, "enter", enter_late)
    wire = ana.hello("store-1", last_seq=0)

    head = wire.next()["head_seq"]
    assert head == silent_shop.records("store-1", 0) > 0
    assert rooms.told("store-1") == head
    assert wire.up_to(head)[-1]["seq"] == head


def test_a_cut_database_connection_costs_a_moment(ana, shop, settings):
    wire = ana.hello("store-1")
    wire.next()

    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'mostrador' AND pid <> pg_backend_pid()"
        )
    wait_until(lambda: ana.get("/readyz").status_code == 200)

    assert wire.up_to(sturdy(lambda: shop.records("store-1", 2)))[-1]["seq"] == 2


class TestWithoutRedis:
    def test_events_come_a_little_later(self, ana, silent_shop):
        wire = ana.hello("store-1")
        wire.next()

        assert wire.up_to(silent_shop.records("store-1", 2))[-1]["seq"] == 2

    def test_agents_go_on(self, ana, silent_shop):
        session_id = silent_shop.says("store-1", PHONE, "hola")
        path = f"/api/stores/store-1/sessions/{session_id}"

        assert ana.post(f"{path}/takeover").status_code == 200
        sent = ana.post(f"{path}/messages", {"text": "hola", "client_id": "a"})
        assert sent.status_code == 202
        assert ana.get("/api/stores/store-1/stats").json()["queue_depth"] is None
        assert ana.get("/readyz").status_code == 200

    @pytest.fixture
    def console_settings(self, console_settings):
        return replace(console_settings, redis_url="redis://127.0.0.1:9/0")


def test_two_notifiers_tell_their_sockets_the_same(ana, shop, other_console):
    other = Browser(other_console)
    other.http.cookies.update(ana.http.cookies)
    here, there = ana.hello("store-1"), other.hello("store-1")
    here.next(), there.next()

    writers = [
        threading.Thread(target=lambda: [shop.records("store-1", 1) for _ in range(30)])
        for _ in range(2)
    ]
    for each in writers:
        each.start()
    here.up_to(60), there.up_to(60)
    for each in writers:
        each.join()

    assert here.numbers() == there.numbers() == list(range(1, 61))
    other.close()


@pytest.mark.measures
def test_who_does_not_read_is_told_to_load_anew_and_delays_nobody(logged_in, shop):
    slow, quick = logged_in("ana").connect(sockopt=SMALL_BUFFER), logged_in("beto").hello("store-1")
    slow.say("hello", store_id="store-1", last_seq=None, rooms=[])
    assert slow.next()["type"] == "welcome"
    quick.next()

    for _ in range(12):
        last = shop.records("store-1", 50, filler="x" * 1000)
        quick.up_to(last)

    resync = slow.until("resync")
    assert resync["head_seq"] > 100
    slow.up_to(last)
    assert sum(frame["type"] == "resync" for frame in slow.told) == 1
    assert slow.last_seq == last


def test_a_store_that_nobody_listens_to_is_numbered_too(parts, silent_shop):
    parts.relay.start()

    silent_shop.says("store-1", PHONE, "hola")

    def unnumbered():
        with silent_shop.database.store("store-1") as connection:
            return connection.exec_driver_sql(
                "SELECT count(*) FROM events WHERE seq IS NULL"
            ).scalar()

    wait_until(lambda: unnumbered() == 0)


def test_an_error_that_nobody_foresaw_ends_the_process(parts, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(parts.relay, "_end_process", ended.set)
    monkeypatch.setattr(parts.relay, "step", lambda _heard: 1 / 0)

    parts.relay.start()

    assert ended.wait(10)


def sturdy(act):
    """Do it again when the connection of the test itself was the one that was cut."""
    try:
        return act()
    except DatabaseUnavailableError:
        return act()


@pytest.fixture
def other_console(console_settings, serve):
    app = create_app(console_settings)
    yield serve(app)
    parts_of(app).close()
