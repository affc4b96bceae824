"""What a number's sends must look like from outside: by the simulator's clock, as they arrive.

Used by `make soak PART=sending`.
"""

from dataclasses import dataclass

from .crowd import Crowd
from .pacing import everybody_writes
from .sliding import longest_gap, most_within, rate_of

_MORE_IN_A_SECOND = 1.10
_MORE_IN_TEN = 1.05
_LEAST_SHARE = 0.9
_TURNS_AT_ONCE = 40  # of the store: what waits for the gate must not wait for turns


@dataclass(frozen=True)
class SendPace:
    """How fast the replies of one number arrived at WhatsApp."""

    limit: float
    customers: int
    answered: int
    sends: int
    in_a_second: int
    in_ten_seconds: int
    average: float
    longest_gap: float

    def __str__(self) -> str:
        return (
            f"limit {self.limit:g}/s: {self.sends} sends to {self.answered} of {self.customers}"
            f" customers, at most {self.in_a_second} in a second and {self.in_ten_seconds} in ten,"
            f" {self.average:.2f}/s on average, longest gap {self.longest_gap:.2f} s"
        )

    def faults(self, *, with_average: bool = True) -> list[str]:
        """Name what is too fast, lost or doubled, and (where asked) what is too slow."""
        found = []
        if self.in_a_second > self.limit * _MORE_IN_A_SECOND:
            found.append(f"{self.in_a_second} sends in a second")
        if self.in_ten_seconds > self.limit * 10 * _MORE_IN_TEN:
            found.append(f"{self.in_ten_seconds} sends in ten seconds")
        if not self.customers == self.answered == self.sends:
            found.append(f"{self.sends} sends to {self.answered} of {self.customers} customers")
        if with_average and self.average < self.limit * _LEAST_SHARE:
            found.append(f"{self.average:.2f} sends a second on average")
        return [f"limit {self.limit:g}/s: {fault}" for fault in found]


def run_sends_at_a_pace(crowd: Crowd, limit: float, customers: int, run: int) -> SendPace:
    """Let so many customers of one number be due an answer at once; measure until all have it."""
    store = crowd.new_store(send_rate=limit, concurrency=_TURNS_AT_ONCE)
    everybody_writes(crowd, store, customers, run)
    crowd.wait_until_drained([store], customers / limit * 2 + 60)
    calls = crowd.calls(store)
    arrivals = [call["time"] for call in calls]
    return SendPace(
        limit=limit,
        customers=customers,
        answered=len({call["request"]["to"] for call in calls}),
        sends=len(calls),
        in_a_second=most_within(arrivals, 1.0),
        in_ten_seconds=most_within(arrivals, 10.0),
        average=rate_of(arrivals),
        longest_gap=longest_gap(arrivals),
    )
