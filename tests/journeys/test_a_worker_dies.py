"""kill -9 of the worker at each named point of a turn."""

import time

import pytest

from tests.waiting import eventually

from .ledger import check_ledger

QUESTION = "¿Tienen café del Huila?"
# Taking the lease and counting the attempt are one commit, and so are the plan and the decision
# of its first part: there is no place left between them to die at. `before_sending_commit` is
# just before that statement; that a statement is all or nothing is PostgreSQL's promise.
BEFORE_THE_DECISION = [
    "worker.attempt_counted",
    "worker.remembered",
    "worker.answered",
    "worker.images_resolved",
    "worker.before_sending_commit",
]
# The part that was going may not have reached WhatsApp.
IN_DOUBT = ["worker.sending_committed", "worker.sending_in_progress"]
# WhatsApp has it, so the customer has one answer.
AFTER_THE_DECISION = [
    "worker.graph_answered",
    "worker.turn_finished",
    "worker.lease_released",
]


# Some of them in the suite, all of them in `make journeys`.
IN_THE_SUITE = {
    BEFORE_THE_DECISION[-1],
    "worker.sending_in_progress",
    "worker.graph_answered",
}


def cases(points):
    return [
        pytest.param(each, marks=() if each in IN_THE_SUITE else pytest.mark.long)
        for each in points
    ]


def die_at(stack, point, phone):
    """Ask once, with the worker dying at the point; wait for the end of it."""
    before = stack.pids("worker")
    stack.fail_points.write_text(point)
    wamid = stack.write(phone, QUESTION)
    eventually(lambda: not stack.fail_points.exists(), what=f"reaching {point}")
    eventually(lambda: stack.pids("worker") != before, what="a new worker")
    stack.wait_until_handled(phone)
    return wamid


def texts(stack, phone):
    return [row for row in stack.sent(phone) if row["request"]["type"] == "text"]


@pytest.mark.parametrize("point", cases(BEFORE_THE_DECISION))
def test_a_worker_killed_before_the_decision_answers_exactly_once(stack, phone, point):
    wamid = die_at(stack, point, phone)

    assert len(texts(stack, phone)) == 1
    assert len(stack.sent(phone)) == 2  # the text and its picture
    check_ledger(stack, phone, [wamid])


@pytest.mark.parametrize("point", cases(IN_DOUBT))
def test_a_worker_killed_while_a_part_goes_never_sends_it_twice(stack, phone, point):
    if point == "worker.sending_in_progress":
        stack.fault(to=f"+{phone}", call=1, outcome="delay", seconds=1)
    wamid = die_at(stack, point, phone)

    assert len(texts(stack, phone)) <= 1
    assert len(stack.sent(phone)) - len(texts(stack, phone)) == 1  # the picture goes in any case
    check_ledger(stack, phone, [wamid])  # each part is settled or flagged


@pytest.mark.parametrize("point", cases(AFTER_THE_DECISION))
def test_a_worker_killed_after_the_decision_has_answered_exactly_once(stack, phone, point):
    wamid = die_at(stack, point, phone)

    assert len(texts(stack, phone)) == 1
    assert len(stack.sent(phone)) == 2
    check_ledger(stack, phone, [wamid])


@pytest.mark.long
def test_a_worker_killed_between_two_parts_repeats_none_of_them(stack, phone):
    """The text is settled and the picture decided in one commit: the picture is in doubt."""
    wamid = die_at(stack, "worker.part_settled", phone)

    assert len(texts(stack, phone)) == 1
    assert len(stack.sent(phone)) <= 2
    check_ledger(stack, phone, [wamid])


@pytest.mark.long
def test_a_part_that_was_going_when_the_last_attempt_died_is_flagged(stack, phone):
    owner = stack.agent("duena.ladera")
    answer = owner.patch("/api/stores/store-1", settings={"attempts": 1})
    assert answer.status_code == 200, answer.text
    try:
        eventually(lambda: _attempts_known(stack), what="the services seeing one attempt")
        wamid = die_at(stack, "worker.sending_committed", phone)
    finally:
        owner.patch("/api/stores/store-1", settings={"attempts": None})

    assert [row["outcome"] for row in stack.mail(phone)] == ["worker_died"]
    thread = stack.sql(
        "SELECT role, status, error FROM messages JOIN contacts USING (store_id)"
        " WHERE contact_id = conversation_id AND phone = :phone ORDER BY position",
        phone=phone,
    )
    assert [(each["role"], each["status"]) for each in thread] == [
        ("user", "received"),
        ("assistant", "unknown"),
    ]
    assert thread[1]["error"]
    check_ledger(stack, phone, [wamid])


_changed_at = []


def _attempts_known(stack):
    """Two seconds after a change every process has seen it: wait for that by the clock."""
    _changed_at.append(time.monotonic())
    return time.monotonic() - _changed_at[0] > 2
