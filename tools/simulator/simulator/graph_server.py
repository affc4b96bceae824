"""The fake Graph API without its HTTP edge: takes a request, records it, decides its fate.

Between `graph_api` (Flask) and the state. Never waits and never touches a socket.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from simulator.faults import Asked, Fault
from simulator.graph_errors import GraphError, graph_error
from simulator.graph_requests import GraphRequest, OutboundMessage, parse_graph_request
from simulator.refusals import RefusedError
from simulator.state import Arrival, SimulatorState, Taken
from simulator.status_scripts import USUAL
from simulator.status_sender import StatusPlan
from simulator.store import SimulatedStore
from simulator.store_book import StoreBook
from simulator.templates import TemplateShelf
from simulator.verdicts import Verdict, judge, refusal
from simulator.wamids import new_wamid

_NO_TOKEN = graph_error(190, "An access token is required to request this resource.")


@dataclass(frozen=True)
class Handled:
    """A recorded request and the statuses to send for it, if any."""

    taken: Taken
    statuses: StatusPlan | None


class GraphServer:
    """Answers `POST /<version>/<phone_number_id>/messages` for every known number."""

    def __init__(self, stores: StoreBook, state: SimulatorState, templates: TemplateShelf) -> None:
        self._stores = stores
        self._state = state
        self._templates = templates

    def take(self, phone_number_id: str, path: str, body: Any, *, token: bool) -> Handled:
        """Record and decide one request; `token` tells whether it carried a bearer token."""
        store = self._stores.by_number(phone_number_id)
        found = self._checked(store, body, _read(store, body, token=token))
        if isinstance(found, GraphError):
            verdict = refusal(found, _trace_id())
            arrival = Arrival(phone_number_id, path, body, None)
            return Handled(self._state.take(arrival, lambda _: verdict), None)
        asked = _asked(found, store, phone_number_id)
        taken = self._state.take(
            Arrival(phone_number_id, path, body, asked), lambda fault: _judge(found, fault)
        )
        return Handled(taken, _statuses(found, taken))

    def _checked(
        self, store: SimulatedStore | None, body: Any, found: GraphRequest | GraphError
    ) -> GraphRequest | GraphError:
        """Refuse a template that the store does not have so."""
        if store is None or isinstance(found, GraphError) or found.type != "template":
            return found
        try:
            self._templates.check(store.id, body["template"])
        except RefusedError as refused:
            return refused.error
        return found


def _read(store: SimulatedStore | None, body: Any, *, token: bool) -> GraphRequest | GraphError:
    """Read a request in Meta's order of checks: the token, the number, the shape."""
    if not token:
        return _NO_TOKEN
    if store is None:
        details = "Unsupported post request. There is no such phone number id."
        return graph_error(100, details, subcode=33)
    try:
        return parse_graph_request(body)
    except RefusedError as refused:
        return refused.error


def _asked(request: GraphRequest, store: SimulatedStore | None, phone_number_id: str) -> Asked:
    return Asked(
        kind=request.kind,
        type=request.type,
        store_id=store.id if store else None,
        phone_number_id=phone_number_id,
        address=request.phone or request.user_id,
    )


def _judge(request: GraphRequest, fault: Fault | None) -> Verdict:
    return judge(request, fault, new_wamid(), _trace_id())


def _statuses(request: GraphRequest, taken: Taken) -> StatusPlan | None:
    if not isinstance(request, OutboundMessage) or taken.verdict.wamid is None:
        return None
    scripted = taken.fault.statuses if taken.fault else None
    return StatusPlan(taken.call, request, USUAL if scripted is None else scripted)


def _trace_id() -> str:
    return secrets.token_urlsafe(8)
