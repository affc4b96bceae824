"""PostgreSQL or Redis frozen, or killed: what Meta is answered, and that nothing is lost."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
import requests

from tests.waiting import eventually

from .ledger import check_ledger
from .metas_side import Delivery

pytestmark = pytest.mark.measures
PROMPT_SECONDS = 2.0  # whatever is wrong with the database
# A ring that is not answered costs the first delivery its patience, and the next ones nothing.
FIRST_WITHOUT_REDIS_SECONDS = 1.5
FAST_SECONDS = 0.5


def test_a_frozen_database_costs_503_in_time_and_all_that_comes_again_is_handled_once(stack, phone):
    people = [f"{phone}{number}" for number in range(6)]
    with frozen(family_of(stack.pids("postgres")[0])):
        for _ in range(2):
            deliveries = [Delivery(stack, each, f"wamid.{each}") for each in people]
            assert [each.answer() for each in deliveries] == [503] * len(people)
            assert max(each.seconds for each in deliveries) < PROMPT_SECONDS
            assert requests.get(f"{stack.demo['ingress']}/healthz", timeout=1).status_code == 200

    redeliver(stack, people)


def test_a_killed_database_costs_503_until_it_is_back_and_nothing_is_lost(stack, phone):
    former = stack.pids("postgres")[0]
    people = [f"{phone}{number}" for number in range(6)]
    os.kill(former, signal.SIGKILL)
    statuses = set()
    for each in people * 2:
        delivery = Delivery(stack, each, f"wamid.{each}")
        statuses.add(delivery.answer())
        assert delivery.seconds < PROMPT_SECONDS
        assert requests.get(f"{stack.demo['ingress']}/healthz", timeout=1).status_code == 200

    assert {503} <= statuses <= {200, 503}
    redeliver(stack, people)


def test_while_redis_is_frozen_the_door_takes_everything_and_it_is_answered_afterwards(
    stack, phone
):
    people = [f"{phone}{number}" for number in range(6)]
    with redis.Redis.from_url(stack.demo["redis_url"]) as client:
        pid = client.info("server")["process_id"]
    with frozen([pid]):
        for number, each in enumerate(people):
            delivery = Delivery(stack, each, f"wamid.{each}")
            assert delivery.answer() == 200
            assert delivery.seconds <= (FAST_SECONDS if number else FIRST_WITHOUT_REDIS_SECONDS)

    redeliver(stack, people)


def redeliver(stack, people):
    """Send all again, as Meta does, until it is taken; each is answered once."""
    for phone in people:
        eventually(
            lambda it=phone: Delivery(stack, it, f"wamid.{it}").answer() == 200,
            what="Meta's redelivery being taken",
        )
    for phone in people:
        stack.wait_until_handled(phone)
        assert len(stack.sent(phone)) == 1
        check_ledger(stack, phone, [f"wamid.{phone}"])


@contextmanager
def frozen(pids):
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def family_of(pid):
    """Name a process and its children; a backend that is born later waits for its parent."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *map(int, children)]
