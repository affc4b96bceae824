import threading

import pytest
from sqlalchemy import text

from common import commands, leases, outbox, settling
from common.errors import LeaseLostError

from .desk import ANA

_BEGIN = text(
    "SELECT verdict FROM begin_sending("
    " :store_id, :conversation_id, :holder, :fence, :part, 'hola', NULL, '[]')"
)


@pytest.fixture
def turn(desk):
    conversation = desk.write("a")
    desk.open(conversation)
    return desk.turn(desk.lease(conversation))


def do(desk, change, part, *args):
    with desk.database.store("store-1") as connection:
        return change(connection, "store-1", part.outbox_id, *args)


def states(desk, turn):
    return [part.state for part in desk.parts(turn)]


def its_parts(turn):
    return outbox.of_turn("store-1", turn.turn_id)


def take_over(desk, turn):
    session = desk.conversation(turn.lease.conversation_id).session_id
    with desk.database.store("store-1") as connection:
        return commands.take_over(connection, "store-1", session, ANA, "Ana")


def adopt(desk, lease, turn):
    with desk.database.store("store-1") as connection:
        return outbox.adopt_orphans(connection, lease, its_parts(turn))


def test_a_plan_is_read_back_in_its_order(desk, turn):
    planned = desk.plan(turn, "text", "image", "image")

    assert [(part.part, part.kind, part.state) for part in planned] == [
        (1, "text", "ready"),
        (2, "image", "ready"),
        (3, "image", "ready"),
    ]


def test_a_reply_is_planned_once(desk, turn):
    desk.plan(turn, "text")

    assert desk.start(turn, "text").verdict == "planned"
    assert len(desk.parts(turn)) == 1


def test_a_part_passes_the_decisive_point_once(desk, turn):
    (part,) = desk.plan(turn, "text")

    assert desk.begin_sending(turn.lease, part)
    assert not desk.begin_sending(turn.lease, part)
    (sending,) = desk.parts(turn)
    assert (sending.state, sending.attempt) == ("sending", 1)
    assert sending.sending_at is not None


@pytest.mark.parametrize(
    "settle",
    [
        lambda desk, part: do(desk, settling.accept, part, "wamid.1"),
        lambda desk, part: do(desk, settling.fail, part, "131026", "no"),
        lambda desk, part: do(desk, settling.lose_sight, part, "timeout"),
    ],
)
def test_what_went_or_may_have_gone_never_begins_again(desk, turn, settle):
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)
    assert settle(desk, part)

    assert not desk.begin_sending(turn.lease, part)


def test_what_provably_never_left_goes_again_as_a_new_attempt(desk, turn):
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)
    do(desk, settling.refuse, part, ("130429", "slow down"), 0)

    assert desk.begin_sending(turn.lease, part)
    assert desk.parts(turn)[0].attempt == 2


def test_a_takeover_cancels_the_bots_words_that_have_not_begun(desk, turn):
    first, second, third = desk.plan(turn, "text", "image", "image")
    desk.begin_sending(turn.lease, first)

    taken = take_over(desk, turn)

    assert taken.in_flight == (first.outbox_id,)
    assert not desk.begin_sending(turn.lease, second)
    assert not desk.begin_sending(turn.lease, third)
    assert states(desk, turn) == ["sending", "cancelled", "cancelled"]


def test_a_persons_words_are_under_no_epoch(desk, turn):
    (part,) = desk.plan(turn, "text", role="agent")
    take_over(desk, turn)

    assert desk.begin_sending(turn.lease, part)


def test_a_takeover_comes_wholly_before_or_wholly_after_a_send_begins(desk, turn):
    (part,) = desk.plan(turn, "text")
    taken = []
    agent = threading.Thread(target=lambda: taken.append(take_over(desk, turn)))

    with desk.database.store("store-1") as connection:
        begun = connection.execute(_BEGIN, vars(turn.lease) | {"part": part.outbox_id}).one()
        assert begun.verdict == "begun"
        agent.start()
        agent.join(0.1)
        assert taken == []
    agent.join()

    assert taken[0].in_flight == (part.outbox_id,)


