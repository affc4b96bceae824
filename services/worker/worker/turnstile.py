"""Step 8, before each part's decision. Asks the gate whether it may go now.

A wait of a moment is waited here, with the lease in hand; a longer one becomes the turn's due
time. Where nobody can say, nothing goes: the gate fails closed.
"""

import time
from dataclasses import dataclass

import structlog

from common.errors import TemporaryError
from common.stores import Store
from common.turns import Turn
from worker.channels.outcome import SendOutcome, TryLater, Unknown
from worker.computing import aside
from worker.ports import Gate, Pass

_LOG = structlog.get_logger()
# Shorter than what giving the conversation back and taking it up again costs.
_A_MOMENT_SECONDS = 0.1
_MOST_MOMENTS = 5
_CLOSED_SECONDS = 1.0


@dataclass(frozen=True)
class Turnstile:
    """Lets parts through the gate one by one; safe to share between threads."""

    gate: Gate

    def ask(self, store: Store, turn: Turn, outbox_id: str) -> Pass:
        """Ask whether a part may go now; if not, in how many seconds it may ask again."""
        try:
            for _ in range(_MOST_MOMENTS):
                said = self.gate.ask(store, turn.lease.conversation_id, outbox_id)
                if not 0 < said.wait <= _A_MOMENT_SECONDS:
                    break
                with aside():
                    time.sleep(said.wait)
        except TemporaryError as error:
            _LOG.warning("gate_closed", store=store.store_id, code=error.code)
            return Pass(_CLOSED_SECONDS)
        return said

    def tell(self, store: Store, said: Pass, outcome: SendOutcome) -> None:
        """Tell the gate how WhatsApp answered, for its circuits; refusals tell of themselves."""
        try:
            if isinstance(outcome, Unknown):
                self.gate.failed(store)
            elif said.is_watched and not _is_breaking(outcome):
                self.gate.went(store)
        except TemporaryError as error:
            _LOG.warning("send_gate_not_told", store=store.store_id, code=error.code)


def _is_breaking(outcome: SendOutcome) -> bool:
    return isinstance(outcome, TryLater) and "breaks_circuit" in outcome.rule.effects
