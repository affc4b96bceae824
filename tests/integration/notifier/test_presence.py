"""Who is looking at a conversation, as the others there are told."""

import pytest

from notifier.presence import MOST_OF_A_SOCKET, Viewers

from .stand import wait_until

PHONE = "573001112233"


def names(wire):
    return [agent["name"] for agent in wire.until("presence")["agents"]]


def until_there(wire, *expected):
    while names(wire) != list(expected):
        pass


@pytest.fixture
def keys(parts):
    client = parts.doorbells._client
    return lambda: sorted(client.keys("mostrador:viewing:*"))


def test_two_sockets_see_each_other_until_one_is_gone(logged_in, shop, keys):
    session_id = shop.says("store-1", PHONE, "hola")
    ana = logged_in("ana").hello("store-1", rooms=[session_id])
    until_there(ana, "Ana")
    beto = logged_in("beto").hello("store-1")
    beto.say("join_session", session_id=session_id)
    for each in (ana, beto):
        until_there(each, "Ana", "Beto")

    beto.say("leave_session", session_id=session_id)
    until_there(ana, "Ana")
    beto.say("join_session", session_id=session_id)
    until_there(ana, "Ana", "Beto")
    beto.socket.sock.close()  # without a word
    until_there(ana, "Ana")

    ana.say("leave_session", session_id=session_id)
    wait_until(lambda: keys() == [])


def test_one_agent_on_two_screens_is_one(logged_in, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    browser = logged_in("ana")
    first, second = (browser.hello("store-1", rooms=[session_id]) for _ in range(2))
    until_there(second, "Ana")
    second.say("leave_session", session_id=session_id)
    until_there(first, "Ana")


def test_who_died_without_a_word_is_forgotten_in_time(logged_in, shop, parts):
    """What a killed process leaves behind is a member that nobody renews."""
    session_id = shop.says("store-1", PHONE, "hola")
    dead = Viewers(parts.doorbells._client, life_seconds=0.2)
    ana = logged_in("ana").hello("store-1", rooms=[session_id])
    until_there(ana, "Ana")
    dead.stay("store-1", session_id, '["an-id", "Zoe", "a-dead-socket"]')
    until_there(ana, "Ana", "Zoe")

    ana.say("leave_session", session_id=session_id)
    ana.say("join_session", session_id=session_id)
    while "Zoe" in names(ana):
        ana.say("leave_session", session_id=session_id)
        ana.say("join_session", session_id=session_id)


def test_a_socket_in_many_rooms_counts_in_a_few(ana, shop, keys):
    sessions = [shop.says("store-1", f"57300111{each:04}", "hola") for each in range(6)]
    wire = ana.hello("store-1", rooms=sessions[:4])
    for each in sessions[4:]:
        wire.say("join_session", session_id=each)
        wire.until("joined")
    wait_until(lambda: len(keys()) == MOST_OF_A_SOCKET)


def test_another_stores_room_tells_nothing(carla, shop, keys):
    session_id = shop.says("store-1", PHONE, "hola")
    wire = carla.hello("store-2", rooms=[session_id])
    wire.until("error")
    wire.say("join_session", session_id=session_id)
    wire.until("error")
    assert keys() == []