def test_a_former_holder_begins_no_send(desk, turn):
    (part,) = desk.plan(turn, "text")
    leases.release(desk.database, turn.lease)
    desk.lease(turn.lease.conversation_id, "two")

    with pytest.raises(LeaseLostError):
        desk.begin_sending(turn.lease, part)
    assert states(desk, turn) == ["ready"]


def test_what_a_dead_worker_was_sending_is_unknown_to_the_next(desk, turn):
    first, _ = desk.plan(turn, "text", "image")
    desk.begin_sending(turn.lease, first)
    assert adopt(desk, turn.lease, turn) == []  # still our own
    leases.release(desk.database, turn.lease)
    successor = desk.lease(turn.lease.conversation_id, "two")

    assert adopt(desk, successor, turn) == [first.outbox_id]
    assert adopt(desk, successor, turn) == []
    assert states(desk, turn) == ["unknown", "ready"]


def test_accepting_twice_is_accepting_once(desk, turn):
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)

    assert do(desk, settling.accept, part, "wamid.1")
    assert not do(desk, settling.accept, part, "wamid.1")
    assert desk.rows("SELECT state, wamid, duplicate_wamid FROM outbox") == [
        ("accepted", "wamid.1", None)
    ]


def test_a_second_wamid_is_a_duplicate_on_record(desk, turn):
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)
    do(desk, settling.accept, part, "wamid.1")

    assert not do(desk, settling.accept, part, "wamid.2")
    assert desk.rows("SELECT wamid, duplicate_wamid FROM outbox") == [("wamid.1", "wamid.2")]


def test_a_part_that_never_began_is_not_accepted(desk, turn):
    (part,) = desk.plan(turn, "text")

    assert not do(desk, settling.accept, part, "wamid.1")
    assert states(desk, turn) == ["ready"]


def test_a_part_that_waits_to_go_again_but_arrived_is_settled(desk, turn):
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)
    do(desk, settling.refuse, part, ("131000", "unclear"), 0)

    assert do(desk, settling.accept, part, "wamid.1")
    assert not desk.begin_sending(turn.lease, part)


def test_giving_up_ends_what_is_left_and_leaves_what_went(desk, turn):
    went, tried, _ = desk.plan(turn, "text", "image", "image")
    desk.begin_sending(turn.lease, went)
    do(desk, settling.accept, went, "wamid.1")
    desk.begin_sending(turn.lease, tried)
    do(desk, settling.refuse, tried, ("131000", "no"), 0)

    with desk.database.store("store-1") as connection:
        failed = outbox.give_up(connection, its_parts(turn))

    assert failed == [tried.outbox_id]
    assert states(desk, turn) == ["accepted", "failed", "cancelled"]


def test_a_dead_turn_of_which_something_went_goes_on_with_the_rest(desk, turn):
    went, *_ = desk.plan(turn, "text", "image")
    desk.begin_sending(turn.lease, went)
    do(desk, settling.accept, went, "wamid.1")
    with desk.database.store("store-1") as connection:
        outbox.give_up(connection, its_parts(turn))
        assert outbox.reopen(connection, "store-1", turn.turn_id, epoch=9)

    assert states(desk, turn) == ["accepted", "retry"]


def test_a_dead_turn_of_which_nothing_went_is_not_reopened(desk, turn):
    desk.plan(turn, "text")
    with desk.database.store("store-1") as connection:
        outbox.give_up(connection, its_parts(turn))
        assert not outbox.reopen(connection, "store-1", turn.turn_id, epoch=9)

    assert states(desk, turn) == ["cancelled"]


def test_a_handover_in_the_plans_own_step_lets_its_words_go(desk, turn):
    begun = desk.start(turn, "text", trigger="KEYWORD_DETECTED")

    assert begun.may_go
    assert states(desk, turn) == ["sending"]
    conversation = desk.conversation(turn.lease.conversation_id)
    assert (conversation.owner, conversation.handover_trigger) == ("queue", "KEYWORD_DETECTED")


def test_a_reply_computed_under_a_former_owner_is_not_written(desk, turn):
    epoch = desk.conversation(turn.lease.conversation_id).epoch
    take_over(desk, turn)

    assert desk.start(turn, "text", epoch=epoch, trigger="KEYWORD_DETECTED").verdict == "taken_over"
    assert desk.parts(turn) == []
    assert desk.conversation(turn.lease.conversation_id).owner == "agent"
