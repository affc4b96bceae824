"""What a message shows beside its words: details, quotes, reactions, media, deletion."""

import json

import pytest
from sqlalchemy import text

from common import events

PHONE = "573001112233"
OTHER = "573009998877"
COLUMNS = """UPDATE messages SET kind = coalesce(:kind, kind), details_sealed = :details,
    reply_to = :reply_to, reactions = CAST(:reactions AS jsonb),
    edited_at = CASE WHEN :edited THEN now() END, revoked_at = CASE WHEN :revoked THEN now() END
    WHERE message_id = CAST(:id AS uuid)"""
MEDIA = """INSERT INTO media (store_id, message_id, media_id, kind, mime_type, filename, size, state)
    VALUES (:store, CAST(:id AS uuid), '1', 'image', 'image/jpeg', 'a.jpg', :size, :state)"""


@pytest.fixture
def thread(ana, shop):
    """A conversation of two messages of its customer."""
    return Thread(ana, shop, shop.says("store-1", PHONE, "hola"))


class Thread:
    """A session as an agent reads it, and the hands to change its rows."""

    def __init__(self, browser, shop, session_id):
        self.browser, self.shop, self.session_id = browser, shop, session_id
        self.path = f"/api/stores/store-1/sessions/{session_id}/messages"

    def messages(self):
        return self.browser.get(self.path).json()["messages"]

    def one(self, message_id):
        return self.browser.get(f"{self.path}/{message_id}")

    def change(self, message_id, kind=None, details=None, **columns):
        store = self.shop.stores.get("store-1")
        sealed = details and self.shop.stores.seal_of(store).seal_text(json.dumps(details))
        plain = {"reply_to": None, "reactions": "{}", "edited": False, "revoked": False}
        self.sql(COLUMNS, id=message_id, kind=kind, details=sealed, **(plain | columns))

    def brings(self, message_id, state, size=None):
        self.sql(MEDIA, store="store-1", id=message_id, state=state, size=size)

    def wamid_of(self, message_id):
        return self.sql("SELECT wamid FROM messages WHERE message_id = :id", id=message_id)

    def sql(self, statement, **values):
        with self.shop.database.store("store-1") as connection:
            result = connection.execute(text(statement), values)
            return result.scalar() if result.returns_rows else None

    def tell(self, message_id):
        with self.shop.database.store("store-1") as connection:
            told = ("message_update", self.session_id)
            events.record(connection, "store-1", *told, message_id=message_id)


def test_what_a_kind_holds_is_unsealed_for_the_agent(thread):
    (first,) = thread.messages()
    place = {"latitude": 4.6, "longitude": -74.1, "name": "Plaza\x00"}
    thread.change(first["id"], "location", place, reactions='{"user": "👍"}', edited=True)

    (shown,) = thread.messages()

    assert shown["details"] == {"latitude": 4.6, "longitude": -74.1, "name": "Plaza\ufffd"}
    assert (shown["kind"], shown["reactions"]) == ("location", {"user": "👍"})
    assert (shown["edited"], shown["revoked"], shown["media"]) == (True, False, None)


def test_a_quote_is_found_in_its_own_conversation_alone(thread, shop):
    shop.says("store-1", PHONE, "¿y este?")
    elsewhere = Thread(thread.browser, shop, shop.says("store-1", OTHER, "otro"))
    first, second = thread.messages()
    (foreign,) = elsewhere.messages()
    thread.change(second["id"], reply_to=thread.wamid_of(first["id"]))

    answer = thread.messages()[1]
    assert answer["reply_to"] == first["id"]
    assert answer["quoted"] == {
        "id": first["id"],
        "role": "user",
        "kind": "text",
        "content": "hola",
    }
    thread.change(second["id"], reply_to=thread.wamid_of(foreign["id"]))
    answer = thread.messages()[1]
    assert (answer["reply_to"], answer["quoted"], answer["is_reply"]) == (None, None, True)


def test_a_quote_is_found_in_the_former_conversation_of_the_same_person(thread, shop):
    former = Thread(thread.browser, shop, shop.says("store-1", OTHER, "de antes"))
    (quoted,) = former.messages()
    (answer,) = thread.messages()
    thread.change(answer["id"], reply_to=former.wamid_of(quoted["id"]))
    thread.sql(
        "UPDATE contacts SET merged_into = one.contact_id FROM contacts AS one"
        " WHERE contacts.phone = :former AND one.phone = :stays",
        former=OTHER,
        stays=PHONE,
    )

    assert thread.messages()[0]["quoted"]["content"] == "de antes"


def test_a_quote_of_what_was_tried_again_is_found_by_its_former_name(thread):
    (first,) = thread.messages()
    thread.shop.says("store-1", PHONE, "¿y este?")
    _, second = thread.messages()
    thread.sql(
        "WITH turn AS (INSERT INTO turns (store_id, conversation_id, state, fence)"
        " SELECT store_id, conversation_id, 'done', 1 FROM messages WHERE message_id = :id"
        " RETURNING turn_id) INSERT INTO outbox (store_id, outbox_id, turn_id, part,"
        " conversation_id, session_id, role, kind, body_sealed, state, failed_wamids)"
        " SELECT store_id, message_id, turn_id, 0, conversation_id, session_id, 'agent', 'text',"
        " '', 'accepted', '{wamid.former}' FROM messages, turn WHERE message_id = :id",
        id=first["id"],
    )
    thread.change(second["id"], reply_to="wamid.former")

    assert thread.messages()[1]["reply_to"] == first["id"]


