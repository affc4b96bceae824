"""What one store does, or what is done to it, is felt by no other."""

import statistics
import time

import pytest

from tests.waiting import eventually

from .crowd import phone_of
from .echo_assistant import numbers_in, order_text
from .pacing import everybody_writes

NEW_STORE_SECONDS = 10.0
# What a customer of a quiet store may wait, in the middle of a storm on one small machine.
PROMPT_SECONDS = 2.0
WORST_SECONDS = 4.0


def seconds_to_answer(crowd, store, index):
    """Write as a new customer; measure until the answer arrives at the Graph API."""
    known = len(crowd.calls(store))
    written = time.time()
    crowd.write(phone_of(index, run=9), order_text("ana", 1), store)
    eventually(lambda: len(crowd.calls(store)) > known, 20, "the quiet store's answer")
    return crowd.calls(store)[-1]["time"] - written


@pytest.mark.long
def test_a_quiet_store_is_answered_while_one_has_a_crowd_and_anothers_sends_hang(crowd):
    quiet, noisy, hanging = (crowd.new_store() for _ in range(3))
    alone = [seconds_to_answer(crowd, quiet, index) for index in range(5)]
    crowd.fault(store_id=hanging, outcome="hang", seconds=60, times=0)
    everybody_writes(crowd, hanging, 40)
    eventually(lambda: len(crowd.calls(hanging)) >= 4, what="sends hanging")
    everybody_writes(crowd, noisy, 300)

    beside, waiting = [], []
    for index in range(5, 13):
        beside.append(seconds_to_answer(crowd, quiet, index))
        waiting.append(crowd.pending([noisy]))

    crowd.clear_faults()  # lets what hangs go
    print(
        f"\nalone: median {statistics.median(alone) * 1000:.0f} ms, worst {max(alone) * 1000:.0f};"
        f" in the storm: median {statistics.median(beside) * 1000:.0f} ms,"
        f" worst {max(beside) * 1000:.0f}; still waiting at the noisy store: {waiting}"
    )
    assert waiting[len(waiting) // 2]  # most were answered before the crowd was
    assert statistics.median(beside) <= PROMPT_SECONDS
    assert max(beside) <= WORST_SECONDS
    crowd.wait_until_drained([quiet, noisy, hanging], 60)


def test_a_store_that_is_registered_while_everything_runs_is_answered(crowd):
    started = time.monotonic()
    store = crowd.new_store()
    crowd.write(phone_of(1), order_text("ana", 1), store)

    eventually(lambda: crowd.calls(store), NEW_STORE_SECONDS, "the new store's first answer")

    print(f"\nthe new store's first answer after {time.monotonic() - started:.1f} s")


@pytest.fixture
def administrator(crowd):
    login = next(each for each in crowd.demo["agents"] if each["role"] == "administrator")
    return crowd.agent(login["email"])


def words_on_the_console(administrator, store):
    """List what customers said, as the console shows it; nothing while no session is open."""
    sessions = administrator.get(f"/api/stores/{store}/sessions", filter="all").json()["sessions"]
    shown = [
        administrator.get(f"/api/stores/{store}/sessions/{each['id']}/messages").json()["messages"]
        for each in sessions
    ]
    return [each["content"] for thread in shown for each in thread if each["role"] == "user"]


def test_a_paused_store_shows_its_customers_words_sends_nothing_and_goes_on_in_order(
    crowd, administrator
):
    store, phone = crowd.new_store(), phone_of(1)
    crowd.change_store(store, status="paused")
    eventually(two_seconds(), what="every process seeing the pause")
    texts = [order_text("ana", number) for number in (1, 2, 3)]
    for each in texts:
        crowd.write(phone, each, store)

    eventually(lambda: words_on_the_console(administrator, store) == texts, what="the words")
    assert crowd.calls(store) == []

    crowd.change_store(store, status="active")
    eventually(lambda: answered(crowd, store) == [1, 2, 3], 15, "everything answered in order")


def answered(crowd, store):
    """List the numbers that the store's answers name, once each, in the order of the sends."""
    said = [numbers_in(call["request"]["text"]["body"]) for call in crowd.calls(store)]
    return list(dict.fromkeys(number for numbers in said for number in numbers))


def two_seconds():
    """Wait by the clock: a change of a store is seen by every process within two seconds."""
    until = time.monotonic() + 2
    return lambda: time.monotonic() > until


@pytest.mark.long
def test_a_store_with_a_worker_of_its_own_is_left_to_it_by_the_others(crowd):
    store = crowd.new_store()
    with crowd.dedicated_worker(store) as pid:
        everybody_writes(crowd, store, 40)
        crowd.wait_until_drained([store], 20)

        query = "SELECT DISTINCT holder FROM leases WHERE store_id = :store"
        holders = {row["holder"] for row in crowd.sql(query, store=store)}
    assert {int(holder.rsplit("/", 1)[-1]) for holder in holders} == {pid}
