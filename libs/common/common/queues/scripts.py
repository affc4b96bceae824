"""The scripts that change the queues, each in one step that nobody sees half done.

Their rules stand in `lua/`: what each key means in `rules.lua`, what each script promises in
its own header. Every method raises redis.RedisError.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import redis  # noqa: TC002  # methods' signatures are read by people and by tools

from common.queues.names import STATUSES_PLACE
from common.queues.pace import Pace

# A pace that was told holds for so long; then it is asked for again, so that a changed setting
# is in force within two seconds (one here, one in the cache of `common.stores`).
FRESH_MS = 1_000
# How long a Redis that has forgotten everything gives nothing out: until every living process
# has said what it is at (`hold`, once a second).
CLOSED_MS = 1_200


@dataclass(frozen=True)
class Ring:
    """Doorbells of one store, due after `delay_ms`; those that go first spend no pace."""

    store_id: str
    conversation_ids: Sequence[str]
    delay_ms: float = 0
    goes_first: bool = False

    @classmethod
    def of_statuses(cls, store_id: str) -> "Ring":
        """Ring for the statuses of a store, which are applied together and first."""
        return cls(store_id, [STATUSES_PLACE], goes_first=True)


@dataclass(frozen=True, eq=False)  # each is itself: a claim that ran out may be taken anew
class Taken:
    """A turn that this process may take: it holds the claim until `done` or its end."""

    store_id: str
    conversation_id: str
    goes_first: bool


@dataclass(frozen=True)
class Offer:
    """What `take` gave: turns, stores whose pace it must be told, and when to look again."""

    turns: tuple[Taken, ...]
    asked: tuple[str, ...]
    wait_ms: float | None  # None when nothing is known to come


class Scripts:
    """The scripts of one connection pool. Safe to share between threads."""

    def __init__(self, client: "redis.Redis") -> None:
        self._ring = client.register_script(_source("ring"))
        self._take = client.register_script(_source("take"))
        self._done = client.register_script(_source("done"))
        self._hold = client.register_script(_source("hold"))
        self._forget = client.register_script(_source("forget"))

    def ring(self, rings: Iterable[Ring], paces: Mapping[str, Pace]) -> None:
        """Ring any number of conversations of any number of stores, in one round trip."""
        asked = [
            [each.store_id, round(each.delay_ms), each.goes_first, list(each.conversation_ids)]
            for each in rings
        ]
        self._ring(args=[json.dumps(asked), _told(paces), FRESH_MS])

    def take(
        self,
        process: str,
        lanes: Sequence[str],
        *,
        want: int,
        kept: int,
        claim_ms: int,
        paces: Mapping[str, Pace],
    ) -> Offer:
        """Take up to `want` turns, of which `kept` only for stores with no turn at work."""
        turns, asked, wait_ms = self._take(
            args=[process, want, kept, claim_ms, FRESH_MS, CLOSED_MS, _told(paces), *lanes]
        )
        return Offer(
            turns=tuple(Taken(store.decode(), at.decode(), bool(go)) for store, at, go in turns),
            asked=tuple(store.decode() for store in asked),
            wait_ms=None if wait_ms < 0 else float(wait_ms),
        )

    def done(
        self,
        turn: Taken,
        due_in_ms: float | None,
        *,
        goes_first: bool = False,
        goes_ahead: bool = False,
    ) -> None:
        """End a turn; its conversation is rung again when it has more mail.

        What goes first spends no pace; what goes ahead only stands before its store's others.
        """
        due = -1 if due_in_ms is None else round(due_in_ms)
        places = int(goes_first), int(goes_ahead)
        self._done(args=[turn.store_id, turn.conversation_id, due, *places])

    def hold(
        self, turns: Iterable[Taken], claim_ms: int, own_stores: Iterable[str], own_ms: int
    ) -> None:
        """Keep claims alive, and stores reserved for the workers that are their own."""
        held = [[each.store_id, each.conversation_id] for each in turns]
        self._hold(args=[claim_ms, json.dumps(held), own_ms, *own_stores])

    def forget(self, store_id: str) -> None:
        """Drop the doorbells of a store that is no more."""
        self._forget(args=[store_id])


def _told(paces: Mapping[str, Pace]) -> str:
    return json.dumps(
        [
            [store_id, f"{pace.interval_ms:.3f}", pace.cap, pace.weight]
            for store_id, pace in paces.items()
        ]
    )


@cache
def _source(name: str) -> str:
    folder = files("common.queues") / "lua"
    rules, script = (folder / f"{each}.lua" for each in ("rules", name))
    return rules.read_text(encoding="utf-8") + script.read_text(encoding="utf-8")
