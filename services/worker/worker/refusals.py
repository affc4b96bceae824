"""What a refusal asks for beyond its own part: of an answer and of a failed status alike."""

from dataclasses import dataclass

from common import metrics, store_pausing
from common.database import Database
from common.send_errors import ErrorRule
from common.stores import Store
from worker.ports import Gate


@dataclass(frozen=True)
class Refusals:
    """Carries out the error table; safe to share between threads."""

    database: Database
    gate: Gate

    def note(
        self,
        store: Store,
        conversation_id: str,
        code: str,
        rule: ErrorRule,
        seconds: float,
        product_id: str = "",
    ) -> None:
        """Hold back, pause, mark and alert as the rule says."""
        self.gate.refused(store, conversation_id, rule, seconds)
        if rule.pauses:
            with self.database.store(store.store_id) as connection:
                if store_pausing.pause_in(connection, store.store_id, rule.reason, store.version):
                    metrics.stores_paused.labels(store.store_id, rule.reason).inc()
