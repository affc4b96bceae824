"""The real services in one process, around the real worker; only the AI endpoint is ours."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from flask import Flask, Response, request
from sqlalchemy import text
from werkzeug.serving import make_server

from common.database import Database
from common.settings import Settings


class Served:
    """A WSGI app on a loopback port."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        self._server = make_server("127.0.0.1", port, app, threaded=True)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class ChatEndpoint:
    """An OpenAI-compatible endpoint that says what a test tells it to, and keeps what it got."""

    reply: str | Callable[[dict[str, Any]], Response] = "Claro que sí."
    asked: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("chat")

        @app.post("/v1/chat/completions")
        def complete() -> Response:
            body = request.get_json()
            self.asked.append(body)
            if callable(self.reply):
                return self.reply(body)
            answer = {"choices": [{"message": {"role": "assistant", "content": self.reply}}]}
            return Response(json.dumps(answer), content_type="application/json")

        return app


@dataclass
class System:
    """Hands to use the system with."""

    settings: Settings
    database: Database
    simulator: str
    chat: ChatEndpoint

    def write(self, phone: str, words: str, store: str = "store-1", **more: object) -> str:
        answer = self.deliver(store, {"from": phone, "text": words} | more)
        assert answer["status"] == 200, answer
        return answer["wamid"]

    def deliver(self, store: str, body: dict[str, Any]) -> dict[str, Any]:
        return requests.post(f"{self.simulator}/sim/{store}/messages", json=body, timeout=20).json()

    def sent(self, store: str = "store-1") -> list[dict[str, Any]]:
        rows = requests.get(f"{self.simulator}/sim/{store}/sent", timeout=20).json()["sent"]
        return [row for row in rows if row["request"].get("type")]

    def texts(self, store: str = "store-1") -> list[str]:
        return [
            row["request"]["text"]["body"]
            for row in self.sent(store)
            if row["accepted"] and row["request"]["type"] == "text"
        ]

    def images(self, store: str = "store-1") -> list[str]:
        return [
            row["request"]["image"]["link"]
            for row in self.sent(store)
            if row["accepted"] and row["request"]["type"] == "image"
        ]

    def fault(self, **fault: object) -> None:
        requests.post(f"{self.simulator}/sim/faults", json=fault, timeout=20).raise_for_status()

    def clear_faults(self) -> None:
        requests.delete(f"{self.simulator}/sim/faults", timeout=20).raise_for_status()

    def rows(self, query: str, store: str = "store-1") -> list[dict[str, Any]]:
        with self.database.store(store) as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def thread(self, store: str = "store-1") -> list[tuple[str, str, str]]:
        """Read all messages as (role, content, status)."""
        rows = self.rows("SELECT role, content, status FROM messages ORDER BY position", store)
        return [(row["role"], row["content"], row["status"]) for row in rows]

    def outcomes(self, store: str = "store-1") -> list[tuple[str, str]]:
        rows = self.rows(
            "SELECT state, outcome FROM inbox WHERE kind <> 'status' ORDER BY received_at, seq",
            store,
        )
        return [(row["state"], row["outcome"]) for row in rows]
