import pytest

from common import commands, dead_letters, leases, turns
from common.errors import LeaseLostError
from common.inbound import AgentCommand
from common.store_registration import StoreChange
from common.turns import NotDue, Taker, Turn

from .desk import ANA


def wamids(turn):
    return [each.event_id for each in turn.mail]


def finish(desk, turn, outcome="answered"):
    with desk.database.store("store-1") as connection:
        turns.finish(connection, turn, outcome)


def bury(desk, turn, reason="131000"):
    with desk.database.store("store-1") as connection:
        turns.bury(connection, turn, reason)


def postpone(desk, turn, seconds, counted=True):
    with desk.database.store("store-1") as connection:
        turns.postpone(connection, turn, seconds, counted=counted)


def next_due(desk, conversation):
    with desk.database.store("store-1") as connection:
        return turns.next_due(connection, "store-1", conversation)


def say(desk, conversation, client_id="c1"):
    session = desk.open(conversation).session_id
    with desk.database.store("store-1") as connection:
        message_id = commands.message_id_of("store-1", session, client_id)
        command = AgentCommand(client_id, "send", message_id, ANA, "Ana", "hola")
        return commands.send(connection, desk.seal, "store-1", session, command)


def replay(desk):
    with desk.database.store("store-1") as connection:
        for letter in dead_letters.waiting(connection, "store-1"):
            dead_letters.retry(connection, "store-1", letter.dead_letter_id)


def test_a_burst_is_one_turn_in_the_order_it_came(desk):
    conversation = desk.write("a", "b", "c")

    turn = desk.turn(desk.lease(conversation))

    assert wamids(turn) == ["a", "b", "c"]
    assert (turn.kind, turn.attempts) == ("message", 1)


def test_a_long_burst_is_several_turns(desk):
    conversation = desk.write(*(f"m{number:02}" for number in range(25)))
    lease = desk.lease(conversation)

    first = desk.turn(lease)
    finish(desk, first)

    assert len(first.mail) == 20
    assert wamids(desk.turn(lease)) == [f"m{number}" for number in range(20, 25)]


def test_an_agents_command_is_a_turn_of_its_own_in_its_place(desk):
    conversation = desk.write("a")
    say(desk, conversation)
    desk.write("b")
    lease = desk.lease(conversation)
    kinds = []
    while isinstance(turn := desk.begin(lease), Turn):
        kinds.append((turn.kind, len(turn.mail)))
        finish(desk, turn)

    assert kinds == [("message", 1), ("command", 1), ("message", 1)]


def test_an_attempt_is_counted_before_it_is_handled(desk):
    lease = desk.lease(desk.write("a"))

    first, second = desk.turn(lease), desk.turn(lease)

    assert (first.attempts, second.attempts) == (1, 2)
    assert first.turn_id == second.turn_id
    assert desk.value("SELECT attempts FROM inbox") == 2


def test_a_resumed_turn_keeps_the_rows_it_was_made_of(desk):
    conversation = desk.write("a", "b")
    lease = desk.lease(conversation)
    first = desk.turn(lease)
    desk.write("c")

    assert wamids(desk.turn(lease)) == ["a", "b"]
    finish(desk, first)
    assert wamids(desk.turn(lease)) == ["c"]


def test_a_head_that_is_not_due_holds_back_its_conversation_and_no_other(desk):
    waiting = desk.write("a", phone="573001", hold_back_ms=60_000)
    desk.write("b", phone="573001")
    ready = desk.write("c", phone="573002")

    held = desk.begin(desk.lease(waiting))

    assert 50 < held <= 60
    assert wamids(desk.turn(desk.lease(ready))) == ["c"]


def test_an_agent_does_not_wait_for_what_holds_the_customer_back(desk):
    conversation = desk.write("a", hold_back_ms=60_000)
    say(desk, conversation)

    assert wamids(desk.turn(desk.lease(conversation))) == ["a"]


