import base64
import hashlib

import pytest
from sqlalchemy import text

from common import events
from common.queues import Doorbells, redis_client
from common.store_registration import StoreChange
from simulator.sample_files import document, picture, voice_note
from tests.waiting import eventually

from .media_system import Customers

PICTURE = {"id": "sample-image", "mime_type": "image/png"}
HASH = base64.b64encode(hashlib.sha256(picture()).digest()).decode()


@pytest.fixture
def customers(system, stores):
    client = redis_client(system.settings.redis_url)
    yield Customers(system, stores, Doorbells(client))
    client.close()


def kept_files(system):
    folder = system.settings.data_dir / "media"
    return [each.name for each in folder.rglob("*") if each.is_file()]


def test_a_picture_is_fetched_kept_and_told_to_the_console(system, customers):
    wamid = customers.send("image", PICTURE | {"sha256": HASH}, text="¿Tienen esta?")

    found = customers.settled(wamid)

    assert (found["state"], found["mime_type"], found["attempts"]) == ("ready", "image/png", 1)
    assert customers.content(found) == picture()
    events.sequence(system.database, "store-1")
    with system.database.store("store-1") as connection:
        told = events.after(connection, "store-1", 0, 100)
    updates = [each.refs for each in told if each.type == "message_update"]
    assert updates == [{"message_id": str(found["message_id"])}] * 2  # on its way, and here


def test_a_voice_note_and_a_document_are_kept_as_what_they_are(customers):
    voice = customers.send("audio", {"id": "sample-audio", "mime_type": "audio/ogg; codecs=opus"})
    paper = customers.send("document", {"id": "sample-document", "filename": "pedido.pdf"})

    heard, read = customers.settled(voice), customers.settled(paper)

    assert (heard["mime_type"], customers.content(heard)) == ("audio/ogg", voice_note())
    assert (read["mime_type"], customers.content(read)) == ("application/pdf", document())


def test_what_comes_through_the_door_is_fetched_and_a_file_without_an_id_has_failed(
    system, customers
):
    # The webhook has the hash in Base64, Graph in hexadecimal.
    voice = {"type": "audio", "audio": {"id": "sample-audio", "voice": True}}
    nothing = {"type": "image", "image": {"mime_type": "image/jpeg"}}
    sent = [
        system.deliver("store-1", {"from": "573001112233", "payload": payload})["wamid"]
        for payload in (voice, nothing)
    ]

    heard, missed = (customers.settled(each) for each in sent)

    assert (heard["state"], customers.content(heard)) == ("ready", voice_note())
    assert (missed["state"], missed["reason"]) == ("failed", "no_media_id")


def test_what_whatsapp_does_not_have_fails_with_its_code_and_is_asked_for_once(system, customers):
    wamid = customers.send("image", {"id": "999"})

    found = customers.settled(wamid)

    assert (found["state"], found["reason"], found["attempts"]) == ("failed", "100", 1)
    assert kept_files(system) == []


def test_a_wrong_hash_is_fetched_again_and_a_second_one_is_given_up(system, customers):
    system.fault(kind="file", outcome="wrong_hash", times=0)
    wamid = customers.send("image", PICTURE)
    customers.put_off(wamid, "wrong_content")
    customers.make_due()

    found = customers.settled(wamid)

    assert (found["state"], found["reason"], found["attempts"]) == ("failed", "wrong_content", 2)
    assert kept_files(system) == []


def test_a_graph_api_that_is_away_costs_another_attempt_and_nothing_else(system, customers):
    system.fault(kind="media", outcome="http", http_status=503)
    wamid = customers.send("image", PICTURE)
    assert customers.put_off(wamid, "503")["attempts"] == 1
    system.fault(kind="file", outcome="reset")
    customers.make_due()
    customers.put_off(wamid, "no_answer")
    customers.make_due()

    assert customers.settled(wamid)["state"] == "ready"


def test_a_token_that_is_refused_is_waited_for_and_counts_nothing(system, customers):
    system.fault(kind="media", outcome="error", code=190)
    wamid = customers.send("image", PICTURE)
    assert customers.put_off(wamid, "token_refused")["attempts"] == 0
    customers.make_due()

    assert customers.settled(wamid)["attempts"] == 1


def test_what_a_killed_process_had_claimed_is_fetched_when_its_claim_has_run_out(system, customers):
    system.fault(kind="media", outcome="http", http_status=503)
    wamid = customers.send("image", PICTURE)
    customers.put_off(wamid, "503")
    with system.database.store("store-1") as connection:
        connection.execute(
            text(
                "UPDATE media SET due_at = clock_timestamp(), attempts = 8,"
                " claimed_until = clock_timestamp() + interval '1 second'"
            )
        )

    found = customers.settled(wamid)

    assert (found["state"], found["reason"], found["attempts"]) == ("failed", "503", 9)


def test_a_redirect_to_somewhere_else_is_given_up_at_once(system, customers):
    system.fault(kind="file", outcome="redirect", body="http://169.254.169.254/latest/")
    wamid = customers.send("image", PICTURE)

    assert customers.settled(wamid)["reason"] == "forbidden_source"


def test_a_paused_store_s_files_are_fetched_all_the_same(customers, registration, stores):
    registration.change("store-1", StoreChange(status="paused"))
    stores.forget("store-1")

    assert customers.settled(customers.send("image", PICTURE))["state"] == "ready"


def test_a_slow_file_of_one_store_delays_no_other_store(system, customers):
    system.fault(kind="file", outcome="slow", seconds=60, times=5)
    slow = [customers.send("image", PICTURE) for _ in range(5)]
    for each in slow[:2]:
        customers.put_off(each, "")
    quick = customers.send("image", {"id": "999"}, store="store-2")

    assert customers.settled(quick, "store-2")["reason"] == "100"
    eventually(lambda: all(customers.media(each) for each in slow), what="all being expected")
    assert [customers.media(each)["state"] for each in slow] == ["loading"] * 5
    system.clear_faults()
