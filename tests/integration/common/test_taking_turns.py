"""The scripts of the queue, as a worker process meets them. Redis' own clock moves them."""

import time

import pytest
import redis

from common.queues import Doorbells, Pace, redis_client
from common.queues.scripts import Scripts
from tests.waiting import eventually

FAST = Pace(interval_ms=0.001, cap=1_000, weight=1)


class Worker:
    """A process that takes turns, without the machinery around it."""

    def __init__(
        self, client, name="worker-1", lanes=("shared",), seats=10, kept=0, claim_ms=5_000
    ):
        self.scripts, self.name, self.lanes = Scripts(client), name, lanes
        self.seats, self.kept, self.claim_ms = seats, kept, claim_ms
        self.paces = {}

    def offer(self, want=None):
        return self.scripts.take(
            self.name, self.lanes, want=want or self.seats, kept=self.kept, claim_ms=self.claim_ms,
            paces=self.paces,
        )  # fmt: skip

    def take(self, want=None):
        return list(self.offer(want).turns)

    def done(self, turn, due_in_ms=None, **more):
        self.scripts.done(turn, due_in_ms, **more)


@pytest.fixture
def client(redis_url):
    return redis_client(redis_url)


@pytest.fixture
def doorbells(client):
    return Doorbells(client)


@pytest.fixture
def worker(client):
    return Worker(client)


def places(turns):
    return [(turn.store_id, turn.conversation_id) for turn in turns]


def test_a_turn_is_given_once_and_again_when_there_is_more_mail(doorbells, worker):
    doorbells.ring("store-1", ["a"], pace=FAST)

    (turn,) = worker.take()
    assert worker.take() == []
    worker.done(turn, 0)
    assert places(worker.take()) == [("store-1", "a")]


def test_a_ring_during_a_turn_is_not_lost_and_waits_for_its_end(doorbells, worker):
    doorbells.ring("store-1", ["a"], pace=FAST)
    (turn,) = worker.take()
    doorbells.ring("store-1", ["a"], pace=FAST)

    assert worker.take() == []
    worker.done(turn)
    assert places(worker.take()) == [("store-1", "a")]


def test_a_conversation_that_is_claimed_twice_in_the_line_is_given_once(doorbells, worker, client):
    doorbells.ring("store-1", ["a", "b"], pace=FAST)
    client.rpush("dramatiq:messages:store-1", "a", "a")

    assert places(worker.take()) == [("store-1", "a"), ("store-1", "b")]


def test_a_later_doorbell_is_given_when_it_is_due_and_not_before(doorbells, worker):
    began = time.monotonic()
    doorbells.ring("store-1", ["a"], delay_ms=600, pace=FAST)

    offer = worker.offer()
    assert offer.turns == ()
    assert 0 < offer.wait_ms <= 600
    eventually(worker.take)
    assert time.monotonic() - began >= 0.599


def test_a_pace_that_is_not_known_is_asked_for_and_nothing_is_given_before(doorbells, worker):
    doorbells.ring("store-1", ["a"])

    offer = worker.offer()
    assert (offer.turns, offer.asked) == ((), ("store-1",))
    worker.paces = {"store-1": FAST}
    assert places(worker.take()) == [("store-1", "a")]


def test_a_changed_pace_is_in_force_with_the_next_word_about_it(doorbells, worker):
    doorbells.ring("store-1", ["a", "b", "c"], pace=Pace(60_000, 10, 1))
    assert len(worker.take()) == 1
    assert worker.take() == []

    doorbells.ring("store-1", ["d"], pace=FAST)
    taken = []
    eventually(lambda: taken.extend(worker.take()) or len(taken) == 3)


def test_turns_of_a_store_are_an_interval_apart_whoever_takes_them(doorbells, client):
    doorbells.ring("store-1", [str(number) for number in range(40)], pace=Pace(50, 100, 1))
    workers = [Worker(client, f"worker-{number}") for number in range(3)]
    for each in workers:
        each.paces = {"store-1": Pace(50, 100, 1)}
    taken, began = [], time.monotonic()
    while time.monotonic() - began < 1:
        taken += [turn for each in workers for turn in each.take()]
    elapsed = time.monotonic() - began

    # A late turn is caught up by 10 ms at most; how many are late is the machine's affair.
    assert 10 <= len(taken) <= (elapsed + 0.012) / 0.05 + 1
    assert len({turn.conversation_id for turn in taken}) == len(taken)


