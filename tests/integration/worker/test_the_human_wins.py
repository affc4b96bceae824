"""An agent takes over while the bot is at work (P5), at the places where it waits."""

import threading

import pytest
from flask import Response

from common import commands, dead_letters
from common.inbound import AgentCommand
from common.queues import Doorbells, redis_client
from tests.waiting import eventually

PHONE = "573001234501"
AGENT = "01890000-0000-7000-8000-000000000001"


@pytest.fixture
def console(system, database, stores):
    return Console(system, database, stores)


class Console:
    """What the notifier does for an agent, without its HTTP."""

    def __init__(self, system, database, stores):
        self.system, self.database, self.stores = system, database, stores
        self.doorbells = Doorbells(redis_client(system.settings.redis_url))

    @property
    def session(self):
        rows = self.system.rows("SELECT session_id FROM conversations WHERE session_id IS NOT NULL")
        return str(rows[0]["session_id"]) if rows else None

    def take_over(self):
        with self.database.store("store-1") as connection:
            return commands.take_over(connection, "store-1", self.session, AGENT, "Ana")

    def release(self, words=""):
        seal = self.stores.seal_of(self.stores.get("store-1"))
        note = commands.Note(seal, AGENT, "Ana", words) if words else None
        with self.database.store("store-1") as connection:
            released = commands.release(connection, "store-1", self.session, note)
        self.doorbells.ring("store-1", [released.conversation_id])

    def send(self, words, client_id="client-1"):
        message_id = commands.message_id_of("store-1", self.session, client_id)
        command = AgentCommand(client_id, "send", message_id, AGENT, "Ana", words)
        seal = self.stores.seal_of(self.stores.get("store-1"))
        with self.database.store("store-1") as connection:
            sent = commands.send(connection, seal, "store-1", self.session, command)
        self.doorbells.ring("store-1", [sent.conversation_id])
        return sent


def handled(system, count):
    def look():
        outcomes = system.outcomes()
        ended = len(outcomes) == count and all(state != "pending" for state, _ in outcomes)
        return outcomes if ended else None

    return eventually(look, what=f"{count} ends")


def a_second_ago(system):
    """A second after a change of the store every process has seen it."""
    changed = "SELECT clock_timestamp() - changed_at > interval '1.5 seconds' AS long FROM stores"
    return system.rows(f"{changed} WHERE store_id = 'store-1'")[0]["long"]


def test_a_reply_that_is_being_computed_when_a_person_takes_over_never_goes(system, console):
    asked, go_on = threading.Event(), threading.Event()

    def think(_body):
        asked.set()
        go_on.wait(10)
        return Response('{"choices":[{"message":{"content":"Soy el bot"}}]}')

    system.chat.reply = think
    system.write(PHONE, "hola")
    assert asked.wait(10)

    taken = console.take_over()
    go_on.set()

    assert taken.in_flight == ()
    assert handled(system, 1) == [("done", "taken_over")]
    assert system.texts() == []


def test_a_reply_that_is_being_computed_when_a_person_answers_from_the_phone_never_goes(system):
    asked, go_on = threading.Event(), threading.Event()

    def think(_body):
        asked.set()
        go_on.wait(10)
        return Response('{"choices":[{"message":{"content":"Soy el bot"}}]}')

    system.chat.reply = think
    system.write(PHONE, "hola")
    assert asked.wait(10)

    (row,) = system.rows("SELECT conversation_id FROM conversations")
    assert commands.silence_bots(system.database, "store-1", [str(row["conversation_id"])])
    go_on.set()

    assert handled(system, 1) == [("done", "taken_over")]
    assert system.texts() == []


def test_a_reply_that_is_being_computed_when_the_stores_bot_is_switched_off_never_goes(
    system, change_store
):
    asked, go_on = threading.Event(), threading.Event()

    def think(_body):
        asked.set()
        go_on.wait(10)
        return Response('{"choices":[{"message":{"content":"Soy el bot"}}]}')

    system.chat.reply = think
    system.write(PHONE, "hola")
    assert asked.wait(10)

    change_store("store-1", bot_enabled=False)
    eventually(lambda: a_second_ago(system), what="a second")
    go_on.set()

    assert handled(system, 1) == [("done", "bot_off")]
    assert system.texts() == []


def test_what_is_left_of_a_plan_does_not_go_once_the_stores_bot_is_switched_off(
    system, change_store
):
    system.chat.reply = "Primero el texto. [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=1, outcome="delay", seconds=10.0)
    system.write(PHONE, "hola")
    going = "SELECT 1 FROM outbox WHERE state = 'sending'"
    eventually(lambda: system.rows(going), what="a part going")

    change_store("store-1", bot_enabled=False)
    eventually(lambda: a_second_ago(system), what="a second")
    system.clear_faults()

    assert handled(system, 1) == [("done", "bot_off")]
    assert (len(system.texts()), system.images()) == (1, [])
    parts = system.rows("SELECT state FROM outbox ORDER BY part")
    assert [part["state"] for part in parts] == ["accepted", "cancelled"]


def test_a_part_on_its_way_is_named_and_the_parts_after_it_never_begin(system, console):
    system.chat.reply = "Primero el texto. [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=1, outcome="delay", seconds=3.0)
    system.write(PHONE, "hola")
    eventually(
        lambda: system.rows("SELECT 1 FROM outbox WHERE state = 'sending'"), what="a part going"
    )

    taken = console.take_over()

    assert len(taken.in_flight) == 1
    assert handled(system, 1) == [("done", "taken_over")]
    assert (len(system.texts()), system.images()) == (1, [])
    parts = system.rows("SELECT outbox_id, state FROM outbox ORDER BY part")
    assert [part["state"] for part in parts] == ["accepted", "cancelled"]
    assert taken.in_flight == (str(parts[0]["outbox_id"]),)


