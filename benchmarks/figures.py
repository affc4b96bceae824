"""The arithmetic: percentiles, medians, and ratios that are taken round by round."""

import math
from collections.abc import Iterable, Sequence
from statistics import median


def percentile(values: Iterable[float], share: float) -> float:
    """Take the nearest-rank percentile, `share` between 0 and 1; NaN of nothing."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def middle(values: Iterable[float]) -> float:
    """Take the median of what was measured; NaN of nothing."""
    known = [each for each in values if not math.isnan(each)]
    return median(known) if known else math.nan


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Divide within each round, then take the median: rounds differ more than sides do."""
    return middle(mine / other for mine, other in zip(ours, theirs, strict=True) if other)


def shown(value: float) -> str:
    """Write a figure with three digits that mean something."""
    if math.isnan(value):
        return "-"
    if abs(value) >= 100:  # noqa: PLR2004
        return f"{value:,.0f}"
    return f"{value:.3g}"
