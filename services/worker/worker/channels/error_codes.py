"""WhatsApp's error codes and what each asks for, as data (whatsapp.md, table 1.5).

The issue on sending acts on the scopes; here a code decides between another try and none.
"""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """How far an error reaches."""

    MESSAGE = "message"
    PAIR = "pair"
    STORE = "store"
    APP = "app"


@dataclass(frozen=True)
class ErrorRule:
    """Whether a refused send may go again, after how long, and whom the error concerns."""

    is_temporary: bool
    scope: Scope
    wait_seconds: float | None = None


_GIVE_UP = ErrorRule(is_temporary=False, scope=Scope.MESSAGE)
_GIVE_UP_PAIR = ErrorRule(is_temporary=False, scope=Scope.PAIR)
_AGAIN = ErrorRule(is_temporary=True, scope=Scope.MESSAGE)
# A paused store keeps its outbox: until pauses are built, its sends are tried again.
_STORE_TROUBLE = ErrorRule(is_temporary=True, scope=Scope.STORE, wait_seconds=60)
_STORE_BUSY = ErrorRule(is_temporary=True, scope=Scope.STORE)

_BY_RULE: dict[ErrorRule, tuple[int, ...]] = {
    _STORE_TROUBLE: (
        *(0, 3, 10, 33, 190, 368, 80007, 131005, 131031, 131037, 131042, 131045, 131048),
        *(131057, 133010, 2494100, *range(200, 300)),
    ),
    _STORE_BUSY: (2, 130429, 131016, 133004),
    ErrorRule(is_temporary=True, scope=Scope.APP, wait_seconds=60): (4,),
    ErrorRule(is_temporary=True, scope=Scope.PAIR, wait_seconds=4): (131056,),
    _AGAIN: (1, 131000),
    _GIVE_UP_PAIR: (130472, 130497, 131026, 131047, 131049, 131050, 131062),
    _GIVE_UP: (100, 131008, 131009, 131021, 131051, 131052, 131053, 131055, 135000),
}
_BY_CODE = {code: rule for rule, codes in _BY_RULE.items() for code in codes}


def rule_for(code: int) -> ErrorRule:
    """Find the rule of a code; one that nobody knows yet is given up, visibly."""
    return _BY_CODE.get(code, _GIVE_UP)
