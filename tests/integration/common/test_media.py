import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from common import conversations, events, media, messages
from common.media import ExpectedMedia
from common.messages import NewMessage


@pytest.fixture
def bring(desk, other_desk):
    """Let a customer's message be remembered, with or without its media; returns its id."""

    def bring_one(of=desk, *, is_expected=True, phone="573005550101", **named):
        message_id = str(uuid.uuid4())
        conversation_id = of.write(f"w{message_id}", phone=phone)
        of.open(conversation_id)
        new = NewMessage(message_id, "user", "image", "", "received", wamid=f"w{message_id}")
        with of.database.store(of.store_id) as connection:
            opened = conversations.lock(connection, of.store_id, conversation_id)
            messages.remember(connection, opened, new)
        if is_expected:
            row = ExpectedMedia(message_id, named.pop("media_id", "77"), "image", **named)
            assert media.expect(of.database, of.store_id, [row]) == 1
        return message_id

    return bring_one


def claim(database, seconds=30.0, busy=(), only=None):
    return media.claim(database, seconds, busy, only)


def rows(desk):
    return desk.rows("SELECT media_id, state, sha256, reason, place FROM media ORDER BY created_at")


def make_due(desk):
    desk.change("UPDATE media SET due_at = clock_timestamp()", store=desk.store_id)


def test_media_is_expected_once_and_only_of_a_message_that_is_remembered(desk, bring):
    message_id = bring(sha256="a" * 64, filename="x.pdf", mime_type="image/png")
    again = [
        ExpectedMedia(message_id, "78", "image"),
        ExpectedMedia(str(uuid.uuid4()), "79", "image"),
    ]

    assert media.expect(desk.database, "store-1", again) == 0

    (row,) = rows(desk)
    assert (row.media_id, row.state, row.sha256) == ("77", "loading", "a" * 64)
    assert len(row.place) == 32


def test_what_is_expected_is_told_to_who_read_the_message_before(desk, bring):
    message_id = bring(is_expected=False)
    announced = []
    desk.database.announce = announced.append

    for _ in range(2):
        media.expect(desk.database, "store-1", [ExpectedMedia(message_id, "77", "image")])

    assert desk.events("message_update") == [{"message_id": message_id}]
    assert announced


def test_a_message_that_is_deleted_already_brings_nothing(desk, bring):
    message_id = bring(is_expected=False)
    desk.change("UPDATE messages SET revoked_at = now()")

    row = ExpectedMedia(message_id, "77", "image")
    assert media.expect(desk.database, "store-1", [row]) == 0


def test_a_message_that_names_no_media_has_failed_at_once(desk, bring):
    bring(media_id="")

    assert [(row.state, row.reason) for row in rows(desk)] == [("failed", "no_media_id")]
    assert claim(desk.database) is None


def test_what_is_claimed_is_nobody_else_s_until_the_claim_has_run_out(desk, bring):
    bring()
    first = claim(desk.database)

    assert (first.attempts, first.store_id) == (1, "store-1")
    assert claim(desk.database) is None
    desk.change("UPDATE media SET claimed_until = clock_timestamp()", store="store-1")

    second = claim(desk.database)
    assert (second.attempts, second.place) == (2, first.place)
    assert not media.renew(desk.database, first, 30)
    assert not media.is_ready(desk.database, first, "image/png", 5)
    assert not media.has_failed(desk.database, first, "404")
    assert not media.put_off(desk.database, first, 1, "503", is_counted=True)
    assert media.renew(desk.database, second, 30)
    assert media.is_ready(desk.database, second, "image/png", 5)


def test_a_file_that_is_ready_is_told_to_the_room_and_found_by_its_store_only(desk, bring):
    message_id = bring(filename="flor.png")
    announced = []
    desk.database.announce = announced.append

    assert media.is_ready(desk.database, claim(desk.database), "image/png", 5)

    events.sequence(desk.database, "store-1")
    with desk.database.store("store-1") as connection:
        told = events.after(connection, "store-1", 0, 100)[-1]
        kept = media.kept(connection, "store-1", message_id)
    assert (told.type, told.refs) == ("message_update", {"message_id": message_id})
    assert told.session_id is not None
    assert announced == ["store-1"]
    assert (kept.mime_type, kept.filename, kept.size) == ("image/png", "flor.png", 5)
    with desk.database.store("store-2") as connection:
        assert media.kept(connection, "store-2", message_id) is None
        assert media.kept(connection, "store-1", message_id) is None


def test_a_failure_is_told_with_its_reason_and_nothing_is_kept(desk, bring):
    message_id = bring()
    assert media.has_failed(desk.database, claim(desk.database), "131052")

    assert [(row.state, row.reason) for row in rows(desk)] == [("failed", "131052")]
    with desk.database.store("store-1") as connection:
        assert media.kept(connection, "store-1", message_id) is None
    assert claim(desk.database) is None


def test_what_is_put_off_is_claimed_again_when_it_is_due(desk, bring):
    bring()
    first = claim(desk.database)
    assert media.put_off(desk.database, first, 60, "503", is_counted=True)
    assert claim(desk.database) is None
    assert not media.renew(desk.database, first, 60)

    make_due(desk)
    second = claim(desk.database)
    assert (second.attempts, second.reason) == (2, "503")
    assert media.put_off(desk.database, second, 0, "token_refused", is_counted=False)
    assert claim(desk.database).attempts == 2


def test_a_flood_of_one_store_does_not_keep_another_waiting(desk, other_desk, bring):
    for _ in range(5):
        bring()
    claims = [claim(desk.database), claim(desk.database)]
    bring(other_desk)

    claims.append(claim(desk.database))
    claims.append(claim(desk.database))

    assert [each.store_id for each in claims] == ["store-1", "store-1", "store-2", "store-1"]


def test_the_oldest_of_a_store_comes_first(desk, bring):
    brought = [bring() for _ in range(3)]

    assert [claim(desk.database).message_id for _ in brought] == brought


def test_a_busy_store_and_a_store_of_others_are_left_out(desk, other_desk, bring):
    bring()
    bring(other_desk)

    assert claim(desk.database, busy=["store-1", "store-2"]) is None
    assert claim(desk.database, only=["store-3"]) is None
    assert claim(desk.database, busy=["store-1"]).store_id == "store-2"
    assert claim(desk.database, only=["store-1"]).store_id == "store-1"


def test_a_claim_asks_few_rows_of_many(desk, other_desk, bring, owner):
    """Three thousand that wait cost a claim no more than ten."""
    message_id = bring()
    bring(other_desk)
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO messages (store_id, message_id, conversation_id, session_id,"
                " position, role, kind, content, status)"
                " SELECT store_id, gen_random_uuid(), conversation_id, session_id, 100 + n,"
                " role, kind, '', status FROM messages, generate_series(1, 3000) AS n"
                " WHERE message_id = CAST(:message AS uuid)"
            ),
            {"message": message_id},
        )
        connection.execute(
            text(
                "INSERT INTO media (store_id, message_id, media_id, kind)"
                " SELECT store_id, message_id, '1', 'image' FROM messages WHERE position > 100"
            )
        )
        connection.execute(text("ANALYZE media"))
    claim(desk.database)
    began = datetime.now(UTC)
    for _ in range(20):
        assert claim(desk.database) is not None
    assert (datetime.now(UTC) - began).total_seconds() < 1.0