def test_no_more_turns_at_once_than_the_cap_and_the_next_when_one_ends(doorbells, worker):
    doorbells.ring("store-1", list("abcde"), pace=Pace(0.001, 2, 1))

    first, second = worker.take()
    assert worker.take() == []
    worker.done(first)
    assert len(worker.take()) == 1
    worker.done(second)
    assert len(worker.take()) == 1


def test_stores_take_turns_and_a_full_line_of_one_does_not_hold_another(doorbells, worker):
    doorbells.ring("busy", [str(number) for number in range(1_000)], pace=FAST)
    doorbells.ring("quiet", ["a", "b"], pace=FAST)

    stores = [turn.store_id for turn in worker.take(want=4)]
    assert stores.count("quiet") == 2


def test_a_store_that_comes_late_is_not_behind_those_who_had_their_turns(doorbells, worker):
    doorbells.ring("busy", [str(number) for number in range(100)], pace=FAST)
    worker.take(want=50)
    doorbells.ring("quiet", ["a"], pace=FAST)

    assert "quiet" in [turn.store_id for turn in worker.take(want=2)]


def test_a_store_that_was_quiet_for_long_has_saved_up_nothing(doorbells, worker):
    doorbells.ring("busy", [str(number) for number in range(200)], pace=FAST)
    worker.take(want=100)
    doorbells.ring("quiet", [str(number) for number in range(200)], pace=FAST)

    stores = [turn.store_id for turn in worker.take(want=40)]
    assert 19 <= stores.count("quiet") <= 21


def test_in_a_full_house_turns_go_by_weight(doorbells, worker):
    names = [str(number) for number in range(200)]
    doorbells.ring("heavy", names, pace=Pace(0.001, 300, 3))
    doorbells.ring("light", names, pace=Pace(0.001, 300, 1))

    stores = [turn.store_id for turn in worker.take(want=80)]
    assert 58 <= stores.count("heavy") <= 62


def test_the_last_seats_are_kept_for_stores_with_nothing_at_work(doorbells, client):
    worker = Worker(client, kept=2)
    doorbells.ring("busy", [str(number) for number in range(50)], pace=FAST)

    assert len(worker.take(want=8)) == 6
    doorbells.ring("quiet", ["a"], pace=FAST)
    assert [turn.store_id for turn in worker.take(want=2)] == ["quiet"]


def test_what_people_do_goes_first_and_spends_no_pace(doorbells, worker):
    slow = Pace(60_000, 1, 1)
    doorbells.ring("store-1", ["a", "b"], pace=slow)
    (turn,) = worker.take()
    doorbells.ring("store-1", ["c"], goes_first=True, pace=slow)
    doorbells.ring_statuses("store-1")

    assert sorted(places(worker.take())) == [("store-1", "c"), ("store-1", "statuses")]
    worker.done(turn)
    assert worker.take() == []


def test_what_a_person_still_waits_to_say_goes_first_again_and_customers_mail_does_not(
    doorbells, worker
):
    slow = Pace(60_000, 1, 1)
    doorbells.ring("store-1", ["a"], pace=slow)
    worker.done(*worker.take())  # the store's turn of this minute
    doorbells.ring("store-1", ["c"], goes_first=True, pace=slow)
    (turn,) = worker.take()
    worker.done(turn, 0, goes_first=True)
    (again,) = worker.take()
    assert again.conversation_id == "c"

    worker.done(again, 0)
    assert worker.take() == []


