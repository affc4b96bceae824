"""What the store sends beside plain text, from the request or the reply to the customer's phone."""

from contextlib import ExitStack

import pytest
import requests
from sqlalchemy import text

from common.store_registration import StoreChange
from simulator.sample_files import document, picture, voice_note
from tests.waiting import eventually

from .consoles import PHONE, open_desk

VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(500)
BUTTONS = {"type": "button", "body": "¿Cuál?", "buttons": [{"id": "a", "title": "Uno"}]}


@pytest.fixture
def desk(system):
    with ExitStack() as running:
        yield open_desk(system.settings, system, running)


@pytest.fixture
def by_upload(system, change_store):
    """The store's pictures go by upload, and its one product has a picture that is there."""
    change_store("store-1", picture_by="upload")
    with system.database.store("store-1") as connection:
        connection.execute(
            text("UPDATE product_images SET url = '/static/pictures/cafe-huila-500.jpg'")
        )
    system.chat.reply = "Esta [SEND_IMAGE: cafe-huila]"


def of_kind(system, kind, count=1):
    """Wait for sends of a kind that WhatsApp took; returns what was asked."""

    def look():
        found = [row for row in system.sent() if row["request"]["type"] == kind and row["accepted"]]
        return found if len(found) == count else None

    return [row["request"] for row in eventually(look, what=f"{count} of {kind}")]


def uploads(system):
    rows = requests.get(f"{system.simulator}/sim/store-1/sent", timeout=20).json()["sent"]
    return [row for row in rows if row["path"].endswith("/media")]


def test_an_agent_sends_files_menus_and_quotes_and_sees_them_as_sent(system, desk):
    system.chat.reply = "Claro."
    asked = desk.is_written_to()
    paper = desk.attach(document(), "lista")
    assert (paper["kind"], paper["filename"]) == ("document", "lista.pdf")

    sent = desk.settled(desk.send("c-1", attachment=paper["id"], text="La lista", reply_to=asked))
    (request,) = of_kind(system, "document")
    assert request["document"] | {"id": ""} == {
        "id": "",
        "caption": "La lista",
        "filename": "lista.pdf",
    }
    assert request["context"]["message_id"].startswith("wamid.")
    assert (sent["kind"], sent["content"], sent["reply_to"]) == ("document", "La lista", asked)
    assert desk.browser.get(sent["media"]["url"]).content == document()

    for kind, content in (("image", picture()), ("audio", voice_note()), ("video", VIDEO)):
        file = desk.attach(content, "archivo")
        shown = desk.settled(desk.send(f"c-{kind}", attachment=file["id"]))
        assert shown["media"]["state"] == "ready", kind
        assert desk.browser.get(shown["media"]["url"]).content == content
        assert "id" in of_kind(system, kind)[0][kind]
    assert of_kind(system, "audio")[0]["audio"]["voice"] is True

    menu = desk.settled(desk.send("c-menu", interactive=BUTTONS))
    assert of_kind(system, "interactive")[0]["interactive"]["body"] == {"text": "¿Cuál?"}
    assert (menu["kind"], menu["content"]) == ("interactive", "¿Cuál?")
    assert menu["details"] == {"buttons": BUTTONS["buttons"], "author": "Ana"}
    assert len(uploads(system)) == 4


def test_a_file_that_whatsapp_refuses_is_shown_as_failed_to_its_agent(system, desk):
    desk.is_written_to()
    file = desk.attach(document(), "lista.pdf")
    system.fault(kind="upload", outcome="error", code=131053)

    shown = desk.settled(desk.send("c-1", attachment=file["id"]))

    assert (shown["status"], shown["kind"]) == ("failed", "document")
    assert shown["error"]
    assert shown["media"]["state"] == "ready"


def test_a_picture_is_uploaded_once_and_again_when_whatsapp_has_forgotten_it(system, by_upload):
    ids = []
    for count in (1, 2):
        system.write(PHONE, f"hola {count}")
        ids = [each["image"]["id"] for each in of_kind(system, "image", count)]
    assert (len(set(ids)), len(uploads(system))) == (1, 1)

    requests.delete(f"{system.simulator}/sim/uploads", timeout=5).raise_for_status()
    system.write(PHONE, "hola 3")
    images = of_kind(system, "image", 3)

    assert len(uploads(system)) == 2
    assert images[2]["image"]["id"] != ids[0]
    assert system.rows("SELECT attempt FROM outbox WHERE kind = 'image' ORDER BY attempt")[-1] == {
        "attempt": 2
    }


def test_a_picture_that_cannot_be_uploaded_goes_by_its_link(system, by_upload):
    system.fault(kind="upload", outcome="http", http_status=503)
    system.write(PHONE, "hola")

    assert "link" in of_kind(system, "image")[0]["image"]


def test_a_token_that_ran_out_during_an_upload_pauses_the_store_and_loses_nothing(
    system, desk, registration
):
    desk.is_written_to()
    file = desk.attach(document(), "lista.pdf")
    system.fault(kind="upload", outcome="error", code=190)
    sent = desk.send("c-1", attachment=file["id"])
    paused = "SELECT paused_reason FROM stores WHERE status = 'paused'"
    eventually(lambda: system.rows(paused) == [{"paused_reason": "token_expired"}], what="a pause")

    registration.change("store-1", StoreChange(secrets={"access_token": "a-new-token"}))

    assert eventually(lambda: desk.shown(sent).get("status") in ("sent", "delivered", "read"))
    assert len(of_kind(system, "document")) == 1


def test_a_file_that_nobody_sends_is_removed_after_a_day(system, desk):
    desk.is_written_to()
    desk.attach(picture(), "foto.png")
    files = system.settings.data_dir / "media" / "store-1"
    assert len(list(files.iterdir())) == 1

    with system.database.store("store-1") as connection:
        connection.execute(
            text("UPDATE attachments SET created_at = now() - interval '25 hours', due_at = now()")
        )

    eventually(lambda: not list(files.iterdir()), what="the file's removal")
    eventually(lambda: not system.rows("SELECT 1 FROM attachments"), what="its row's removal")
