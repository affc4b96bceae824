"""A send that is taken without an answer and of which nothing is ever heard, by the default settings."""

import time
from dataclasses import dataclass

from tests.journeys.crowd import Crowd, phone_of
from tests.journeys.echo_assistant import order_text
from tests.waiting import eventually

_FLAGGED_SECONDS = 70.0
_PATIENCE_SECONDS = 120.0
_FLAGGED = "SELECT state FROM outbox WHERE store_id = :store AND flagged"


@dataclass(frozen=True)
class Silence:
    """When a person was told, and how often it was asked to be sent."""

    seconds: float
    calls: int
    state: str

    @property
    def faults(self) -> list[str]:
        found = []
        if self.seconds > _FLAGGED_SECONDS:
            found.append(f"a silent send was flagged after {self.seconds:.1f} s")
        if (self.calls, self.state) != (1, "unknown"):
            found.append(f"a silent send was asked for {self.calls} times and is {self.state}")
        return found

    def __str__(self) -> str:
        return f"taken, never answered: flagged after {self.seconds:.1f} s, {self.calls} calls"


def run_silence(crowd: Crowd) -> Silence:
    """Write to a store whose sends are taken and never answered; wait until a person is told."""
    assert "UNKNOWN_SECONDS" not in crowd.worker_environment(), "not the default"
    store, phone = crowd.new_store(), phone_of(1)
    crowd.fault(store_id=store, outcome="accept_then_reset", times=0, statuses={"none": True})
    crowd.write(phone, order_text("ana", 1), store)
    first = eventually(lambda: crowd.calls(store), what="the send")[0]["time"]
    flagged = eventually(
        lambda: crowd.sql(_FLAGGED, store=store), _PATIENCE_SECONDS, "a person being told"
    )
    seconds = time.time() - first
    crowd.wait_until_handled(phone, store)
    return Silence(seconds, len(crowd.calls(store)), flagged[0]["state"])
