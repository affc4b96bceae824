"""A store that is paused: words are shown, nothing goes, and nothing is forgotten."""

import threading

import pytest
from flask import Response
from sqlalchemy import text

from common import commands
from common.inbound import AgentCommand
from common.queues import Doorbells, redis_client
from common.store_registration import StoreChange
from tests.waiting import eventually

PHONE = "573001234501"
AGENT = "01890000-0000-7000-8000-000000000001"


@pytest.fixture
def set_status(registration):
    def change(status):
        registration.change("store-1", StoreChange(status=status))

    return change


def held(system, count):
    query = "SELECT attempts FROM inbox WHERE due_at = 'infinity' AND state = 'pending'"

    def look():
        rows = system.rows(query)
        return rows if len(rows) == count else None

    return eventually(look, what=f"{count} held")


def say_as_agent(system, stores, words):
    session = str(system.rows("SELECT session_id FROM conversations")[0]["session_id"])
    message_id = commands.message_id_of("store-1", session, words)
    command = AgentCommand(words, "send", message_id, AGENT, "Ana", words)
    seal = stores.seal_of(stores.get("store-1"))
    with system.database.store("store-1") as connection:
        sent = commands.send(connection, seal, "store-1", session, command)
    Doorbells(redis_client(system.settings.redis_url)).ring("store-1", [sent.conversation_id])


def known_to_the_worker(system):
    """A second after a change every process has seen it, by the database's clock."""
    changed = text("SELECT clock_timestamp() - changed_at > interval '1.5 seconds' FROM stores")
    with system.database.store("store-1") as connection:
        return connection.scalar(changed)


def test_words_to_a_paused_store_are_shown_at_once_and_answered_in_order_later(system, set_status):
    set_status("paused")
    system.write(PHONE, "hola")

    assert [row["attempts"] for row in held(system, 1)] == [0]
    assert system.thread() == [("user", "hola", "received")]

    set_status("active")
    system.write(PHONE, "¿siguen ahí?")

    answered = [("done", "answered")] * 2
    eventually(lambda: system.outcomes() == answered, what="the answers")
    (asked,) = system.chat.asked  # all that waited is answered together, each word once
    assert [each["content"] for each in asked["messages"][1:]] == ["hola", "¿siguen ahí?"]


def test_an_agents_words_wait_too_while_the_store_is_paused(system, stores, set_status):
    system.write(PHONE, "hola")
    eventually(lambda: len(system.texts()) == 1, what="the answer")
    set_status("paused")
    eventually(lambda: known_to_the_worker(system), what="the worker seeing it")

    say_as_agent(system, stores, "Soy Ana")

    held(system, 1)
    assert len(system.texts()) == 1
    set_status("active")
    eventually(lambda: system.texts()[1:] == ["Soy Ana"], what="the agent's words")


def test_what_the_assistant_thought_out_while_the_store_was_paused_waits_and_is_asked_anew(
    system, set_status
):
    asked, go_on = threading.Event(), threading.Event()

    def think(_body):
        asked.set()
        go_on.wait(10)
        return Response('{"choices":[{"message":{"content":"Todo a mitad de precio"}}]}')

    system.chat.reply = think
    system.write(PHONE, "hola")
    assert asked.wait(10)

    set_status("paused")
    eventually(lambda: known_to_the_worker(system), what="the worker seeing it")
    go_on.set()

    held(system, 1)
    assert system.sent() == []
    system.chat.reply = "Los precios son los de siempre"
    set_status("active")
    eventually(lambda: system.texts() == ["Los precios son los de siempre"], what="the answer")


def test_a_pause_between_two_parts_keeps_the_second_until_the_store_goes_on(system, set_status):
    system.chat.reply = "Mira [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=1, outcome="delay", seconds=10.0)
    system.write(PHONE, "foto")
    going = "SELECT 1 FROM outbox WHERE part = 1 AND state = 'sending'"
    eventually(lambda: system.rows(going), what="the words being on their way")

    set_status("paused")
    eventually(lambda: known_to_the_worker(system), what="the worker seeing it")
    system.clear_faults()

    held(system, 1)
    assert (system.texts(), system.images()) == (["Mira"], [])
    set_status("active")
    eventually(lambda: len(system.images()) == 1, what="the picture")
    assert (system.texts(), system.outcomes()) == (["Mira"], [("done", "answered")])


@pytest.mark.parametrize("code", [190, 131031])
def test_a_store_of_which_nothing_is_taken_is_paused_and_loses_nothing(system, registration, code):
    system.fault(to=f"+{PHONE}", call=1, outcome="error", code=code)
    system.write(PHONE, "hola")

    held(system, 1)
    (store,) = system.rows("SELECT status, paused_reason FROM stores WHERE store_id = 'store-1'")
    reason = "token_expired" if code == 190 else "account_locked"
    assert (store["status"], store["paused_reason"]) == ("paused", reason)
    assert (system.texts(), len(system.chat.asked)) == ([], 1)

    by_hand = None if code == 190 else "active"
    token = {"access_token": "a new one"} if code == 190 else {}
    registration.change("store-1", StoreChange(status=by_hand, secrets=token))

    eventually(lambda: system.outcomes() == [("done", "answered")], what="the answer")
    assert (len(system.texts()), len(system.chat.asked)) == (1, 1)
