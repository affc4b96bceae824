from contextlib import nullcontext

import pytest

from benchmarks.deliveries import Delivery
from benchmarks.door_sides import Side, require_kept
from benchmarks.errors import BenchError
from benchmarks.volley import Outcome

DELIVERIES = [Delivery("wamid.1", b""), Delivery("wamid.2", b""), Delivery("wamid.3", b"")]


def side_with(*kept: str) -> Side:
    return Side("ours", nullcontext, lambda: kept)


def volley(*statuses: int):
    outcome = Outcome.of(len(DELIVERIES))
    outcome.statuses[: len(statuses)] = type(outcome.statuses)("h", statuses)
    return [(DELIVERIES, outcome)]


def test_what_was_answered_and_kept_once_is_measured():
    require_kept(side_with("wamid.2", "wamid.1"), volley(200, 200))


@pytest.mark.parametrize(
    "kept",
    [("wamid.1",), ("wamid.1", "wamid.2", "wamid.2"), ("wamid.1", "wamid.2", "wamid.9")],
    ids=["one is missing", "one is there twice", "one was never answered"],
)
def test_anything_else_than_what_was_answered_is_not_measured(kept):
    with pytest.raises(BenchError, match="answered"):
        require_kept(side_with(*kept), volley(200, 200))


def test_an_answer_other_than_200_is_not_measured():
    with pytest.raises(BenchError, match="503"):
        require_kept(side_with("wamid.1"), volley(200, 503))
