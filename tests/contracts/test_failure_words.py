"""The console's words for WhatsApp's errors follow the error table, in both languages."""

import re
from pathlib import Path

import pytest

from common.send_errors import numbers_of, rules
from common.store_pausing import SPAM_LIMIT_TOO
from ingress.notice_rules import EVENTS
from tests.unit.notifier.test_console_state import STATIC
from tests.unit.notifier.test_console_state import pytestmark as pytestmark  # noqa: PLC0414
from tests.unit.notifier.test_console_words import said

_ENTRY = re.compile(r'(\w+): "([^"]+)"')
ROOT = Path(__file__).parents[2]
RAISING = ("services/worker/worker", "libs/common/common")  # where turns run
RULES = {rule.name: rule for rule in rules()}


def words(language):
    return dict(_ENTRY.findall((STATIC / f"failure_texts_{language}.js").read_text()))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_rule_of_the_error_table_has_words(language):
    known = words(language)
    codes = {str(number) for rule in rules() for number in numbers_of(rule)}

    assert set(RULES) <= set(known)
    assert set(known) - set(RULES) <= codes
    assert list(known) == list(words("es"))


def test_every_code_is_said_by_its_rule():
    named = [
        (str(code), rule.name)
        for rule in rules()
        for code in (*numbers_of(rule), *(each for each in rule.codes if isinstance(each, str)))
        if not re.fullmatch(r"\d+-\d+", str(code))
    ]

    found = said(*(["failure_codes", "ruleOf", code] for code, _ in named))

    assert found == [name for _, name in named]
    assert said(["failure_codes", "ruleOf", "999999"]) == [None]


def test_a_code_nobody_knows_shows_whatsapps_own_words():
    def reason(code, error):
        return said(["failures", "reasonOf", "en", {"error_code": code, "error": error}])[0]

    assert reason("999999", "(#999999) Bad moon rising.") == (
        "WhatsApp did not accept it: Bad moon rising (999999)."
    )
    assert reason("", "Bad moon rising") == "WhatsApp did not accept it: Bad moon rising."
    assert reason("", "") == "WhatsApp did not accept it."
    assert reason("131047", "Re-engagement message") == words("en")["window"]
    assert reason("132001", "Template does not exist") == words("en")["132001"]
    assert reason("", "window_closed") == "24 hours have passed since the customer's last message."


def test_every_reason_for_a_dead_letter_is_raised_and_said_in_both_languages():
    table = (ROOT / "docs/operations.md").read_text().partition("### Dead letters")[2]
    first_cells = re.findall(r"^\| (`[^|]+) \|", table.partition("### Unknown")[0], re.MULTILINE)
    reasons = [reason for cell in first_cells for reason in re.findall(r"`(\w+)`", cell)]
    raised = "".join(path.read_text() for part in RAISING for path in (ROOT / part).rglob("*.py"))
    pages_own = re.findall(r"\bdead_(\w+):", (STATIC / "texts_supervisor_es.js").read_text())
    ruled = said(*(["failure_codes", "ruleOf", reason] for reason in reasons))
    our_own = [reason for reason, rule in zip(reasons, ruled, strict=True) if rule is None]
    asked = [(language, reason) for language in ("es", "en") for reason in (*reasons, "131000")]

    told = said(*(["failures", "givenUpFor", *each] for each in asked))

    assert len(reasons) > 10
    assert {*our_own, "other"} == set(pages_own)
    assert [reason for reason in our_own if f'"{reason}"' not in raised] == []
    assert [words for words in told if words.startswith(("Motivo", "Reason"))] == []
    assert said(["failures", "givenUpFor", "en", "seldom_seen"]) == ["Reason: seldom_seen"]


def test_every_reason_for_a_pause_is_said_in_both_languages():
    reasons = {rule.reason for rule in rules() if rule.pauses}
    reasons |= {meaning.reason for meaning in EVENTS.values() if meaning.pauses}
    reasons.add(SPAM_LIMIT_TOO)
    asked = [(language, reason) for language in ("es", "en") for reason in sorted(reasons)]

    told = said(*(["kinds", "pausedFor", language, reason] for language, reason in asked))

    assert [words for words in told if "Motivo" in words or "Reason" in words] == []
    silent = said(["kinds", "pausedFor", "en", "spam_limit"])[0]
    assert silent.startswith("The bot is silent; people can still write.")
