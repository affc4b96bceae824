"""The table is whole, consistent, and says of each code what WhatsApp's page asks for."""

from collections import Counter

import pytest

from common.send_errors import Action, Scope, numbers_of, rule_for, rules

EFFECTS = {
    "slow_number",
    "breaks_circuit",
    "drops_part",
    "marks_contact",
    "flags_product",
    "bot_only",
    "alert",
}
# What Meta's page says of each code (12 December 2025): action, scope, HTTP statuses, codes.
ASKED = [
    ("pause", "store", (401,), (0, 190)),
    ("pause", "store", (500,), (3,)),
    ("pause", "store", (403,), (10, *range(200, 300), 131005)),
    ("again", "app", (400,), (4,)),
    ("again", "store", (400,), (80007, 130429)),
    ("again", "pair", (400,), (131056,)),
    ("pause", "store", (400,), (131048, 131042)),
    ("pause", "store", (403,), (131031, 368)),
    ("pause", "store", (400, 500), (131037, 131045, 133010, 33)),
    ("again", "store", (500,), (131057, 2494100)),
    ("again", "message", (500,), (131000,)),
    ("again", "store", (500, 503), (131016, 133004, 2)),
    ("again", "message", (400,), (1,)),
    ("again", "store", (429,), ("429",)),
    ("give_up", "pair", (400,), (131047, 131026, 130472, 131049, 131050, 131062)),
    ("give_up", "pair", (403,), (130497,)),
    ("give_up", "message", (400,), (131021, 131053, 131052)),
    ("give_up", "message", (400,), (131051, 131008, 131009, 100, 135000)),
    ("give_up", "message", (400, 404, 500), (131055, *range(132000, 133000), 134100, 134102)),
    ("again", "message", (400,), (134101,)),
    ("again", "message", (), ("not_connected",)),
]
ALERTS = (0, 3, 10, 131048, 131042, 131037, 33, 368, 100, 131008, 135000)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: str(asked[3][0]))
def test_every_code_of_metas_page_stands_in_the_table_as_there(asked):
    action, scope, http, codes = asked
    for code in codes:
        rule = rule_for(code)
        assert (rule.action.value, rule.scope.value) == (action, scope), code
        assert set(http) <= set(rule.http), code


def test_no_code_stands_there_twice_and_none_that_metas_page_does_not_name():
    named = [str(code) for rule in rules() for code in numbers_of(rule)]
    asked = {str(code) for row in ASKED for code in row[3]} - {"429", "not_connected"}

    assert [code for code, times in Counter(named).items() if times > 1] == []
    assert set(named) == asked


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_each_row_says_what_its_action_needs_and_nothing_else(rule):
    assert rule.effects <= EFFECTS
    assert rule.meaning.endswith(".")
    assert (rule.action is Action.PAUSE) == bool(rule.reason)
    assert rule.action is not Action.PAUSE or "alert" in rule.effects
    if rule.action is Action.AGAIN:
        assert rule.attempts == 0 or rule.attempts >= 2
        assert 0 < rule.wait <= rule.longest
        assert rule.growth >= 1
    else:
        assert (rule.attempts, rule.wait, rule.longest) == (1, 0, 0)


@pytest.mark.parametrize("code", ALERTS)
def test_what_a_person_must_put_right_is_told_to_one(code):
    assert "alert" in rule_for(code).effects


@pytest.mark.parametrize(
    ("code", "attempts", "waits"),
    [
        (4, 10, [60, 120, 240, 480, 600]),
        (130429, 8, [1, 2, 4, 8, 16, 32, 60]),
        (131056, 6, [1, 4, 16, 64, 256]),
        (131057, 8, [30, 60, 120, 120]),
        (131000, 4, [1, 2, 4]),
        (1, 2, [1]),
        (134101, 2, [600]),
        (429, 10, [60, 60, 60]),
    ],
)
def test_a_refused_message_goes_again_so_often_and_so_late(code, attempts, waits):
    rule = rule_for(code)

    assert (rule.action, rule.attempts) == (Action.AGAIN, attempts)
    assert [rule.wait_after(refused) for refused in range(1, len(waits) + 1)] == waits
    assert rule.wait_after(3, retry_after=7.0) == 7.0
    assert rule.wait_after(3, retry_after=0.0) == 1.0


def test_what_waits_for_a_person_or_a_connection_counts_no_sends():
    assert rule_for(190).pauses
    assert (rule_for("not_connected").action, rule_for("not_connected").attempts) == (
        Action.AGAIN,
        0,
    )
    assert [rule_for("not_connected").is_over(age) for age in (86_399, 86_400)] == [False, True]
    assert not rule_for(131000).is_over(86_400)
    assert rule_for(131047).action is Action.GIVE_UP


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("190", "token_expired"),
        ("0", "token_expired"),
        ("131031", "account_locked"),
        ("368", "account_locked"),
        ("200", "permission_missing"),
        ("131048", "spam_limit"),
        ("131042", "payment_problem"),
        ("133010", "number_unusable"),
        ("131056", ""),
        ("", ""),
    ],
)
def test_only_what_no_message_of_the_store_can_pass_pauses_it(code, reason):
    assert rule_for(code).reason == reason


@pytest.mark.parametrize(
    ("status", "name"),
    [(403, "not_in_the_table"), (500, "server_fault"), (429, "generic_limit")],
)
def test_a_code_nobody_knows_goes_by_the_http_status(status, name):
    assert rule_for(777_777, status).name == name
    assert rule_for("", status).scope in (Scope.MESSAGE, Scope.STORE)