def test_media_has_an_address_only_when_it_is_there(thread):
    (first,) = thread.messages()
    thread.change(first["id"], "image")
    thread.brings(first["id"], "loading")

    assert thread.messages()[0]["media"] == {
        "kind": "image",
        "mime_type": "image/jpeg",
        "filename": "a.jpg",
        "size": None,
        "state": "loading",
        "reason": "",
        "url": None,
    }
    thread.sql("UPDATE media SET state = 'ready', size = 7")
    there = thread.one(first["id"]).json()["media"]
    assert (there["state"], there["size"]) == ("ready", 7)
    assert first["id"] in there["url"]


def test_a_deleted_message_shows_nothing_of_itself_not_even_where_it_is_quoted(thread, shop, ana):
    shop.says("store-1", PHONE, "¿y este?")
    first, second = thread.messages()
    thread.change(second["id"], reply_to=thread.wamid_of(first["id"]))
    thread.brings(first["id"], "ready", 7)
    thread.change(first["id"], "image", {"a": "b"}, reactions='{"user": "x"}', revoked=True)

    deleted, answer = thread.messages()
    shown = {name: deleted[name] for name in ("content", "details", "reactions", "media", "images")}
    assert shown == {"content": "", "details": {}, "reactions": {}, "media": None, "images": []}
    assert deleted["revoked"] is True
    assert (answer["quoted"]["kind"], answer["quoted"]["content"]) == ("revoke", "")
    thread.change(second["id"], revoked=True)
    (line,) = ana.get("/api/stores/store-1/sessions").json()["sessions"]
    assert line["preview_kind"] == "revoke"


def test_a_change_is_told_to_the_room_as_the_whole_message(thread, ana):
    (first,) = thread.messages()
    inside = ana.hello("store-1", rooms=[thread.session_id])
    outside = ana.hello("store-1")
    for wire in (inside, outside):
        wire.until("welcome")
    thread.change(first["id"], reactions='{"user": "👍"}')
    thread.tell(first["id"])

    told = inside.until("message_update")
    assert told["data"] == {"sessionId": thread.session_id, "message": thread.messages()[0]}
    assert outside.until("skip")["to"] == told["seq"]


def test_one_message_is_read_through_its_own_conversation_and_store(thread, shop, carla):
    other = shop.says("store-1", OTHER, "otro")
    (first,) = thread.messages()
    foreign = f"/api/stores/store-1/sessions/{other}/messages/{first['id']}"

    assert thread.one(first["id"]).json() == first
    assert thread.browser.get(foreign).status_code == 404
    assert thread.one("x").status_code == 404
    assert carla.get(f"{thread.path}/{first['id']}").status_code == 404


def test_a_message_of_ours_says_how_its_sending_stands(thread, shop):
    message_id = shop.is_sending("store-1", thread.session_id)
    thread.sql("UPDATE outbox SET attempt = 2, error_code = '131056'")

    def shown(status, error=""):
        told = {"status": status, "error": error}
        thread.sql("UPDATE messages SET status = :status, error = :error", **told)
        message = thread.one(message_id).json()
        return message["error_code"], message["attempt"], message["can_retry"]

    assert shown("sent") == ("", 2, False)
    assert shown("retrying", "Too fast") == ("131056", 2, False)
    assert shown("unknown") == ("", 2, False)
    assert shown("unknown", "No status came.") == ("", 2, True)
    assert shown("failed", "Too fast") == ("131056", 2, True)


def test_what_the_phone_app_sent_cannot_be_sent_again_from_here(thread, shop):
    message_id = shop.answers("store-1", thread.session_id, "hola", role="agent")
    thread.sql("UPDATE messages SET status = 'failed' WHERE message_id = :id", id=message_id)

    shown = thread.one(message_id).json()

    assert (shown["attempt"], shown["can_retry"]) == (0, False)


def test_a_failed_message_goes_again_once_also_from_a_former_session(thread, shop, carla):
    message_id = shop.is_sending("store-1", thread.session_id)
    path = f"{thread.path}/{message_id}/retry"
    thread.sql("UPDATE outbox SET state = 'accepted'")
    assert thread.browser.post(path).json()["error"]["code"] == "not_failed"
    thread.sql("UPDATE outbox SET state = 'failed'")
    thread.sql("UPDATE conversations SET window_expires_at = now() - interval '1 minute'")
    assert thread.browser.post(path).json()["error"]["code"] == "window_closed"
    shop.says("store-1", PHONE, "sigo aquí")  # a session of its own by now

    answers = [thread.browser.post(path) for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].json()["status"] == "retrying"
    waiting = "SELECT count(*) FROM inbox WHERE kind = 'command' AND state = 'pending'"
    assert thread.sql(waiting) == 1
    assert carla.post(path).status_code == 404
