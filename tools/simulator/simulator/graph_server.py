"""The fake Graph API without its HTTP edge: takes a request, records it, decides its fate.

Between `graph_api` (Flask) and the state. Never waits and never touches a socket.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.faults import Asked, Fault
from simulator.graph_errors import GraphError, graph_error
from simulator.graph_requests import GraphRequest, OutboundMessage, parse_graph_request
from simulator.graph_upload_forms import UploadForm
from simulator.refusals import RefusedError
from simulator.state import Arrival, SimulatorState, Taken
from simulator.status_scripts import USUAL
from simulator.status_sender import StatusPlan
from simulator.store import SimulatedStore
from simulator.store_book import StoreBook
from simulator.verdicts import Verdict, judge, refusal
from simulator.wamids import new_wamid

Check = Callable[[SimulatedStore, Mapping[str, Any]], None]
Read = Callable[[SimulatedStore], GraphRequest]
_NO_TOKEN = graph_error(190, "An access token is required to request this resource.")


@dataclass(frozen=True)
class Handled:
    """A recorded request and the statuses to send for it, if any."""

    taken: Taken
    statuses: StatusPlan | None


class GraphServer:
    """Answers `POST /<version>/<phone_number_id>/messages` and `/media` for every known number.

    `checks` look at a well-formed message with its store, and refuse what Meta would not know.
    """

    def __init__(self, stores: StoreBook, state: SimulatorState, checks: Sequence[Check]) -> None:
        self._stores = stores
        self._state = state
        self._checks = checks

    def take(self, phone_number_id: str, path: str, body: Any, *, token: bool) -> Handled:
        """Record and decide one request; `token` tells whether it carried a bearer token."""

        def read(store: SimulatedStore) -> GraphRequest:
            request = parse_graph_request(body)
            for check in self._checks:
                check(store, body)
            return request

        return self._take(_Sent(phone_number_id, path, body), read, token=token)

    def take_upload(
        self, phone_number_id: str, path: str, form: UploadForm, *, token: bool
    ) -> Handled:
        """Record and decide one upload; the caller keeps the file of one that was taken."""
        sent = _Sent(phone_number_id, path, form.describe())
        return self._take(sent, lambda _: form.parse(), token=token)

    def _take(self, sent: "_Sent", read: Read, *, token: bool) -> Handled:
        store = self._stores.by_number(sent.phone_number_id)
        found = _read(store, read, token=token)
        if isinstance(found, GraphError):
            verdict = refusal(found, _trace_id())
            arrival = Arrival(sent.phone_number_id, sent.path, sent.body, None)
            return Handled(self._state.take(arrival, lambda *_: verdict), None)
        asked = _asked(found, store, sent.phone_number_id)
        taken = self._state.take(
            Arrival(sent.phone_number_id, sent.path, sent.body, asked),
            lambda fault, code: _judge(found, fault, code),
        )
        return Handled(taken, _statuses(found, taken))


@dataclass(frozen=True)
class _Sent:
    """A request as it goes into the ledger."""

    phone_number_id: str
    path: str
    body: Any


def _read(store: SimulatedStore | None, read: Read, *, token: bool) -> GraphRequest | GraphError:
    """Read a request in Meta's order of checks: the token, the number, the shape."""
    if not token:
        return _NO_TOKEN
    if store is None:
        details = "Unsupported post request. There is no such phone number id."
        return graph_error(100, details, subcode=33)
    try:
        return read(store)
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


def _judge(request: GraphRequest, fault: Fault | None, limit_code: int | None) -> Verdict:
    if limit_code is not None:
        return refusal(graph_error(limit_code), _trace_id())
    return judge(request, fault, new_wamid(), _trace_id())


def _statuses(request: GraphRequest, taken: Taken) -> StatusPlan | None:
    if not isinstance(request, OutboundMessage) or taken.verdict.wamid is None:
        return None
    scripted = taken.fault.statuses if taken.fault else None
    return StatusPlan(taken.call, request, USUAL if scripted is None else scripted)


def _trace_id() -> str:
    return secrets.token_urlsafe(8)
