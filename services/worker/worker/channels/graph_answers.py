"""Reads the Graph API's answer to a send (whatsapp.md 1.4, 1.5 and 3). Pure.

It acts on `error.code`, not on the HTTP status. A Graph error means that the message was not
taken; a failure of the edge, without one, leaves its fate open.
"""

import re
from collections.abc import Mapping
from typing import Any

from common.send_errors import Action, rule_for
from worker.channels.outcome import Accepted, Rejected, SendOutcome, TryLater, Unknown
from worker.outgoing_http import Answer

_TOO_MANY_REQUESTS = 429
_LONGEST_REASON = 200
# Graph quotes what it refuses ("Malformed access token EAAB…", a phone number), and a reason is
# stored and shown: whatever could be a token or a number is left out of it.
_QUOTED = re.compile(r"(?=[\w.|-]*\d)[\w.|-]{16,}|[\w.|-]{24,}|\+?\d[\d ().-]{5,}\d")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


def outcome_of(answer: Answer) -> SendOutcome:
    """Say what became of a send that was answered."""
    content = answer.json()
    error = _error_in(content)
    if error is not None:
        return _refusal(answer, error)
    if answer.is_success:
        wamid = _wamid_in(content)
        return Accepted(wamid) if wamid else Unknown("WhatsApp answered without a message id.")
    if answer.status == _TOO_MANY_REQUESTS:
        rule = rule_for(_TOO_MANY_REQUESTS)
        reason = "WhatsApp asks for a pause."
        return TryLater(str(_TOO_MANY_REQUESTS), reason, rule, answer.retry_after)
    return Unknown(f"WhatsApp answered {answer.status} without a reason.")


def _refusal(answer: Answer, error: Mapping[str, Any]) -> SendOutcome:
    code, reason = error["code"], _reason_in(error)
    rule = rule_for(code, answer.status)
    if rule.action is Action.GIVE_UP:
        return Rejected(str(code), reason, rule)
    return TryLater(str(code), reason, rule, answer.retry_after)


def _error_in(content: object) -> Mapping[str, Any] | None:
    error = content.get("error") if isinstance(content, dict) else None
    if isinstance(error, dict) and type(error.get("code")) is int:
        return error
    return None


def _reason_in(error: Mapping[str, Any]) -> str:
    message = error.get("message")
    if not isinstance(message, str) or not message.strip():
        return f"WhatsApp refused it ({error['code']})."
    shown = _QUOTED.sub("…", _UNPRINTABLE.sub(" ", message[: 2 * _LONGEST_REASON]))
    return shown[:_LONGEST_REASON].strip()


def _wamid_in(content: object) -> str:
    messages = content.get("messages") if isinstance(content, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    wamid = first.get("id") if isinstance(first, dict) else None
    return wamid if isinstance(wamid, str) else ""
