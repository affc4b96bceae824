"""What is not this store's, or not understood: kept as it came, for a person, and counted."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

import structlog
from sqlalchemy.dialects.postgresql import insert

from common import metrics, models
from common.database import Database
from common.inbound import InboundMessage
from common.stores import Store
from ingress.payloads import Change
from ingress.store_lookup import OpenStore

_LOG = structlog.get_logger()


@dataclass(frozen=True)
class SetAside:
    """One row of the quarantine. Named by its content, so that it again adds nothing."""

    quarantine_id: str
    reason: str
    payload_sealed: bytes


def reason_against(store: Store, change: Change) -> str:
    """Say why a change, or a part of it, is not to be acted on; empty when all of it is."""
    if change.phone_number_id and change.phone_number_id != store.phone_number_id:
        return "foreign_number"
    if change.field != "messages":
        return "unknown_field"
    if not change.phone_number_id:
        return "no_number"
    if not (change.messages or change.statuses):
        return "no_element"
    if not all(map(_has_sender, change.messages)):
        return "no_sender"
    return ""


def set_aside(store: OpenStore, change: Change, reason: str) -> SetAside:
    return _row(store, reason, json.dumps(change.raw))


def refused_whole(store: OpenStore, body: bytes) -> SetAside:
    """Set a whole delivery aside, byte for byte."""
    return _row(store, "refused", json.dumps({"body": base64.b64encode(body).decode("ascii")}))


def keep(database: Database, store: OpenStore, rows: Sequence[SetAside]) -> None:
    """Write rows of the quarantine, once each; raises DatabaseUnavailableError."""
    reasons = [each.reason for each in rows]
    with database.store(store.store_id) as connection:
        connection.execute(
            insert(models.quarantine).on_conflict_do_nothing(),
            [{"store_id": store.store_id, **vars(each)} for each in rows],
        )
    for reason in reasons:
        metrics.quarantined.labels(store.store_id, reason).inc()
    _LOG.warning("delivery_set_aside", store=store.store_id, reasons=reasons)


def _has_sender(message: InboundMessage) -> bool:
    return bool(message.phone or message.user_id)


def _row(store: OpenStore, reason: str, written: str) -> SetAside:
    return SetAside(
        quarantine_id=str(uuid5(NAMESPACE_OID, store.seal.tag(written))),
        reason=reason,
        payload_sealed=store.seal.seal(written.encode("ascii")),
    )
