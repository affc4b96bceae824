"""What a row is: a measurement repeated in rounds, and the ratios drawn from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.ground import Ground

# A label of what was measured, and the figure of one round.
Figures = Mapping[str, float]


@dataclass(frozen=True)
class Ratio:
    """One figure over another, taken within each round; `goal` is the project's."""

    over: str
    under: str
    goal: str


@dataclass(frozen=True)
class Row:
    """One row of the table; `measure` does one round of all its sides, in turn."""

    name: str
    title: str
    measure: Callable[[Ground], Figures]
    ratios: tuple[Ratio, ...] = ()
