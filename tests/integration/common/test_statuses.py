import threading
from itertools import permutations

import pytest

from common import callbacks, conversations, messages, settling, statuses
from common.callbacks import Callback
from common.errors import ServiceError
from common.inbound import StatusUpdate

ORDER = ("sending", "unknown", "sent", "delivered", "read", "played")


@pytest.fixture
def part(desk):
    """A part on its way, shown on the console, whose HTTP answer has not come."""
    conversation_id = desk.write("a")
    desk.open(conversation_id)
    turn = desk.turn(desk.lease(conversation_id))
    desk.start(turn, "text")
    (part,) = desk.parts(turn)
    return part


def answered(desk, part, wamid="wamid.1"):
    with desk.database.store("store-1") as connection:
        settling.accept(connection, "store-1", part.outbox_id, wamid)


def lose_sight(desk, part):
    with desk.database.store("store-1") as connection:
        settling.lose_sight(connection, "store-1", part.outbox_id, "timeout")
        messages.advance(connection, "store-1", part.outbox_id, "unknown")


def update(status, wamid="wamid.1", **values):
    return StatusUpdate(wamid, status, **values)


def apply(desk):
    return statuses.apply_batch(desk.database, desk.store_id, desk.seal)


def tell(desk, *updates):
    desk.tell(*updates)
    return apply(desk)


def shown(desk, part):
    return desk.value("SELECT status FROM messages WHERE message_id = :id", id=part.outbox_id)


def steps(desk):
    """The statuses the console was told, in order."""
    return [refs["status"] for refs in desk.events("message_status")]


def outcome(desk):
    return desk.value("SELECT outcome FROM inbox WHERE kind = 'status'")


@pytest.mark.parametrize("order", [*permutations(["sent", "delivered", "read"])], ids="-".join)
def test_in_whatever_order_statuses_come_the_message_ends_read_and_never_goes_back(
    desk, part, order
):
    answered(desk, part)
    for status in order:
        tell(desk, update(status))

    assert shown(desk, part) == "read"
    told = [ORDER.index(status) for status in steps(desk)]
    assert told == sorted(set(told))


def test_statuses_of_one_batch_are_applied_together(desk, part):
    answered(desk, part)

    applied = tell(desk, update("read"), update("sent"), update("delivered"))

    assert applied.count == 3
    assert shown(desk, part) == "read"
    assert apply(desk).count == 0


def test_a_repeated_status_changes_nothing(desk, part):
    answered(desk, part)
    tell(desk, update("read"), update("read"))
    tell(desk, update("read"))

    assert steps(desk) == ["sent", "read"]


def test_a_voice_note_that_was_played_was_read(desk, part):
    answered(desk, part)
    tell(desk, update("played"), update("read"))

    assert shown(desk, part) == "played"


def test_a_message_that_arrived_does_not_fail_afterwards(desk, part):
    answered(desk, part)
    tell(desk, update("delivered"))
    tell(desk, update("failed", error_code="131000"))

    assert shown(desk, part) == "delivered"


def test_a_message_that_failed_stays_failed_with_its_reason_until_it_is_seen_to_arrive(desk, part):
    answered(desk, part)
    tell(desk, update("failed", error_code="131047", error_title="Re-engagement message"))
    tell(desk, update("sent"))
    query = "SELECT status, error, state, error_code FROM messages JOIN outbox ON message_id ="
    query += " outbox_id WHERE role = 'assistant'"
    query = query.replace("role", "messages.role")
    assert desk.rows(query) == [("failed", "Re-engagement message", "failed", "131047")]

    tell(desk, update("delivered"))

    assert desk.rows(query) == [("delivered", "", "accepted", "")]


def test_a_status_may_overtake_the_answer_of_its_own_send(desk, part):
    callback = callbacks.write(desk.seal, Callback(part.outbox_id, 1))

    tell(desk, update("delivered", callback_data=callback))
    answered(desk, part)

    assert shown(desk, part) == "delivered"
    assert desk.rows("SELECT state, wamid, duplicate_wamid FROM outbox") == [
        ("accepted", "wamid.1", None)
    ]


