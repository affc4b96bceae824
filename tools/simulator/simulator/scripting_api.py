"""The routes that script what WhatsApp does: faults, limits, and statuses on demand.

For tests and developers only, as all of `/sim`.
"""

import secrets
from dataclasses import asdict

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from common.errors import InvalidRequestError, NotFoundError
from simulator import fields
from simulator.box import current_box
from simulator.fault_requests import describe_fault, parse_fault
from simulator.graph_requests import OutboundMessage, parse_graph_request
from simulator.limit_requests import parse_limit
from simulator.status_requests import parse_script
from simulator.status_sender import StatusPlan

blueprint = Blueprint("scripting_api", __name__, url_prefix="/sim")


@blueprint.post("/faults")
def arm_fault() -> ResponseReturnValue:
    fault = parse_fault(request.get_json(silent=True), f"fault-{secrets.token_hex(4)}")
    current_box().state.arm(fault)
    return jsonify(id=fault.id), 201


@blueprint.get("/faults")
def list_faults() -> ResponseReturnValue:
    return jsonify(faults=[describe_fault(armed) for armed in current_box().state.armed()])


@blueprint.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    current_box().state.disarm()
    return "", 204


@blueprint.post("/limits")
def put_limit() -> ResponseReturnValue:
    """Keep a store's number to a limit, in windows that slide."""
    limit = parse_limit(request.get_json(silent=True))
    current_box().stores.get(limit.store_id)
    current_box().state.put_limit(limit)
    return jsonify(asdict(limit)), 201


@blueprint.get("/limits")
def list_limits() -> ResponseReturnValue:
    return jsonify(limits=[asdict(limit) for limit in current_box().state.limits()])


@blueprint.delete("/limits")
def clear_limits() -> ResponseReturnValue:
    current_box().state.forget_limits()
    return "", 204


@blueprint.post("/<store_id>/sent/<int:number>/statuses")
def send_statuses(store_id: str, number: int) -> ResponseReturnValue:
    """Send statuses of an accepted message, now: also of an attempt that is long over."""
    box = current_box()
    store = box.stores.get(store_id)
    call = next(iter(box.state.calls(store.phone_number_id, number - 1)), None)
    if call is None or call.number != number:
        raise NotFoundError("There is no such request.")
    message = parse_graph_request(call.request) if call.wamid else None
    if not isinstance(message, OutboundMessage):
        raise InvalidRequestError("Only an accepted message has statuses.")
    script = parse_script(fields.as_object(request.get_json(silent=True)))
    box.statuses.schedule(StatusPlan(call, message, script))
    return "", 202
