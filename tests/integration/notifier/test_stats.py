"""The numbers of the supervisor page: what they count, and what counting costs."""

import itertools
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from common import store_pausing
from common.database import Database
from common.errors import DatabaseUnavailableError
from notifier.day_figures import read_day
from notifier.days_kept import DaysKept

from .stand import wait_until

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
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'messages'::regclass"
_MOVE = """
    INSERT INTO events (store_id, type, session_id, refs, created_at)
    VALUES (:store, 'session_update', :id, jsonb_build_object('status', CAST(:status AS text)),
        now() - make_interval(secs => :ago))
"""
# Two messages and the two parts planned for them, one of which is to go again; and one message more.
_HELD = """
    WITH turn AS (INSERT INTO turns (store_id, conversation_id, state, fence, outcome)
        VALUES (:store, :id, 'done', 1, 'held') RETURNING turn_id),
    part AS (INSERT INTO outbox (store_id, outbox_id, turn_id, part, conversation_id, session_id,
            role, kind, body_sealed, state)
        SELECT :store, gen_random_uuid(), turn_id, number, :id, :id, 'assistant', 'text', '', state
        FROM turn, (VALUES (1, 'retry'), (2, 'ready')) AS planned (number, state)
        RETURNING outbox_id, part, turn_id)
    INSERT INTO inbox (store_id, kind, event_id, conversation_id, seq, payload_sealed, due_at,
        turn_id)
    SELECT :store, 'message', number::text, CAST(:id AS uuid), number, ''::bytea,
        'infinity'::timestamptz, its_turn
    FROM (SELECT 1, turn_id FROM turn UNION ALL SELECT 2, turn_id FROM turn
        UNION ALL SELECT 3, NULL) AS mail (number, its_turn)
    UNION ALL
    SELECT :store, 'command', 'resend|' || outbox_id || '|x', :id, 4, '', 'infinity', NULL
    FROM part WHERE part = 1
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
        SELECT :store, id, id FROM people),
    owners AS (INSERT INTO events (store_id, type, session_id, refs, created_at)
        SELECT :store, 'session_update', id, jsonb_build_object('status', status),
            now() - make_interval(secs => :ago) - person * interval '7 s' + later
        FROM people, (VALUES ('human', interval '-1 s'), ('resolved', interval '1 s'))
            AS move (status, later))
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


@pytest.mark.parametrize("asked_for", ["handover", "human"])
def test_what_was_a_persons_is_not_solved_by_the_bot_alone_though_nobody_wrote(
    database, talk, asked_for
):
    solved = talk(("user", 3000), ("assistant", 2998), resolved=True)
    failed = talk(("user", 3000), ("assistant", 2998), ("user", 2900), resolved=True)
    moves(database, solved, ("resolved", 2000))
    moves(database, failed, (asked_for, 2890), ("resolved", 2000))

    with database.store(STORE) as connection:
        day = read_day(connection, STORE, ZONE)

    assert (day.sessions_ended, day.bot_solved) == (2, 1)


@pytest.mark.parametrize("given_back", ["resolved", "bot"])
def test_the_bots_time_begins_anew_with_what_is_said_after_a_person_had_it(
    database, talk, given_back
):
    thanked = talk(("user", 900), ("agent", 890), ("user", 880), ("user", 100), ("assistant", 98))
    moves(database, thanked, ("human", 895), (given_back, 870))
    helped = talk(("user", 900), ("assistant", 300), ("user", 200), ("agent", 150))
    moves(database, helped, ("human", 890), (given_back, 310), (given_back, 160))

    with database.store(STORE) as connection:
        day = read_day(connection, STORE, ZONE)

    assert day.bot_seconds == (2.0, 2.0)
    assert day.people_seconds == (10.0, 10.0)


def moves(database, session_id, *told):
    with database.store(STORE) as connection:
        for status, ago in told:
            asked = {"store": STORE, "id": session_id, "status": status, "ago": ago}
            connection.execute(text(_MOVE), asked)


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


def test_a_reply_that_a_pause_holds_is_one_send_and_not_its_mail_too(logged_in, database, talk):
    conversation = talk(("user", 500), owner="bot")
    with database.store(STORE) as connection:
        connection.execute(text(_HELD), {"store": STORE, "id": conversation})

    sends = logged_in("ana").get(f"/api/stores/{STORE}/stats").json()["sends"]

    assert sends == {"waiting": 2, "held": 1, "unconfirmed": 0}


def test_what_took_long_to_count_is_not_counted_again_at_once(database, two_stores):
    moments = iter([0.0, 0.0, 0.5, 10.0, 10.6, 10.6, 11.0])  # half a second: good for ten
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


def test_who_comes_as_a_store_is_counted_for_the_first_time_gets_that_count(
    owner, database, two_stores
):
    days = DaysKept(database)
    with ThreadPoolExecutor(2) as viewers, owner.begin() as connection:
        connection.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        first = viewers.submit(days.read, STORE, ZONE)
        wait_until(lambda: connection.scalar(text(_WAITING)) == 1)
        second = viewers.submit(days.read, STORE, ZONE)
        with pytest.raises(TimeoutError):
            second.result(0.2)
        assert connection.scalar(text(_WAITING)) == 1
        connection.rollback()
        assert second.result(10) is first.result(10)


def test_what_could_not_be_counted_is_not_tried_again_at_once(database, two_stores):
    now = itertools.count()  # each look at the clock a second later: good for twenty
    days = DaysKept(Database("postgresql://127.0.0.1:1/nowhere"), lambda: next(now))
    with pytest.raises(DatabaseUnavailableError):
        days.read(STORE, ZONE)
    days._database = database

    for _ in range(19):
        with pytest.raises(DatabaseUnavailableError):
            days.read(STORE, ZONE)
    assert days.read(STORE, ZONE).sessions_ended == 0


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
