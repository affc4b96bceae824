"""The table of who may do what, and the page that shows it."""

import re
from itertools import pairwise
from pathlib import Path

from notifier.permissions import GRANTED, SOCKET_ACTIONS, Permission, may, needed_for

ROOT = Path(__file__).resolve().parents[3]
ROLES = ("agent", "supervisor", "owner", "administrator")


def test_each_role_may_what_the_one_before_may_and_more():
    for lower, higher in pairwise(ROLES):
        assert GRANTED[lower] < GRANTED[higher]
    assert GRANTED["administrator"] == set(Permission)


def test_what_is_not_named_is_not_allowed():
    assert needed_for("POST", "exports.make") is None
    assert needed_for("DELETE", "conversations.list_sessions") is None
    assert not any(may(role, None) for role in (*ROLES, None))
    assert not may("visitor", Permission.READ)
    assert may(None, Permission.BE_LOGGED_IN)
    assert not may(None, Permission.REGISTER_STORES)
    assert all(may("agent", needed) for needed in SOCKET_ACTIONS.values())


def test_the_page_of_who_may_do_what_is_the_table():
    page = (ROOT / "docs" / "operations.md").read_text().split("## Who may do what", 1)[1]
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (\S+) \| (\S+) \| (\S+) \|", page, re.MULTILINE)

    shown = {
        (name, role)
        for name, *cells in rows
        for role, cell in zip(ROLES, cells, strict=True)
        if cell == "yes"
    }

    granted = {(each.value, role) for role in ROLES for each in GRANTED[role]}
    assert shown == {each for each in granted if each[0] != Permission.BE_LOGGED_IN}
