"""What the first seed's real code does wrong (KAIU), each as a story through the real door.

The numbers are those of the study of its defects; each test fails on that behaviour.
"""

import pytest
import redis
import requests
from flask import Response

from common import dead_letters
from common.queues import Doorbells, redis_client
from tests.waiting import eventually

PHONE = "573001234501"


def wait_for_outcomes(system, count, store="store-1", seconds=15):
    def ended():
        outcomes = system.outcomes(store)
        done = len(outcomes) == count and all(state != "pending" for state, _ in outcomes)
        return outcomes if done else None

    return eventually(ended, seconds, f"{count} messages reaching their end")


def test_1_what_a_customer_writes_after_a_handover_is_remembered_and_published(system):
    system.write(PHONE, "quiero hablar con un asesor")
    wait_for_outcomes(system, 1)
    system.write(PHONE, "¿siguen ahí?")

    assert wait_for_outcomes(system, 2)[1] == ("done", "bot_off")
    assert ("user", "¿siguen ahí?", "received") in system.thread()
    assert len(system.texts()) == 1  # the transfer text only
    events = system.rows("SELECT type FROM events ORDER BY event_id")
    assert [row["type"] for row in events].count("new_message") == 3


def test_2_a_message_is_committed_before_the_answer_so_a_lost_ring_loses_nothing(
    system, settings, redis_url
):
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory", 1)  # every write is refused from now on
        client.config_set("maxmemory-policy", "noeviction")
        try:
            system.write(PHONE, "hola")
        finally:
            client.config_set("maxmemory", 0)

    assert wait_for_outcomes(system, 1) == [("done", "answered")]


def test_3_every_entry_change_and_message_of_a_batch_is_taken(system):
    answer = system.deliver(
        "store-1",
        {
            "entries": True,
            "messages": [
                {"from": PHONE, "text": "uno"},
                {"from": "573001234502", "text": "dos"},
                {"from": "573001234503", "payload": {"type": "image", "image": {"id": "1"}}},
            ],
        },
    )

    assert answer["status"] == 200
    wait_for_outcomes(system, 3)
    assert {content for role, content, _ in system.thread() if role == "user"} == {
        "uno",
        "dos",
        "",
    }


@pytest.mark.parametrize("header", [None, "sha256=" + "0" * 64, "sha1=" + "0" * 40, "anything"])
def test_4_a_missing_or_wrong_signature_is_refused_and_leaves_no_row(system, header):
    headers = {} if header is None else {"X-Hub-Signature-256": header}
    answer = requests.post(
        f"{system.settings.ingress_url}/webhooks/store-1",
        data=b'{"entry": []}',
        headers=headers,
        timeout=5,
    )

    assert answer.status_code == 401
    assert system.rows("SELECT 1 FROM inbox") == []
    assert system.rows("SELECT 1 FROM quarantine") == []


def test_6_a_redelivery_long_after_the_answer_is_not_answered_again(system):
    wamid = system.write(PHONE, "hola")
    wait_for_outcomes(system, 1)

    for _ in range(3):
        system.write(PHONE, "hola", id=wamid)
    system.write("573001234509", "otra persona")
    wait_for_outcomes(system, 2)

    assert len(system.texts()) == 2


def test_6_a_message_that_failed_can_be_replayed(system, database):
    system.chat.reply = lambda _body: Response("no", status=401)
    system.write(PHONE, "hola")
    assert wait_for_outcomes(system, 1) == [("dead", "assistant_refused")]
    system.chat.reply = "Aquí estamos."

    with database.store("store-1") as connection:
        letter = dead_letters.waiting(connection, "store-1")[0]
        conversation = dead_letters.retry(connection, "store-1", letter.dead_letter_id)
    Doorbells(redis_client(system.settings.redis_url)).ring("store-1", [conversation])

    # The failure handed the customer to a person, so the bot leaves the answer to them.
    assert wait_for_outcomes(system, 1) == [("done", "bot_off")]


def test_9_a_send_that_failed_is_never_shown_as_sent(system):
    system.fault(to=f"+{PHONE}", times=0, outcome="error", code=131026)
    system.write(PHONE, "hola")

    assert wait_for_outcomes(system, 1) == [("dead", "131026")]
    assert [status for role, _, status in system.thread() if role == "assistant"] == ["failed"]
    assert system.texts() == []


def test_10_a_transfer_text_that_did_not_go_goes_later_once(system):
    system.fault(to=f"+{PHONE}", call=1, outcome="error", code=131000)
    system.write(PHONE, "necesito un humano")

    assert wait_for_outcomes(system, 1) == [("done", "handed_over")]
    assert len(system.texts()) == 1
    system.write(PHONE, "¿hola?")
    assert wait_for_outcomes(system, 2)[1] == ("done", "bot_off")
    assert len(system.texts()) == 1


def test_14_the_seeds_keywords_count_as_whole_words_without_accents(system):
    outcomes = {
        "quiero un AGÉNTE ya": "handed_over",
        "¿puedo hablar  con   alguien?": "handed_over",
        "la personalización es linda": "answered",
        "busco un contactor eléctrico": "answered",
    }
    for number, words in enumerate(outcomes, start=1):
        system.write(f"{PHONE[:-1]}{number}", words)

    expected = [("done", outcome) for outcome in outcomes.values()]
    assert wait_for_outcomes(system, len(outcomes)) == expected


def test_14_a_store_edits_its_keywords_while_everything_runs(system, change_store):
    change_store("store-1", handover_keywords=["gerente"])

    def noticed():
        phone = f"57300{len(system.outcomes()):07d}"
        system.write(phone, "¿me ayuda con el precio?")
        return wait_for_outcomes(system, len(system.outcomes()))[-1] == ("done", "answered")

    eventually(noticed, 5, "the new keywords")
    system.write(PHONE, "quiero hablar con el gerente")
    assert wait_for_outcomes(system, len(system.outcomes()))[-1] == ("done", "handed_over")


def test_15_ordinary_text_with_angle_brackets_arrives_whole(system):
    system.chat.reply = "<b>Menos</b> de <5 y >2: 5 < 10 y 20 > 3"
    system.write(PHONE, "¿cuántos?")
    wait_for_outcomes(system, 1)

    assert system.texts() == ["Menos de <5 y >2: 5 < 10 y 20 > 3"]


def test_15_text_goes_first_then_every_picture_and_an_unknown_id_costs_nothing(system):
    system.chat.reply = (
        "Mira. [SEND_IMAGE: no-existe] [SEND_IMAGE: cafe-huila] [SEND_IMAGE: helecho]"
    )
    system.write(PHONE, "¿foto?")
    wait_for_outcomes(system, 1)

    kinds = [row["request"]["type"] for row in system.sent()]
    assert kinds == ["text", "image"]
    assert system.texts() == ["Mira."]
    assert system.images() == [f"{system.settings.base_url}/static/pictures/cafe-huila.jpg"]
