"""Changes of messages in the conversation of a contact that became one with another."""

import pytest

from common import inbox
from common.inbox import NewItem

from .thread import Thread, edited, reacted, said


@pytest.fixture
def stays(desk):
    thread = Thread(desk)
    thread.bring(said("w1", "hola"))
    return thread


@pytest.fixture
def former(desk, stays):
    """The younger contact's: it is the one that is merged away."""
    return Thread(desk, phone="573009")


def become_one(stays, former):
    item = NewItem("store-1", "message", "joins", b"", phone=former.phone, new_phone=stays.phone)
    inbox.accept(stays.desk.database, [item])
    stays.desk.change("DELETE FROM inbox WHERE event_id = 'joins'")
    assert stays.desk.value("SELECT count(*) FROM contacts WHERE merged_into IS NOT NULL") == 1


def message(thread, wamid):
    (found,) = [each for each in thread.messages() if each["wamid"] == wamid]
    return found


def test_a_change_reaches_the_message_of_the_former_conversation(stays, former):
    former.bring(said("before", "de antes"))
    become_one(stays, former)

    stays.bring(reacted("before", "👍"), edited("before", "corregido"))

    changed = message(stays, "before")
    assert (changed["reactions"], changed["content"]) == ({"user": "👍"}, "corregido")
    previews = stays.desk.rows("SELECT preview FROM conversations ORDER BY preview")
    assert [row.preview for row in previews] == ["corregido", "hola"]
    told = [refs["message_id"] for refs in stays.desk.events("message_update")]
    assert told == [str(changed["message_id"])]


def test_what_waited_in_the_former_conversation_is_applied_in_the_one_that_stays(stays, former):
    former.bring(reacted("late", "👍"))
    become_one(stays, former)

    stays.bring(said("late", "llegó"))

    assert message(stays, "late")["reactions"] == {"user": "👍"}


def test_the_echo_of_what_was_sent_in_the_former_conversation_is_no_new_message(stays, former):
    former.bring(said("before", "de antes"))
    become_one(stays, former)

    standing = stays.bring(said("before", "de antes", role="agent"))

    assert (standing.is_silenced, len(stays.messages())) == (False, 2)