def test_a_status_settles_a_part_nobody_was_sure_of_and_its_conversation_goes_on(desk, part):
    lose_sight(desk, part)
    callback = callbacks.write(desk.seal, Callback(part.outbox_id, 1))

    applied = tell(desk, update("sent", callback_data=callback))

    assert applied.settled == (part.conversation_id,)
    assert shown(desk, part) == "sent"


def test_a_failure_settles_a_part_nobody_was_sure_of(desk, part):
    lose_sight(desk, part)
    callback = callbacks.write(desk.seal, Callback(part.outbox_id, 1))

    applied = tell(desk, update("failed", callback_data=callback, error_code="131026"))

    assert applied.settled == (part.conversation_id,)
    assert desk.rows("SELECT state, error_code FROM outbox") == [("failed", "131026")]
    assert shown(desk, part) == "failed"


def test_a_forged_callback_settles_nothing(desk, part, other_desk):
    lose_sight(desk, part)
    forged = callbacks.write(other_desk.seal, Callback(part.outbox_id, 1))

    assert tell(desk, update("sent", callback_data=forged)).settled == ()
    assert shown(desk, part) == "unknown"


def test_another_stores_status_does_not_touch_this_ones_part(desk, part, other_desk):
    answered(desk, part)
    other_desk.tell(update("failed"))
    apply(other_desk)

    assert shown(desk, part) == "sent"


def test_a_status_of_nothing_we_know_is_parked_and_found_later(desk, part):
    tell(desk, update("delivered"))
    assert shown(desk, part) == "sending"
    assert apply(desk).count == 0  # not due again yet
    answered(desk, part)
    desk.change("UPDATE inbox SET due_at = clock_timestamp() WHERE kind = 'status'")

    apply(desk)

    assert shown(desk, part) == "delivered"
    assert outcome(desk) == "applied"


def test_a_status_of_nothing_we_know_is_dropped_when_it_is_too_old(desk, part):
    tell(desk, update("delivered", wamid="wamid.foreign"))
    desk.change(
        "UPDATE inbox SET due_at = clock_timestamp(),"
        " received_at = clock_timestamp() - interval '11 minutes' WHERE kind = 'status'"
    )

    assert apply(desk).count == 1
    assert outcome(desk) == "no_target"


@pytest.mark.parametrize("status", ["", "deleted", "warning", "something new"])
def test_a_status_of_a_future_kind_changes_nothing_and_blocks_nobody(desk, part, status):
    answered(desk, part)

    applied = tell(desk, update(status), update("read"))

    assert shown(desk, part) == "read"
    assert applied.finished == {"applied": 1, "unknown_status": 1}
    assert desk.rows("SELECT state, outcome FROM inbox WHERE kind = 'status' ORDER BY outcome") == [
        ("done", "applied"),
        ("done", "unknown_status"),
    ]


def test_a_status_does_not_wait_for_its_conversations_turn(desk, part):
    answered(desk, part)
    with desk.database.store("store-1") as busy:
        conversations.lock(busy, "store-1", part.conversation_id)
        tell(desk, update("read"))

    assert shown(desk, part) == "read"


def test_workers_that_apply_statuses_of_the_same_parts_at_once_never_block_each_other(desk, part):
    """Of many batches at once each takes its turn: none is lost, none ends as a deadlock."""
    answered(desk, part)
    for number in range(40):
        desk.tell(update(ORDER[2 + number % 4], raw={"number": number}))
        desk.tell(StatusUpdate(f"wamid.{number}", "read", callback_data="foreign"))
    barrier, failed = threading.Barrier(4), []

    def work():
        barrier.wait()
        try:
            apply(desk)
        except ServiceError as error:
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failed == []
    assert shown(desk, part) == "played"


def test_a_failure_of_a_former_attempt_does_not_fail_the_present_one(desk, part):
    former = callbacks.write(desk.seal, Callback(part.outbox_id, 0))
    failed = update("failed", wamid="wamid.0", callback_data=former, error_code="131000")

    assert tell(desk, failed).finished == {"outdated": 1}
    assert shown(desk, part) == "sending"
