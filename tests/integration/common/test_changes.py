"""Reactions, edits and deletions of earlier messages, in whatever order they come."""

import random

import pytest

from common import media, settling
from common.media import ExpectedMedia

from .thread import NOON, Thread, deleted, edited, reacted, said


@pytest.fixture
def thread(desk):
    return Thread(desk)


def changed(thread):
    return [refs["message_id"] for refs in thread.desk.events("message_update")]


def test_a_reaction_is_seen_on_its_message_and_is_none_of_its_own(thread):
    thread.bring(said("w1"))
    window = thread.conversation().window_expires_at
    thread.bring(reacted("w1", "👍"))

    (message,) = thread.messages()
    assert message["reactions"] == {"user": "👍"}
    assert changed(thread) == [str(message["message_id"])]
    assert len(thread.desk.events("new_message")) == 1
    assert (thread.conversation().unread, thread.conversation().window_expires_at) == (1, window)


def test_a_removed_reaction_is_gone_and_the_agents_stays(thread):
    thread.bring(said("w1"))
    thread.bring(reacted("w1", "👍", 1), reacted("w1", "❤️", 1, role="agent"))
    thread.bring(reacted("w1", "", 2))

    assert thread.messages()[0]["reactions"] == {"agent": "❤️"}


def test_what_is_said_of_a_message_waits_until_it_comes(thread):
    first = thread.bring(reacted("w1", "👍"), edited("w1", "mejor dos"))
    assert (thread.messages(), first.owner, first.is_window_open) == ([], "bot", False)
    assert thread.desk.events("session_new") == []

    standing = thread.bring(said("w1", "uno"))

    (message,) = thread.messages()
    assert (message["content"], message["reactions"]) == ("mejor dos", {"user": "👍"})
    assert standing.contents == ("mejor dos",)


def test_what_is_said_of_our_send_waits_until_its_wamid_is_known(thread):
    desk = thread.desk
    turn = thread.turn()
    thread.remember(turn, said("w1"))
    desk.start(turn, "text")
    (part,) = desk.parts(turn)
    desk.change(
        "INSERT INTO message_changes (store_id, change_id, conversation_id, target_wamid, kind,"
        " role, emoji, written_at) VALUES ('store-1', uuidv7(), :conversation, 'ours', 'reaction',"
        " 'user', '❤️', now())",
        conversation=turn.lease.conversation_id,
    )

    with desk.database.store("store-1") as connection:
        settling.accept(connection, "store-1", part.outbox_id, "ours")

    assert [each["reactions"] for each in thread.messages()] == [{}, {"user": "❤️"}]
    assert changed(thread) == [str(part.outbox_id)]


def test_an_edit_replaces_what_the_agent_the_list_and_the_bot_read(thread):
    thread.bring(said("w1", "uno", content_sealed=b"uno 300"))
    thread.bring(edited("w1", "mejor dos", 5))

    (message,) = thread.messages()
    assert (message["content"], message["content_sealed"]) == ("mejor dos", None)
    assert (message["edited_at"] - NOON).total_seconds() == 5
    assert thread.conversation().preview == "mejor dos"
    assert thread.bring(said("w2")).history[0].content == "mejor dos"


def test_a_deleted_message_says_nothing_any_more_to_anybody(thread):
    thread.bring(said("w1", "mi clave es…", content_sealed=b"x", details_sealed=b"y"))
    thread.bring(deleted("w1", 1), edited("w1", "nada", 9))

    (message,) = thread.messages()
    assert (message["content"], message["content_sealed"], message["details_sealed"]) == (
        *("", None),
        None,
    )
    assert message["revoked_at"] is not None
    assert thread.conversation().preview == "[revoked]"
    assert thread.bring(said("w2")).history == ()


@pytest.mark.parametrize("is_here", [True, False])
def test_a_deleted_messages_file_is_given_up(thread, is_here):
    database = thread.desk.database
    thread.bring(said("w1", "mi cédula", kind="image"))
    message_id = str(thread.messages()[0]["message_id"])
    media.expect(database, "store-1", [ExpectedMedia(message_id, "77", "image", filename="yo")])
    claimed = media.claim(database, 30, [], None)
    if is_here:
        media.is_ready(database, claimed, "image/png", 5)

    thread.bring(deleted("w1"))

    (row,) = thread.desk.rows("SELECT state, reason, filename FROM media")
    assert tuple(row) == ("failed", "revoked", "")
    assert not media.is_ready(database, claimed, "image/png", 5)
    thread.desk.change("UPDATE media SET due_at = now()")
    removed = media.claim_revoked(database, None)
    assert (removed.message_id, removed.place) == (message_id, claimed.place)
    assert media.claim_revoked(database, None) is None
    media.forget_revoked(database, removed)
    thread.bring(deleted("w1", 5))
    assert media.claim_revoked(database, None) is None


