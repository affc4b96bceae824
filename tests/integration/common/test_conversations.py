from datetime import timedelta

import pytest

from common import commands, conversations
from common.errors import NotFoundError

from .desk import ANA, BETO


@pytest.fixture
def opened(desk):
    return desk.open(desk.write("a"))


def written(desk, conversation_id, ago):
    return desk.written(conversation_id, ago)


def close_window(desk):
    desk.change("UPDATE conversations SET window_expires_at = now() - interval '1 second'")


def act(desk, action, conversation, *args):
    with desk.database.store("store-1") as connection:
        return action(connection, "store-1", conversation.session_id, *args)


def hand_over(desk, conversation, trigger="KEYWORD_DETECTED"):
    with desk.database.store("store-1") as connection:
        locked = conversations.lock(connection, "store-1", conversation.conversation_id)
        return conversations.hand_over(connection, locked, trigger)


def row(desk):
    ((found),) = desk.rows("SELECT * FROM conversations")
    return found


def test_the_first_message_opens_a_session_for_a_day(desk, opened):
    assert opened.session_id is not None
    assert opened.is_window_open
    left = opened.window_expires_at - opened.now
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
    assert (opened.status, opened.epoch) == ("bot", 1)
    assert desk.rows("SELECT type, session_id FROM events") == [
        ("session_new", row(desk).session_id)
    ]


def test_each_message_renews_the_window_of_the_same_session(desk, opened):
    desk.change("UPDATE conversations SET window_expires_at = now() + interval '1 hour'")

    renewed = written(desk, opened.conversation_id, timedelta(0))

    assert renewed.session_id == opened.session_id
    assert renewed.window_expires_at - renewed.now > timedelta(hours=23)
    assert len(desk.events("session_new")) == 1


def test_an_older_message_does_not_shorten_the_window(desk, opened):
    renewed = written(desk, opened.conversation_id, timedelta(hours=5))

    assert renewed.window_expires_at == opened.window_expires_at


def test_after_a_day_the_next_message_starts_a_new_session(desk, opened):
    close_window(desk)

    fresh = written(desk, opened.conversation_id, timedelta(0))

    assert fresh.session_id != opened.session_id
    assert fresh.is_window_open
    assert len(desk.events("session_new")) == 2
    with pytest.raises(NotFoundError), desk.database.store("store-1") as connection:
        conversations.lock_by_session(connection, "store-1", opened.session_id)


@pytest.mark.parametrize("ago", [timedelta(hours=25), timedelta(days=3)])
def test_a_late_message_neither_renews_a_session_nor_starts_one(desk, opened, ago):
    close_window(desk)

    late = written(desk, opened.conversation_id, ago)

    assert late.session_id == opened.session_id
    assert not late.is_window_open
    assert len(desk.events("session_new")) == 1


def test_a_first_message_that_is_late_has_a_session_to_be_shown_in_but_no_window(desk):
    late = written(desk, desk.write("a"), timedelta(days=3))

    assert late.session_id is not None
    assert not late.is_window_open


def test_a_message_from_the_future_opens_no_more_than_a_day(desk):
    early = written(desk, desk.write("a"), -timedelta(days=3))

    assert early.window_expires_at - early.now <= timedelta(hours=24)


def test_every_change_of_owner_raises_the_epoch(desk, opened):
    epochs = [
        hand_over(desk, opened).epoch,
        act(desk, commands.take_over, opened, ANA, "Ana").conversation.epoch,
        act(desk, commands.take_over, opened, BETO, "Beto").conversation.epoch,
        act(desk, commands.release, opened).epoch,
        act(desk, commands.resolve, opened).epoch,
    ]

    assert epochs == [2, 3, 4, 5, 6]
    assert row(desk).epoch == 6


def test_each_change_of_owner_is_told(desk, opened):
    hand_over(desk, opened)
    act(desk, commands.take_over, opened, ANA, "Ana")
    act(desk, commands.release, opened)
    act(desk, commands.resolve, opened)

    assert desk.events("session_update") == [
        {"status": "handover", "handover_trigger": "KEYWORD_DETECTED"},
        {
            "status": "human",
            "agent": "Ana",
            "agent_id": ANA,
            "handover_trigger": "KEYWORD_DETECTED",
        },
        {"status": "bot"},
        {"status": "resolved"},
    ]


def test_taking_over_what_is_theirs_already_changes_nothing(desk, opened):
    first = act(desk, commands.take_over, opened, ANA, "Ana")
    again = act(desk, commands.take_over, opened, ANA, "Ana")

    assert again.conversation.epoch == first.conversation.epoch
    assert len(desk.events("session_update")) == 1


def test_giving_back_what_the_bot_has_changes_nothing(desk, opened):
    released = act(desk, commands.release, opened)

    assert released.epoch == opened.epoch
    assert desk.events("session_update") == []


def test_resolving_twice_is_resolving_once(desk, opened):
    first = act(desk, commands.resolve, opened)
    again = act(desk, commands.resolve, opened)

    assert (again.status, again.epoch) == ("resolved", first.epoch)


def test_a_customer_who_writes_again_reopens_what_was_resolved(desk, opened):
    act(desk, commands.resolve, opened)

    reopened = written(desk, opened.conversation_id, timedelta(0))

    assert (reopened.status, reopened.session_id) == ("bot", opened.session_id)
    assert [refs["status"] for refs in desk.events("session_update")] == ["resolved", "bot"]


def test_nobody_came_within_a_day_so_the_bot_is_back(desk, opened):
    handed = hand_over(desk, opened)
    close_window(desk)

    fresh = written(desk, opened.conversation_id, timedelta(0))

    assert (fresh.owner, fresh.status) == ("bot", "bot")
    assert fresh.epoch == handed.epoch + 1
    assert row(desk).waiting_since is None


def test_an_agent_keeps_the_customer_beyond_the_day(desk, opened):
    taken = act(desk, commands.take_over, opened, ANA, "Ana").conversation
    close_window(desk)

    fresh = written(desk, opened.conversation_id, timedelta(0))

    assert (fresh.owner, fresh.agent_id, fresh.epoch) == ("agent", ANA, taken.epoch)


def test_who_waits_in_the_queue_waits_since_the_first_handover(desk, opened):
    hand_over(desk, opened)
    since = row(desk).waiting_since
    hand_over(desk, opened, "BOT_FAILED")

    assert since is not None
    assert row(desk).waiting_since == since


def test_reading_clears_the_count_and_tells_the_list(desk, opened):
    desk.change("UPDATE conversations SET unread = 3")
    with desk.database.store("store-1") as connection:
        locked = conversations.lock(connection, "store-1", opened.conversation_id)
        conversations.mark_read(connection, locked)

    assert row(desk).unread == 0
    assert len(desk.events("chat_list_update")) == 1


@pytest.mark.parametrize("session_id", ["0198c0de-0000-7000-8000-000000000001"])
def test_a_session_that_is_not_there_is_not_found(desk, opened, session_id):
    with pytest.raises(NotFoundError), desk.database.store("store-1") as connection:
        conversations.lock_by_session(connection, "store-1", session_id)


def test_another_stores_session_is_not_found(desk, opened):
    with pytest.raises(NotFoundError), desk.database.store("store-2") as connection:
        conversations.lock_by_session(connection, "store-2", opened.session_id)
