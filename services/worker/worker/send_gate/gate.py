"""The gate as the sender sees it (`worker.ports.Gate`)."""

from collections.abc import Callable
from dataclasses import dataclass

import redis
import structlog

from common.errors import TemporaryError
from common.send_errors import ErrorRule
from common.stores import Store, Stores
from worker.ports import Pass
from worker.send_gate.scripts import GateScripts, Opened, Question, Refusal

_LOG = structlog.get_logger()
# Whatever the other side asks for: a person looks sooner.
_LONGEST_HOLD_SECONDS = 86_400.0


class GateClosedError(TemporaryError):
    """Redis does not answer, so nobody can say whether a send may go: it does not."""

    code = "gate_closed"


@dataclass(frozen=True)
class SendGate:
    """Lets sends go at the pace of their number and pair, unless something holds them back.

    Safe to share between threads. What it is told of answers only eases what comes: without Redis
    that is lost, and told again by the next answer.
    """

    scripts: GateScripts
    stores: Stores
    now_ms: Callable[[], float] | None = None  # Redis's own clock, but in tests

    def ask(self, store: Store, conversation_id: str, outbox_id: str) -> Pass:
        """Ask for one send, just before its decision; a pass to go is for one send, now.

        A part that must wait keeps its place when it is asked for again at its time. Raises
        GateClosedError without Redis.
        """
        app = self.stores.app_of(store)
        question = Question(store.store_id, conversation_id, outbox_id, app)
        try:
            return self.scripts.ask(question, store.settings, self._now())
        except redis.RedisError as error:
            raise GateClosedError("The send gate cannot be asked.") from error

    def went(self, store: Store) -> None:
        """Tell that WhatsApp answered like one who is well. Needed for a watched pass only."""
        try:
            closed = self.scripts.went(store.store_id, self.stores.app_of(store), self._now())
        except redis.RedisError as error:
            _not_told(store, error)
        else:
            if any(closed):
                _LOG.info("send_circuit_closed", store=store.store_id, whole_app=closed[1])

    def failed(self, store: Store) -> None:
        """Tell that WhatsApp did not answer, or as one who is not well."""
        try:
            opened = self.scripts.failed(store.store_id, self.stores.app_of(store), self._now())
        except redis.RedisError as error:
            _not_told(store, error)
        else:
            _say_opened(store, opened)

    def refused(self, store: Store, conversation_id: str, rule: ErrorRule, seconds: float) -> None:
        """Hold back, for so many seconds, whatever the rule's scope reaches; 0 holds nothing.

        Slows the number down and counts a failure where the rule says so.
        """
        refusal = Refusal(
            store_id=store.store_id,
            conversation_id=conversation_id,
            app=self.stores.app_of(store),
            scope=rule.scope.value,
            seconds=min(max(seconds, 0.0), _LONGEST_HOLD_SECONDS),
            slows="slow_number" in rule.effects,
            is_failure="breaks_circuit" in rule.effects,
        )
        try:
            opened = self.scripts.refused(refusal, self._now())
        except redis.RedisError as error:
            _not_told(store, error)
        else:
            _say_opened(store, opened)

    def _now(self) -> float | None:
        return None if self.now_ms is None else self.now_ms()


def _not_told(store: Store, error: redis.RedisError) -> None:
    _LOG.warning("send_gate_not_told", store=store.store_id, error_type=type(error).__name__)


def _say_opened(store: Store, opened: Opened) -> None:
    if opened.store:
        _LOG.warning("send_circuit_opened", store=store.store_id, seconds=opened.store)
    if opened.app:
        _LOG.warning("app_circuit_opened", store=store.store_id, seconds=opened.app)
