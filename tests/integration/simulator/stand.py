"""What the simulator's tests stand on: an ingress that records, and the simulator's client."""

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from flask import Flask, Response, request

STORE = "store-1"
NUMBER = "100200300"
SECRET = "the-app-secret"
CUSTOMER = "573001112233"
PATIENCE_SECONDS = 10.0


@dataclass
class Ingress:
    """Records every delivery, and answers the statuses it was told to, then 200."""

    deliveries: list[tuple[str, bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def app(self) -> Flask:
        app = Flask("ingress")
        app.add_url_rule("/webhooks/<store_id>", view_func=self.take, methods=["POST"])
        return app

    def take(self, store_id: str) -> Response:
        raw = request.get_data()
        signature = request.headers.get("X-Hub-Signature-256", "")
        with self.changed:
            self.deliveries.append((store_id, raw, signature))
            status = self.answers.pop(0) if self.answers else 200
            self.changed.notify_all()
        return Response("EVENT_RECEIVED", status=status)

    def wait_for(self, count: int) -> list[tuple[str, bytes, str]]:
        with self.changed:
            enough = self.changed.wait_for(
                lambda: len(self.deliveries) >= count, timeout=PATIENCE_SECONDS
            )
            assert enough, f"{len(self.deliveries)} deliveries instead of {count}"
            return list(self.deliveries)


@dataclass
class Running:
    """The simulator's address, with the few requests the tests keep repeating."""

    url: str

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, f"{self.url}/sim{path}", json=body, timeout=30)

    def send(self, body: dict[str, Any] | None = None, **options: Any) -> requests.Response:
        options.setdefault("headers", {"Authorization": "Bearer a-token"})
        options.setdefault("timeout", 30)
        if "data" not in options:
            options["json"] = text_to(CUSTOMER) if body is None else body
        return requests.post(f"{self.url}/v21.0/{NUMBER}/messages", **options)

    def register(self) -> None:
        store = {"phone_number_id": NUMBER, "app_secret": SECRET, "display_phone_number": "5760112"}
        assert self.control("PUT", f"/stores/{STORE}", store).status_code == 200

    def sent(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.control("GET", f"/{STORE}/sent").json()["sent"]
        return listed

    def arm(self, **fault: Any) -> str:
        answer = self.control("POST", "/faults", fault)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def text_to(phone: str, text: str = "Hola", **more: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{phone}",
        "type": "text",
        "text": {"body": text},
        **more,
    }


def statuses_in(deliveries):
    values = [json.loads(raw)["entry"][0]["changes"][0]["value"] for _, raw, _ in deliveries]
    return [value["statuses"][0] for value in values]


def wait_until(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "the condition never came true"
        threading.Event().wait(0.02)