def test_an_assistant_that_is_slow_holds_no_agents_words_up_after_a_takeover(system, console):
    asked, go_on = threading.Event(), threading.Event()

    def think(_body):
        asked.set()
        go_on.wait(10)
        return Response('{"choices":[{"message":{"content":"tarde"}}]}')

    system.chat.reply = think
    system.write(PHONE, "hola")
    assert asked.wait(10)
    console.take_over()
    console.send("Hola, soy Ana")

    assert handled(system, 2) == [("done", "taken_over"), ("done", "sent_for_agent")]
    assert not go_on.is_set()
    assert system.texts() == ["Hola, soy Ana"]
    go_on.set()


@pytest.mark.parametrize("by", ["takeover", "phone app"])
def test_a_plan_that_waits_for_its_pace_is_cancelled_and_holds_nobody_up(system, console, by):
    system.chat.reply = "Primero el texto. [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=1, outcome="error", code=131056)
    system.write(PHONE, "hola")
    longer = (
        "UPDATE inbox SET due_at = now() + interval '1 hour'"
        " WHERE state = 'pending' AND due_at > now() RETURNING 1"
    )
    eventually(lambda: system.rows(longer), what="a wait")

    (row,) = system.rows("SELECT conversation_id FROM conversations")
    if by == "takeover":
        assert console.take_over().in_flight == ()
    else:
        commands.silence_bots(system.database, "store-1", [str(row["conversation_id"])])
    parts = system.rows("SELECT state FROM outbox")
    console.doorbells.ring("store-1", [str(row["conversation_id"])])

    assert [part["state"] for part in parts] == ["cancelled", "cancelled"]
    assert handled(system, 1) == [("done", "taken_over")]
    assert system.thread()[-1][2] == "failed"
    assert system.texts() == []


def test_the_assistant_learns_what_people_said_and_what_they_left_for_it(system, console):
    system.write(PHONE, "necesito un asesor")
    handled(system, 1)
    console.send("Le guardo dos libras a 30.000, mi número es 3001234567")
    handled(system, 2)
    console.release("Ya pagó: sólo falta la dirección de 3009876543")
    system.write(PHONE, "¿y cuándo llega?")

    assert [outcome for _, outcome in handled(system, 4)][2:] == ["noted", "answered"]
    (asked,) = system.chat.asked
    said = [each["content"] for each in asked["messages"] if each["role"] == "assistant"]
    marked = [each.partition("]")[::2] for each in said[1:]]
    assert [mark for mark, _ in marked] == ["[Persona de la tienda", "[Nota interna de la tienda"]
    assert "Le guardo dos libras a 30.000" in marked[0][1]
    assert "sólo falta la dirección" in marked[1][1]
    assert not any("3001234567" in each or "3009876543" in each for each in said)
    assert "[Nota interna de la tienda]" in asked["messages"][0]["content"]
    assert not any("Ya pagó" in text for text in system.texts())
    roles = [role for role, _, _ in system.thread()]
    assert roles == ["user", "assistant", "agent", "system", "user", "assistant"]


def test_an_agents_words_go_in_the_order_of_the_conversation_and_once(system, console):
    system.write(PHONE, "necesito un asesor")
    handled(system, 1)

    first = console.send("Hola, soy Ana")
    again = console.send("Hola, soy Ana")
    console.send("¿En qué le ayudo?", client_id="client-2")

    handled(system, 3)
    assert first.message_id == again.message_id
    assert (first.is_new, again.is_new) == (True, False)
    assert system.texts()[1:] == ["Hola, soy Ana", "¿En qué le ayudo?"]
    assert [role for role, _, _ in system.thread()] == ["user", "assistant", "agent", "agent"]


def test_after_a_release_the_bot_answers_again(system, console):
    system.write(PHONE, "necesito un asesor")
    handled(system, 1)
    console.take_over()
    console.release()
    system.write(PHONE, "hola de nuevo")

    assert handled(system, 2)[1] == ("done", "answered")


def test_what_the_bot_planned_under_a_former_owner_is_void_even_after_a_release(system, console):
    """Take over and give back while the reply is computed: the epoch has moved on."""
    asked, go_on = threading.Event(), threading.Event()

    def think(_body):
        asked.set()
        go_on.wait(10)
        return Response('{"choices":[{"message":{"content":"tarde"}}]}')

    system.chat.reply = think
    system.write(PHONE, "hola")
    assert asked.wait(10)
    console.take_over()
    console.release()
    go_on.set()

    assert handled(system, 1) == [("done", "taken_over")]
    assert system.texts() == []


def test_words_of_an_agent_that_never_went_are_shown_as_failed(system, console):
    system.write(PHONE, "necesito un asesor")
    handled(system, 1)
    system.fault(to=f"+{PHONE}", times=0, outcome="error", code=131026)
    console.send("Hola, soy Ana")

    assert handled(system, 2)[1] == ("done", "rejected:131026")
    assert system.thread()[-1] == ("agent", "Hola, soy Ana", "failed")


def test_what_a_dead_turn_left_goes_when_a_person_asks_for_it(system, console, database):
    system.chat.reply = "\n".join(f"Línea {number}: {'x' * 60}" for number in range(90))
    system.fault(to=f"+{PHONE}", call=2, outcome="error", code=100)
    system.write(PHONE, "hola")
    assert handled(system, 1) == [("dead", "100")]

    with database.store("store-1") as connection:
        letter = dead_letters.waiting(connection, "store-1")[0]
        conversation = dead_letters.retry(connection, "store-1", letter.dead_letter_id)
    console.doorbells.ring("store-1", [conversation])

    assert handled(system, 1)[0][0] == "done"
    assert "\n".join(system.texts()) == system.chat.reply
