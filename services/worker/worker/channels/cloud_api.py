"""Step 8. Meta's Cloud API: one POST, and an honest answer to «did it go?».

Adapter only: it knows WhatsApp's shapes and nothing of turns, stores' rules or the catalog.
It never logs a token, a number or a text, and it never raises for what the other side does.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.send_errors import rule_for
from worker.channels.contents import Content
from worker.channels.graph_answers import outcome_of
from worker.channels.outcome import SendOutcome, TryLater, Unknown
from worker.computing import aside
from worker.outgoing_http import Answer, Limits, NoAnswerError, NotConnectedError, OutgoingHttp

_CONNECT_SECONDS = 5.0
_LARGEST_ANSWER_BYTES = 65_536  # an accepted send answers with some 300


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
        """Write the address as Graph takes it; a phone wins."""
        if self.phone:
            return {"to": f"+{self.phone.removeprefix('+')}"}
        return {"recipient": self.user_id or ""}


class CloudApi:
    """Sends through the Graph API; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        version: str,
        read_seconds: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._base_url = f"{base_url.rstrip('/')}/{version}"
        self._http = OutgoingHttp(
            Limits(_CONNECT_SECONDS, read_seconds, _LARGEST_ANSWER_BYTES), tls
        )

    def send(
        self,
        credentials: Credentials,
        recipient: Recipient,
        content: Content,
        callback_data: str,
        reply_to: str = "",
    ) -> SendOutcome:
        """Send content of any kind; `reply_to` is the wamid of the message that it quotes."""
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **recipient.address(),
            **({"context": {"message_id": reply_to}} if reply_to else {}),
            **content.as_graph(),
            "biz_opaque_callback_data": callback_data,
        }
        try:
            answer = self._post(credentials, message)
        except NotConnectedError:
            rule = rule_for("not_connected")
            return TryLater("not_connected", "WhatsApp could not be reached.", rule)
        except NoAnswerError:
            return Unknown("WhatsApp did not answer.")
        return outcome_of(answer)

    def show_typing(self, credentials: Credentials, wamid: str) -> bool:
        """Mark a message as read and show typing, for 25 s at most; False when it did not work."""
        notice = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": wamid,
            "typing_indicator": {"type": "text"},
        }
        try:
            return self._post(credentials, notice).is_success
        except (NotConnectedError, NoAnswerError):
            return False

    def _post(self, credentials: Credentials, body: Mapping[str, Any]) -> Answer:
        with aside():
            return self._http.ask(
                "POST",
                f"{self._base_url}/{credentials.phone_number_id}/messages",
                {"Authorization": f"Bearer {credentials.access_token}"},
                json=body,
            )
