"""Who is blocked, wants no advertising or has a new number is so in all they have written in."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from common import commands, contacts, inbox
from common.contacts import Preference
from common.errors import ConflictError
from common.inbound import AgentCommand
from common.inbox import NewItem
from tests.waiting import eventually

from .desk import ANA

OLD, NEW, ID = "573005550101", "573005550199", "CO.abc"


def tell(desk, event, **names):
    item = NewItem("store-1", "message", event, b"sealed", **names)
    return inbox.accept(desk.database, [item])[0].conversation_id


def met(desk, event, **names):
    """Make a person known with one message, in a session of now."""
    conversation = tell(desk, event, **names)
    return desk.open(conversation)


def block(desk, session_id, connection=None):
    if connection is not None:
        return contacts.block(connection, "store-1", session_id, blocks=True)
    with desk.database.store("store-1") as own:
        return contacts.block(own, "store-1", session_id, blocks=True)


def blocked(desk):
    return desk.value("SELECT array_agg(blocked_at IS NOT NULL) FROM contacts")


def is_waited_for(desk):
    return eventually(
        lambda: desk.value("SELECT count(*) FROM pg_locks WHERE NOT granted"), what="a lock"
    )


def test_who_is_blocked_under_one_name_is_so_in_what_they_wrote_under_another(desk):
    one, other = met(desk, "a", phone=OLD), met(desk, "b", user_id=ID)
    block(desk, one.session_id)
    turn = desk.turn(desk.lease(other.conversation_id))
    (part,) = desk.plan(turn, "text")
    late = desk.conversation(other.conversation_id).epoch

    assert tell(desk, "c", phone=OLD, user_id=ID) == one.conversation_id

    assert blocked(desk) == [True, True]
    assert desk.parts(turn)[0].state == "cancelled"
    assert not desk.begin_sending(turn.lease, part)
    desk.change("DELETE FROM outbox")
    assert desk.start(turn, "text", epoch=late).verdict == "taken_over"
    assert desk.start(turn, "text", role="agent").verdict == "failed"
    assert desk.value("SELECT error_code FROM outbox") == "contact_blocked"
    asked = AgentCommand("c-1", "send", "c-1", ANA, "Ana", "hola", {})
    with (
        pytest.raises(ConflictError, match="blocked"),
        desk.database.store("store-1") as connection,
    ):
        commands.send(connection, desk.seal, "store-1", other.session_id, asked)


@pytest.mark.parametrize("first", ["block", "merge"])
def test_a_block_while_two_become_one_holds_for_both(desk, first):
    one = met(desk, "a", phone=OLD)
    met(desk, "b", user_id=ID)
    both = NewItem("store-1", "message", "c", b"sealed", phone=OLD, user_id=ID)
    with ThreadPoolExecutor(1) as door, desk.database.store("store-1") as connection:
        if first == "block":
            block(desk, one.session_id, connection)
            other = door.submit(inbox.accept, desk.database, [both])
        else:
            inbox.accept_in(connection, [both])
            other = door.submit(block, desk, one.session_id)
        is_waited_for(desk)
        connection.commit()
        other.result(10)

    assert blocked(desk) == [True, True]


def test_of_what_one_person_said_of_advertising_under_two_names_the_latest_counts(desk):
    met(desk, "a", phone=OLD)
    met(desk, "b", user_id=ID)
    for preference in (Preference(OLD, None, True, 1_000), Preference(None, ID, False, 2_000)):
        with desk.database.store("store-1") as connection:
            contacts.heed(connection, "store-1", preference)

    tell(desk, "c", phone=OLD, user_id=ID)

    said = desk.rows("SELECT opted_out_at, extract(epoch FROM preferred_at) AS at FROM contacts")
    assert [(row.opted_out_at, row.at) for row in said] == [(None, 2_000)] * 2


def test_nothing_goes_to_a_number_that_its_person_has_left(desk):
    old, new = met(desk, "a", phone=OLD), met(desk, "b", phone=NEW)
    desk.change(
        "UPDATE conversations SET owner = 'queue' WHERE conversation_id = :id",
        id=new.conversation_id,
    )
    turn = desk.turn(desk.lease(old.conversation_id))

    assert tell(desk, "c", phone=OLD, new_phone=NEW) == new.conversation_id

    begun = desk.start(turn, "text")
    assert (begun.verdict, begun.phone) == ("begun", NEW)
