"""kill -9 of the worker at each named point of a turn."""

import pytest

from tests.waiting import eventually

from .ledger import check_ledger

QUESTION = "¿Tienen café del Huila?"
BEFORE_THE_DECISION = [
    "worker.lease_taken",
    "worker.attempt_counted",
    "worker.remembered",
    "worker.answered",
    "worker.images_resolved",
    "worker.planned",
    "worker.before_sending_commit",
]
AFTER_THE_DECISION = [
    "worker.sending_committed",
    "worker.sending_in_progress",
    "worker.graph_answered",
    "worker.part_settled",
    "worker.turn_finished",
    "worker.lease_released",
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


@pytest.mark.parametrize("point", BEFORE_THE_DECISION)
def test_a_worker_killed_before_the_decision_answers_exactly_once(stack, phone, point):
    wamid = die_at(stack, point, phone)

    assert len(texts(stack, phone)) == 1
    assert len(stack.sent(phone)) == 2  # the text and its picture
    check_ledger(stack, phone, [wamid])


@pytest.mark.parametrize("point", AFTER_THE_DECISION)
def test_a_worker_killed_after_the_decision_never_answers_twice(stack, phone, point):
    if point == "worker.sending_in_progress":
        stack.fault(to=f"+{phone}", call=1, outcome="delay", seconds=1)
    wamid = die_at(stack, point, phone)

    assert len(texts(stack, phone)) <= 1
    check_ledger(stack, phone, [wamid])  # each part is settled or flagged
