"""Step 4 and 5 at the door: commits a delivery, then rings.

If saving fails the caller answers 503 and Meta sends again. If ringing fails the answer is
200 all the same: the sweeper rings later.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import insert

from common import failpoints, metrics, models
from common.database import Database
from common.inbound import InboundMessage, StatusUpdate
from common.inbox import Accepted, NewItem, accept
from common.plain_text import storable
from common.queues import Doorbells
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

        Raises DatabaseUnavailableError, and then nothing of the delivery was stored.
        """
        seal = self.stores.seal_of(store)
        set_aside = [reason for change in changes if (reason := _why_not(store, change))]
        ours = [change for change in changes if not _why_not(store, change)]
        failpoints.reach("ingress.before_commit")
        if set_aside:
            self._quarantine(store, seal, changes)
        accepted = accept(self.database, list(_items(store, seal, ours)))
        failpoints.reach("ingress.after_commit")
        self._ring(store, accepted)
        failpoints.reach("ingress.after_ring")
        _count(store, accepted)
        return _outcome(set_aside, accepted)

    def _quarantine(self, store: Store, seal: StoreSeal, changes: Sequence[Change]) -> None:
        """Keep what does not belong to this store for a person to look at."""
        rows = [
            {
                "store_id": store.store_id,
                "reason": reason,
                "payload_sealed": seal.seal(json.dumps(change.raw).encode("ascii")),
            }
            for change in changes
            if (reason := _why_not(store, change))
        ]
        with self.database.store(store.store_id) as connection:
            connection.execute(insert(models.quarantine), rows)
        _LOG.warning(
            "delivery_set_aside", store=store.store_id, reasons=[r["reason"] for r in rows]
        )

    def _ring(self, store: Store, accepted: Sequence[Accepted]) -> None:
        new = [each for each in accepted if each.is_new]
        conversations = [each.conversation_id for each in new if each.conversation_id]
        if conversations:
            self.doorbells.ring(store.store_id, conversations, store.settings.hold_back_ms)
        if any(each.item.kind == "status" for each in new):
            self.doorbells.ring_statuses(store.store_id)


def _why_not(store: Store, change: Change) -> str:
    """Say why a change is not this store's to act on; empty when it is."""
    if change.phone_number_id and change.phone_number_id != store.phone_number_id:
        return "foreign_number"
    if change.field != "messages":
        return "unknown_field"
    if not change.phone_number_id:
        return "no_number"
    if any(not (message.phone or message.user_id) for message in change.messages):
        return "no_sender"
    return ""


def _items(store: Store, seal: StoreSeal, changes: Sequence[Change]) -> Iterator[NewItem]:
    for change in changes:
        for message in change.messages:
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


def _outcome(set_aside: Sequence[str], accepted: Sequence[Accepted]) -> str:
    if set_aside:
        return "quarantined"
    if accepted and not any(each.is_new for each in accepted):
        return "duplicate"
    return "accepted"
