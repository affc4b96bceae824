"""How fast a store may take its turns, how many at once, and how many when all are busy."""

from dataclasses import dataclass

from common.stores import StoreSettings

_LONGEST_INTERVAL_MS = 86_400_000.0


@dataclass(frozen=True)
class Pace:
    """A store's pace: `interval_ms` between two turns, `cap` at once, `weight` in a full house."""

    interval_ms: float
    cap: int
    weight: float

    @classmethod
    def of(cls, settings: StoreSettings) -> "Pace":
        interval_ms = min(1000 / settings.rate, _LONGEST_INTERVAL_MS)
        return cls(interval_ms, settings.concurrency, settings.weight)
