"""What becomes of one Graph request: what is recorded, what is answered, how it ends.

Decided once, under the state's lock, before anything is waited for or written to the socket.
Pure: no I/O.
"""

from dataclasses import dataclass
from typing import Any

from simulator.faults import LONGEST_WAIT_SECONDS, Fault
from simulator.graph_errors import GraphError, error_body, graph_error
from simulator.graph_requests import GraphRequest, OutboundMessage, Upload

_EDGE_STATUS = 502
_EDGE_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
ANSWER, RESET = "answer", "reset"
_SILENT = frozenset({"hang", "reset", "accept_then_hang", "accept_then_reset"})
_HANGING = frozenset({"hang", "accept_then_hang"})


@dataclass(frozen=True)
class RetryAfter:
    """When to come again: in so many seconds, named as they are or as a date."""

    seconds: float
    is_date: bool


@dataclass(frozen=True)
class Verdict:
    """The fate of one request.

    `outcome` is what a ledger counts: accepted (then there is a wamid, whatever was answered),
    read, uploaded, error, http, hang or reset. `ending` is how the connection ends, after
    `seconds`.
    """

    outcome: str
    ending: str = ANSWER
    wamid: str | None = None
    http_status: int | None = None
    body: Any = None
    seconds: float = 0.0
    retry_after: RetryAfter | None = None
    error_code: int | None = None


def refusal(error: GraphError, trace_id: str, retry_after: RetryAfter | None = None) -> Verdict:
    """Answer with a Graph error."""
    return Verdict(
        outcome="error",
        http_status=error.http_status,
        body=error_body(error, trace_id),
        retry_after=retry_after,
        error_code=error.code,
    )


def judge(request: GraphRequest, fault: Fault | None, wamid: str, trace_id: str) -> Verdict:
    """Decide the fate of a well-formed request; `wamid` is used when it is accepted."""
    if fault is None:
        return _taken(request, wamid)
    if fault.outcome == "error":
        error = graph_error(fault.code, http_status=fault.http_status)
        return refusal(error, trace_id, _retry_after(fault))
    if fault.outcome == "http":
        return _edge_answer(request, fault, wamid)
    if fault.outcome in _SILENT:
        return _silence(request, fault, wamid)
    accepted = _taken(request, wamid)
    seconds = fault.seconds or 0.0
    return Verdict(
        accepted.outcome,
        wamid=accepted.wamid,
        http_status=accepted.http_status,
        body=accepted.body,
        seconds=seconds,
    )


def _taken(request: GraphRequest, wamid: str) -> Verdict:
    if isinstance(request, Upload):
        return Verdict("uploaded", http_status=200, body={"id": request.media_id})
    if not isinstance(request, OutboundMessage):
        return Verdict("read", http_status=200, body={"success": True})
    contact = {"input": request.address}
    contact |= {"wa_id": request.phone} if request.phone else {"user_id": request.address}
    body = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}
    return Verdict("accepted", wamid=wamid, http_status=200, body=body)


def _edge_answer(request: GraphRequest, fault: Fault, wamid: str) -> Verdict:
    """Answer as a proxy in front of the API would: the message may have got through or not."""
    taken = _taken(request, wamid) if fault.accepted else Verdict("http")
    return Verdict(
        taken.outcome,
        wamid=taken.wamid,
        http_status=fault.http_status or _EDGE_STATUS,
        body=_EDGE_PAGE if fault.body is None else fault.body,
        retry_after=_retry_after(fault),
    )


def _retry_after(fault: Fault) -> RetryAfter | None:
    if fault.retry_after is None:
        return None
    return RetryAfter(fault.retry_after, fault.retry_after_as == "date")


def _silence(request: GraphRequest, fault: Fault, wamid: str) -> Verdict:
    taken = _taken(request, wamid) if fault.accepts else Verdict(fault.outcome)
    hangs = fault.outcome in _HANGING
    longest = LONGEST_WAIT_SECONDS if fault.seconds is None else fault.seconds
    return Verdict(
        taken.outcome, ending=RESET, wamid=taken.wamid, seconds=longest if hangs else 0.0
    )
