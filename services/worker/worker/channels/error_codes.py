"""WhatsApp's error codes and what each asks for, as data (whatsapp.md, table 1.5).

The same table holds for the answer to a send and for a status that reports a failure later.
"""

from dataclasses import dataclass
from enum import Enum


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
    """What an error asks for; `wait_seconds` before another try, None for the usual back-off."""

    action: Action
    scope: Scope
    wait_seconds: float | None = None

    @property
    def is_temporary(self) -> bool:
        """Tell whether the message may go later."""
        return self.action is not Action.GIVE_UP


_SERVER_FAULT = 500
_AGAIN = ErrorRule(Action.AGAIN, Scope.MESSAGE)
_GIVE_UP = ErrorRule(Action.GIVE_UP, Scope.MESSAGE)

_CODES_BY_RULE: dict[ErrorRule, tuple[int, ...]] = {
    # Token, permission, lock, policy, payment or the number itself. The wait is short enough
    # for a store to be back within half a minute of its token's replacement.
    ErrorRule(Action.PAUSE, Scope.STORE, 30): (
        *(0, 3, 10, 33, 190, 368, 131005, 131031, 131037, 131042, 131045, 131048, 133010),
        *range(200, 300),
    ),
    ErrorRule(Action.AGAIN, Scope.APP, 60): (4,),
    ErrorRule(Action.AGAIN, Scope.STORE, 120): (80007,),
    ErrorRule(Action.AGAIN, Scope.STORE, 60): (131057, 2494100),  # maintenance, a minute at most
    ErrorRule(Action.AGAIN, Scope.STORE, 1): (130429,),
    ErrorRule(Action.AGAIN, Scope.STORE): (2, 131016, 133004),
    ErrorRule(Action.AGAIN, Scope.PAIR, 4): (131056,),  # 4^X; X is the sender's to count
    _AGAIN: (1, 131000),
    ErrorRule(Action.AGAIN, Scope.MESSAGE, 600): (134101,),
    ErrorRule(Action.GIVE_UP, Scope.PAIR): (
        *(130472, 130497, 131026, 131047, 131049, 131050, 131062),
    ),
    _GIVE_UP: (
        *(100, 131008, 131009, 131021, 131051, 131052, 131053, 131055, 134100, 134102, 135000),
        *range(132000, 133000),
    ),
}
_RULES = {code: rule for rule, codes in _CODES_BY_RULE.items() for code in codes}


def rule_for(code: int, status: int = 400) -> ErrorRule:
    """Find the rule of a code; one that nobody knows yet goes by the HTTP status.

    A server's fault may pass; anything else is given up, visibly.
    """
    return _RULES.get(code, _AGAIN if status >= _SERVER_FAULT else _GIVE_UP)
