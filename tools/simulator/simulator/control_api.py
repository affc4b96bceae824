"""The routes under `/sim`: write as a customer, read the ledger.

For tests and developers only: there is no log-in, so the simulator listens on loopback.
"""

import time
from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from common.errors import InvalidRequestError
from simulator import fields
from simulator.box import current_box
from simulator.calls import describe_call
from simulator.inbound_requests import Stamps, parse_delivery
from simulator.media_payloads import complete_media
from simulator.phone_messages import messages_in
from simulator.signatures import serialise
from simulator.store import SimulatedStore
from simulator.wamids import new_wamid

blueprint = Blueprint("control_api", __name__, url_prefix="/sim")


@blueprint.get("/stores")
def list_stores() -> ResponseReturnValue:
    """List the stores with their goods."""
    listed = [
        {**_public(store), "products": [asdict(product) for product in store.products]}
        for store in current_box().stores.all()
    ]
    return jsonify(stores=listed)


@blueprint.put("/stores/<store_id>")
def put_store(store_id: str) -> ResponseReturnValue:
    body = _body()
    fields.refuse_unknown(body, {"phone_number_id", "app_secret", "display_phone_number", "name"})
    store = SimulatedStore(
        id=store_id,
        phone_number_id=fields.text(body, "phone_number_id"),
        app_secret=fields.text(body, "app_secret"),
        display_phone_number=fields.optional_text(body, "display_phone_number") or "",
        name=fields.optional_text(body, "name") or "",
    )
    current_box().stores.register(store)
    return jsonify(_public(store))


@blueprint.post("/<store_id>/messages")
def deliver_messages(store_id: str) -> ResponseReturnValue:
    """Deliver what a customer wrote, and answer with what ingress answered."""
    box = current_box()
    store = box.stores.get(store_id)
    asked = _body()
    complete_media(asked, box.media)
    delivery = parse_delivery(asked, store, Stamps(int(time.time()), new_wamid))
    written = tuple(messages_in(delivery.envelope, store.id))
    box.threads.post(written)
    answers = box.door.post_at_once(store, serialise(delivery.envelope), delivery.repeat)
    box.threads.settle(written, [answer.status for answer in answers])
    return jsonify(
        wamid=delivery.wamids[0] if delivery.wamids else None,
        wamids=delivery.wamids,
        answers=[{"status": answer.status, "body": answer.body} for answer in answers],
        status=answers[0].status,
    )


@blueprint.get("/<store_id>/sent")
def list_sent(store_id: str) -> ResponseReturnValue:
    """List a store's Graph requests in order; `?after=<number>` leaves out the earlier ones."""
    box = current_box()
    store = box.stores.get(store_id)
    after = request.args.get("after", default=0, type=int)
    calls = box.state.calls(store.phone_number_id, after)
    return jsonify(sent=[describe_call(call) for call in calls])


@blueprint.delete("/<store_id>/sent")
def clear_sent(store_id: str) -> ResponseReturnValue:
    box = current_box()
    box.state.forget_calls(box.stores.get(store_id).phone_number_id)
    return "", 204


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidRequestError("The body must be a JSON object.")
    return body


def _public(store: SimulatedStore) -> dict[str, str]:
    """Show a store without its secret."""
    return {"id": store.id, "name": store.name, **store.metadata}
