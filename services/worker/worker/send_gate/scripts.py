"""The gate's scripts, each one step that nobody sees half done.

Their rules stand in `lua/`. Every method raises redis.RedisError. `now_ms` in place of Redis's
clock is for tests.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import redis  # noqa: TC002  # methods' signatures are read by people and by tools

from common.stores import StoreSettings
from worker.ports import Pass


@dataclass(frozen=True)
class Question:
    """What asks to go: one part of one conversation, of a store with its app."""

    store_id: str
    conversation_id: str
    outbox_id: str
    app: str


@dataclass(frozen=True)
class Refusal:
    """What WhatsApp refused, how far that reaches and what it does."""

    store_id: str
    conversation_id: str
    app: str
    scope: str
    seconds: float
    slows: bool
    is_failure: bool


@dataclass(frozen=True)
class Opened:
    """For how many seconds a failure opened circuits; 0 when it did not."""

    store: float
    app: float


class GateScripts:
    """The scripts of one connection pool. Safe to share between threads."""

    def __init__(self, client: "redis.Redis") -> None:
        self._ask = client.register_script(_source("ask"))
        self._went = client.register_script(_source("went"))
        self._failed = client.register_script(_source("failed"))
        self._refused = client.register_script(_source("refused"))

    def ask(self, question: Question, settings: StoreSettings, now_ms: float | None) -> Pass:
        its = (question.store_id, question.conversation_id, question.outbox_id, question.app)
        paces = (settings.send_rate, settings.pair_rate * 1000, settings.pair_burst)
        wait_ms, is_watched, lead_ms = self._ask(args=[_clock(now_ms), *its, *paces])
        return Pass(wait_ms / 1000, bool(is_watched), lead_ms / 1000)

    def went(self, store_id: str, app: str, now_ms: float | None) -> tuple[bool, bool]:
        """Return whether that closed the store's circuit, and the app's."""
        store, whole = self._went(args=[_clock(now_ms), store_id, app])
        return bool(store), bool(whole)

    def failed(self, store_id: str, app: str, now_ms: float | None) -> Opened:
        store_ms, app_ms = self._failed(args=[_clock(now_ms), store_id, app])
        return Opened(store_ms / 1000, app_ms / 1000)

    def refused(self, refusal: Refusal, now_ms: float | None) -> Opened:
        its = (refusal.store_id, refusal.conversation_id, refusal.app, refusal.scope)
        does = (round(refusal.seconds * 1000), int(refusal.slows), int(refusal.is_failure))
        store_ms, app_ms = self._refused(args=[_clock(now_ms), *its, *does])
        return Opened(store_ms / 1000, app_ms / 1000)


def _clock(now_ms: float | None) -> str:
    return "" if now_ms is None else f"{now_ms:.3f}"


@cache
def _source(name: str) -> str:
    folder = files("worker.send_gate") / "lua"
    parts = (folder / f"{each}.lua" for each in ("rules", "circuits", name))
    return "".join(each.read_text(encoding="utf-8") for each in parts)
