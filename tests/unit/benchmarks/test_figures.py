import math

import pytest

from benchmarks.figures import median_ratio, middle, percentile, shown
from benchmarks.report import table
from benchmarks.rows.row import Ratio, Row


def test_a_percentile_is_a_value_that_was_measured():
    values = [float(number) for number in range(200, 0, -1)]

    assert percentile(values, 0.5) == 100
    assert percentile(values, 0.99) == 198
    assert percentile([7.0], 0.99) == 7
    assert math.isnan(percentile([], 0.5))


def test_a_ratio_is_taken_within_each_round():
    slow_minutes_hit_both = median_ratio([100.0, 10.0, 50.0], [50.0, 5.0, 25.0])

    assert slow_minutes_hit_both == 2
    assert math.isnan(median_ratio([], []))


def test_the_median_leaves_out_what_was_not_measured():
    assert middle([3.0, math.nan, 1.0]) == 2


@pytest.mark.parametrize(
    ("value", "text"), [(math.nan, "-"), (1234.5, "1,234"), (12.34, "12.3"), (0.98765, "0.988")]
)
def test_figures_show_three_digits(value, text):
    assert shown(value) == text


def test_the_ratios_stand_last_and_without_a_peer_stand_empty():
    row = Row("B0", "a row", lambda _ground: {}, (Ratio("ours", "peer", "≥ 1.0"),))
    rounds = [{"ours": 4.0, "peer": 2.0}, {"ours": 9.0, "peer": 3.0}, {"ours": 8.0, "peer": 2.0}]

    with_peer = list(table([row], {"B0": rounds}))
    alone = list(table([row], {"B0": [{"ours": 4.0}]}))

    assert "| B0 | ours | 8 | 4 | 9 | 3 |" in with_peer
    assert with_peer[-1] == "| B0 | ours / peer | 3 | ≥ 1.0 |"
    assert alone[-1] == "| B0 | ours / peer | - | ≥ 1.0 |"
