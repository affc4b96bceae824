"""Calls an ASGI application as a server would, from any thread, in one event loop."""

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Headers = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status_code: int
    headers: dict[str, str]
    data: bytes

    def get_json(self) -> Any:
        return json.loads(self.data)


class AsgiCaller:
    """Runs an application in a loop of its own until it is closed."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._calls = threading.Lock()
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def call(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes | Sequence[bytes] = b"",
        address: str = "203.0.113.7",
    ) -> Answered:
        """Call once and wait; a body in several pieces comes one after another."""
        named = headers.items() if isinstance(headers, Mapping) else headers
        pieces = [body] if isinstance(body, bytes) else list(body)
        path, _, query = target.partition("?")
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in named]
        if isinstance(body, bytes) and body:
            raw.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("latin-1", "replace"),
            "root_path": "",
            "query_string": query.encode(),
            "headers": raw,
            "client": (address, 40000),
            "server": ("127.0.0.1", 8001),
        }
        with self._calls:
            if self._is_closed:
                raise ConnectionError("The application is gone.")
            calling = asyncio.run_coroutine_threadsafe(self._call(scope, pieces), self._loop)
        return calling.result(30)

    def as_wsgi(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Stand behind a WSGI server, as far as a test's requests go."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        headers = [
            (name.removeprefix("HTTP_").replace("_", "-"), value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        ]
        target = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        body = environ["wsgi.input"].read(length)
        answered = self.call(environ["REQUEST_METHOD"], target, headers, body)
        start_response(f"{answered.status_code} Said", list(answered.headers.items()))
        return [answered.data]

    def close(self) -> None:
        with self._calls:
            self._is_closed = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _call(self, scope: dict[str, Any], pieces: list[bytes]) -> Answered:
        sent: list[dict[str, Any]] = []
        waiting = list(pieces)

        async def receive() -> dict[str, Any]:
            if not waiting:
                await asyncio.Event().wait()  # nobody leaves
            return {
                "type": "http.request",
                "body": waiting.pop(0),
                "more_body": bool(waiting),
            }

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start = sent[0]
        return Answered(
            start["status"],
            {name.decode().lower(): value.decode() for name, value in start["headers"]},
            b"".join(each.get("body", b"") for each in sent[1:]),
        )
