"""The console beside the worker: an agent who is logged in, and what becomes of what they send."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import requests

from common.settings import Settings
from common.tokens import InternalTokens
from notifier.app import create_app
from notifier.parts import parts_of
from tests.integration.notifier.stand import PASSWORD, Browser
from tests.waiting import eventually

from .system import Served, System

EMAIL = "ana@example.test"
PHONE = "573001234501"


@dataclass
class Desk:
    """An agent of store-1 and the one conversation that they answer."""

    system: System
    browser: Browser
    session: str = ""

    def path(self, rest: str) -> str:
        return f"/api/stores/store-1/sessions/{self.session}/{rest}"

    def is_written_to(self) -> str:
        """Let the customer write; returns the id of their message."""
        wamid = self.system.write(PHONE, "hola")
        rows = eventually(
            lambda: self.system.rows(
                f"SELECT session_id, message_id FROM messages WHERE wamid = '{wamid}'"
            ),
            what="the customer's message",
        )
        self.session = str(rows[0]["session_id"])
        return str(rows[0]["message_id"])

    def attach(self, content: bytes, filename: str) -> dict[str, Any]:
        answer = self.browser.http.post(
            self.browser.url + self.path("attachments"),
            params={"filename": filename},
            data=content,
            headers={"X-CSRF-Token": self.browser.csrf_token},
            timeout=20,
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def send(self, client_id: str, **form: Any) -> str:
        answer = self.browser.post(self.path("messages"), {"client_id": client_id, **form})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def shown(self, message_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.browser.get(self.path(f"messages/{message_id}")).json()
        return found

    def settled(self, message_id: str) -> dict[str, Any]:
        """Wait until a message has gone or failed; returns it as the console shows it."""

        def look() -> dict[str, Any] | None:
            found = self.shown(message_id)
            under_way = (None, "sending", "retrying", "unknown")
            return None if found.get("status") in under_way else found

        return eventually(look, what="the message's end")


def open_desk(settings: Settings, system: System, running: ExitStack) -> Desk:
    """Serve the console and log an agent in."""
    token = InternalTokens(settings.service_keys).issue("catalog")
    requests.post(
        f"{settings.catalog_url}/stores/store-1/agents",
        json={"email": EMAIL, "name": "Ana", "password": PASSWORD, "role": "agent"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).raise_for_status()
    app = create_app(settings)
    running.callback(parts_of(app).close)
    served = Served(app)
    running.callback(served.stop)
    browser = Browser(served.url)
    running.callback(browser.close)
    assert browser.log_in(EMAIL).status_code == 200
    return Desk(system, browser)
