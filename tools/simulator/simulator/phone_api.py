"""The routes of a phone: what is on its screen, and what happens there from now on."""

import re

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from common.errors import InvalidRequestError, TemporaryError
from simulator.box import current_box
from simulator.connections import connection_of, has_left
from simulator.phone_messages import PhoneKey, describe_message
from simulator.phone_streams import write_cursor

blueprint = Blueprint("phone_api", __name__, url_prefix="/sim")

_PHONE = re.compile(r"[A-Za-z0-9.]{1,140}")
_MOST_PHONES = 32


@blueprint.get("/<store_id>/phones/<phone>/thread")
def show_thread(store_id: str, phone: str) -> ResponseReturnValue:
    """Show a phone's messages in order, and the cursor from which events go on."""
    box = current_box()
    changes = box.threads.changes([_key(store_id, phone)])
    messages = sorted(changes.messages, key=lambda message: message.number)
    return jsonify(
        messages=[describe_message(message) for message in messages],
        typing=bool(changes.typing),
        cursor=write_cursor(box.threads.run, changes.revision),
    )


@blueprint.get("/<store_id>/phones/<phone>/events")
def follow_phone(store_id: str, phone: str) -> ResponseReturnValue:
    return _follow([_key(store_id, phone)])


@blueprint.get("/events")
def follow_phones() -> ResponseReturnValue:
    """Follow several phones at once, `?phone=<store_id>:<number>` each.

    A browser opens six connections to a host at most, so a page must not need one per phone.
    """
    named = request.args.getlist("phone")
    if not 1 <= len(named) <= _MOST_PHONES:
        raise InvalidRequestError(f"Give from 1 to {_MOST_PHONES} phones.", field="phone")
    return _follow([_key(*each.rpartition(":")[::2]) for each in named])


def _follow(keys: list[PhoneKey]) -> Response:
    """Stream events after `Last-Event-ID` or `?after=`; without either, all from the start."""
    streams = current_box().streams
    connection = connection_of(request.environ)
    cursor = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    if not streams.enter():
        raise TemporaryError("Too many pages are listening.", retry_after=1)
    response = Response(
        streams.frames(keys, cursor, lambda: has_left(connection)), mimetype="text/event-stream"
    )
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(streams.leave)
    return response


def _key(store_id: str, phone: str) -> PhoneKey:
    """Name a conversation; raises StoreNotFoundError or InvalidRequestError."""
    store = current_box().stores.get(store_id)
    if not _PHONE.fullmatch(phone):
        raise InvalidRequestError("This is no phone number.", field="phone")
    return PhoneKey(store.id, phone)
