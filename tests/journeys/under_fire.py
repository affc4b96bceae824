"""Many conversations, an assistant and a Graph API that fail, and workers that are killed.

One seed decides who writes what in which delivery, what fails and who is killed; what the
machine makes of it in between is its own. Used by the suite (small) and by `make soak` (large).
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.waiting import eventually

from .crowd import Crowd, phone_of
from .crowd_books import Verdict, judge
from .echo_assistant import Troubles, name_of, order_text
from .killings import Killings

ORPHANED_SECONDS = 20.0
_MOST_AT_ONCE = 4  # messages of one customer in one delivery
_SLOW_SEND = {"outcome": "delay", "seconds": 0.5}
# Of every hundred sends, beside the slow ones; the rest is accepted at once.
_SEND_FAULTS = (
    (2.0, {"outcome": "error", "code": 131000}),
    (1.0, {"outcome": "accept_then_reset"}),
    (0.3, {"outcome": "http", "http_status": 502}),
)
_TROUBLES = Troubles(failing=0.05, slow=0.05, slowest_seconds=1.0)
_ONE_STATUS = {"outcome": "statuses", "times": 0, "statuses": {"order": ["delivered"]}}


@dataclass(frozen=True)
class Fire:
    """How much is written and how much is broken."""

    stores: int
    conversations: int  # of all stores together
    messages: int  # of each conversation
    kill_every_seconds: float
    kills_at_most: int = 1_000
    backlog: int = 40  # of each store: who writes waits above it, so that bursts stay short
    attempts: int = 8  # kills count as attempts, and dead letters silence the bot
    patience_seconds: float = 300.0
    troubles: Troubles = _TROUBLES
    slow_sends: float = 5.0  # of every hundred


@dataclass(frozen=True)
class Report:
    """What one seed came to."""

    seed: int
    verdict: Verdict
    seconds: float
    kills: int
    waits: list[float]  # of orphaned conversations, until another worker had them
    still_orphaned: int
    send_outcomes: Counter[str]

    @property
    def faults(self) -> list[str]:
        """Name what must not be: the books' contradictions, and orphans left alone too long."""
        late = [wait for wait in self.waits if wait > ORPHANED_SECONDS]
        faults = list(self.verdict.faults)
        if late:
            faults.append(f"{len(late)} of {len(self.waits)} waited up to {max(late):.1f} s")
        if self.still_orphaned:
            faults.append(f"{self.still_orphaned} orphaned conversations were never taken")
        return faults

    def __str__(self) -> str:
        worst = f"{max(self.waits):.1f} s" if self.waits else "none"
        return (
            f"seed {self.seed}: {self.verdict}; {self.seconds:.0f} s, {self.kills} kills,"
            f" {len(self.waits)} orphaned (worst wait {worst}, {self.still_orphaned} never taken),"
            f" sends {dict(self.send_outcomes)}"
        )


def run_under_fire(
    crowd: Crowd, seed: int, fire: Fire, stores: Sequence[str] = (), run: int = 0
) -> Report:
    """Write, break, wait until all is drained, and compare the books.

    `stores` of a former run may be given again, with another number of the run.
    """
    dice = random.Random(seed)
    stores = stores or [crowd.new_store(attempts=fire.attempts) for _ in range(fire.stores)]
    for store in stores:
        crowd.forget_calls(store)
    crowd.assistant.begin(seed, fire.troubles)
    _arm_faults(crowd, dice, stores, fire)
    written = _customers(stores, fire, run)
    started = time.monotonic()
    kills = Killings(crowd, random.Random(seed + 1), fire.kill_every_seconds, fire.kills_at_most)
    with kills:
        _write_everything(crowd, seed, written, fire)
        crowd.wait_until_drained(stores, fire.patience_seconds)
        seconds = time.monotonic() - started
    crowd.clear_faults()
    calls = [call for store in stores for call in crowd.calls(store)]
    return Report(
        seed=seed,
        verdict=judge(crowd, written, list(crowd.assistant.asked)),
        seconds=seconds,
        kills=kills.count,
        waits=kills.waits,
        still_orphaned=kills.still_orphaned,
        send_outcomes=Counter(call["outcome"] for call in calls),
    )


def _customers(stores: Sequence[str], fire: Fire, run: int) -> dict[tuple[str, str], list[str]]:
    """Name every message beforehand: its customer, and its wamid with its number."""
    return {
        (store := stores[index % len(stores)], phone_of(index, run)): [
            f"wamid.{store}.{run}.{index}.{number}" for number in range(1, fire.messages + 1)
        ]
        for index in range(fire.conversations)
    }


def _arm_faults(crowd: Crowd, dice: random.Random, stores: Sequence[str], fire: Fire) -> None:
    """Fail sends by their number in each store, drawn beforehand so that a seed repeats it."""
    expected = fire.conversations * fire.messages // len(stores)
    for store in stores:
        for call in range(1, expected + 1):
            if fault := _drawn(dice, fire.slow_sends):
                crowd.fault(**fault, store_id=store, call=call)
        crowd.fault(**_ONE_STATUS, store_id=store)


def _drawn(dice: random.Random, slow_sends: float) -> dict[str, object] | None:
    thrown = dice.uniform(0, 100)
    for share, fault in (*_SEND_FAULTS, (slow_sends, _SLOW_SEND)):
        if thrown < share:
            return fault
        thrown -= share
    return None


def _write_everything(
    crowd: Crowd, seed: int, written: dict[tuple[str, str], list[str]], fire: Fire
) -> None:
    """Write to all stores at once, each from a thread of its own."""

    def write_to(place: int, store: str) -> None:
        mine = {phone: list(wamids) for (its, phone), wamids in written.items() if its == store}
        _write_to(crowd, random.Random(f"{seed}/{place}"), store, mine, fire)

    stores = list(dict.fromkeys(store for store, _ in written))
    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(write_to, range(len(stores)), stores))


def _write_to(
    crowd: Crowd, dice: random.Random, store: str, left: dict[str, list[str]], fire: Fire
) -> None:
    """Let a few random customers write a few messages each, until all have written all."""
    while left:
        eventually(
            lambda: crowd.pending([store]) < fire.backlog, fire.patience_seconds, "less waiting"
        )
        delivery = []
        for phone in dice.sample(sorted(left), min(len(left), 10)):
            count = dice.randint(1, _MOST_AT_ONCE)
            some, left[phone] = left[phone][:count], left[phone][count:]
            delivery += [_message(phone, wamid) for wamid in some]
            if not left[phone]:
                del left[phone]
        crowd.write_all(store, delivery)


def _message(phone: str, wamid: str) -> dict[str, str]:
    *_, index, number = wamid.split(".")
    return {"from": phone, "id": wamid, "text": order_text(name_of(int(index)), int(number))}
