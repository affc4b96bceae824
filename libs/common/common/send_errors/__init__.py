"""What WhatsApp's error codes ask for (errors.toml), for answers and for failed statuses alike.

Pure, but for reading the table once, when this is imported.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from typing import Any

_TOO_MANY_REQUESTS, _SERVER_FAULT = 429, 500
_LEAST_ASKED_SECONDS = 1.0
# Where a rule silences the bot only, an agent's refused part is not held: it goes so often, so far
# apart, and then fails before their eyes.
AGENT_SENDS, AGENT_WAIT_SECONDS = 3, 60.0
_RANGE = re.compile(r"(\d+)-(\d+)")


class Action(Enum):
    """What is to become of the message that was refused."""

    AGAIN = "again"
    PAUSE = "pause"  # again, once an operator or the other side has put something right
    GIVE_UP = "give_up"


class Scope(Enum):
    """How far an error reaches: this message, this contact, the store, all under the app."""

    MESSAGE = "message"
    PAIR = "pair"
    STORE = "store"
    APP = "app"


@dataclass(frozen=True)
class ErrorRule:
    """One row of the table; what each field means stands at its head."""

    name: str
    codes: tuple[int | str, ...]
    http: tuple[int, ...]
    meaning: str
    action: Action
    scope: Scope
    attempts: int = 1
    lasts: float = 0
    wait: float = 0
    growth: float = 1
    longest: float = 0
    reason: str = ""
    effects: frozenset[str] = frozenset()

    @property
    def pauses(self) -> bool:
        return self.action is Action.PAUSE

    def holds(self, role: str) -> bool:
        """Tell whether a part of this author waits for the store, and not for a time of its own."""
        return self.pauses and not (role == "agent" and "bot_only" in self.effects)

    def is_over(self, age: float) -> bool:
        """Tell whether a message that was asked for so many seconds ago goes no more."""
        return 0 < self.lasts <= age

    def wait_after(self, refusals: int, retry_after: float | None = None) -> float:
        """Count the seconds before the next attempt after so many refusals; what was asked wins.

        A server that asks for no wait at all gets a second: the attempts are not to be burnt.
        """
        usual = min(self.wait * self.growth ** min(max(refusals - 1, 0), 32), self.longest)
        return usual if retry_after is None else max(retry_after, _LEAST_ASKED_SECONDS)


def rule_for(code: int | str, status: int = 400) -> ErrorRule:
    """Find the rule of a code, as a number or in digits; one nobody knows goes by HTTP status.

    A limit and a server's fault may pass; anything else is given up, visibly.
    """
    rule = _BY_CODE.get(str(code))
    if rule is not None:
        return rule
    if status == _TOO_MANY_REQUESTS:
        return _BY_CODE[str(status)]
    return _BY_CODE["server_fault" if status >= _SERVER_FAULT else "not_in_the_table"]


def rules() -> tuple[ErrorRule, ...]:
    """List the table's rows, in its order."""
    return _RULES


def numbers_of(rule: ErrorRule) -> Iterator[int]:
    """Name every code of a rule that is a number."""
    for code in rule.codes:
        if isinstance(code, int):
            yield code
        elif match := _RANGE.fullmatch(code):
            yield from range(int(match[1]), int(match[2]) + 1)


def _read() -> tuple[ErrorRule, ...]:
    text = (files(__package__) / "errors.toml").read_text(encoding="utf-8")
    return tuple(_rule(each) for each in tomllib.loads(text)["rule"])


def _rule(row: Mapping[str, Any]) -> ErrorRule:
    return ErrorRule(
        **{
            **row,
            "codes": tuple(row["codes"]),
            "http": tuple(row["http"]),
            "action": Action(row["action"]),
            "scope": Scope(row["scope"]),
            "effects": frozenset(row.get("effects", ())),
        }
    )


def _by_code(all_rules: tuple[ErrorRule, ...]) -> dict[str, ErrorRule]:
    found: dict[str, ErrorRule] = {}
    for rule in all_rules:
        names = [*numbers_of(rule), *(code for code in rule.codes if isinstance(code, str))]
        found |= {str(name): rule for name in names}
    return found


_RULES = _read()
_BY_CODE = _by_code(_RULES)
