"""A conversation that its person has left, and one that nobody takes; by the database's clock."""

import pytest

from common import commands
from tests.waiting import eventually

PHONE = "573001234501"
AGENT = "01890000-0000-7000-8000-000000000001"


@pytest.fixture
def change(owner):
    def make(statement):
        with owner.begin() as connection:
            connection.exec_driver_sql(statement)

    return make


def session_of(system):
    (row,) = system.rows("SELECT session_id FROM conversations")
    return str(row["session_id"])


def take_over(system):
    session = session_of(system)
    with system.database.store("store-1") as connection:
        commands.take_over(connection, "store-1", session, AGENT, "Ana")


def ends(system, count):
    return eventually(
        lambda: (
            len(done := [end for end in system.outcomes() if end[0] == "done"]) == count and done
        )
    )


def returned(system):
    return eventually(
        lambda: system.rows("SELECT * FROM conversations WHERE owner = 'bot'"), what="its return"
    )[0]


def events(system, event_type):
    query = f"SELECT refs FROM events WHERE type = '{event_type}' ORDER BY event_id"
    return [row["refs"] for row in system.rows(query)]


def pass_minutes(change, minutes):
    change(
        f"UPDATE conversations SET person_at = person_at - interval '{minutes} minutes',"
        f" waiting_since = waiting_since - interval '{minutes} minutes'"
    )


def test_what_a_person_left_goes_back_to_the_bot_which_answers_what_nobody_did(
    system, change, change_store
):
    change_store("store-1", return_minutes=10)
    system.write(PHONE, "hola")
    ends(system, 1)
    take_over(system)
    epoch = system.rows("SELECT epoch FROM conversations")[0]["epoch"]
    system.write(PHONE, "¿siguen ahí?")
    assert ends(system, 2)[-1] == ("done", "bot_off")
    pass_minutes(change, 11)

    assert returned(system)["epoch"] == epoch + 1
    assert events(system, "session_update")[-1] == {"status": "bot", "reason": "SILENCE"}
    eventually(lambda: len(system.texts()) == 2, what="an answer to what nobody answered")
    assert ends(system, 2)[-1] == ("done", "answered")
    lines = [content for role, content, _ in system.thread() if role == "system"]
    assert lines == ["El bot vuelve a atender: nadie del equipo escribió en 10 min."]
    assert "¿siguen ahí?" in system.chat.asked[-1]["messages"][-1]["content"]


def test_a_person_who_is_there_keeps_the_conversation(system, change, change_store, database):
    change_store("store-1", return_minutes=10)
    system.write(PHONE, "hola")
    ends(system, 1)
    take_over(system)

    def is_silent():
        with database.everywhere() as connection:
            return connection.exec_driver_sql("SELECT * FROM silent_conversations(10)").all() != []

    assert not is_silent()  # she has just come
    pass_minutes(change, 9)
    system.write(PHONE, "¿y el helecho?")
    ends(system, 2)
    change("UPDATE conversations SET person_at = now() - interval '1 hour'")
    assert not is_silent()  # the customer has just written, and she may be typing
    change_store("store-1", return_minutes=None)
    change("UPDATE conversations SET waiting_since = NULL")
    assert not is_silent()  # the store has no such clock
    assert system.rows("SELECT owner FROM conversations")[0]["owner"] == "agent"


def test_who_waits_in_the_queue_is_told_of_at_doubled_times_four_times_at_most(
    system, change, change_store
):
    change_store("store-1", escalate_minutes=5)
    system.write(PHONE, "necesito un asesor")
    ends(system, 1)

    def told(count, minutes):
        change(f"UPDATE conversations SET waiting_since = now() - interval '{minutes} minutes'")
        return eventually(
            lambda: len(seen := events(system, "handover_waiting")) == count and seen,
            what=f"{count} events",
        )

    first = told(1, 6)
    assert (first[0]["session_id"], first[0]["minutes"]) == (session_of(system), 6)
    told(2, 11)
    told(3, 45)  # what was missed is told of once
    with system.database.everywhere() as connection:
        assert connection.exec_driver_sql("SELECT * FROM tell_of_waiting(10)").all() == []
    change("UPDATE conversations SET waiting_since = now() - interval '9 hours'")
    with system.database.everywhere() as connection:
        assert connection.exec_driver_sql("SELECT * FROM tell_of_waiting(10)").all() == []
    take_over(system)
    assert system.rows("SELECT waits_told FROM conversations")[0]["waits_told"] == 0