@pytest.mark.parametrize("ends", ["well", "with more mail of a customer's", "never"])
def test_what_a_person_says_while_a_turn_runs_goes_first_when_it_ends(doorbells, client, ends):
    worker = Worker(client, claim_ms=60 if ends == "never" else 5_000)
    doorbells.ring("store-1", ["a"], pace=Pace(60_000, 1, 1))
    (turn,) = worker.take()  # the store's turn of this minute
    doorbells.ring("store-1", ["a"], goes_first=True)
    assert worker.take() == []
    if ends != "never":
        worker.done(turn, None if ends == "well" else 0)

    (again,) = eventually(worker.take)
    assert (again.conversation_id, bool(again.goes_first)) == ("a", True)
    worker.done(again, 0)
    assert worker.take() == []


def test_what_a_person_says_may_wait_and_goes_first_then(doorbells, worker):
    doorbells.ring("store-1", ["b"], pace=Pace(60_000, 1, 1))
    worker.take()  # the store's turn of this minute
    doorbells.ring("store-1", ["a"], goes_first=True)
    worker.done(*worker.take(), 50, goes_first=True)

    assert worker.take() == []
    assert places(eventually(worker.take)) == [("store-1", "a")]


def test_what_came_to_its_turn_in_vain_goes_ahead_of_its_stores_others_when_it_can(
    doorbells, worker
):
    doorbells.ring("store-1", ["a"], pace=FAST)
    (turn,) = worker.take()
    worker.done(turn, 50, goes_ahead=True)
    doorbells.ring("store-1", ["b", "c"])

    time.sleep(0.06)

    assert places(worker.take()) == [("store-1", "a"), ("store-1", "b"), ("store-1", "c")]


def test_a_store_with_workers_of_its_own_is_left_to_them_while_they_live(doorbells, client):
    shared, own = Worker(client), Worker(client, "worker-2", lanes=("store-1",))
    shared.paces = own.paces = {"store-1": FAST}
    doorbells.ring("store-1", ["a"])  # before they came
    own.scripts.hold([], 1, ["store-1"], 200)

    assert shared.take() == []
    assert len(own.take()) == 1
    doorbells.ring("store-1", ["b"])
    doorbells.ring("store-1", ["c"], goes_first=True)
    assert shared.take() == []
    assert len(own.take()) == 2

    def taken_by_shared():
        doorbells.ring("store-1", ["d"])
        return shared.take()

    eventually(taken_by_shared)  # 200 ms after their last word


def test_who_waits_longest_is_woken_and_the_dead_are_passed_over(doorbells, client):
    with client.pubsub(ignore_subscribe_messages=True) as wakes:
        wakes.subscribe("mostrador:wake:alive")
        eventually(lambda: wakes.subscribed and wakes.get_message(timeout=0.01) is None)
        Worker(client, "dead").take()
        Worker(client, "alive").take()

        doorbells.ring("store-1", ["a"], pace=FAST)

        assert eventually(lambda: wakes.get_message(timeout=0.1))["data"] == b"shared"


def test_who_is_full_hands_the_watch_to_one_who_waits(doorbells, client):
    with client.pubsub(ignore_subscribe_messages=True) as wakes:
        wakes.subscribe("mostrador:wake:waiting")
        eventually(lambda: wakes.subscribed and wakes.get_message(timeout=0.01) is None)
        Worker(client, "waiting").take()
        with client.pipeline() as at_once:  # rung without waking anybody
            at_once.rpush("dramatiq:messages:store-1", "a", "b").zadd(
                "mostrador:ring:shared", {"store-1": 1}
            )
            at_once.execute()
        full = Worker(client, "full")
        full.paces = {"store-1": FAST}

        assert len(full.take(want=1)) == 1

        assert eventually(lambda: wakes.get_message(timeout=0.1))["data"] == b"shared"


def test_a_store_that_is_no_more_leaves_nothing_behind(doorbells, worker, client):
    doorbells.ring("gone", ["a"])
    worker.scripts.forget("gone")

    assert worker.offer().asked == ()
    assert list(client.keys("*gone*")) == []


def test_a_redis_error_in_a_script_says_which(client):
    with pytest.raises(redis.ResponseError):
        Scripts(client).take("w", ["shared"], want="many", kept=0, claim_ms=1, paces={})
