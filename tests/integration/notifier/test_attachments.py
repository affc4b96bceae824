"""Files, menus and quotes that an agent wants to send: what is taken, and what is refused."""

import json
import uuid

import pytest
from sqlalchemy import text

from common import attachments
from common.inbound import AgentCommand
from common.sendable_types import PICTURE_BYTES

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
PDF = b"%PDF-1.4\n" + bytes(100)
MENU = {"type": "button", "body": "¿Cuál?", "buttons": [{"id": "a", "title": "Uno"}]}

FILES = [
    (PNG, "foto.png", "image", "image/png", "foto.png"),
    (PNG, "", "image", "image/png", ""),
    (PNG, "../pedi\u202edo.exe", "image", "image/png", "_pedi_do.exe.png"),
    (PDF, "x" * 400, "document", "application/pdf", "x" * 236 + ".pdf"),
]
ASKED = [
    ({"interactive": MENU}, 202, None),
    ({"interactive": MENU | {"buttons": MENU["buttons"] * 2}}, 400, "menu_invalid"),
    ({"interactive": MENU | {"buttons": []}}, 400, "menu_invalid"),
    ({"interactive": MENU | {"buttons": None}}, 400, "invalid_request"),
    ({"interactive": MENU | {"body": "🌻" * 513}}, 400, "menu_invalid"),
    ({"interactive": MENU | {"body": "a\x00"}}, 400, "invalid_request"),
    ({"interactive": MENU | {"buttons": [{"id": "a", "title": " "}]}}, 400, "menu_invalid"),
    ({"interactive": MENU, "text": "y esto"}, 400, "text_not_possible"),
    ({"template": {"name": "x", "language": "es"}, "text": "y"}, 400, "text_not_possible"),
    ({"interactive": MENU | {"type": "flow"}}, 400, "invalid_request"),
    ({"interactive": {"type": "list", "body": "x", "button": "y"}}, 400, "menu_invalid"),
    ({"interactive": MENU, "attachment": "x"}, 400, "invalid_request"),
    ({"text": "x", "reply_to": "nonsense"}, 404, "message_not_found"),
    ({"text": "x", "reply_to": str(uuid.uuid4())}, 404, "message_not_found"),
]


@pytest.fixture
def session_id(shop) -> str:
    return shop.says("store-1", "573001112233", "hola")


def attach(browser, session_id, content=PNG, filename="foto.png", store="store-1", **headers):
    return browser.http.post(
        f"{browser.url}/api/stores/{store}/sessions/{session_id}/attachments",
        params={"filename": filename} if filename else None,
        data=content,
        headers={"X-CSRF-Token": browser.csrf_token, **headers},
        timeout=10,
    )


def send(browser, session_id, client_id="c-1", **form):
    path = f"/api/stores/store-1/sessions/{session_id}/messages"
    return browser.post(path, {"client_id": client_id, **form})


def code(answer):
    return answer.status_code, answer.json().get("error", {}).get("code")


def commands_of(shop):
    seal = shop.stores.seal_of(shop.stores.get("store-1"))
    with shop.database.store("store-1") as connection:
        rows = connection.scalars(text("SELECT payload_sealed FROM inbox WHERE kind = 'command'"))
        return [AgentCommand.from_bytes(seal.open(each)) for each in rows]


def test_a_file_is_what_its_bytes_say(ana, session_id):
    for content, filename, kind, mime_type, kept_as in FILES:
        answer = attach(ana, session_id, content, filename, **{"Content-Type": "text/html"})

        assert answer.status_code == 201, filename
        told = answer.json()
        assert (told["kind"], told["mime_type"], told["size"]) == (kind, mime_type, len(content))
        assert told["filename"] == kept_as
    named = attach(ana, session_id, filename="", **{"X-Filename": "caf%C3%A9.png"})
    assert named.json()["filename"] == "café.png"


