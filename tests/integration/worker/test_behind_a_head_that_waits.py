"""What a customer writes behind a head that waits is shown at once, whatever becomes of its ring."""

import pytest

from common import leases, turns
from common.inbound import StatusUpdate
from common.queues import Doorbells, redis_client
from common.turns import NotDue, Taker, Turn
from worker.sweeper import Sweeper

from .scripted import refusal
from .test_what_a_person_meets import Counter

_WORDS = "SELECT count(*) FROM messages WHERE role = 'user'"


@pytest.fixture
def counter(database, stores, two_stores):
    return Counter(database, stores, two_stores[0])


def answer(counter):
    return counter.runner.answer("store-1", counter.conversation)


def wait_ten_minutes(counter):
    """Let the head be a turn that waits for minutes, as after a limit of the whole account."""
    counter.channel.refusals = [refusal(80007, 400)]
    counter.go()


def test_behind_a_resend_that_waits_what_the_customer_writes_is_shown(counter):
    counter.go()
    wamid = counter.desk.value("SELECT wamid FROM outbox WHERE kind = 'text'")
    failed = StatusUpdate(
        wamid, "failed", error_code="134101", callback_data=counter.channel.sends[0]
    )
    counter.desk.tell(failed)
    counter.statuses.apply("store-1")
    counter.desk.write("b")

    wait = answer(counter)

    assert counter.desk.value(_WORDS) == 2
    assert 590 < wait <= 630
    assert len(counter.channel.sends) == 1
    assert isinstance(answer(counter), NotDue)  # and nothing is taken up twice


def test_words_behind_a_head_that_waits_are_rung_when_their_ring_or_their_worker_is_lost(
    counter, redis_url
):
    doorbells = Doorbells(redis_client(redis_url))
    wait_ten_minutes(counter)
    sweeper = Sweeper(counter.desk.database, doorbells)
    assert sweeper.sweep() == 0

    counter.desk.write("b")
    assert sweeper.sweep() == 0  # its doorbell is on its way
    past = (
        "UPDATE inbox SET due_at = due_at - interval '3 seconds' WHERE due_at < clock_timestamp()"
    )
    counter.desk.change(past)
    assert sweeper.sweep() == 1

    lost = take(counter, "lost")
    assert (lost.is_behind, sweeper.sweep()) == (True, 0)
    leases.release(counter.desk.database, lost.lease)
    assert sweeper.sweep() == 1
    assert answer(counter) > 60
    assert (counter.desk.value(_WORDS), sweeper.sweep()) == (2, 0)
    counted = "SELECT attempts FROM inbox WHERE event_id = 'b'"
    assert counter.desk.value(counted) == 1  # of the worker that was lost, and no other


def test_words_that_a_worker_gives_back_unshown_are_offered_again_uncounted(counter):
    wait_ten_minutes(counter)
    counter.desk.write("b")
    first = take(counter, "stopping")
    leases.hand_back(counter.desk.database, first.lease)

    again = take(counter, "next")

    assert [each.event_id for each in again.mail] == ["b"]
    assert (again.is_behind, again.attempts) == (True, 1)


def take(counter, holder):
    taken = turns.begin(
        counter.desk.database, "store-1", counter.conversation, Taker(holder, 30), 3
    )
    assert isinstance(taken, Turn)
    return taken
