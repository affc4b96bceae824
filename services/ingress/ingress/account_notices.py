"""What WhatsApp says of an account, a number or a template: kept once, counted, acted upon.

A notice that the store can send no more pauses it in the transaction that keeps the notice, if
it is surely about this store: an account may have several numbers, and a callback several
accounts. One that is not is kept and told all the same, and a person decides. The same notice
again, hours after an operator made the store active, changes nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import NAMESPACE_OID, uuid5

import structlog
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from common import contacts, message_templates, metrics, models, store_pausing
from common.contacts import Preference
from common.database import Database
from common.stores import Store
from ingress import fields
from ingress.notices import Notice
from ingress.payloads import Change
from ingress.preferences import preferences
from ingress.store_lookup import OpenStore

_LOG = structlog.get_logger()


@dataclass(frozen=True)
class KeptNotice:
    """A notice as a row. Named by its content and its time, so that it again adds nothing."""

    notice_id: str
    notice: Notice
    payload_sealed: bytes
    preferences: tuple[Preference, ...] = ()


def kept_notice(store: OpenStore, change: Change, notice: Notice) -> KeptNotice:
    """Make a row of a notice, which pauses only the store that it is surely about."""
    written = json.dumps(change.raw)
    return KeptNotice(
        notice_id=str(uuid5(NAMESPACE_OID, store.seal.tag(f"{change.sent_at} {written}"))),
        notice=replace(notice, pauses=notice.pauses and _is_about(store.store, change, notice)),
        payload_sealed=store.seal.seal(written.encode("ascii")),
        preferences=tuple(preferences(fields.mapping(change.raw.get("value")))),
    )


def _is_about(store: Store, change: Change, notice: Notice) -> bool:
    """Say whether a notice is surely about a store.

    The id of a number proves it. The number itself does not, as the store's own is not known;
    so without the id a notice must be about a whole account: the store's, or, where its account
    is not known, the one whose secret signed the delivery.
    """
    if change.phone_number_id:
        return change.phone_number_id == store.phone_number_id
    if notice.number:
        return False
    return not store.waba_id or change.waba_id == store.waba_id


def keep_notices(database: Database, store: OpenStore, notices: Sequence[KeptNotice]) -> None:
    """Write notices, once each, and act on the new ones; raises DatabaseUnavailableError."""
    with database.store(store.store_id) as connection:
        added = [each for each in notices if _add(connection, store, each)]
        new = [each.notice for each in added]
        for preference in (said for each in added for said in each.preferences):
            contacts.heed(connection, store.store_id, preference)
        if any(notice.is_of_templates for notice in new):
            message_templates.ask_again(connection, store.store_id)
        reasons = [notice.reason for notice in new if notice.pauses]
        is_paused = bool(reasons) and store_pausing.pause_in(connection, store.store_id, reasons[0])
    if is_paused:
        metrics.stores_paused.labels(store.store_id, reasons[0]).inc()
    for notice in new:
        _tell_operators(store, notice)


def _add(connection: Connection, store: OpenStore, kept: KeptNotice) -> bool:
    values = {
        "store_id": store.store_id,
        "notice_id": kept.notice_id,
        "field": kept.notice.field,
        "event": kept.notice.event,
        "severity": kept.notice.severity,
        "payload_sealed": kept.payload_sealed,
    }
    table = models.account_notices
    added = insert(table).values(values).on_conflict_do_nothing().returning(table.c.notice_id)
    return connection.scalar(added) is not None


def _tell_operators(store: OpenStore, notice: Notice) -> None:
    metrics.account_notices.labels(store.store_id, notice.severity).inc()
    log = {"notice": _LOG.info, "warning": _LOG.warning, "alert": _LOG.error}[notice.severity]
    log(
        "account_notice",
        store=store.store_id,
        field=notice.field,
        notice_event=notice.event,
        reason=notice.reason,
        pauses=notice.pauses,
    )
