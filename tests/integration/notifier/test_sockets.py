"""Live events on a real socket: hello, what was missed, rooms, answers."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from .stand import wait_until

PHONE = "573001112233"


def test_who_says_hello_is_welcomed_with_the_head(ana, shop):
    head = shop.records("store-1", 3)

    wire = ana.hello("store-1")

    welcome = wire.next()
    told = datetime.fromisoformat(welcome.pop("now"))
    assert abs(datetime.now(UTC) - told) < timedelta(seconds=5)
    assert welcome == {"type": "welcome", "store_id": "store-1", "head_seq": head}


def test_an_event_arrives_as_the_contract_says(ana, shop):
    wire = ana.hello("store-1")
    wire.next()

    session_id = shop.says("store-1", PHONE, "hola")

    new = wire.until("session_new")
    assert list(new) == ["seq", "type", "store_id", "session_id", "at", "data"]
    assert (new["seq"], new["store_id"], new["session_id"]) == (1, "store-1", session_id)
    assert new["data"] == {
        "id": session_id,
        "contact_id": new["data"]["contact_id"],
        "phone": PHONE,
        "name": "Cliente 33",
        "time": new["at"],
    }
    listed = wire.until("chat_list_update")["data"]
    assert listed["contact_id"] == new["data"]["contact_id"]
    assert (listed["sessionId"], listed["preview"], listed["unread"]) == (session_id, "hola", 1)


def test_a_message_is_told_to_its_room_and_skipped_for_the_others(logged_in, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    inside, outside = logged_in("ana").hello("store-1"), logged_in("beto").hello("store-1")
    inside.next(), outside.next()
    inside.say("join_session", session_id=session_id)
    joined = inside.next()
    assert joined == {"type": "joined", "session_id": session_id, "seq": inside.last_seq}

    message_id = shop.answers("store-1", session_id, "buenas")

    message = inside.until("new_message")["data"]
    assert message["sessionId"] == session_id
    assert message["message"]["id"] == message_id
    assert message["message"]["role"] == "assistant"
    assert message["message"]["content"] == "buenas"
    assert message["message"]["status"] == "sent"
    outside.up_to(inside.last_seq)
    assert [frame["type"] for frame in outside.told] == ["welcome", "skip"]
    assert outside.next()["type"] == "chat_list_update"


def test_the_agent_sees_what_redaction_hid_and_the_list_does_not(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    wire = ana.hello("store-1", rooms=[session_id])
    wire.next()

    shop.says("store-1", PHONE, "vivo en la calle 1", redacted="vivo en [DIRECCIÓN_1]")

    assert wire.until("new_message")["data"]["message"]["content"] == "vivo en la calle 1"
    assert wire.until("chat_list_update")["data"]["preview"] == "vivo en [DIRECCIÓN_1]"


def test_who_left_a_room_is_not_told_its_messages(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    wire = ana.hello("store-1", rooms=[session_id])
    wire.next()
    shop.answers("store-1", session_id, "una")
    wire.until("new_message")

    wire.say("leave_session", session_id=session_id)
    wire.say("join_session", session_id="no such session")
    assert wire.until("error")["error"]["code"] == "session_not_found"
    shop.answers("store-1", session_id, "otra")

    wire.up_to(shop.events_after("store-1", 0)[-1].seq)
    assert sum(frame["type"] == "new_message" for frame in wire.told) == 1


def test_what_was_missed_comes_in_order_before_what_is_new(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    known = shop.events_after("store-1", 0)[-1].seq
    for number in range(5):
        shop.answers("store-1", session_id, f"respuesta {number}")

    wire = ana.hello("store-1", known, rooms=[session_id])

    told = wire.up_to(known + 10)
    texts = [f["data"]["message"]["content"] for f in told if f["type"] == "new_message"]
    assert told[0].items() >= {"type": "welcome", "head_seq": known + 10}.items()
    assert wire.numbers() == list(range(known + 1, known + 11))
    assert texts == [f"respuesta {number}" for number in range(5)]


def test_what_was_missed_in_other_rooms_is_skipped_by_number(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    wire = ana.hello("store-1", 0)

    told = wire.up_to(3)

    assert [(f["type"], f.get("from"), f.get("to")) for f in told[1:]] == [
        ("session_new", None, None),
        ("skip", 2, 2),
        ("chat_list_update", None, None),
    ]
    assert told[1]["session_id"] == session_id


def test_a_client_beyond_the_head_must_load_anew(ana, shop):
    head = shop.records("store-1", 2)

    wire = ana.hello("store-1", head + 1)

    assert wire.next()["type"] == "welcome"
    assert wire.next() == {"type": "resync", "head_seq": head}
    shop.records("store-1", 1)
    assert wire.until("store_paused")["seq"] == head + 1


@pytest.mark.parametrize(("missed", "answer"), [(500, "store_paused"), (501, "resync")])
def test_five_hundred_missed_events_are_told_and_more_are_not(ana, shop, missed, answer):
    head = shop.records("store-1", missed)

    wire = ana.hello("store-1", 0)

    wire.next()
    assert wire.next()["type"] == answer
    wire.up_to(head)
    assert len(wire.numbers()) == (missed if answer == "store_paused" else 0)


def test_nothing_is_lost_or_doubled_between_replay_and_live(logged_in, shop):
    names, writing = ["ana", "beto", "duena"], threading.Event()

    def write():
        for _ in range(60):
            shop.records("store-1", 2)
            writing.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(10)
    wires = [logged_in(name).hello("store-1", 0) for name in names for _ in range(3)]
    for wire in wires:
        wire.up_to(120)
    writer.join()

    assert all(wire.numbers() == list(range(1, 121)) for wire in wires)


def test_a_socket_that_comes_back_many_times_has_every_event_once(ana, shop):
    writer = threading.Thread(target=lambda: [shop.records("store-1", 1) for _ in range(150)])
    writer.start()
    numbers, last_seq = [], 0
    while last_seq < 150:
        wire = ana.hello("store-1", last_seq)
        wire.up_to(min(last_seq + 7, 150))
        numbers += wire.numbers()
        last_seq = wire.last_seq
        wire.socket.shutdown()
    writer.join()

    assert numbers == list(range(1, 151))


def test_a_room_joined_while_messages_flow_misses_none_after_its_number(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    wire = ana.hello("store-1", 0)
    sent = []
    writer = threading.Thread(
        target=lambda: [sent.append(shop.answers("store-1", session_id, "x")) for _ in range(40)]
    )
    writer.start()
    wire.say("join_session", session_id=session_id)
    joined = wire.until("joined")["seq"]
    writer.join()
    events = shop.events_after("store-1", 0)
    wire.up_to(events[-1].seq)

    told = [f["data"]["message"]["id"] for f in wire.told if f["type"] == "new_message"]
    assert told == [
        e.refs["message_id"] for e in events if e.type == "new_message" and e.seq > joined
    ]
    assert len(sent) == 40


def test_another_hello_changes_the_store_for_who_serves_both(logged_in, shop):
    wire = logged_in("admin").hello("store-1")
    wire.next()
    shop.records("store-1", 1)
    wire.until("store_paused")

    wire.last_seq = None
    wire.say("hello", store_id="store-2", last_seq=None, rooms=[])
    assert wire.next().items() >= {"type": "welcome", "store_id": "store-2"}.items()
    shop.records("store-1", 1)
    shop.records("store-2", 1)

    assert wire.next()["store_id"] == "store-2"


def test_what_makes_no_sense_is_answered_and_the_socket_goes_on(ana):
    wire = ana.connect()
    for said, code in (
        ("no json", "invalid_request"),
        ("[]", "invalid_request"),
        ('{"action": 3}', "invalid_request"),
        ('{"action": "dance"}', "invalid_request"),
        ('{"action": "join_session", "session_id": "x"}', "hello_first"),
        ('{"action": "hello", "store_id": "store-1", "last_seq": -1}', "invalid_request"),
        ('{"action": "hello", "store_id": "store-1", "last_seq": "1"}', "invalid_request"),
        ('{"action": "hello", "store_id": "store-1", "last_seq": true}', "invalid_request"),
        ('{"action": "hello", "store_id": "store-1", "rooms": "x"}', "invalid_request"),
        ('{"action": "hello"}', "invalid_request"),
        ("[" * 60_000, "invalid_request"),
        ('{"action": "\\ud800"}', "invalid_request"),
    ):
        wire.socket.send(said)
        assert wire.next()["error"]["code"] == code, said[:70]
    wire.say("hello", store_id="store-1", last_seq=None, rooms=[])
    assert wire.next()["type"] == "welcome"


def test_who_types_is_shown_to_the_others_in_the_room(logged_in, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    ana, beto = (logged_in(name).hello("store-1", rooms=[session_id]) for name in ("ana", "beto"))
    ana.next(), beto.next()

    ana.say("typing", session_id=session_id)

    typing = beto.next()
    assert (typing["type"], typing["session_id"]) == ("typing", session_id)
    assert typing["agent"]["name"] == "Ana"


def test_a_frame_beyond_the_limit_ends_the_socket(ana, parts):
    wire = ana.hello("store-1")
    wire.next()

    wire.socket.send(json.dumps({"action": "x" * 70_000}))

    assert wire.socket.recv_data()[1][:2] == (1009).to_bytes(2, "big")
    wait_until(lambda: not parts.open_sockets._sockets)
