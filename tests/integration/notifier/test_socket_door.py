"""Who is refused before the upgrade, and which sockets end by themselves."""

import pytest
import requests
import websocket
from sqlalchemy import text

from common.errors import DatabaseUnavailableError

from .stand import COOKIE, ORIGIN, wait_until

PHONE = "573001112233"


def refusal(browser, **options):
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        browser.connect(**options)
    return caught.value.status_code


def expire_log_ins(database):
    with database.everywhere() as connection:
        connection.execute(text("UPDATE console_sessions SET expires_at = now()"))


def test_without_a_log_in_nobody_is_upgraded(browser):
    assert refusal(browser()) == 401


def test_an_origin_that_is_not_exactly_the_consoles_is_refused(ana):
    for origin in (
        "http://elsewhere.example",
        "null",
        "http://console.example.elsewhere.example",
        "http://console.exampl",
        "http://console.example/",
        "https://console.example",
        "http://console.example:80",
        "HTTP://CONSOLE.EXAMPLE",
        "",
    ):
        assert refusal(ana, origin=origin) == 403, origin


def test_a_client_that_names_no_origin_is_refused(ana):
    assert refusal(ana, origin=None, suppress_origin=True) == 403


def test_an_expired_log_in_is_refused(ana, database):
    expire_log_ins(database)

    assert refusal(ana) == 401


def test_a_forged_cookie_is_refused(browser):
    forger = browser()
    forger.http.cookies.set(COOKIE, "a" * 43)

    assert refusal(forger) == 401


def test_a_plain_request_is_not_upgraded_and_keeps_no_seat(ana, console_url, parts):
    answer = requests.get(
        f"{console_url}/ws", headers={"Origin": ORIGIN}, cookies=ana.http.cookies, timeout=5
    )

    assert answer.status_code == 400
    wait_until(lambda: parts.open_sockets._taken == 0)


def test_sockets_beyond_the_cap_are_refused_and_a_seat_is_given_back(ana, parts):
    parts.open_sockets.set_threads(8 + 2)
    first = ana.hello("store-1")
    ana.hello("store-1")

    assert refusal(ana) == 503
    assert ana.get("/api/me").status_code == 200
    first.socket.close()
    wait_until(lambda: parts.open_sockets._taken == 1)
    assert ana.hello("store-1").next()["type"] == "welcome"


def test_compression_is_not_agreed_to(ana):
    wire = ana.connect(header=["Sec-WebSocket-Extensions: permessage-deflate"])

    assert "sec-websocket-extensions" not in wire.socket.headers


def test_hello_to_another_store_is_answered_like_no_store_and_nothing_follows(ana, shop):
    wire = ana.connect()

    answers = []
    for store_id in ("store-2", "store-9", "../store-2", "STORE-1"):
        wire.say("hello", store_id=store_id, last_seq=0, rooms=[])
        answers.append(wire.next())
    assert {frame["error"]["code"] for frame in answers} == {"store_not_found"}
    assert len({str(frame) for frame in answers}) == 1
    shop.records("store-2", 3)
    wire.say("hello", store_id="store-1", last_seq=None, rooms=[])
    assert wire.next()["type"] == "welcome"


def test_a_refused_hello_leaves_the_former_store_as_it_was(ana, shop):
    wire = ana.hello("store-1")
    wire.next()

    wire.say("hello", store_id="store-2", last_seq=None, rooms=[])
    assert wire.next()["error"]["code"] == "store_not_found"
    shop.records("store-1", 1)

    assert wire.next()["store_id"] == "store-1"


@pytest.mark.parametrize("action", ["hello", "join_session"])
def test_a_hello_or_a_room_that_cannot_be_had_for_now_ends_the_socket(
    ana, shop, parts, monkeypatch, action
):
    session_id = shop.says("store-1", PHONE, "hola")
    wire = ana.hello("store-1")
    wire.next()

    with monkeypatch.context() as away:
        away.setattr(type(parts.access.stores), "get", unreachable)
        wire.say(action, store_id="store-1", last_seq=None, rooms=[], session_id=session_id)
        assert closing_code(wire) == 1013
    again = ana.hello("store-1", rooms=[session_id])
    again.next()
    shop.answers("store-1", session_id, "buenas")

    assert again.until("new_message")["session_id"] == session_id


def unreachable(*_asked):
    raise DatabaseUnavailableError("The database cannot be reached.")


def test_no_event_and_no_room_of_another_store_is_reached(ana, carla, shop):
    theirs = shop.says("store-2", PHONE, "secreto")
    wire = ana.hello("store-1", rooms=[theirs])

    assert wire.next()["type"] == "welcome"
    refused = wire.next()
    assert (refused["type"], refused["error"]["code"]) == ("error", "session_not_found")
    for name in ("join_session", "typing"):
        wire.say(name, session_id=theirs)
        assert wire.next()["error"]["code"] == "session_not_found"
    other = carla.hello("store-2", rooms=[theirs])
    other.next()
    shop.says("store-2", PHONE, "más secreto")
    other.until("chat_list_update")
    last = shop.records("store-1", 1)
    assert wire.up_to(last)[-1]["store_id"] == "store-1"
    assert "secreto" not in str(wire.told)


def test_logging_out_ends_the_sockets_of_that_log_in_only(logged_in, ana):
    wire, other = ana.hello("store-1"), logged_in("ana").hello("store-1")
    wire.next(), other.next()

    assert ana.post("/api/logout").status_code == 204

    assert wire.socket.recv_data()[1][:2] == (1008).to_bytes(2, "big")
    other.say("leave_session", session_id="x")
    other.say("join_session", session_id="x")
    assert other.next()["type"] == "error"


class TestWithQuickHeartbeats:
    def test_a_heartbeat_names_the_head_after_everything_up_to_it(self, ana, shop):
        wire = ana.hello("store-1")
        assert wire.until("heartbeat")["head_seq"] == 0
        shop.records("store-1", 2)
        wire.up_to(2)

        assert wire.until("heartbeat")["head_seq"] == 2

    def test_an_expired_log_in_ends_its_sockets(self, ana, database):
        wire = ana.hello("store-1")
        wire.next()

        expire_log_ins(database)

        assert closing_code(wire) == 1008

    def test_who_lost_the_store_loses_the_socket(self, ana, ask_catalog, database):
        wire = ana.hello("store-1")
        wire.next()

        ask_catalog("DELETE", f"/stores/store-1/agents/{ana.agent['id']}")
        with database.everywhere() as connection:
            connection.execute(
                text("UPDATE console_sessions SET checked_at = now() - interval '31 seconds'")
            )

        assert closing_code(wire) == 1008
        assert ana.get("/api/me").status_code == 401

    @pytest.fixture
    def heartbeat_seconds(self) -> float:
        return 0.2


def closing_code(wire):
    while True:
        opcode, content = wire.socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(content[:2], "big")
