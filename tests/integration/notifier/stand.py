"""What the console's tests stand on: a customer who writes, a browser, and its socket."""

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests
import websocket
from sqlalchemy import text

from common import conversations, events, inbox, leases, messages, outbox, turns
from common.conversations import Conversation
from common.database import Database
from common.inbound import InboundMessage
from common.inbox import NewItem
from common.messages import NewMessage
from common.outbox import NewPart, Reply, Shown
from common.stores import Stores
from common.turns import Taker

ORIGIN = "http://console.example"
PASSWORD = "una-clave-larga"
PATIENCE_SECONDS = 10.0
COOKIE = "mostrador_session"
_TAKER = Taker("a-test", 10.0)
_OPEN = text("SELECT open_session(:store, CAST(:conversation AS uuid), clock_timestamp())")


@dataclass
class Shop:
    """What the other services do to a store's rows, through the same functions of common."""

    database: Database
    stores: Stores

    def says(self, store_id: str, phone: str, text: str, redacted: str | None = None) -> str:
        """Let a customer write and the worker remember it; returns the session's id."""
        wamid = f"wamid.{uuid.uuid4()}"
        seal = self.stores.seal_of(self.stores.get(store_id))
        message = InboundMessage(wamid, "text", text, phone, name=f"Cliente {phone[-2:]}")
        item = NewItem(
            store_id,
            "message",
            wamid,
            seal.seal(message.to_bytes()),
            phone=phone,
            name=message.name,
        )
        accepted = inbox.accept(self.database, [item])[0]
        with self.database.store(store_id) as connection:
            connection.execute(_OPEN, {"store": store_id, "conversation": accepted.conversation_id})
            opened = conversations.lock(connection, store_id, accepted.conversation_id)
            new = NewMessage(
                message_id=str(uuid.uuid4()),
                role="user",
                kind="text",
                content=text if redacted is None else redacted,
                content_sealed=None if redacted is None else seal.seal_text(text),
                status="received",
                wamid=wamid,
            )
            messages.remember(connection, opened, new)
        return str(opened.session_id)

    def answers(self, store_id: str, session_id: str, text: str, role: str = "assistant") -> str:
        message_id = str(uuid.uuid4())
        with self.database.store(store_id) as connection:
            conversation = conversations.lock_by_session(connection, store_id, session_id)
            new = NewMessage(message_id, role, "text", text, "sent")
            messages.remember(connection, conversation, new)
        return message_id

    def is_given_up(self, store_id: str, phone: str, reason: str) -> tuple[str, str]:
        """Let a message become a dead letter; returns the conversation and the dead letter."""
        seal = self.stores.seal_of(self.stores.get(store_id))
        wamid = f"wamid.{uuid.uuid4()}"
        payload = seal.seal(InboundMessage(wamid, "text", "hola", phone).to_bytes())
        item = NewItem(store_id, "message", wamid, payload, phone=phone)
        conversation_id = inbox.accept(self.database, [item])[0].conversation_id
        turn = turns.begin(self.database, store_id, conversation_id, _TAKER, 3)
        with self.database.store(store_id) as connection:
            turns.bury(connection, turn, reason)
        leases.release(self.database, turn.lease)
        return conversation_id, turn.mail[0].inbox_id

    def is_sending(self, store_id: str, session_id: str) -> str:
        """Begin to send a part of the bot's reply; returns the id of its message."""
        conversation = self.conversation(store_id, session_id)
        turn = turns.begin(self.database, store_id, conversation.conversation_id, _TAKER, 3)
        part = NewPart(str(uuid.uuid4()), "text", b"sealed")
        reply = Reply("assistant", [part], epoch=conversation.epoch)
        outbox.start(self.database, turn.lease, turn.turn_id, reply, Shown(part.outbox_id, "hola"))
        return part.outbox_id

    def hands_over(self, store_id: str, session_id: str, trigger: str = "KEYWORD_DETECTED") -> None:
        with self.database.store(store_id) as connection:
            conversation = conversations.lock_by_session(connection, store_id, session_id)
            conversations.hand_over(connection, conversation, trigger)

    def conversation(self, store_id: str, session_id: str) -> Conversation:
        with self.database.store(store_id) as connection:
            return conversations.lock_by_session(connection, store_id, session_id)

    def events_after(self, store_id: str, seq: int) -> list[events.Event]:
        events.sequence(self.database, store_id)
        with self.database.store(store_id) as connection:
            return list(events.after(connection, store_id, seq, 10_000))

    def records(self, store_id: str, count: int, **refs: object) -> int:
        """Make events that concern the whole store; returns the number of the last one."""
        with self.database.store(store_id) as connection:
            for _ in range(count):
                events.record(connection, store_id, "store_paused", None, **refs)
        return events.sequence(self.database, store_id)


