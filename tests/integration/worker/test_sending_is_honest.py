"""What becomes of a send whose fate nobody knows, and what the assistant is shown."""

import time

import pytest
import requests
from flask import Response
from sqlalchemy import text

from tests.waiting import eventually

PHONE = "573001234501"


def handled(system, count=1, seconds=15):
    def look():
        outcomes = system.outcomes()
        ended = len(outcomes) == count and all(state != "pending" for state, _ in outcomes)
        return outcomes if ended else None

    return eventually(look, seconds, what=f"{count} ends")


def states(system):
    return [row["state"] for row in system.rows("SELECT state FROM outbox ORDER BY part")]


@pytest.mark.long
def test_accepted_then_no_answer_is_settled_by_its_status_and_never_repeated(system):
    system.chat.reply = "Uno [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=1, outcome="accept_then_reset")
    system.write(PHONE, "hola")

    assert handled(system) == [("done", "answered")]
    assert states(system) == ["accepted", "accepted"]
    assert (len(system.texts()), len(system.images())) == (1, 1)
    kinds = [row["request"]["type"] for row in system.sent() if row["accepted"]]
    assert kinds == ["text", "image"]


def test_a_status_wakes_the_conversation_that_waited_for_it(system, change_store):
    change_store("store-1", unknown_seconds=60)
    system.chat.reply = "Uno [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=1, outcome="accept_then_reset", statuses={"delay_ms": 800})
    system.write(PHONE, "hola")

    assert handled(system, seconds=8) == [("done", "answered")]
    assert (len(system.texts()), len(system.images())) == (1, 1)


def test_a_text_whose_failure_comes_as_a_status_ends_as_a_dead_letter(system):
    failed = {"failed": {"code": 131026, "title": "Undeliverable"}}
    system.chat.reply = "Uno [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=1, outcome="accept_then_reset", statuses=failed)
    system.write(PHONE, "hola")

    assert handled(system) == [("dead", "131026")]
    assert system.images() == []


def test_accepted_then_no_answer_and_no_status_is_flagged_not_repeated(system):
    system.fault(to=f"+{PHONE}", call=1, outcome="accept_then_reset", statuses={"none": True})
    system.write(PHONE, "hola")

    handled(system)
    parts = system.rows("SELECT flagged FROM outbox WHERE state = 'unknown'")
    assert [part["flagged"] for part in parts] == [True]
    to_first = [row for row in system.sent() if row["request"]["to"] == f"+{PHONE}"]
    assert len(to_first) == 1
    assert "unknown" in [status for _, _, status in system.thread()]


@pytest.mark.long
def test_a_silence_among_other_statuses_is_sent_again_once(system):
    system.fault(to=f"+{PHONE}", call=1, outcome="reset", statuses={"none": True})
    system.write(PHONE, "hola")
    # Or the other's statuses could all be told before the silence began.
    eventually(lambda: set(states(system)) & {"sending", "unknown"}, what="the silence")
    system.write("573001234502", "soy otra persona")

    handled(system, 2)
    to_first = [row["outcome"] for row in system.sent() if row["request"]["to"] == f"+{PHONE}"]
    assert to_first == ["reset", "accepted"]
    assert system.rows("SELECT state FROM outbox WHERE attempt = 2") == [{"state": "accepted"}]


def test_what_a_customer_writes_while_a_part_waits_is_shown_at_once_and_answered_behind_it(system):
    system.fault(to=f"+{PHONE}", call=1, outcome="error", code=131056, retry_after=5)
    system.write(PHONE, "hola")
    eventually(lambda: states(system) == ["retry"], what="the first reply being refused")

    system.write(PHONE, "¿siguen ahí?")
    eventually(lambda: "¿siguen ahí?" in [each[1] for each in system.thread()], 3, "it being shown")
    assert states(system) == ["retry"]

    assert handled(system, 2, seconds=25) == [("done", "answered")] * 2
    assert [len(system.texts()), len(set(system.texts()))] in ([2, 1], [2, 2])


@pytest.mark.long
def test_a_server_error_without_a_reason_is_not_repeated(system):
    system.fault(to=f"+{PHONE}", call=1, outcome="http", http_status=502, body="<html>bad</html>")
    system.write(PHONE, "hola")

    handled(system)
    assert len(system.sent()) == 1
    assert states(system) == ["unknown"]


def test_a_refusal_for_now_is_tried_again_and_goes_once(system):
    system.fault(to=f"+{PHONE}", call=1, outcome="error", code=131000)
    system.write(PHONE, "hola")

    assert handled(system) == [("done", "answered")]
    assert len(system.texts()) == 1
    part = system.rows("SELECT attempt, refusals FROM outbox")[0]
    assert (part["attempt"], part["refusals"]) == (2, 1)


@pytest.mark.long
def test_a_retry_of_a_picture_does_not_repeat_the_text(system):
    system.chat.reply = "Mira [SEND_IMAGE: cafe-huila]"
    system.fault(to=f"+{PHONE}", call=2, outcome="error", code=131000)
    system.write(PHONE, "foto")

    assert handled(system) == [("done", "answered")]
    assert (len(system.texts()), len(system.images())) == (1, 1)


def test_what_never_works_becomes_a_dead_letter_and_a_person_is_asked(system):
    system.fault(to=f"+{PHONE}", times=0, outcome="error", code=1)
    system.write(PHONE, "hola")

    assert handled(system) == [("dead", "1")]
    part = system.rows("SELECT state, attempt FROM outbox")[0]
    assert (part["state"], part["attempt"]) == ("failed", 2)
    conversation = system.rows("SELECT owner, handover_trigger FROM conversations")[0]
    assert conversation == {"owner": "queue", "handover_trigger": "BOT_FAILED"}


