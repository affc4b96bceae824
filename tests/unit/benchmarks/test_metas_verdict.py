from benchmarks.metas_verdict import Run


def run_of(*milliseconds: float, faults: tuple[str, ...] = ()) -> Run:
    return Run(milliseconds, faults, 0.5, {"workers": 0.7})


def test_a_minute_within_the_rule_has_no_fault():
    assert list(run_of(*[250.0] * 100, 1_001.0).all_faults()) == []


def test_one_in_a_hundred_over_a_second_breaks_the_rule():
    assert list(run_of(*[20.0] * 99, 1_001.0).all_faults()) == ["1.00 % took longer than 1000 ms"]


def test_a_slow_median_breaks_the_rule():
    assert list(run_of(251.0).all_faults()) == ["the median is over 250 ms"]


def test_a_minute_in_which_nothing_was_answered_breaks_the_rule():
    assert list(run_of(faults=("refused",)).all_faults()) == [
        "refused",
        "the median is over 250 ms",
    ]


def test_a_minute_is_told_in_three_lines():
    lines = list(run_of(10.0, 30.0).lines())

    assert lines[0].startswith("2 deliveries answered: median 10 ms, p99 30 ms")
    assert lines[2] == "cores used: workers 0.70"