def test_only_an_attempt_that_failed_is_counted(desk):
    lease = desk.lease(desk.write("a"))
    postpone(desk, desk.turn(lease), 0, counted=True)
    postpone(desk, desk.turn(lease), 0, counted=False)

    assert desk.turn(lease).attempts == 2


def test_a_postponed_turn_is_due_when_it_was_said(desk):
    conversation = desk.write("a")
    lease = desk.lease(conversation)
    postpone(desk, desk.turn(lease), 40)

    held = desk.begin(lease)

    assert 35 < held <= 40
    assert 35 < next_due(desk, conversation) <= 40


def test_what_is_pending_is_due_now_and_what_is_done_never(desk):
    conversation = desk.write("a")
    lease = desk.lease(conversation)

    assert next_due(desk, conversation) == 0
    finish(desk, desk.turn(lease))
    assert next_due(desk, conversation) is None
    assert desk.begin(lease) is None


def test_a_buried_turn_leaves_a_dead_letter_and_an_event_for_each_message(desk):
    lease = desk.lease(desk.write("a", "b"))

    bury(desk, desk.turn(lease), "131000")

    dead = desk.rows("SELECT inbox_id, outcome FROM inbox WHERE state = 'dead' ORDER BY seq")
    assert [row.outcome for row in dead] == ["131000", "131000"]
    assert desk.events("dead_letter") == [
        {"dead_letter_id": str(row.inbox_id), "reason": "131000"} for row in dead
    ]
    assert desk.begin(lease) is None


def test_a_replayed_message_goes_before_what_came_after_it(desk):
    lease = desk.lease(desk.write("a"))
    bury(desk, desk.turn(lease))
    desk.write("b", hold_back_ms=60_000)
    replay(desk)

    turn = desk.turn(lease)

    assert wamids(turn) == ["a", "b"]
    assert turn.attempts == 1


def test_a_turn_that_has_begun_ends_before_a_replayed_one_goes(desk):
    conversation = desk.write("a")
    lease = desk.lease(conversation)
    bury(desk, desk.turn(lease))
    desk.write("b")
    begun = desk.turn(lease)
    replay(desk)

    assert wamids(desk.turn(lease)) == ["b"]
    finish(desk, begun)
    assert wamids(desk.turn(lease)) == ["a"]


def test_a_begun_turn_that_waits_is_what_the_conversation_waits_for(desk):
    conversation = desk.write("a")
    lease = desk.lease(conversation)
    bury(desk, desk.turn(lease))
    desk.write("b")
    postpone(desk, desk.turn(lease), 40)
    replay(desk)

    assert not isinstance(desk.begin(lease), Turn)
    assert 35 < next_due(desk, conversation) <= 40


def held(desk, turn):
    with desk.database.store("store-1") as connection:
        turns.hold(connection, turn)


def resume(desk):
    with desk.database.everywhere() as connection:
        return turns.resume_held(connection)


def test_the_last_attempt_of_a_burst_is_made_with_its_head_alone(desk):
    lease = desk.lease(desk.write("a", "b", "c"))
    desk.begin(lease, most_attempts=3)
    desk.begin(lease, most_attempts=3)

    last = desk.begin(lease, most_attempts=3)

    assert (wamids(last), last.attempts) == (["a"], 3)
    rows = desk.rows("SELECT event_id, attempts, turn_id FROM inbox ORDER BY seq")
    assert [(row.event_id, row.attempts) for row in rows] == [("a", 3), ("b", 2), ("c", 2)]
    assert [row.turn_id is None for row in rows] == [False, True, True]


def test_a_message_that_kills_its_worker_does_not_bury_its_burst(desk):
    """Every attempt that holds the poison dies with its worker; the rest is answered."""
    lease = desk.lease(desk.write("a", "poison", "c"))
    ends = []
    while isinstance(turn := desk.begin(lease, most_attempts=3), Turn):
        if turn.attempts > 3:
            bury(desk, turn, "worker_died")
            ends.append((wamids(turn), "dead"))
        elif "poison" not in wamids(turn):
            finish(desk, turn)
            ends.append((wamids(turn), "answered"))

    assert ends == [(["a"], "answered"), (["poison"], "dead"), (["c"], "answered")]


