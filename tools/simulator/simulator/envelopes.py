"""Meta's webhook envelope around messages and statuses.

Last step before signing, for what a customer writes and for what became of a send.
Pure: no I/O.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.status_scripts import StatusFailure
from simulator.store import SimulatedStore

Json = dict[str, Any]
_ERROR_PAGE = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


def envelope(store: SimulatedStore, values: Sequence[Json], field: str = "messages") -> Json:
    """Wrap each value in an entry of its own."""
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": store.account_id, "changes": [{"value": value, "field": field}]}
            for value in values
        ],
    }


def messages_value(
    store: SimulatedStore, contacts: Sequence[Json], messages: Sequence[Json]
) -> Json:
    """Build the value of one or more inbound messages, each contact named once."""
    value: Json = {"messaging_product": "whatsapp", "metadata": store.metadata}
    distinct = [each for at, each in enumerate(contacts) if each not in contacts[:at]]
    if distinct:
        value["contacts"] = distinct
    return {**value, "messages": list(messages)}


def completed_value(store: SimulatedStore, value: Mapping[str, Any]) -> Json:
    """Fill in what every value of the field `messages` holds, unless it is there already."""
    return {"messaging_product": "whatsapp", "metadata": store.metadata, **value}


def status_value(
    store: SimulatedStore,
    *,
    wamid: str,
    status: str,
    timestamp: int,
    phone: str | None,
    user_id: str | None,
    callback: str | None,
    failure: StatusFailure | None = None,
) -> Json:
    """Build the value of one status; the recipient is a phone, or else a business-scoped id."""
    report: Json = {"id": wamid, "status": status, "timestamp": str(timestamp)}
    report |= {"recipient_id": phone} if phone else {"recipient_user_id": user_id}
    if callback is not None:
        report["biz_opaque_callback_data"] = callback
    if status in ("sent", "delivered"):
        report["pricing"] = _pricing()
    if status == "failed" and failure is not None:
        report["errors"] = [_status_error(failure)]
    value = completed_value(store, {})
    # Meta names the contact with every status but a failed one.
    if status != "failed":
        value["contacts"] = [{"wa_id": phone} if phone else {"user_id": user_id}]
    return {**value, "statuses": [report]}


def _pricing() -> Json:
    return {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_customer_service",
        "category": "service",
    }


def _status_error(failure: StatusFailure) -> Json:
    return {
        "code": failure.code,
        "title": failure.title,
        "message": failure.title,
        "error_data": {"details": failure.details},
        "href": _ERROR_PAGE,
    }