def test_a_long_reply_goes_in_parts_of_at_most_4096_characters_in_order(system):
    system.chat.reply = "\n".join(f"Línea {number}: {'x' * 60}" for number in range(180))
    system.write(PHONE, "hola")

    handled(system)
    parts = system.texts()
    assert len(parts) > 1
    assert max(map(len, parts)) <= 4096
    assert "\n".join(parts) == system.chat.reply


def test_the_assistant_is_shown_redacted_words_only(system):
    system.write(PHONE, "hola, soy Ana")
    handled(system)
    system.write(PHONE, "mi correo es ana@ejemplo.test y mi celular 300 123 4567")
    handled(system, 2)

    shown = str(system.chat.asked)
    assert "ana@ejemplo.test" not in shown
    assert "4567" not in shown
    asked = system.chat.asked[-1]["messages"]
    assert asked[0]["role"] == "system"
    assert asked[1] == {"role": "user", "content": "hola, soy Ana"}
    assert asked[2] == {"role": "assistant", "content": "Claro que sí."}
    assert asked[-1] == {
        "role": "user",
        "content": "mi correo es [CORREO_1] y mi celular [TELÉFONO_1]",
    }


def test_any_text_reaches_its_end(system):
    halves = "media \ud83d luna"  # of a surrogate pair
    texts = ["\x00 hola \x00", halves, "a" * 4097, "🌷" * 4096, " \u202e\u200b "]
    for number, words in enumerate(texts, start=1):
        system.write(f"{PHONE[:-1]}{number}", words)

    assert [state for state, _ in handled(system, len(texts))] == ["done"] * len(texts)


def test_a_message_older_than_the_window_is_shown_and_not_answered(system):
    system.write(PHONE, "hace días", timestamp=int(time.time()) - 3 * 86_400)

    assert handled(system) == [("done", "too_old")]
    assert system.thread() == [("user", "hace días", "received")]
    assert system.texts() == []


def test_the_same_delivery_five_times_in_parallel_is_answered_once(system):
    answer = system.deliver("store-1", {"from": PHONE, "text": "hola", "repeat": 5})

    assert [each["status"] for each in answer["answers"]] == [200] * 5
    assert handled(system) == [("done", "answered")]
    assert len(system.texts()) == 1


def test_a_burst_is_one_turn_with_every_text_on_its_own(system, change_store):
    change_store("store-1", hold_back_ms=1500)
    eventually(lambda: _held_back(system), what="the hold-back being known")
    before = len(system.chat.asked)
    for words in ("hola", "una pregunta", "¿tienen café?"):
        system.write("573001234577", words)

    eventually(lambda: len(system.chat.asked) > before, what="the answer")
    asked = [
        each["content"] for each in system.chat.asked[-1]["messages"] if each["role"] == "user"
    ]
    assert asked == ["hola", "una pregunta", "¿tienen café?"]
    assert len(system.chat.asked) == before + 1


def _held_back(system):
    """Write once; true when the row waits, so the door has seen the store's change."""
    wamid = system.write("573009999999", "prueba")
    row = system.rows(f"SELECT due_at - received_at AS wait FROM inbox WHERE event_id = '{wamid}'")
    eventually(lambda: all(state != "pending" for state, _ in system.outcomes()))
    return row[0]["wait"].total_seconds() > 0.5


def test_a_status_that_settles_a_part_before_its_retry_does_not_stop_the_rest(system):
    """The Graph API refuses, and yet the message arrives: its status settles it meanwhile."""
    system.chat.reply = "Uno [SEND_IMAGE: cafe-huila]"
    system.fault(
        to=f"+{PHONE}", call=1, outcome="http", http_status=429, retry_after=2, accepted=True
    )
    system.write(PHONE, "hola")

    assert handled(system) == [("done", "answered")]
    assert states(system) == ["accepted", "accepted"]
    assert (len(system.texts()), len(system.images())) == (1, 1)


def notices(system):
    rows = requests.get(f"{system.simulator}/sim/store-1/sent", timeout=5).json()["sent"]
    return [row["request"] for row in rows if row["request"].get("status") == "read"]


def test_a_customer_who_waits_for_the_assistant_sees_it_read_and_typing(system):
    def answer_once_announced(_body):
        eventually(lambda: notices(system), what="the notice")
        return Response('{"choices":[{"message":{"content":"Aquí estoy."}}]}')

    system.chat.reply = answer_once_announced
    wamid = system.write(PHONE, "hola")

    assert handled(system) == [("done", "answered")]
    assert [(each["message_id"], each["typing_indicator"]) for each in notices(system)] == [
        (wamid, {"type": "text"})
    ]
    assert len(system.texts()) == 1


def test_an_answer_that_comes_at_once_is_not_announced(system):
    system.write(PHONE, "hola")

    assert handled(system) == [("done", "answered")]
    assert notices(system) == []


def test_an_unreadable_status_does_not_hold_the_others(system, database):
    with database.store("store-1") as connection:
        connection.execute(
            text(
                "INSERT INTO inbox (store_id, kind, event_id, payload_sealed, due_at)"
                " VALUES ('store-1', 'status', 'broken', 'rubbish', now())"
            )
        )
    system.write(PHONE, "hola")

    assert handled(system) == [("done", "answered")]
    eventually(lambda: system.thread()[-1][2] == "read", what="the status being applied")
    broken = system.rows("SELECT state, outcome FROM inbox WHERE event_id = 'broken'")
    assert broken == [{"state": "dead", "outcome": "unreadable"}]
