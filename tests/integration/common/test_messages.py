from uuid import uuid4

import pytest

from common import commands, conversations, messages
from common.messages import Line, NewMessage

from .desk import ANA


@pytest.fixture
def conversation(desk):
    return desk.open(desk.write("a"))


def remember(desk, conversation, role="user", content="hola", status="received", **values):
    message = NewMessage(str(uuid4()), role, values.pop("kind", "text"), content, status, **values)
    with desk.database.store("store-1") as connection:
        locked = conversations.lock(connection, "store-1", conversation.conversation_id)
        messages.remember(connection, locked, message)
    return message.message_id


def hand_over(desk, conversation):
    with desk.database.store("store-1") as connection:
        locked = conversations.lock(connection, "store-1", conversation.conversation_id)
        conversations.hand_over(connection, locked, "KEYWORD_DETECTED")


def history(desk, conversation, limit=20, without=()):
    lines = desk.value(
        "SELECT said_before('store-1', :session, :most, CAST(:without AS uuid[]))",
        session=conversation.session_id,
        most=limit,
        without=list(without),
    )
    return [Line(**line) for line in lines]


def advance(desk, message_id, status, **values):
    with desk.database.store("store-1") as connection:
        return messages.advance(connection, "store-1", message_id, status, **values)


def start_again(desk, message_id):
    return desk.value("SELECT set_message_status('store-1', :id, 'sending', '')", id=message_id)


def row(desk):
    (found,) = desk.rows("SELECT * FROM conversations")
    return found


def test_messages_stand_in_the_order_they_were_remembered(desk, conversation):
    for text in ("uno", "dos", "tres"):
        remember(desk, conversation, content=text)

    found = desk.rows("SELECT position, content FROM messages ORDER BY position")
    assert found == [(1, "uno"), (2, "dos"), (3, "tres")]
    assert row(desk).preview == "tres"


def test_each_message_is_told_to_the_room_and_to_the_list(desk, conversation):
    message_id = remember(desk, conversation)

    assert desk.events("new_message") == [{"message_id": message_id}]
    assert len(desk.events("chat_list_update")) == 1


def test_a_message_without_words_is_previewed_by_its_kind(desk, conversation):
    remember(desk, conversation, content="", kind="image")

    assert row(desk).preview == "[image]"


def test_a_preview_is_short(desk, conversation):
    remember(desk, conversation, content="ñ" * 4096)

    assert row(desk).preview == "ñ" * 120


def test_only_the_customers_messages_are_unread_until_an_agent_writes(desk, conversation):
    remember(desk, conversation)
    remember(desk, conversation, role="assistant", status="sent")
    remember(desk, conversation)
    assert row(desk).unread == 2

    remember(desk, conversation, role="agent", status="sending")

    assert row(desk).unread == 0


def test_a_customer_of_the_bot_does_not_wait_for_a_person(desk, conversation):
    remember(desk, conversation)

    assert row(desk).waiting_since is None


def test_a_customer_waits_since_the_handover_until_an_agent_writes(desk, conversation):
    hand_over(desk, conversation)
    since = row(desk).waiting_since
    remember(desk, conversation)
    remember(desk, conversation)
    assert row(desk).waiting_since == since

    remember(desk, conversation, role="agent", status="sending")

    assert row(desk).waiting_since is None


def test_a_customer_of_an_agent_waits_since_their_first_unanswered_message(desk, conversation):
    with desk.database.store("store-1") as connection:
        commands.take_over(connection, "store-1", conversation.session_id, ANA, "Ana")
    remember(desk, conversation, role="agent", status="sending")
    remember(desk, conversation)
    since = row(desk).waiting_since
    remember(desk, conversation)

    assert since is not None
    assert row(desk).waiting_since == since


def test_the_history_is_what_was_really_said_oldest_first(desk, conversation):
    remember(desk, conversation, content="hola")
    remember(desk, conversation, role="assistant", content="no llegó", status="failed")
    remember(desk, conversation, role="assistant", content="", kind="image", status="sent")
    remember(desk, conversation, role="assistant", content="¡hola!", status="read")
    own = remember(desk, conversation, content="¿precio?")

    assert history(desk, conversation, without=[own]) == [
        Line("user", "hola"),
        Line("assistant", "¡hola!"),
    ]
    assert history(desk, conversation, limit=1) == [Line("user", "¿precio?")]


def test_a_new_session_begins_with_no_history(desk, conversation):
    remember(desk, conversation)
    desk.change("UPDATE conversations SET window_expires_at = now() - interval '1 second'")
    fresh = desk.open(conversation.conversation_id)

    assert history(desk, fresh) == []


def test_a_status_that_moves_nothing_is_told_to_nobody(desk, conversation):
    message_id = remember(desk, conversation, role="assistant", status="sending")

    assert advance(desk, message_id, "read")
    assert not advance(desk, message_id, "delivered")
    assert not advance(desk, str(uuid4()), "read")

    assert desk.events("message_status") == [{"message_id": message_id, "status": "read"}]


def test_a_later_status_keeps_the_wamid_and_clears_the_doubt(desk, conversation):
    message_id = remember(desk, conversation, role="assistant", status="sending", wamid="wamid.1")
    with desk.database.store("store-1") as connection:
        messages.explain(connection, "store-1", message_id, "No confirmation.")

    advance(desk, message_id, "delivered")

    assert desk.rows("SELECT status, error, wamid FROM messages") == [("delivered", "", "wamid.1")]


def test_a_message_that_goes_again_is_on_its_way_again(desk, conversation):
    message_id = remember(desk, conversation, role="assistant", status="sending")
    advance(desk, message_id, "failed", error="no")
    with desk.database.store("store-1") as connection:
        assert messages.is_known(connection, "store-1", message_id)
    assert start_again(desk, message_id)
    assert not start_again(desk, str(uuid4()))

    assert advance(desk, message_id, "sent")
    assert [refs["status"] for refs in desk.events("message_status")] == [
        "failed",
        "sending",
        "sent",
    ]
