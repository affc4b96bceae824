"""Step 8. Meta's Cloud API: one POST, and an honest answer to «did it go?».

Adapter only: it knows WhatsApp's shapes and nothing of turns, stores' rules or the catalog.
It never logs a token, a number or a text, and it never raises for what the other side does.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError, SSLError
from urllib3.util.retry import Retry

from worker.channels.error_codes import rule_for
from worker.channels.outcome import Accepted, Rejected, SendOutcome, TryLater, Unknown

_CONNECT_SECONDS = 5.0
_TOO_MANY_REQUESTS = 429
_DEFAULT_WAIT_SECONDS = 60.0  # whatsapp.md 1.5: a 429 without Retry-After


@dataclass(frozen=True)
class Credentials:
    """Whose number sends."""

    phone_number_id: str
    access_token: str = field(repr=False)


@dataclass(frozen=True)
class Recipient:
    """Who gets it: by phone, or by business-scoped id for people who hide theirs."""

    phone: str | None
    user_id: str | None = None

    def address(self) -> dict[str, str]:
        return {"to": f"+{self.phone}"} if self.phone else {"recipient": self.user_id or ""}


class CloudApi:
    """Sends through the Graph API; safe to share between threads."""

    def __init__(self, base_url: str, version: str, read_seconds: float = 20.0) -> None:
        self._base_url = f"{base_url}/{version}"
        self._timeouts = (_CONNECT_SECONDS, read_seconds)
        self._local = threading.local()

    def send_text(
        self, credentials: Credentials, recipient: Recipient, body: str, callback_data: str
    ) -> SendOutcome:
        content = {"type": "text", "text": {"body": body, "preview_url": False}}
        return self._send(credentials, recipient, content, callback_data)

    def send_image(
        self, credentials: Credentials, recipient: Recipient, link: str, callback_data: str
    ) -> SendOutcome:
        content = {"type": "image", "image": {"link": link}}
        return self._send(credentials, recipient, content, callback_data)

    def _send(
        self,
        credentials: Credentials,
        recipient: Recipient,
        content: Mapping[str, Any],
        callback_data: str,
    ) -> SendOutcome:
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **recipient.address(),
            **content,
            "biz_opaque_callback_data": callback_data,
        }
        try:
            response = self._session().post(
                f"{self._base_url}/{credentials.phone_number_id}/messages",
                json=message,
                headers={"Authorization": f"Bearer {credentials.access_token}"},
                timeout=self._timeouts,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return _without_answer(error)
        return _outcome_of(response)

    def _session(self) -> requests.Session:
        """Keep one session a thread, without keep-alive and without any retry.

        A kept connection that the server has just closed fails after writing, and then nobody
        can say whether the message went: each of those would be `Unknown` and cost a
        customer's conversation a minute. A new connection a send makes the doubt rare.
        """
        if not hasattr(self._local, "session"):
            session = requests.Session()
            session.trust_env = False
            session.headers["Connection"] = "close"
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=Retry(0, read=False)))
            self._local.session = session
        kept: requests.Session = self._local.session
        return kept


def _without_answer(error: requests.RequestException) -> SendOutcome:
    """Tell what never left us from what may have arrived (whatsapp.md 1.5)."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    never_connected = isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, (NewConnectionError, SSLError)
    )
    if never_connected:
        return TryLater("not_connected", "WhatsApp could not be reached.")
    return Unknown("WhatsApp did not answer.")


def _outcome_of(response: requests.Response) -> SendOutcome:
    answer = _json_of(response)
    if response.ok:
        wamid = _wamid_of(answer)
        return Accepted(wamid) if wamid else Unknown("WhatsApp answered without an id.")
    error = answer.get("error")
    if isinstance(error, dict) and isinstance(error.get("code"), int):
        return _refusal(error, _retry_after(response))
    if response.status_code == _TOO_MANY_REQUESTS:
        wait = _retry_after(response) or _DEFAULT_WAIT_SECONDS
        return TryLater("429", "WhatsApp asks for a pause.", wait)
    return Unknown(f"WhatsApp answered {response.status_code} without a reason.")


def _refusal(error: Mapping[str, Any], retry_after: float | None) -> SendOutcome:
    code, reason = error["code"], str(error.get("message", ""))[:300]
    rule = rule_for(code)
    if rule.is_temporary:
        return TryLater(str(code), reason, retry_after or rule.wait_seconds)
    return Rejected(str(code), reason)


def _json_of(response: requests.Response) -> Mapping[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _wamid_of(answer: Mapping[str, Any]) -> str:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    wamid = first.get("id") if isinstance(first, dict) else None
    return wamid if isinstance(wamid, str) else ""


def _retry_after(response: requests.Response) -> float | None:
    given = response.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdigit() else None
