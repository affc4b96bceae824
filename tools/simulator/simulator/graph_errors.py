"""The Graph API's errors: their HTTP status, their type and their JSON.

Used for the simulator's own refusals and for the faults a test arms. Pure: no I/O.
The numbers are Meta's, from its page of error codes (12 December 2025).
"""

from dataclasses import dataclass
from typing import Any

from common.send_errors import rule_for

# code: (HTTP status, title); one that is not here is answered as the table of sending has it.
_KNOWN: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "API Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Account has been locked"),
    131037: (400, "Display name approval is needed"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver"),
    131050: (400, "User stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "Business account, consumer account pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Recipient identifier is not supported for this message"),
    132000: (400, "Template Param Count Mismatch"),
    132001: (404, "Template does not exist"),
    132005: (400, "Template Hydrated Text Too Long"),
    132007: (400, "Template Format Character Policy Violated"),
    132012: (400, "Template Parameter Format Mismatch"),
    132015: (400, "Template is Paused"),
    132016: (400, "Template is Disabled"),
    132018: (400, "There was an issue with the parameters in your template"),
    132068: (400, "Flow is in blocked state"),
    132069: (400, "Flow is in throttled state"),
    133004: (503, "Server temporarily unavailable"),
    133010: (400, "Phone number not registered"),
    134100: (400, "Only marketing messages supported"),
    134101: (400, "Template is syncing"),
    134102: (400, "Template unavailable for use"),
    135000: (400, "Generic user error"),
    2494100: (500, "Number in maintenance mode"),
}
_PERMISSION_CODES = range(200, 300)


@dataclass(frozen=True)
class GraphError:
    """One refusal, as the Graph API words it."""

    code: int
    details: str
    http_status: int
    subcode: int | None = None

    @property
    def title(self) -> str:
        return title_of(self.code)


def graph_error(
    code: int, details: str = "", *, http_status: int | None = None, subcode: int | None = None
) -> GraphError:
    """Build an error with Meta's own HTTP status for the code unless another is named."""
    status = http_status if http_status is not None else _status_of(code)
    return GraphError(code, details or title_of(code), status, subcode)


def title_of(code: int) -> str:
    return _KNOWN.get(code, (0, rule_for(code).meaning))[1]


def error_body(error: GraphError, trace_id: str) -> dict[str, Any]:
    """Shape the JSON of an answer that refuses."""
    body: dict[str, Any] = {
        "message": f"(#{error.code}) {error.title}",
        "type": "OAuthException",
        "code": error.code,
        "error_data": {"messaging_product": "whatsapp", "details": error.details},
        "fbtrace_id": trace_id,
    }
    if error.subcode is not None:
        body["error_subcode"] = error.subcode
    return {"error": body}


def _status_of(code: int) -> int:
    if code in _PERMISSION_CODES:
        return 403
    known = _KNOWN.get(code)
    return known[0] if known else rule_for(code).http[0]
