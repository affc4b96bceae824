"""Screens of the console without a browser: its own reducers, the real REST, the real socket."""

import itertools
import json
import select
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.notifier.stand import Browser, Wire

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "services" / "notifier" / "notifier" / "static"
NODE = shutil.which("node") or "node"
_numbers = itertools.count(1)


class Reducers:
    """One node that keeps any number of screens."""

    def __init__(self) -> None:
        command = [NODE, str(HERE / "screens.mjs"), STATIC.as_uri()]
        pipe = subprocess.PIPE
        self._node = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def ask(self, screen: int, **question: Any) -> dict[str, Any]:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps({"screen": screen, **question}) + "\n")
        self._node.stdin.flush()
        answer: dict[str, Any] = json.loads(self._node.stdout.readline())
        return answer

    def close(self) -> None:
        self._node.communicate(timeout=10)


class Screen:
    """What one agent's page knows: does by each frame what `actions.js` and `live.js` do."""

    def __init__(
        self, reducers: Reducers, browser: Browser, store_id: str, session_id: str = ""
    ) -> None:
        self._reducers, self._browser, self._store = reducers, browser, store_id
        self._number = next(_numbers)
        self._url = f"/api/stores/{store_id}/sessions"
        agent = {"agent": browser.agent, "storeId": store_id}
        self._place = self._change(type="set", values=agent)
        self._load_stores()
        self._change(type="counted", seq=self.load_lists())
        if session_id:
            self._change(type="opened", sessionId=session_id)
        self.wire = self._connect()
        self.resyncs = 0
        if session_id:
            self.load_thread()

    @property
    def last_seq(self) -> int:
        return int(self._place["lastSeq"])

    def seen(self) -> dict[str, Any]:
        return self._reducers.ask(self._number, isAsked=True)

    def load_lists(self) -> int:
        pages = {
            each: self._get(self._url, filter=each)
            for each in ("all", "waiting", "mine", "snoozed")
        }
        for name, page in pages.items():
            self._change(type="listed", filter=name, page=page)
        return min(page["as_of_seq"] for page in pages.values())

    def load_thread(self) -> None:
        session_id = self._place["openId"]
        page = self._get(f"{self._url}/{session_id}/messages")
        self._go_on_with(type="threadLoaded", sessionId=session_id, page=page)

    def come_back(self) -> None:
        """Lose the socket, and say hello with the last number."""
        self.wire.socket.shutdown()
        self.wire = self._connect()

    def read(self, most: int) -> None:
        """Take in what has come, at most so many frames; waits for none."""
        for _ in range(most):
            sock = self.wire.socket.sock
            if not select.select([sock], [], [], 0)[0]:
                return
            if (frame := self.wire.one()) is not None:
                self._hear(frame)

    def read_up_to(self, seq: int) -> None:
        while self.last_seq < seq:
            self._hear(self.wire.next())

    def close(self) -> None:
        self.wire.socket.shutdown()

    def _connect(self) -> Wire:
        rooms = [self._place["openId"]] if self._place["openId"] else []
        return self._browser.hello(self._store, self.last_seq, rooms)

    def _hear(self, frame: dict[str, Any]) -> None:
        hearing = getattr(self, f"_hear_{frame['type']}", None)
        if hearing is not None:
            hearing(frame)
        elif "at" in frame:
            self._hear_event(frame)

    def _hear_event(self, frame: dict[str, Any]) -> None:
        self._go_on_with(type="event", event=frame)
        is_new = frame["type"] == "session_update" and frame["data"]["id"] not in self.known
        if is_new:
            self.load_lists()

    def _go_on_with(self, **change: Any) -> None:
        """Follow the customer into their present session, by whatever it is known."""
        before = self._place["openId"]
        after = self._change(**change)["openId"]
        if after != before:
            self.wire.say("join_session", session_id=after)
            self.load_thread()

    @property
    def known(self) -> list[str]:
        return list(self._place["known"])

    def _hear_skip(self, frame: dict[str, Any]) -> None:
        self._change(type="counted", seq=frame["to"])

    def _hear_joined(self, frame: dict[str, Any]) -> None:
        if frame["seq"] > self._place["asOf"]:
            self.load_thread()

    def _hear_resync(self, frame: dict[str, Any]) -> None:
        self.resyncs += 1
        self._change(type="resynced", head=frame["head_seq"])
        self.load_lists()
        self._load_stores()
        if self._place["openId"]:
            self.load_thread()

    def _hear_error(self, frame: dict[str, Any]) -> None:
        raise AssertionError(frame)

    def _load_stores(self) -> None:
        stores = self._get("/api/stores")["stores"]
        self._change(type="set", values={"stores": stores})

    def _change(self, **change: Any) -> dict[str, Any]:
        self._place = self._reducers.ask(self._number, change=change)
        return self._place

    def _get(self, path: str, **query: str) -> Any:
        answer = self._browser.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()
