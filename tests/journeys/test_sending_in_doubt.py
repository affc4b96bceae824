"""A send whose answer never came: what settles it, what sends it again, and what never does.

All of it happens at once, in stores of their own, because each of these stories is mostly waiting.
"""

import itertools
from dataclasses import dataclass

import pytest
import requests

from tests.waiting import eventually

from .shops import TEXT_AND_PICTURES, Shop, attempt_of

PATIENCE_SECONDS = 3
NO_STATUS = {"none": True}


@dataclass
class Story:
    """A customer whose first message from the store is taken without an answer."""

    shop: Shop
    phone: str

    def lose_the_answer(self, *, times: int = 1, outcome="accept_then_reset", statuses=NO_STATUS):
        doubt = {"outcome": outcome, "statuses": statuses, "times": times, "type": "text"}
        self.shop.fault(to=self.phone, **doubt)
        self.shop.ask_for_all(self.phone)
        return self

    def let_others_be_heard(self):
        """Have statuses of another customer's message arrive, once this one is on its way."""
        eventually(lambda: self.shop.calls(self.phone), what="the send in doubt")
        self.shop.write("573009990001")
        return self

    def told(self, status, *more):
        """List when the console was told so of a message, with this beside it."""
        rows = self.shop.told(self.phone)
        return [row for row in rows if row["status"] == status and set(more) <= row["refs"].keys()]

    def texts(self):
        return [each for each in self.shop.calls(self.phone) if each["request"]["type"] == "text"]


@pytest.fixture(scope="module")
def stories(running):
    """Begin every story; each test waits for the end of its own."""
    short = {"unknown_seconds": PATIENCE_SECONDS}
    told = {
        "late": Story(Shop(running, unknown_seconds=20), "573008880001"),
        "proved": Story(Shop(running, **short), "573008880002"),
        "quiet": Story(Shop(running, **short), "573008880003"),
        "flag": Story(Shop(running, **short, unknown_policy="flag"), "573008880004"),
        "once": Story(Shop(running, **short, unknown_policy="resend_once"), "573008880005"),
    }
    late = {"delay_ms": [5000, 50, 50], "order": ["sent", "delivered", "read"]}
    told["late"].lose_the_answer(outcome="accept_then_hang", statuses=late)
    told["proved"].lose_the_answer().let_others_be_heard()
    told["quiet"].lose_the_answer()
    told["flag"].lose_the_answer().let_others_be_heard()
    told["once"].lose_the_answer(times=2)
    return told


def gaps(calls):
    """Count the seconds from each call to the next."""
    times = [each["time"] for each in calls]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def kinds(calls):
    return [each["request"]["type"] for each in calls]


def test_a_status_that_comes_late_settles_it_and_the_rest_follows(stories):
    story = stories["late"]
    story.shop.handled(story.phone)

    calls = story.shop.calls(story.phone)
    assert kinds(calls) == TEXT_AND_PICTURES
    assert gaps(calls)[0] >= 5  # nothing passed the part in doubt
    parts = story.shop.parts(story.phone)
    assert [each["state"] for each in parts] == ["accepted"] * 4
    assert [each["wamid"] for each in parts] == [each["wamid"] for each in calls]


def test_silence_while_others_are_heard_means_it_was_not_taken_and_it_goes_once_more(stories):
    story = stories["proved"]
    story.shop.handled(story.phone)

    first, second = story.texts()
    assert attempt_of(first).outbox_id == attempt_of(second).outbox_id
    assert [attempt_of(each).attempt for each in (first, second)] == [1, 2]
    assert PATIENCE_SECONDS <= second["time"] - first["time"] <= PATIENCE_SECONDS + 10
    assert kinds(story.shop.calls(story.phone)) == ["text", *TEXT_AND_PICTURES]
    assert story.shop.part(story.phone, state="accepted")["wamid"] == second["wamid"]

    story.shop.tell(first, order=["sent"])  # it had been taken after all

    doubled = story.shop.part(story.phone, duplicate_wamid=first["wamid"])
    assert doubled["wamid"] == second["wamid"]
    eventually(lambda: duplicates_of(story.shop) == 1, what="the duplicate being counted")
    assert len(story.texts()) == 2


def test_silence_where_nobody_is_heard_proves_nothing_and_a_person_is_told(stories):
    story = stories["quiet"]
    part = story.shop.part(story.phone, flagged=True)

    assert part["state"] == "unknown"
    (text,), (told,) = story.texts(), story.told("unknown", "error")
    # The patience begins with the commit of the decision, a moment before WhatsApp sees the call.
    assert PATIENCE_SECONDS - 1 <= told["at"] - text["time"] <= PATIENCE_SECONDS + 10
    story.shop.handled(story.phone)
    assert kinds(story.shop.calls(story.phone)) == TEXT_AND_PICTURES
    assert story.shop.statuses(story.phone)[0] == "unknown"


def test_a_store_may_want_a_person_to_look_whatever_is_heard(stories):
    story = stories["flag"]
    story.shop.part(story.phone, flagged=True)
    story.shop.handled(story.phone)

    assert len(story.texts()) == 1


def test_a_store_may_want_it_sent_again_whatever_is_heard_but_only_once(stories):
    story = stories["once"]
    story.shop.part(story.phone, flagged=True)
    story.shop.handled(story.phone)

    assert [attempt_of(each).attempt for each in story.texts()] == [1, 2]
    assert min(gaps(story.texts())) >= PATIENCE_SECONDS


def duplicates_of(shop):
    """Read the count of confirmed duplicates of a store."""
    probe = f"http://127.0.0.1:{shop.stack.port_base + 10}/metrics"
    name = f'mostrador_confirmed_duplicates_total{{store="{shop.id}"}}'
    lines = requests.get(probe, timeout=5).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))