def test_what_is_changed_in_the_burst_is_read_as_it_stands(thread):
    standing = thread.bring(
        said("w1", "uno"),
        said("w2", "perdón"),
        edited("w1", "mejor dos"),
        deleted("w2"),
    )

    assert standing.contents == ("mejor dos", None, None, None)


def test_nobody_changes_the_words_of_the_other_side(thread):
    thread.bring(said("w1", "de la clienta"), said("a1", "de la tienda", role="agent"))
    thread.bring(deleted("a1"), edited("a1", "gratis"), deleted("w1", role="agent"))

    assert [each["content"] for each in thread.messages()] == ["de la clienta", "de la tienda"]
    assert changed(thread) == []
    thread.bring(edited("a1", "corregido", role="agent"))
    assert thread.messages()[1]["content"] == "corregido"


def test_a_second_attempt_changes_nothing(thread):
    thread.bring(said("w1"))
    turn = thread.turn(2)
    for _ in range(2):
        thread.remember(turn, reacted("w1", "👍"), edited("w1", "dos"))

    assert len(changed(thread)) == 1
    assert thread.desk.value("SELECT count(*) FROM message_changes") == 2


def test_a_message_of_another_conversation_or_store_is_not_touched(thread, other_desk):
    thread.bring(said("w1"))
    Thread(thread.desk, phone="573009").bring(reacted("w1", "👍"))
    Thread(other_desk).bring(reacted("w1", "👍"))

    assert [each["reactions"] for each in thread.messages()] == [{}]


def test_a_change_whose_message_did_not_come_within_a_month_is_given_up(thread):
    month = 30 * 24 * 3600
    thread.bring(reacted("never", "👍", -month - 60), reacted("soon", "👍", -month + 3600))

    waiting = thread.desk.rows("SELECT target_wamid FROM message_changes WHERE applied_at IS NULL")
    assert [row.target_wamid for row in waiting] == ["soon"]
    thread.bring(said("never"))
    thread.bring(said("old"))
    thread.bring(reacted("old", "👍", -month - 60))
    assert [each["reactions"] for each in thread.messages()] == [{}, {"user": "👍"}]


def test_a_message_finds_its_change_behind_however_many_that_wait(thread):
    thread.bring(reacted("w1", "👍"))
    thread.desk.change(
        "INSERT INTO message_changes (store_id, change_id, conversation_id, target_wamid, kind,"
        " role, emoji, written_at) SELECT 'store-1', uuidv7(), conversation_id, 'never' || number,"
        " 'reaction', 'user', '❤️', now() FROM conversations, generate_series(1, 300) AS number"
    )

    thread.bring(said("w1"))

    assert [each["reactions"] for each in thread.messages()] == [{"user": "👍"}]


def test_an_edit_nobody_can_read_marks_the_message_and_leaves_its_words(thread):
    thread.bring(said("w1", "uno", content_sealed=b"uno 300"))
    thread.bring(edited("w1", "mejor dos", 5), edited("w1", None, 9))

    (message,) = thread.messages()
    assert (message["content"], message["content_sealed"]) == ("mejor dos", None)
    assert (message["edited_at"] - NOON).total_seconds() == 9


def test_an_edit_that_takes_the_caption_away_leaves_no_words(thread):
    thread.bring(said("w1", "el rojo", kind="image"))
    thread.bring(edited("w1", ""))

    assert [each["content"] for each in thread.messages()] == [""]


@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_which_changes_come_makes_no_difference(thread, seed):
    rng = random.Random(seed)
    changes = [
        reacted("w1", rng.choice(["👍", "❤️", ""]), at, rng.choice(["user", "agent"]))
        for at in rng.sample(range(100), 6)
    ] + [edited("w1", f"texto {at}", at) for at in rng.sample(range(100), 3)]
    if rng.random() < 0.3:
        changes.append(deleted("w1", 50))
    arrived = [*changes, said("w1", "original")]
    rng.shuffle(arrived)
    while arrived:
        count = min(rng.randint(1, 4), len(arrived))
        thread.bring(*(arrived.pop() for _ in range(count)))

    (message,) = thread.messages()
    assert message["reactions"] == latest_reactions(changes), f"seed {seed}"
    assert message["content"] == latest_words(changes), f"seed {seed}"


def latest_reactions(changes):
    found = {}
    for each in sorted(changes, key=lambda each: each["written_at"]):
        if each["kind"] == "reaction":
            found[each["role"]] = each["content"]
    return {role: emoji for role, emoji in found.items() if emoji}


def latest_words(changes):
    if any(each["kind"] == "revoke" for each in changes):
        return ""
    edits = [each for each in changes if each["kind"] == "edit"]
    return max(edits, key=lambda each: each["written_at"])["content"]
