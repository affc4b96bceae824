"""`python -m devstack chat`: a customer at a terminal, who writes to a store and reads its replies.

Before a message's life begins and after it ends: words go through the simulator's customer side,
so by a signed webhook, and replies are read from what WhatsApp accepted. Knows no service.
"""

import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests

from devstack.announcement import say
from devstack.errors import DevstackError

_SECONDS = 30
_POLL_SECONDS = 0.3
# Words that came through a pipe end before their answer comes; a person's Ctrl-D means now.
_LAST_ANSWER_SECONDS = 10.0
_QUIET_SECONDS = 1.5


@dataclass(frozen=True)
class Customer:
    """Who writes to which store; `phone` is digits with the country's code."""

    phone: str
    store_id: str


class StoreLine:
    """One customer's line to one store through the simulator; failures are DevstackErrors."""

    def __init__(self, simulator_url: str, customer: Customer) -> None:
        self._url = f"{simulator_url}/sim/{customer.store_id}"
        self._customer = customer
        self._last_number = 0

    def write(self, text: str) -> None:
        """Deliver a text; raises DevstackError unless the ingress took it."""
        body = {"from": self._customer.phone, "text": text}
        answer = self._ask("POST", "/messages", json=body)
        if answer["status"] != requests.codes.ok:
            raise DevstackError(f"The ingress did not take it: {answer['answers'][0]['body']}")

    def new_replies(self) -> list[str]:
        """List what the store sent this customer since the last look, in lines to print."""
        rows = self._ask("GET", "/sent", params={"after": self._last_number})["sent"]
        if rows:
            self._last_number = rows[-1]["number"]
        ours = (row["request"] for row in rows if row["accepted"])
        return [shown(each) for each in ours if _is_to(each, self._customer.phone)]

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            response = requests.request(method, self._url + path, timeout=_SECONDS, **more)
        except requests.RequestException as error:
            raise DevstackError(
                "Nothing runs at the simulator's address: `make run` in another terminal first."
            ) from error
        if not response.ok:
            raise DevstackError(f"The simulator says: {_explanation(response)}")
        return response.json()


class ReplyPrinter:
    """Prints replies as they come, on a thread of its own, until it is stopped."""

    def __init__(self, line: StoreLine) -> None:
        self._line = line
        self._stop = threading.Event()
        self._last_reply = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_for_the_last(self, since: float) -> None:
        """Wait until something came after a moment and nothing more follows; never for long."""
        deadline = since + _LAST_ANSWER_SECONDS
        while time.monotonic() < deadline and self._thread.is_alive():
            quiet = time.monotonic() - self._last_reply
            if self._last_reply > since and quiet > _QUIET_SECONDS:
                return
            self._stop.wait(_POLL_SECONDS)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(_QUIET_SECONDS)

    def _run(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            try:
                replies = self._line.new_replies()
            except DevstackError as error:
                print(f"mostrador: {error}", file=sys.stderr)
                return
            for reply in replies:
                say(reply)
                self._last_reply = time.monotonic()


def chat(simulator_url: str, customer: Customer, lines: Iterable[str], patient: bool) -> None:
    """Write each line to the store and print its replies; `patient` waits for the last answer."""
    line = StoreLine(simulator_url, customer)
    line.new_replies()  # what was said before this conversation is not repeated
    say(f"You are {customer.phone}, writing to {customer.store_id}. Ctrl-D ends.")
    printer = ReplyPrinter(line)
    written = 0.0
    try:
        for words in filter(None, map(str.strip, lines)):
            written = time.monotonic()
            line.write(words)
        if patient and written:
            printer.wait_for_the_last(written)
    finally:
        printer.stop()


def shown(request: dict[str, Any]) -> str:
    """Write an accepted Graph request in one line of a terminal; a picture is its address."""
    content = request.get(request.get("type", ""), {})
    text = content.get("body") or content.get("caption") or ""
    address = content.get("link")
    printed = " ".join(part for part in (text, f"[{address}]" if address else "") if part)
    return f"  < {_plain(printed) or request.get('type', 'something')}"


def _plain(text: str) -> str:
    """Keep a store's words from steering the terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def _is_to(request: Any, phone: str) -> bool:
    return isinstance(request, dict) and str(request.get("to", "")).lstrip("+") == phone


def _explanation(response: requests.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}"