def test_what_whatsapp_would_not_take_is_refused(ana, carla, browser, session_id):
    for content in (b"<html><script>", b"MZ\x90\x00", b"\x7fELF", b"GIF89a", b"PK\x03\x04zip"):
        assert code(attach(ana, session_id, content)) == (422, "type_not_sendable"), content
    assert code(attach(ana, session_id, b"")) == (400, "file_empty")
    assert code(attach(ana, session_id, iter([PNG]))) == (400, "length_required")
    large = PNG + bytes(PICTURE_BYTES)
    assert code(attach(ana, session_id, large)) == (413, "too_large")
    assert code(attach(ana, str(uuid.uuid4()))) == (404, "session_not_found")
    assert code(attach(carla, session_id)) == (404, "store_not_found")
    assert code(attach(carla, session_id, store="store-2")) == (404, "session_not_found")
    assert attach(browser(), session_id).status_code == 401
    assert attach(ana, session_id, **{"X-CSRF-Token": "wrong"}).status_code == 403


def test_a_file_is_sent_once_by_who_added_it(ana, logged_in, carla, shop, session_id):
    file = attach(ana, session_id).json()["id"]
    theirs = shop.says("store-2", "573001112233", "hola")
    beto = logged_in("beto")

    assert code(send(beto, session_id, attachment=file)) == (404, "attachment_not_found")
    path = f"/api/stores/store-2/sessions/{theirs}/messages"
    answer = carla.post(path, {"client_id": "c", "attachment": file})
    assert code(answer) == (404, "attachment_not_found")
    assert code(send(ana, session_id, attachment="nonsense")) == (404, "attachment_not_found")
    first = send(ana, session_id, attachment=file, text="Esta")
    assert first.status_code == 202
    assert send(ana, session_id, attachment=file, text="Esta").json() == first.json()
    assert code(send(ana, session_id, "c-2", attachment=file)) == (409, "attachment_used")

    (command,) = commands_of(shop)
    assert (command.text, command.content["kind"], command.content["size"]) == (
        "Esta",
        "image",
        208,
    )


def test_the_oldest_unsent_files_make_room_as_fast_as_they_are_removed(
    ana, shop, session_id, monkeypatch
):
    monkeypatch.setattr("notifier.attachments_api.MOST_UNUSED", 2)
    answers = [attach(ana, session_id) for _ in range(5)]
    assert [each.status_code for each in answers] == [201, 201, 201, 201, 409]
    files = [each.json()["id"] for each in answers[:4]]

    assert code(send(ana, session_id, attachment=files[1])) == (409, "attachment_used")
    assert send(ana, session_id, "c-2", attachment=files[3]).status_code == 202
    claimed = attachments.claim_unused(shop.database, None)
    assert claimed.attachment_id in files[:3]
    attachments.forget(shop.database, claimed)
    assert attach(ana, session_id).status_code == 201


def test_a_file_too_old_cannot_be_sent_and_is_the_next_to_go(ana, shop, session_id):
    file = attach(ana, session_id).json()["id"]
    with shop.database.store("store-1") as connection:
        connection.execute(
            text("UPDATE attachments SET created_at = now() - interval '1 day', due_at = now()")
        )

    assert code(send(ana, session_id, attachment=file)) == (409, "attachment_used")
    assert attachments.claim_unused(shop.database, ["store-2"]) is None
    claimed = attachments.claim_unused(shop.database, None)
    assert (claimed.store_id, claimed.attachment_id) == ("store-1", file)
    assert attachments.claim_unused(shop.database, None) is None  # for five minutes


def test_what_an_agent_asks_for_is_judged_at_once(ana, session_id):
    for form, status, refusal in ASKED:
        assert code(send(ana, session_id, **form)) == (status, refusal), form


def test_a_quote_names_a_message_of_the_same_person_that_whatsapp_knows(ana, shop, session_id):
    mine = ana.get(f"/api/stores/store-1/sessions/{session_id}/messages").json()["messages"][0][
        "id"
    ]
    unknown = shop.answers("store-1", session_id, "sin wamid")
    other = shop.says("store-1", "573009998877", "hola")
    path = f"/api/stores/store-1/sessions/{other}/messages"
    another = ana.get(path).json()["messages"][0]["id"]

    assert send(ana, session_id, text="sí", reply_to=mine).status_code == 202
    assert code(send(ana, session_id, "c-2", text="sí", reply_to=unknown)) == (422, "not_quotable")
    assert code(send(ana, session_id, "c-3", text="sí", reply_to=another)) == (
        404,
        "message_not_found",
    )
    (command,) = commands_of(shop)
    assert command.content == {"kind": "text", "reply_to": command.content["reply_to"]}
    assert json.dumps(command.content["reply_to"]).startswith('"wamid.')
