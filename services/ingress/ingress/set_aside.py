"""What is not this store's, or not understood: kept as it came, for a person, and counted."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import NAMESPACE_OID, uuid5

import structlog
from sqlalchemy.dialects.postgresql import insert

from common import callbacks, metrics, models
from common.database import Database
from common.inbound import InboundMessage
from common.stores import Store
from ingress.notices import Notice
from ingress.payloads import Change
from ingress.store_lookup import OpenStore

_LOG = structlog.get_logger()


@dataclass(frozen=True)
class SetAside:
    """One row of the quarantine. Named by its content, so that it again adds nothing."""

    quarantine_id: str
    reason: str
    payload_sealed: bytes


FOREIGN_NUMBER, FOREIGN_ACCOUNT = "foreign_number", "foreign_account"
# Fields whose elements join conversations.
_OF_CONVERSATIONS = frozenset(("messages", "smb_message_echoes", "calls"))


def reason_against(store: Store, change: Change) -> str:
    """Say why a change, or a part of it, is not to be acted on; empty when all of it is."""
    if change.phone_number_id and change.phone_number_id != store.phone_number_id:
        return FOREIGN_NUMBER
    if change.field not in _OF_CONVERSATIONS:
        return _reason_against_notice(store, change)
    if not change.phone_number_id:
        return "no_number"
    if not (change.messages or change.echoes or change.statuses or change.notice):
        return "no_element"
    if not all(map(has_contact, (*change.messages, *change.echoes))):
        return "no_sender"
    return ""


def _reason_against_notice(store: Store, change: Change) -> str:
    if change.notice is None:
        return "unknown_field"
    is_foreign = store.waba_id and change.waba_id and store.waba_id != change.waba_id
    return FOREIGN_ACCOUNT if is_foreign and not change.phone_number_id else ""


def own_statuses(store: OpenStore, change: Change) -> Change:
    """Keep of a change under another number the statuses of what this store sent.

    It had that number as it sent them. Their callback data proves it, whoever else writes here.
    """
    own = tuple(each for each in change.statuses if callbacks.read(store.seal, each.callback_data))
    return replace(change, messages=(), echoes=(), statuses=own, notice=None)


def is_all_own(store: OpenStore, change: Change) -> bool:
    """Say whether a change is nothing but statuses of what this store sent."""
    own = own_statuses(store, change)
    return bool(own.statuses) and own == change


def is_told(notice: Notice, reason: str) -> bool:
    """Say whether operators hear of a notice: an alert also where its account is another."""
    if reason == FOREIGN_ACCOUNT:
        return notice.severity == "alert"
    return reason in ("", "no_sender")


def set_aside(store: OpenStore, change: Change, reason: str) -> SetAside:
    return _row(store, reason, json.dumps(change.raw))


def refused_whole(store: OpenStore, body: bytes) -> SetAside:
    """Set a whole delivery aside, byte for byte."""
    return _row(store, "refused", json.dumps({"body": base64.b64encode(body).decode("ascii")}))


def keep(database: Database, store: OpenStore, rows: Sequence[SetAside]) -> None:
    """Write rows of the quarantine, once each, and count the new; raises DatabaseUnavailableError.

    What came before is not counted again: Meta may send the same delivery for days.
    """
    table = models.quarantine
    with database.store(store.store_id) as connection:
        added = connection.scalars(
            insert(table).on_conflict_do_nothing().returning(table.c.reason),
            [{"store_id": store.store_id, **vars(each)} for each in rows],
        )
        reasons = list(added)
    for reason in reasons:
        metrics.quarantined.labels(store.store_id, reason).inc()
    if reasons:
        _LOG.warning("delivery_set_aside", store=store.store_id, reasons=reasons)


def has_contact(message: InboundMessage) -> bool:
    """Say whether a message names the customer in any way."""
    return bool(message.phone or message.user_id)


def _row(store: OpenStore, reason: str, written: str) -> SetAside:
    return SetAside(
        quarantine_id=str(uuid5(NAMESPACE_OID, store.seal.tag(written))),
        reason=reason,
        payload_sealed=store.seal.seal(written.encode("ascii")),
    )
