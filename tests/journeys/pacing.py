"""What a store's pace must look like from outside, and how it is measured.

A turn counts when it begins (`turns.started_at`). Used by the suite and by `make soak`.
"""

from dataclasses import dataclass

from tests.waiting import eventually

from .crowd import Crowd, phone_of
from .echo_assistant import name_of, order_text
from .sliding import longest_gap, most_within, rate_of

RATE = 10.0
MOST_IN_A_SECOND = 11
MOST_IN_TEN_SECONDS = 105
LEAST_ON_AVERAGE = 9.5
# A send arrives when its turn has come so far: on a busy machine some come close together.
MOST_SENDS_IN_A_SECOND = MOST_IN_A_SECOND + 4

_STARTS = """
    SELECT extract(epoch FROM started_at)::float8 AS moment FROM turns
    WHERE store_id = :store ORDER BY started_at
"""


@dataclass(frozen=True)
class Pace:
    """How fast a store's turns began, and its sends arrived."""

    turns: int
    in_a_second: int
    in_ten_seconds: int
    average: float
    longest_gap: float
    sends_in_a_second: int

    def __str__(self) -> str:
        return (
            f"{self.turns} turns: at most {self.in_a_second} in a second and"
            f" {self.in_ten_seconds} in ten, {self.average:.2f}/s on average, longest gap"
            f" {self.longest_gap:.2f} s; at most {self.sends_in_a_second} sends in a second"
        )


def everybody_writes(crowd: Crowd, store: str, customers: int, run: int = 0) -> dict[str, str]:
    """Let many customers write one message each at once; returns their wamids by phone."""
    wamids = {phone_of(index, run): f"wamid.{store}.{run}.{index}.1" for index in range(customers)}
    messages = [
        {"from": phone, "id": wamid, "text": order_text(name_of(index % 600), 1)}
        for index, (phone, wamid) in enumerate(wamids.items())
    ]
    crowd.write_all(store, messages)
    return wamids


def starts_of(crowd: Crowd, store: str) -> list[float]:
    """List when the store's turns began, in Unix seconds."""
    return [row["moment"] for row in crowd.sql(_STARTS, store=store)]


def measure(crowd: Crowd, store: str) -> Pace:
    starts = starts_of(crowd, store)
    arrivals = [call["time"] for call in crowd.calls(store)]
    return Pace(
        turns=len(starts),
        in_a_second=most_within(starts, 1.0),
        in_ten_seconds=most_within(starts, 10.0),
        average=rate_of(starts),
        longest_gap=longest_gap(starts),
        sends_in_a_second=most_within(arrivals, 1.0),
    )


def run_at_a_pace(crowd: Crowd, waiting: int) -> Pace:
    """Let a crowd write to a store of 10 turns a second, and measure until all is answered."""
    store = crowd.new_store(rate=RATE)
    everybody_writes(crowd, store, waiting)
    crowd.wait_until_drained([store], waiting / RATE * 1.5 + 20)
    return measure(crowd, store)


def wait_until_begun(crowd: Crowd, store: str, turns: int, seconds: float) -> None:
    what = f"{turns} turns of {store} beginning"
    eventually(lambda: len(starts_of(crowd, store)) >= turns, seconds, what)


def faults_of(pace: Pace, *, with_average: bool = True) -> list[str]:
    """Name what is too fast, and (where nothing else stood in the way) what is too slow."""
    faults = []
    if pace.in_a_second > MOST_IN_A_SECOND:
        faults.append(f"{pace.in_a_second} turns in a second")
    if pace.in_ten_seconds > MOST_IN_TEN_SECONDS:
        faults.append(f"{pace.in_ten_seconds} turns in ten seconds")
    if pace.sends_in_a_second > MOST_SENDS_IN_A_SECOND:
        faults.append(f"{pace.sends_in_a_second} sends in a second")
    if with_average and pace.average < LEAST_ON_AVERAGE:
        faults.append(f"{pace.average:.2f} turns a second on average")
    return faults
