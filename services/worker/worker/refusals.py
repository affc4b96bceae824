"""What a refusal asks for beyond its part, whichever way WhatsApp told: by answer or by status.

The part itself is settled by who heard of it. Here the others are told: the gate, the store, the
contact, the catalog, an operator. None of it may keep a send or a status from its end, so what
cannot be done now is logged and left: the next refusal says it again.
"""

from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy import select, update

from common import events, metrics, models, store_pausing, upload_ids
from common.database import Database
from common.errors import TemporaryError
from common.send_errors import ErrorRule
from common.statuses import Refusal
from common.stores import Store, Stores
from worker.plans import Body
from worker.ports import Gate

_LOG = structlog.get_logger()


class PictureProblems(Protocol):
    """Where the catalog hears of a picture that WhatsApp could not load."""

    def picture_problem(self, store_id: str, product_id: str, code: str, url: str) -> None: ...


@dataclass(frozen=True)
class Refusals:
    """Carries out what the error table asks; safe to share between threads."""

    database: Database
    stores: Stores
    gate: Gate
    catalog: PictureProblems

    def note(
        self,
        store: Store,
        conversation_id: str,
        code: str,
        rule: ErrorRule,
        seconds: float,
        product_id: str = "",
        link: str = "",
    ) -> None:
        """Do what a rule asks of everybody but the part. Call it outside a transaction.

        `seconds`: how long whoever the rule reaches waits. The product and the link are the
        refused picture's.
        """
        self._slow_down(store, conversation_id, rule, seconds)
        if rule.pauses:
            self._pause(store, rule)
        if "marks_contact" in rule.effects:
            self._mark(store, conversation_id, code)
        if "flags_product" in rule.effects and product_id:
            self._flag(store, product_id, code, link)
        if "alert" in rule.effects:
            metrics.send_alerts.labels(store.store_id, rule.name).inc()
            _LOG.error("send_alert", store=store.store_id, rule=rule.name, code=code)

    def note_status(self, store: Store, refusal: Refusal) -> None:
        """Do the same for a send that failed after it had been taken."""
        flags = "flags_product" in refusal.rule.effects
        body = self._body(store, refusal.outbox_id) if flags else Body()
        if source := body.place or body.link:
            upload_ids.forget_source(self.database, store.store_id, source)
        self.note(
            store,
            refusal.conversation_id,
            refusal.code,
            refusal.rule,
            refusal.seconds,
            body.product_id,
            body.link,
        )

    def _slow_down(
        self, store: Store, conversation_id: str, rule: ErrorRule, seconds: float
    ) -> None:
        try:
            self.gate.refused(store, conversation_id, rule, seconds)
        except TemporaryError as error:
            _LOG.warning("refusal_not_noted", store=store.store_id, code=error.code)

    def _pause(self, store: Store, rule: ErrorRule) -> None:
        with self.database.store(store.store_id) as connection:
            paused = store_pausing.pause_in(
                connection, store.store_id, rule.reason, seen_version=store.version
            )
        self.stores.forget(store.store_id)
        if paused:
            metrics.stores_paused.labels(store.store_id, rule.reason).inc()

    def _mark(self, store: Store, conversation_id: str, code: str) -> None:
        """Note on the contact that they cannot be reached, and tell the console."""
        table, present = models.contacts, models.conversations
        with self.database.store(store.store_id) as connection:
            marked = connection.execute(
                update(table)
                .where(
                    table.c.store_id == store.store_id,
                    table.c.contact_id == conversation_id,
                    table.c.unreachable_code != code,
                )
                .values(unreachable_code=code)
            )
            its_session = select(present.c.session_id).where(
                present.c.store_id == store.store_id, present.c.conversation_id == conversation_id
            )
            session_id = connection.scalar(its_session) if marked.rowcount else None
            if session_id is not None:
                events.record(connection, store.store_id, "chat_list_update", str(session_id))

    def _flag(self, store: Store, product_id: str, code: str, link: str) -> None:
        try:
            self.catalog.picture_problem(store.store_id, product_id, code, link)
        except TemporaryError as error:
            _LOG.warning("picture_not_flagged", store=store.store_id, code=error.code)

    def _body(self, store: Store, outbox_id: str) -> Body:
        table = models.outbox
        query = select(table.c.body_sealed).where(
            table.c.store_id == store.store_id, table.c.outbox_id == outbox_id
        )
        with self.database.store(store.store_id) as connection:
            sealed = connection.scalar(query)
        return Body.unsealed(self.stores.seal_of(store), bytes(sealed)) if sealed else Body()
