"""What Meta's rule says of a minute's webhooks. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.figures import percentile, shown

_MEDIAN_MS, _LONG_MS, _LONG_SHARE = 250.0, 1_000.0, 0.01


@dataclass(frozen=True)
class Run:
    """What came of one minute; `busy` is the cores that each role used meanwhile."""

    milliseconds: Sequence[float]
    faults: Sequence[str]
    seconds_until_done: float
    busy: dict[str, float]

    def lines(self) -> Iterator[str]:
        yield (
            f"{len(self.milliseconds):,} deliveries answered: median"
            f" {shown(percentile(self.milliseconds, 0.5))} ms, p99"
            f" {shown(percentile(self.milliseconds, 0.99))} ms, longest"
            f" {shown(max(self.milliseconds, default=0.0))} ms,"
            f" {100 * self.long_share():.2f} % over {_LONG_MS:.0f} ms"
        )
        yield f"all worked off {self.seconds_until_done:.1f} s after the last"
        yield "cores used: " + ", ".join(f"{role} {used:.2f}" for role, used in self.busy.items())

    def long_share(self) -> float:
        return sum(each > _LONG_MS for each in self.milliseconds) / max(len(self.milliseconds), 1)

    def all_faults(self) -> Iterator[str]:
        yield from self.faults
        if not percentile(self.milliseconds, 0.5) <= _MEDIAN_MS:
            yield f"the median is over {_MEDIAN_MS:.0f} ms"
        if self.long_share() >= _LONG_SHARE:
            yield f"{100 * self.long_share():.2f} % took longer than {_LONG_MS:.0f} ms"
