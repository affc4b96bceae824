"""A conversation that is put off, how it comes back, and the numbers of the tabs meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from common import snoozing

PHONE = "573001112233"


@pytest.fixture
def session_id(shop) -> str:
    return shop.says("store-1", PHONE, "hola")


@pytest.fixture
def waiting(shop, session_id) -> str:
    shop.hands_over("store-1", session_id)
    return session_id


def do(browser, session_id, verb, content=None):
    return browser.post(f"/api/stores/store-1/sessions/{session_id}/{verb}", content)


def in_an_hour():
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def listed(browser, **query):
    page = browser.get("/api/stores/store-1/sessions", **query).json()
    return [each["id"] for each in page["sessions"]]


def line(browser, session_id):
    page = browser.get("/api/stores/store-1/sessions").json()
    return next(each for each in page["sessions"] if each["id"] == session_id)


def counts(browser):
    answer = browser.get("/api/stores/store-1/sessions/counts")
    assert answer.status_code == 200, answer.text
    return {name: number for name, number in answer.json().items() if name != "as_of_seq"}


def test_what_is_snoozed_leaves_mine_and_waiting_and_is_counted_apart(ana, shop, waiting):
    mine = shop.says("store-1", "573009998877", "buenas")
    do(ana, mine, "takeover")
    shop.says("store-1", "573009998877", "¿hola?")
    assert counts(ana) == {"all": 2, "mine": 1, "waiting": 1, "snoozed": 0, "unread": 2}
    wire = ana.hello("store-1")
    wire.next()

    answer = do(ana, waiting, "snooze", {"until": in_an_hour()})
    do(ana, mine, "snooze", {"until": "reply"})

    assert (answer.status_code, answer.json()["status"]) == (200, "handover")
    assert answer.json()["snoozed"] is True
    assert answer.json()["snoozed_until"].endswith("Z")
    told = wire.until("session_update")["data"]
    assert (told["reason"], told["session"]["snoozed"]) == ("SNOOZED", True)
    assert (listed(ana, filter="mine"), listed(ana, filter="waiting")) == ([], [])
    assert set(listed(ana, filter="snoozed")) == {mine, waiting} == set(listed(ana))
    assert (line(ana, mine)["snoozed"], line(ana, mine)["snoozed_until"]) == (True, None)
    assert counts(ana) == {"all": 2, "mine": 0, "waiting": 0, "snoozed": 2, "unread": 0}


@pytest.mark.parametrize("verb", ["unsnooze", "takeover", "assign", "release", "resolve", "says"])
def test_whatever_is_done_with_it_ends_a_snooze(ana, shop, session_id, verb):
    do(ana, session_id, "takeover")
    do(ana, session_id, "snooze", {"until": in_an_hour()})
    if verb == "says":
        wire = ana.hello("store-1")
        wire.next()
        shop.says("store-1", PHONE, "¿sigues ahí?")
        assert wire.until("chat_list_update")["data"]["snoozed"] is False
    else:
        content = {"agent_id": ana.agent["id"]} if verb == "assign" else None
        assert do(ana, session_id, verb, content).status_code == 200

    assert (line(ana, session_id)["snoozed"], listed(ana, filter="snoozed")) == (False, [])


def test_what_we_say_ends_no_snooze(ana, shop, session_id):
    do(ana, session_id, "takeover")
    do(ana, session_id, "snooze", {"until": "reply"})

    shop.answers("store-1", session_id, "mañana te escribo", role="agent")
    do(ana, session_id, "read")

    assert listed(ana, filter="snoozed") == [session_id]


def test_the_clock_wakes_what_is_due_and_tells_of_it(ana, database, waiting, shop):
    later = shop.says("store-1", "573009998877", "buenas")
    for session in (waiting, later):
        do(ana, session, "snooze", {"until": in_an_hour()})
    with database.store("store-1") as connection:
        connection.execute(
            text("UPDATE conversations SET snoozed_until = now() WHERE session_id = :session"),
            {"session": waiting},
        )
    wire = ana.hello("store-1")
    wire.next()

    with database.everywhere() as connection:
        assert snoozing.wake_due(connection, 10) == {"store-1": 1}
    told = wire.until("session_update")["data"]

    assert (told["id"], told["reason"], told["session"]["snoozed"]) == (waiting, "AWAKE", False)
    assert (listed(ana, filter="waiting"), listed(ana, filter="snoozed")) == ([waiting], [later])
    with database.everywhere() as connection:
        assert not snoozing.wake_due(connection, 10)


def test_a_snooze_that_makes_no_sense_is_refused(ana, carla, session_id):
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    far = (datetime.now(UTC) + timedelta(days=367)).isoformat()
    for until in ("", "mañana", past, far, "2999-01-01T10:00:00", None):
        assert do(ana, session_id, "snooze", {"until": until}).status_code == 400, until
    assert do(carla, session_id, "snooze", {"until": "reply"}).status_code == 404
    do(ana, session_id, "resolve")
    refused = do(ana, session_id, "snooze", {"until": "reply"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "already_resolved")


def test_what_is_snoozed_is_neither_given_back_nor_told_of(ana, database, owner, waiting):
    do(ana, waiting, "snooze", {"until": "reply"})
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE stores SET settings = settings || '{\"escalate_minutes\": 1}'"
        )
        connection.exec_driver_sql(
            "UPDATE conversations SET waiting_since = now() - interval '1 hour'"
        )
    with database.everywhere() as connection:
        assert connection.exec_driver_sql("SELECT * FROM tell_of_waiting(10)").all() == []

    do(ana, waiting, "unsnooze")
    with database.everywhere() as connection:
        assert len(connection.exec_driver_sql("SELECT * FROM tell_of_waiting(10)").all()) == 1


def test_the_list_is_narrowed_to_an_owner_and_to_what_nobody_read(ana, shop, session_id):
    read, closed = (shop.says("store-1", f"57300999887{each}", "hola") for each in "12")
    do(ana, read, "takeover")
    do(ana, closed, "resolve")

    assert listed(ana, owner="agent") == [read]
    assert listed(ana, owner="resolved") == [closed]
    assert listed(ana, owner="bot") == [session_id] == listed(ana, unread="true")
    refused = ana.get("/api/stores/store-1/sessions", owner="nobody")
    assert refused.status_code == 400


def test_words_are_looked_for_in_everything_that_was_said_and_not_deleted(
    ana, carla, shop, database, session_id
):
    for said in ("¿Tienen el CAMIÓN-rojo 42?", "sí, claro", "gracias"):
        shop.says("store-1", PHONE, said)
    shop.says("store-2", PHONE, "camión azul")

    for words, is_found in (
        ("camion", True),
        ("ROJO cam", True),
        ("rojo 42", True),
        ("camion azul", False),
        ("amion", False),  # words are looked for by their beginnings
        ("'; :*&|!<->", False),
    ):
        assert listed(ana, q=words) == ([session_id] if is_found else []), words
    others = carla.get("/api/stores/store-2/sessions", q="camion").json()["sessions"]
    assert [each["preview"] for each in others] == ["camión azul"]
    with database.store("store-1") as connection:
        connection.execute(text("UPDATE messages SET revoked_at = now()"))
        assert not connection.scalar(text("SELECT count(*) FROM conversations_saying('camion')"))
