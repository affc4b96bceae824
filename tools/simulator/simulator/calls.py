"""One Graph request as it was received: the ledger's row. Immutable; no I/O."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class StatusNote:
    """What ingress answered to one status in the end; `http_status` 0: never reached."""

    status: str
    http_status: int
    attempts: int
    time: float


@dataclass(frozen=True)
class GraphCall:
    """One received request; `number` counts all requests of this run from 1."""

    number: int
    time: float
    phone_number_id: str
    path: str
    request: Any
    outcome: str
    wamid: str | None
    http_status: int | None
    error_code: int | None
    fault: str | None
    statuses: tuple[StatusNote, ...] = ()


def describe_call(call: GraphCall) -> dict[str, Any]:
    """Write a row for `/sent`; `accepted` is true exactly when WhatsApp took the message."""
    shown = asdict(call)
    shown["at"] = datetime.fromtimestamp(call.time, UTC).isoformat(timespec="milliseconds")
    shown["accepted"] = call.outcome == "accepted"
    return shown
