import json

import pytest

from common.contents import MOST_BYTES, Order, OrderItem, Unsupported, bounded, known


def size(details):
    return len(json.dumps(details, separators=(",", ":")))


def test_what_fits_is_left_as_it_is():
    details = {"name": "a" * 60_000}

    assert bounded(details) is details
    assert bounded({}) == {}


@pytest.mark.parametrize(
    "details",
    [
        {"name": "🌵" * 100_000},
        {"answers": {f"{n}": "ñ" * 1_000 for n in range(1_000)}},
        {"a": [{"b": [{"c": ["🌵" * 1_024] * 9}] * 60}] * 9},
        {"a" * 1_000_000: 1},
        {f"{n}": ["x" * 90] * 90 for n in range(90)},
    ],
)
def test_what_does_not_fit_is_cut_and_says_so(details):
    shorter = bounded(details)

    assert size(shorter) <= MOST_BYTES
    assert shorter["cut"] is True


def test_one_long_text_costs_the_others_nothing():
    shorter = bounded({"emoji": "👍", "body": "🌵" * 10_000, "answers": [1, True, None]})

    assert shorter == {"emoji": "👍", "body": "🌵" * 1_024, "answers": [1, True, None], "cut": True}


def test_unknown_is_not_nothing():
    assert known(a=None, b="", c=[], d={}, e=0, f=False) == {"e": 0, "f": False}


def test_the_price_of_an_order_is_for_the_agent_alone():
    order = Order(items=(OrderItem("cactus-1", 2, 1.0, "COP"),))

    assert order.text == "2 x cactus-1"
    assert order.details["items"][0]["price"] == 1.0


def test_what_nobody_knows_has_no_words():
    assert (Unsupported("poll").kind, Unsupported("poll").text) == ("unsupported", "")
