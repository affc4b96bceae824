"""The numbers of the supervisor page: what they count, and what counting costs."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from common import store_pausing
from notifier.day_figures import DaysKept, read_day

STORE = "store-1"
ZONE = "America/Bogota"
_TALK = """
    WITH contact AS (INSERT INTO contacts (store_id, contact_id) VALUES (:store, :id)),
    head AS (INSERT INTO conversation_heads (store_id, conversation_id) VALUES (:store, :id))
    INSERT INTO conversations (store_id, conversation_id, owner, agent_id, session_id, resolved,
        waiting_since, last_position, last_message_at)
    VALUES (:store, :id, :owner, CASE WHEN :owner = 'agent' THEN CAST(:id AS uuid) END, :id,
        :resolved, CASE WHEN :owner = 'queue' THEN now() - interval '1 minute' END, :last,
        now() - make_interval(secs => :ago))
"""
_SESSION = "INSERT INTO sessions (store_id, session_id, conversation_id) VALUES (:store, :id, :id)"
_MESSAGE = """
    INSERT INTO messages (store_id, message_id, conversation_id, session_id, position, role,
        status, created_at)
    VALUES (:store, :message, :id, :id, :position, :role, :status,
        now() - make_interval(secs => :ago))
"""
_MANY = """
    WITH people AS MATERIALIZED (SELECT gen_random_uuid() AS id, number AS person
        FROM generate_series(1, :people) AS number),
    contact AS (INSERT INTO contacts (store_id, contact_id) SELECT :store, id FROM people),
    head AS (INSERT INTO conversation_heads (store_id, conversation_id)
        SELECT :store, id FROM people),
    talk AS (INSERT INTO conversations (store_id, conversation_id, session_id, last_position,
            last_message_at)
        SELECT :store, id, id, :each, now() - make_interval(secs => :ago) - person * interval '7 s'
        FROM people),
    window_ AS (INSERT INTO sessions (store_id, session_id, conversation_id)
        SELECT :store, id, id FROM people)
    INSERT INTO messages (store_id, message_id, conversation_id, session_id, position, role,
        status, created_at)
    SELECT :store, gen_random_uuid(), id, id, place,
        CASE WHEN place % 2 = 1 THEN 'user' WHEN person % 10 = 0 THEN 'agent' ELSE 'assistant' END,
        'sent', now() - make_interval(secs => :ago) - person * interval '7 s'
            - (:each - place) * interval '3 s'
    FROM people, generate_series(1, :each) AS place