def test_who_allows_fewer_attempts_buries_nothing_that_did_not_kill_its_worker(desk):
    lease = desk.lease(desk.write("a", "b"))
    for _ in range(3):
        postpone(desk, desk.begin(lease, most_attempts=5), 0)

    last = desk.begin(lease, most_attempts=2)
    assert (wamids(last), last.attempts) == (["a"], 2)
    assert desk.begin(lease, most_attempts=2).attempts == 3  # this one died

    bury(desk, last, "worker_died")
    rest = desk.begin(lease, most_attempts=2)
    assert (wamids(rest), rest.attempts) == (["b"], 2)


def test_a_burst_of_which_something_is_planned_stays_together_to_the_last(desk):
    lease = desk.lease(desk.write("a", "b"))
    desk.open(lease.conversation_id)
    desk.start(desk.begin(lease, most_attempts=2), "text")

    assert wamids(desk.begin(lease, most_attempts=2)) == ["a", "b"]


def test_a_turn_is_begun_and_ended_in_one_step_each(desk):
    conversation = desk.write("a")
    desk.write("b", hold_back_ms=60_000)
    taker = Taker("one", 30)
    desk.change("UPDATE inbox SET due_at = now() WHERE event_id = 'a'")

    turn = turns.begin(desk.database, "store-1", conversation, taker, 3)

    assert wamids(turn) == ["a", "b"]
    assert 25 < turns.begin(desk.database, "store-1", conversation, taker, 3).seconds <= 30
    late = desk.write("c", hold_back_ms=60_000)
    assert 50 < turns.end(desk.database, turn, "answered") <= 60
    waiting = turns.begin(desk.database, "store-1", late, taker, 3)
    assert isinstance(waiting, NotDue)
    assert desk.take(conversation, "two") is not None  # nobody keeps what is not due


def test_a_former_holder_ends_no_turn(desk):
    conversation = desk.write("a")
    turn = turns.begin(desk.database, "store-1", conversation, Taker("one", 30), 3)
    leases.release(desk.database, turn.lease)
    desk.lease(conversation, "two")

    with pytest.raises(LeaseLostError):
        turns.end(desk.database, turn, "answered")
    assert desk.value("SELECT state FROM inbox") == "pending"


def test_what_is_held_waits_uncounted_until_its_store_is_active(desk, registration):
    conversation = desk.write("a", "b")
    lease = desk.lease(conversation)
    held(desk, desk.turn(lease))
    registration.change("store-1", StoreChange(status="paused"))

    assert next_due(desk, conversation) is None
    assert resume(desk) == 0
    assert desk.begin(lease, is_paused=True) is None

    registration.change("store-1", StoreChange(status="active"))
    assert resume(desk) == 2
    again = desk.turn(lease)
    assert (wamids(again), again.attempts) == (["a", "b"], 1)


def test_what_comes_behind_held_mail_is_taken_up_to_be_shown_while_the_store_is_paused(desk):
    lease = desk.lease(desk.write("a"))
    held(desk, desk.turn(lease))
    conversation = desk.write("b")

    assert next_due(desk, conversation) == 0
    shown = desk.begin(lease, is_paused=True)
    assert wamids(shown) == ["b"]
    held(desk, shown)
    assert next_due(desk, conversation) is None
    assert wamids(desk.turn(lease)) == ["a", "b"]  # active again: answered together


def test_held_mail_goes_before_what_came_behind_it_once_the_store_is_active(desk):
    lease = desk.lease(desk.write("a"))
    held(desk, desk.turn(lease))
    desk.write("b")

    assert wamids(desk.turn(lease)) == ["a", "b"]
