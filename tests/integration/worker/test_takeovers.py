"""Take over at every place where a turn waits: no part begins after the acknowledgement (P5)."""

import random
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace

import pytest

from .conftest import start
from .system import ChatEndpoint
from .takeovers import AWAITS, Takeovers

DECIDED = {"worker.sending_committed", "worker.sending_in_progress", "worker.graph_answered"}
TRIES = 200
# A turn with its two parts takes about so long when nobody holds it up.
LONGEST_WAIT_SECONDS = 0.4


@pytest.fixture
def takeovers(settings, two_stores, database, tmp_path):
    fail_points = tmp_path / "fail-point"
    with ExitStack() as running:
        armed = replace(settings, fail_points_file=str(fail_points))
        yield Takeovers(start(armed, database, running, ChatEndpoint()), fail_points)


def test_nothing_begins_after_a_takeover_at_any_place_where_a_turn_waits(takeovers):
    for number, place in enumerate(AWAITS):
        outcome = takeovers.at(place, f"5730012300{number:02}")

        assert outcome.begun_after == 0, place
        assert outcome.asked_after <= outcome.named, place
        assert place in DECIDED or outcome.named <= 1, place
        assert (outcome.named == 1) or place not in DECIDED, place


@pytest.mark.long
def test_200_takeovers_at_places_and_at_random_moments_let_nothing_begin(takeovers):
    dice, seen = random.Random(7), Counter()
    for number in range(TRIES):
        phone = f"57300124{number:04}"
        if number % 2:
            outcome = takeovers.at(AWAITS[number // 2 % len(AWAITS)], phone)
        else:
            outcome = takeovers.after(dice.uniform(0.0, LONGEST_WAIT_SECONDS), phone)
        assert outcome.begun_after == 0
        assert outcome.asked_after <= outcome.named
        seen[outcome] += 1
    for outcome, count in sorted(seen.items(), key=str):
        print(count, outcome)
