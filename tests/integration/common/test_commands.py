import pytest

from common import commands
from common.errors import ConflictError, NotFoundError
from common.inbound import AgentCommand

from .desk import ANA, BETO

NAMES = {ANA: "Ana", BETO: "Beto"}


@pytest.fixture
def session(desk):
    return desk.open(desk.write("a")).session_id


def send(desk, session, client_id="c1", agent=ANA, text="¿en qué le ayudo?"):
    message_id = commands.message_id_of("store-1", session, client_id)
    command = AgentCommand(client_id, "send", message_id, agent, NAMES[agent], text)
    with desk.database.store("store-1") as connection:
        return commands.send(connection, desk.seal, "store-1", session, command)


def act(desk, action, session, *args):
    with desk.database.store("store-1") as connection:
        return action(connection, "store-1", session, *args)


def row(desk):
    (found,) = desk.rows("SELECT * FROM conversations")
    return found


def queued(desk):
    return desk.rows("SELECT event_id, seq FROM inbox WHERE kind = 'command' ORDER BY seq")


def test_who_writes_takes_the_customer_over(desk, session):
    sent = send(desk, session)

    assert sent.is_new
    assert (row(desk).owner, str(row(desk).agent_id)) == ("agent", ANA)
    assert [found.seq for found in queued(desk)] == [2]


def test_what_an_agent_writes_is_sealed_and_comes_back_whole(desk, session):
    sent = send(desk, session, text="calle 12 \ud83c")
    sealed = desk.value("SELECT payload_sealed FROM inbox WHERE kind = 'command'")

    command = AgentCommand.from_bytes(desk.seal.open(bytes(sealed)))

    assert (command.text, command.message_id) == ("calle 12 \ud83c", sent.message_id)


def test_the_same_request_again_is_one_row_and_one_message(desk, session):
    first = send(desk, session)
    again = send(desk, session)

    assert (first.is_new, again.is_new) == (True, False)
    assert first.message_id == again.message_id
    assert len(queued(desk)) == 1


def test_a_request_that_comes_again_after_the_customer_was_given_back_changes_no_owner(
    desk, session
):
    send(desk, session)
    epoch = act(desk, commands.release, session).epoch

    assert not send(desk, session).is_new
    assert (row(desk).owner, row(desk).epoch) == ("bot", epoch)


def test_a_request_that_comes_again_after_a_colleague_came_is_no_conflict(desk, session):
    send(desk, session)
    act(desk, commands.take_over, session, BETO, "Beto")

    assert not send(desk, session).is_new
    assert str(row(desk).agent_id) == BETO


def test_client_ids_of_two_conversations_do_not_meet(desk, session):
    other = desk.open(desk.write("b", phone="573005550102")).session_id

    assert send(desk, session).is_new
    assert send(desk, other).is_new
    assert len(queued(desk)) == 2


def test_a_colleague_who_is_answering_is_in_nobodys_way(desk, session):
    act(desk, commands.take_over, session, BETO, "Beto")

    with pytest.raises(ConflictError, match="Beto") as refusal:
        send(desk, session)

    assert (refusal.value.code, refusal.value.status) == ("owned_by_colleague", 409)
    assert queued(desk) == []


def test_a_closed_window_is_a_clear_refusal_that_leaves_nothing(desk, session):
    desk.change("UPDATE conversations SET window_expires_at = now() - interval '1 second'")

    with pytest.raises(ConflictError) as refusal:
        send(desk, session)

    assert (refusal.value.code, refusal.value.status) == ("window_closed", 409)
    assert queued(desk) == []
    assert row(desk).owner == "bot"
    assert desk.value("SELECT last_seq FROM conversation_heads") == 1


def test_a_send_during_a_handover_ends_the_wait_in_the_queue(desk, session):
    desk.change("UPDATE conversations SET owner = 'queue'")

    send(desk, session)

    assert row(desk).owner == "agent"


@pytest.mark.parametrize("action", [commands.release, commands.resolve])
def test_another_stores_session_is_not_found(desk, session, action):
    with pytest.raises(NotFoundError), desk.database.store("store-2") as connection:
        action(connection, "store-2", session)


def test_the_id_of_a_message_is_its_stores_sessions_and_clients_own():
    named = {
        commands.message_id_of(store, session, client)
        for store in ("store-1", "store-2")
        for session in ("s1", "s2")
        for client in ("c1", "c2")
    }

    assert len(named) == 8
