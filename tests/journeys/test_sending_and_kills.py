"""kill -9 of the worker before, during and after the HTTP call of each part of a text and 3 pictures."""

import itertools
from datetime import timedelta

import pytest

from tests.waiting import eventually

from .ledger import check_ledger
from .shops import TEXT_AND_PICTURES, Shop, attempt_of

PATIENCE_SECONDS = 2
BEFORE, DURING = "worker.sending_committed", "worker.sending_in_progress"
ANSWERED, SETTLED = "worker.graph_answered", "worker.part_settled"
PARTS = range(1, 5)
DOUBTED = ("unknown", True)
# After the last part is settled nothing is left to be sent: its turn ends with it.
KILLS = [(point, part) for point in (BEFORE, DURING, ANSWERED, SETTLED) for part in PARTS]
KILLS.remove((SETTLED, 4))
# One of them in the suite, all of them in `make sending`.
IN_THE_SUITE = {(DURING, 3)}


@pytest.fixture(scope="module")
def shop(running):
    return Shop(running, unknown_seconds=PATIENCE_SECONDS)


def case(point, part):
    marks = () if (point, part) in IN_THE_SUITE else pytest.mark.long
    return pytest.param(point, part, marks=marks, id=f"{point.removeprefix('worker.')}-{part}")


@pytest.mark.parametrize(("point", "part"), [case(*each) for each in KILLS])
def test_a_worker_killed_around_a_call_repeats_nothing_and_keeps_the_order(
    stack, shop, phone, point, part
):
    if point == DURING:  # the call is under way when the worker dies, and is taken all the same
        shop.fault(to=phone, call=part, outcome="delay", seconds=1)
    before = stack.pids("worker")
    stack.fail_points.write_text(f"{point}@{part}")
    wamids = shop.ask_for_all(phone)

    eventually(lambda: not stack.fail_points.exists(), what=f"reaching {point}")
    eventually(lambda: stack.pids("worker") != before, what="a new worker")
    shop.handled(phone, 40)

    check_ledger(stack, phone, wamids, shop.id)  # nothing twice, in order, each with an end
    calls, parts = shop.calls(phone), shop.parts(phone)
    check_each_waited_for_the_one_before(calls, parts)
    flagged = {each["part"] for each in parts if (each["state"], each["flagged"]) == DOUBTED}
    assert flagged in doubts_after(point, part)
    assert [each["state"] for each in parts if each["part"] not in flagged] == ["accepted"] * (
        4 - len(flagged)
    )
    kinds = [each["request"]["type"] for each in calls]
    assert kinds == [
        kind for number, kind in enumerate(TEXT_AND_PICTURES, 1) if number not in flagged
    ]


def doubts_after(point, part):
    """Say which parts may be left to a person: only one that never got to the call.

    It goes again when something of this store was heard since it began; where its worker is so
    long in coming back that this is not known in time, a person is told instead.
    """
    if (point, part) == (BEFORE, 1):
        return ({1},)  # nothing else of this store was on its way
    never_called = {BEFORE: part, SETTLED: part + 1}.get(point)
    return (set(), {never_called}) if never_called else (set(),)


def check_each_waited_for_the_one_before(calls, parts):
    """No part began before the one before it was settled, or its time was up."""
    patience = timedelta(seconds=PATIENCE_SECONDS)
    for earlier, later in itertools.pairwise(parts):
        settled = earlier["settled_at"] or earlier["sending_at"] + patience
        assert settled <= later["sending_at"], f"part {later['part']} was too early"
    numbers = {str(each["outbox_id"]): each["part"] for each in parts}
    order = [numbers[attempt_of(call).outbox_id] for call in calls]
    assert order == sorted(set(order))