"""


@pytest.fixture
def talk(database, two_stores):
    """Have a conversation: who wrote, and how many seconds ago; returns its id."""

    def have(*lines, owner="bot", resolved=False, store=STORE):
        asked = {"store": store, "id": str(uuid.uuid4()), "owner": owner, "resolved": resolved}
        with database.store(store) as connection:
            last = {"last": len(lines), "ago": lines[-1][1]}
            for statement in (_TALK, _SESSION):
                connection.execute(text(statement), asked | last)
            for position, (role, ago, *status) in enumerate(lines, 1):
                said = {"message": str(uuid.uuid4()), "position": position, "role": role}
                said |= {"ago": ago, "status": status[0] if status else "sent"}
                connection.execute(text(_MESSAGE), asked | said)
        return asked["id"]

    return have


def test_a_day_is_told_by_who_answered_how_fast_and_what_the_bot_solved_alone(
    logged_in, database, talk
):
    talk(("user", 3000), ("assistant", 2998), ("user", 2900), ("assistant", 2896))  # solved
    talk(("user", 3000), ("assistant", 2994, "failed"), resolved=True)  # ended, and not solved
    talk(("user", 3000), ("user", 2950), ("agent", 2900), owner="agent", resolved=True)
    talk(("user", 60), ("assistant", 58), owner="queue")  # goes on: nobody can say yet
    talk(("user", 90_000), ("assistant", 89_990))  # yesterday
    talk(("user", 60), ("assistant", 1), store="store-2")
    with database.store(STORE) as connection:
        store_pausing.pause_in(connection, STORE, "payment_problem")

    told = logged_in("ana").get(f"/api/stores/{STORE}/stats").json()

    assert told["bot_solved"] == {"ended": 3, "solved": 1}
    assert told["response_seconds"]["bot"] == {"median": 2.0, "p90": pytest.approx(3.6)}
    assert told["response_seconds"]["people"] == {"median": 100.0, "p90": 100.0}
    assert (told["waiting"], told["paused"]) == (1, {"reason": "payment_problem"})
    assert told["queue"] == {"per_minute": 0, "most_per_minute": 600, "oldest_seconds": None}
    assert len(told["hours"]) == 24
    assert summed(told["hours"]) == {"customers": 6, "bot": 3, "people": 1, "failed": 1}


def test_a_line_that_hands_over_answers_nothing(database, talk):
    conversation = talk(("user", 500), ("assistant", 499), ("agent", 400), owner="agent")
    with database.store(STORE) as connection:
        connection.execute(
            text(
                "WITH turn AS (INSERT INTO turns (store_id, conversation_id, state, fence,"
                " outcome) VALUES (:store, :id, 'done', 1, 'handed_over') RETURNING turn_id)"
                " INSERT INTO outbox (store_id, outbox_id, turn_id, part, conversation_id,"
                " session_id, role, kind, body_sealed, state) SELECT :store, message_id, turn_id,"
                " 1, :id, :id, 'assistant', 'text', '', 'accepted' FROM turn, messages"
                " WHERE messages.store_id = :store AND conversation_id = :id AND position = 2"
            ),
            {"store": STORE, "id": conversation},
        )
        day = read_day(connection, STORE, ZONE)

    assert (day.bot_seconds, day.people_seconds) == (None, (100.0, 100.0))
    assert (day.sessions_ended, day.bot_solved) == (0, 0)


def test_what_took_long_to_count_is_not_counted_again_at_once(database, two_stores):
    moments = iter([0.0, 0.5, 10.0, 10.6, 11.0])  # half a second: good for ten
    days = DaysKept(database, lambda: next(moments))

    first, again, anew = (days.read(STORE, ZONE) for _ in range(3))

    assert again is first
    assert anew is not first


def test_who_looks_again_after_long_waits_for_who_counts_another_store(database, two_stores):
    now = [0.0]
    days = DaysKept(database, lambda: now[0])
    first = days.read(STORE, ZONE)
    days._counting.acquire()
    now[0] = 30.0
    assert days.read(STORE, ZONE) is first
    now[0] = 100.0
    with ThreadPoolExecutor(1) as viewer:
        looks = viewer.submit(days.read, STORE, ZONE)
        with pytest.raises(TimeoutError):
            looks.result(0.2)
        days._counting.release()
        anew = looks.result(10)

    assert anew.counted_at > first.counted_at


@pytest.mark.long
def test_a_hundred_thousand_messages_are_counted_within_two_seconds(owner, database, two_stores):
    for each, ago in (25, 60), (25, 70_000), (25, 200_000), (25, 400_000):
        for _ in range(8):  # 250 at a time, within a statement's time limit
            many = {"store": STORE, "people": 250, "each": each, "ago": ago}
            with database.store(STORE) as connection:
                connection.execute(text(_MANY), many)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE messages, conversations"))
    took = []
    for _ in range(5):
        began = time.perf_counter()
        with database.store(STORE) as connection:
            day = read_day(connection, STORE, ZONE)
        took.append(time.perf_counter() - began)

    print(f"100,000 messages of today counted in {sorted(took)[2]:.3f} s")
    assert summed(list(day.by_hour.values()))["customers"] == 52_000
    assert sorted(took)[2] < 2


def summed(hours):
    return {
        name: sum(hour[name] for hour in hours) for name in ("customers", "bot", "people", "failed")
    }
