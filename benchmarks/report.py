"""The table of what was measured, in Markdown, ratios last."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.figures import median_ratio, middle, shown
from benchmarks.rows.row import Figures, Ratio, Row

# Of each row, the rounds that were measured.
Measured = Mapping[str, Sequence[Figures]]


def table(rows: Sequence[Row], measured: Measured) -> Iterator[str]:
    """Write medians with their spread, then the ratios of every row."""
    yield from (f"- **{row.name}** {row.title}" for row in rows)
    yield ""
    yield "| row | figure | median | least | most | rounds |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        for label in _labels(measured[row.name]):
            values = _values(measured[row.name], label)
            figures = (middle(values), min(values), max(values))
            yield f"| {row.name} | {label} | {' | '.join(map(shown, figures))} | {len(values)} |"
    yield ""
    yield "| row | ratio | median of the rounds | goal |"
    yield "|---|---|---|---|"
    for row in rows:
        for ratio in row.ratios:
            value = shown(_ratio(ratio, measured[row.name]))
            yield f"| {row.name} | {ratio.over} / {ratio.under} | {value} | {ratio.goal} |"


def one_line(figures: Figures) -> str:
    """Write one round's figures, for a person who waits."""
    return "; ".join(f"{label} {shown(value)}" for label, value in figures.items())


def _labels(rounds: Sequence[Figures]) -> list[str]:
    return list(dict.fromkeys(label for figures in rounds for label in figures))


def _values(rounds: Sequence[Figures], label: str) -> list[float]:
    return [figures[label] for figures in rounds if label in figures]


def _ratio(ratio: Ratio, rounds: Sequence[Figures]) -> float:
    pairs = [
        (figures[ratio.over], figures[ratio.under])
        for figures in rounds
        if ratio.over in figures and ratio.under in figures
    ]
    return median_ratio([over for over, _ in pairs], [under for _, under in pairs])
