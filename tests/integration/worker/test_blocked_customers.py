"""Customers whom the store has blocked, and notes that are nobody's but the agents'."""

import json
import threading
from uuid import uuid4

import pytest
from flask import Response

from common import contacts
from notifier import private_notes
from notifier.private_notes import PrivateNote
from tests.waiting import eventually

from .test_a_paused_store import say_as_agent

PHONE = "573001234501"


@pytest.fixture
def session(system):
    """A customer whom the bot has answered once."""
    system.write(PHONE, "hola")
    ended(system, 1)
    return str(system.rows("SELECT session_id FROM conversations")[0]["session_id"])


@pytest.fixture
def block(system, session):
    def block(*, blocks=True):
        with system.database.store("store-1") as connection:
            contacts.block(connection, "store-1", session, blocks=blocks)

    return block


def ended(system, count):
    def look():
        outcomes = system.outcomes()
        return len(outcomes) == count and all(state != "pending" for state, _ in outcomes)

    eventually(look, what=f"{count} ends")
    return [outcome for _, outcome in system.outcomes()]


def test_what_a_blocked_customer_says_is_kept_and_not_answered(system, block):
    block()
    system.write(PHONE, "Quiero hablar con una persona")

    assert ended(system, 2) == ["answered", "blocked"]
    assert system.thread()[-1] == ("user", "Quiero hablar con una persona", "received")
    ((row),) = system.rows("SELECT owner, unread, waiting_since FROM conversations")
    assert row == {"owner": "bot", "unread": 0, "waiting_since": None}
    assert (len(system.texts()), len(system.chat.asked)) == (1, 1)

    block(blocks=False)
    system.write(PHONE, "¿Y ahora?")
    assert ended(system, 3)[-1] == "answered"
    assert len(system.texts()) == 2


def test_a_reply_that_is_being_computed_for_who_is_blocked_never_goes(system, block):
    asked, go_on = threading.Event(), threading.Event()

    def think(_body):
        asked.set()
        go_on.wait(10)
        return Response('{"choices":[{"message":{"content":"Soy el bot"}}]}')

    system.chat.reply = think
    system.write(PHONE, "¿Tienen café?")
    assert asked.wait(10)
    block()
    go_on.set()

    assert ended(system, 2)[-1] == "taken_over"
    assert "Soy el bot" not in system.texts()


def test_what_an_agent_wrote_before_the_block_and_has_not_gone_never_goes(system, stores, block):
    system.fault(to=f"+{PHONE}", outcome="error", code=131000)
    say_as_agent(system, stores, "con gusto")
    eventually(
        lambda: any(status == "retrying" for *_, status in system.thread()), what="a refusal"
    )

    block()

    eventually(lambda: any(status == "failed" for *_, status in system.thread()), what="its end")
    (part,) = system.rows("SELECT state, error_code FROM outbox WHERE role = 'agent'")
    assert part == {"state": "failed", "error_code": "contact_blocked"}
    assert "con gusto" not in system.texts()


def test_a_private_note_is_neither_sent_nor_told_the_assistant(system, stores, session):
    seal = stores.seal_of(stores.get("store-1"))
    note = PrivateNote(str(uuid4()), "Ana", "Es la hermana del alcalde")
    with system.database.store("store-1") as connection:
        assert private_notes.add(connection, seal, "store-1", session, note)
    system.write(PHONE, "¿Tienen café?")

    assert ended(system, 2) == ["answered", "answered"]
    told = json.dumps(system.chat.asked, ensure_ascii=False)
    assert "¿Tienen café?" in told
    assert "alcalde" not in told
    assert "alcalde" not in json.dumps(system.sent(), ensure_ascii=False)
    assert ("system", "", "received") in system.thread()
