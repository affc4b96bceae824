"""Nothing a customer or a model can write costs more than milliseconds (reliability S13, B8)."""

import random
import time

import pytest

from worker.folding import fold_disguised
from worker.handover import DEFAULT_KEYWORDS, asks_for_person
from worker.redaction import redact
from worker.reply import escape_tags, parse_reply, split_text

LENGTH = 65_536
CHANCE = random.Random(7)
NUMBERS = [
    "1", "1 ", "30 ", "300 ", "4111 ", "4112 ", "3001234567 ", "4111111111111111 ", "+", "+1 ",
    "+57 ", "+123 4 56 ", "(", "(57", "900.123.", "900123456-1 ", "a", "a.", "a-", "a@", "@",
    "a@a.", "calle ", "cl 1 ", "cl 1 # ", "av a a a ", "calle 1 sur ", "cc ", "cc de ", "c.",
    "cc 123 ", "tel ", "tel es ", "$ 300123456 ", " ", "\n", "\u0660", "é", "1 1-1 1 ",
]  # fmt: skip
TAGS = [
    "[", "[ ", "<", "<b ", "<b>", '<b a="', "<b a=b a=b a=b", "<<b>b>", "<thinking>", "<thinking",
    "</thinking>", "</thinking      ", "<thi<b>nking>", "[SEND_IMAGE", "[SEND_IMAGE: a] ", " ",
    "[SEND_IMAGE: [", "[        SEND_IMAGE: ", "[[SEND_IMAGE: x]", "\n", "\t \n", "\x00", "\u200b",
]  # fmt: skip
WORDS = [
    "a ", "hablar ", "hablar con ", "hablar\t\n con ", "humano_", "\u0316\u0300", "\u0591\u05ae",
    "\ufdfa", "é", "e\u0301", "😀", " ", ". ", "\u200d",
]  # fmt: skip


def worst(pieces):
    return {piece: (piece * LENGTH)[:LENGTH] for piece in pieces}


DIGITS = "".join(CHANCE.choices("0123456789 -.+(", k=LENGTH))
FOURS = " ".join(f"{CHANCE.randrange(10_000):04}" for _ in range(LENGTH // 5))
REDACTED = worst(NUMBERS) | {"digits": DIGITS, "fours": FOURS}
# A shared machine is some times slower than a quiet one; quadratic is a thousand times slower.
LENIENCE = 5


@pytest.mark.parametrize("text", REDACTED.values(), ids=map(ascii, REDACTED))
def test_redacting_64_kb_costs_milliseconds(text):
    assert takes_at_most(0.020, redact, text)


@pytest.mark.parametrize("text", worst(TAGS).values(), ids=map(ascii, TAGS))
def test_taking_a_reply_of_64_kb_apart_costs_milliseconds(text):
    assert takes_at_most(0.050, parse_reply, text)
    assert takes_at_most(0.020, escape_tags, text)


@pytest.mark.parametrize("text", worst(WORDS).values(), ids=map(ascii, WORDS))
def test_reading_and_splitting_64_kb_costs_milliseconds(text):
    assert takes_at_most(0.020, fold_disguised, text)
    assert takes_at_most(0.020, lambda each: asks_for_person(each, DEFAULT_KEYWORDS), text)
    assert takes_at_most(0.020, split_text, text)


def test_a_reply_of_500_tags_and_an_id_of_10_kb_costs_milliseconds():
    raw = "<b>Hola</b> [SEND_IMAGE: p1] " * 250 + f"[SEND_IMAGE: {'a' * 10_000}]"
    assert takes_at_most(0.050, parse_reply, raw)
    assert parse_reply(raw).image_ids == ("p1",)


def takes_at_most(seconds, work, text):
    """Measure up to three times: what another process takes is not ours."""
    return any(seconds_of(work, text) < seconds * LENIENCE for _ in range(3))


def seconds_of(work, text):
    began = time.process_time()
    work(text)
    return time.process_time() - began