@dataclass
class Browser:
    """An agent's browser: cookies, CSRF token, sockets."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)
    csrf_token: str = ""
    agent: dict[str, Any] = field(default_factory=dict)
    sockets: list["Wire"] = field(default_factory=list)

    def log_in(self, email: str, password: str = PASSWORD) -> requests.Response:
        answer = self.post("/api/login", {"email": email, "password": password})
        if answer.status_code == 200:
            self.csrf_token, self.agent = answer.json()["csrf_token"], answer.json()["agent"]
        return answer

    def get(self, path: str, **query: str) -> requests.Response:
        return self.http.get(self.url + path, params=query, timeout=PATIENCE_SECONDS)

    def post(self, path: str, content: Any = None, **headers: str) -> requests.Response:
        return self.ask("POST", path, content, **headers)

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> requests.Response:
        return self.http.request(
            method,
            self.url + path,
            json=content,
            headers={"X-CSRF-Token": self.csrf_token, **headers},
            timeout=PATIENCE_SECONDS,
        )

    def connect(self, **options: Any) -> "Wire":
        options.setdefault("origin", ORIGIN)
        cookie = self.http.cookies.get(COOKIE)
        wire = Wire(
            websocket.create_connection(
                self.url.replace("http", "ws") + "/ws",
                cookie=f"{COOKIE}={cookie}" if cookie else None,
                timeout=PATIENCE_SECONDS,
                **options,
            )
        )
        self.sockets.append(wire)
        return wire

    def hello(self, store_id: str, last_seq: int | None = None, rooms: Any = ()) -> "Wire":
        wire = self.connect()
        wire.last_seq = last_seq
        wire.say("hello", store_id=store_id, last_seq=last_seq, rooms=list(rooms))
        return wire

    def close(self) -> None:
        for each in self.sockets:
            each.socket.shutdown()
        self.http.close()


@dataclass
class Wire:
    """The far end of a socket; keeps what was told and checks that no number is missing."""

    socket: websocket.WebSocket
    last_seq: int | None = None
    told: list[dict[str, Any]] = field(default_factory=list)

    def say(self, action: str, **content: Any) -> None:
        self.socket.send(json.dumps({"action": action, **content}))

    def next(self, *, beats: bool = False, presence: bool = False) -> dict[str, Any]:
        """Read the next frame; heartbeats, and who is there, only when asked for."""
        while True:
            frame = json.loads(self.socket.recv())
            self._count(frame)
            is_wanted = {"heartbeat": beats, "presence": presence}.get(frame["type"], True)
            if is_wanted:
                self.told.append(frame)
                return frame

    def one(self) -> dict[str, Any] | None:
        """Read what has come, whatever it is; None for a ping, which is answered."""
        kind, content = self.socket.recv_data_frame(control_frame=True)
        if kind != websocket.ABNF.OPCODE_TEXT:
            return None
        frame: dict[str, Any] = json.loads(content.data)
        self._count(frame)
        self.told.append(frame)
        return frame

    def until(self, frame_type: str) -> dict[str, Any]:
        while True:
            asked = {"beats": frame_type == "heartbeat", "presence": frame_type == "presence"}
            frame = self.next(**asked)
            if frame["type"] == frame_type:
                return frame

    def up_to(self, seq: int) -> list[dict[str, Any]]:
        """Read until this number was told or skipped; returns everything told so far."""
        while self.last_seq is None or self.last_seq < seq:
            self.next()
        return self.told

    def numbers(self) -> list[int]:
        return [frame["seq"] for frame in self.told if "seq" in frame and "at" in frame]

    def _count(self, frame: dict[str, Any]) -> None:
        if frame["type"] in ("welcome", "resync"):
            # After a welcome with a known number, what was missed follows.
            known = self.last_seq if frame["type"] == "welcome" else None
            self.last_seq = frame["head_seq"] if known is None else known
        elif frame["type"] == "skip":
            assert frame["from"] == (self.last_seq or 0) + 1 <= frame["to"], frame
            self.last_seq = frame["to"]
        elif "at" in frame:
            assert frame["seq"] == (self.last_seq or 0) + 1, (self.last_seq, frame)
            self.last_seq = frame["seq"]
        elif frame["type"] == "heartbeat":
            assert frame["head_seq"] == self.last_seq, (self.last_seq, frame)


def wait_until(condition: Any, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
