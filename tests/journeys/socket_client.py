"""A console client that keeps every frame it gets and checks that no number is missing."""

import json
import threading
from typing import Any

import websocket

from tests.waiting import eventually


class SocketClient:
    """Opens /ws as a browser would."""

    def __init__(self, agent: Any, store: str, last_seq: int | None = None, rooms=()) -> None:
        url = agent.console.replace("http", "ws", 1) + "/ws"
        self._socket = websocket.create_connection(
            url, cookie=agent.cookie, origin=agent.console, timeout=30
        )
        self.frames: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        hello = {"action": "hello", "store_id": store, "last_seq": last_seq, "rooms": list(rooms)}
        self.say(hello)
        self.wait_for("welcome")

    def say(self, frame: dict[str, Any]) -> None:
        self._socket.send(json.dumps(frame))

    def join(self, session_id: str) -> None:
        self.say({"action": "join_session", "session_id": session_id})
        self.wait_for("joined", session_id=session_id)

    def wait_for(self, kind: str, seconds: float = 5.0, **fields: object) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            for frame in list(self.frames):
                matches = all(frame.get(name) == value for name, value in fields.items())
                if frame["type"] == kind and matches:
                    return frame
            return None

        return eventually(look, seconds, f"a frame {kind} {fields}")

    def contents(self) -> list[tuple[str, str]]:
        messages = [f["data"]["message"] for f in self.frames if f["type"] == "new_message"]
        return [(message["role"], message["content"]) for message in messages]

    def numbers(self) -> list[int]:
        """List every number told, by an event or by a skip."""
        told: list[int] = []
        for frame in self.frames:
            if frame["type"] == "skip":
                told.extend(range(frame["from"], frame["to"] + 1))
            elif "seq" in frame and frame["type"] != "joined":
                told.append(frame["seq"])
        return told

    def close(self) -> None:
        self._socket.close()
        self._thread.join(5)

    def _read(self) -> None:
        try:
            while text := self._socket.recv():
                self.frames.append(json.loads(text))
        except (websocket.WebSocketException, OSError):
            return
