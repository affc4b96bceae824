"""Step 4 and 5 at the door: commits a delivery, then rings.

If saving fails the caller answers 503 and Meta sends again. If ringing fails the answer is
200 all the same: the sweeper rings later.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

import structlog
from sqlalchemy.dialects.postgresql import insert

from common import failpoints, metrics, models
from common.database import Database
from common.inbound import InboundMessage, StatusUpdate
from common.inbox import Accepted, NewItem, accept
from common.plain_text import storable
from common.queues import Doorbells, Pace
from common.sealing import StoreSeal
from common.stores import Store, Stores
from ingress.payloads import Change

_LOG = structlog.get_logger()


@dataclass(frozen=True)
class Intake:
    """Takes what a store was sent."""

    database: Database
    stores: Stores
    doorbells: Doorbells

    def receive(self, store: Store, changes: Sequence[Change]) -> str:
        """Commit every element and ring; returns how the delivery ended, for the metrics.

        Raises DatabaseUnavailableError, and then no element of the delivery was accepted.
        """
        seal = self.stores.seal_of(store)
        set_aside = [(each, reason) for each in changes if (reason := _why_not(store, each))]
        failpoints.reach("ingress.before_commit")
        if set_aside:
            self._quarantine(store, seal, set_aside)
        accepted = accept(self.database, list(_items(store, seal, changes)))
        failpoints.reach("ingress.after_commit")
        self._ring(store, accepted)
        failpoints.reach("ingress.after_ring")
        _count(store, accepted)
        return "quarantined" if set_aside else _outcome(accepted)

    def _quarantine(
        self, store: Store, seal: StoreSeal, set_aside: Sequence[tuple[Change, str]]
    ) -> None:
        """Keep what is not this store's, or not understood, for a person; once, as the rest."""
        rows = [_quarantine_row(store, seal, change, reason) for change, reason in set_aside]
        with self.database.store(store.store_id) as connection:
            connection.execute(insert(models.quarantine).on_conflict_do_nothing(), rows)
        reasons = [reason for _, reason in set_aside]
        _LOG.warning("delivery_set_aside", store=store.store_id, reasons=reasons)

    def _ring(self, store: Store, accepted: Sequence[Accepted]) -> None:
        new = [each for each in accepted if each.is_new]
        conversations = [each.conversation_id for each in new if each.conversation_id]
        if conversations:
            self.doorbells.ring(
                store.store_id,
                conversations,
                store.settings.hold_back_ms,
                pace=Pace.of(store.settings),
            )
        if any(each.item.kind == "status" for each in new):
            self.doorbells.ring_statuses(store.store_id)


def _why_not(store: Store, change: Change) -> str:
    """Say why a change, or a part of it, is not to be acted on; empty when all of it is."""
    if change.phone_number_id and change.phone_number_id != store.phone_number_id:
        return "foreign_number"
    if change.field != "messages":
        return "unknown_field"
    if not change.phone_number_id:
        return "no_number"
    if not (change.messages or change.statuses):
        return "no_element"
    if not all(_has_sender(message) for message in change.messages):
        return "no_sender"
    return ""


def _has_sender(message: InboundMessage) -> bool:
    return bool(message.phone or message.user_id)


def _quarantine_row(
    store: Store, seal: StoreSeal, change: Change, reason: str
) -> dict[str, object]:
    written = json.dumps(change.raw)
    return {
        "store_id": store.store_id,
        # Named by its content, so that the same delivery again adds nothing.
        "quarantine_id": str(uuid5(NAMESPACE_OID, seal.tag(written))),
        "reason": reason,
        "payload_sealed": seal.seal(written.encode("ascii")),
    }


def _items(store: Store, seal: StoreSeal, changes: Sequence[Change]) -> Iterator[NewItem]:
    for change in changes:
        if _why_not(store, change) not in ("", "no_sender"):
            continue
        for message in filter(_has_sender, change.messages):
            yield _message_item(store, seal, message)
        for status in change.statuses:
            yield _status_item(store, seal, status)


def _message_item(store: Store, seal: StoreSeal, message: InboundMessage) -> NewItem:
    return NewItem(
        store_id=store.store_id,
        kind="message",
        event_id=message.wamid,
        payload_sealed=seal.seal(message.to_bytes()),
        sent_at=message.sent_at,
        hold_back_ms=store.settings.hold_back_ms,
        phone=message.phone,
        user_id=message.user_id,
        name=storable(message.name),
    )


def _status_item(store: Store, seal: StoreSeal, status: StatusUpdate) -> NewItem:
    return NewItem(
        store_id=store.store_id,
        kind="status",
        event_id=storable(status.event_id),
        payload_sealed=seal.seal(status.to_bytes()),
        sent_at=status.sent_at,
    )


def _count(store: Store, accepted: Sequence[Accepted]) -> None:
    messages = [each for each in accepted if each.item.kind == "message"]
    new = sum(each.is_new for each in messages)
    metrics.messages_received.labels(store.store_id).inc(new)
    metrics.messages_duplicate.labels(store.store_id).inc(len(messages) - new)


def _outcome(accepted: Sequence[Accepted]) -> str:
    is_repetition = accepted and not any(each.is_new for each in accepted)
    return "duplicate" if is_repetition else "accepted"
