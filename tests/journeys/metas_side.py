"""Meta's side of the door: deliveries written, signed and posted by hand."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import requests

from .stack import Stack


def envelope(number: str, phone: str, words: str, wamid: str) -> dict[str, Any]:
    message = {"from": phone, "id": wamid, "timestamp": str(int(time.time())), "type": "text"}
    return envelope_of(number, [message | {"text": {"body": words}}])


def envelope_of(number: str, messages: Sequence[Any], **more: Any) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": number},
        "messages": list(messages),
    }
    change = {"field": "messages", "value": value | more}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def store_facts(stack: Stack, number: int) -> dict[str, Any]:
    facts: dict[str, Any] = stack.demo["stores"][number - 1]
    return facts


def signed(raw: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def post_raw(stack: Stack, store: str, raw: bytes, headers: dict[str, str]) -> requests.Response:
    url = f"{stack.demo['ingress']}/webhooks/{store}"
    return requests.post(url, data=raw, headers=headers, timeout=10)


def post(stack: Stack, store: str, body: Any, secret: str) -> requests.Response:
    raw = json.dumps(body).encode()
    return post_raw(stack, store, raw, signed(raw, secret))


class Delivery:
    """One customer's message to store-1: sent at once, its answer read when it is asked for."""

    def __init__(self, stack: Stack, phone: str, wamid: str) -> None:
        one, where = store_facts(stack, 1), urlsplit(stack.demo["ingress"])
        raw = json.dumps(envelope(one["phone_number_id"], phone, "hola", wamid)).encode()
        self._connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        self._sent = time.monotonic()
        with suppress(OSError):  # where nobody listens: the answer is 0
            self._connection.request(
                "POST", "/webhooks/store-1", raw, signed(raw, one["app_secret"])
            )

    def answer(self) -> int:
        """Wait for the answer; 0 stands for a connection that was closed without one."""
        try:
            status = self._connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = 0
        self.seconds = time.monotonic() - self._sent
        self._connection.close()
        return status
