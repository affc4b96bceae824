"""Meta's side of the door: deliveries made, signed and posted; and what became of them."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import REGISTRY
from sqlalchemy import text

from common.database import Database
from common.inbound import InboundMessage
from common.sealing import StoreSeal
from tests.asgi_caller import Answered, AsgiCaller, Headers

NUMBERS = {"store-1": "100000000000001", "store-2": "100000000000002"}
_SECRET = "app-secret-of-{}"


def message(wamid: str, body: str = "hola", sender: str = "573005550101", **values: Any) -> Any:
    return {
        "from": sender,
        "id": wamid,
        "timestamp": "1767225600",
        "type": "text",
        "text": {"body": body},
    } | values


def status(wamid: str, state: str, **values: Any) -> Any:
    return {"id": wamid, "status": state, "timestamp": "1767225600"} | values


def change(*messages: Any, number: str = NUMBERS["store-1"], **values: Any) -> Any:
    value = {"metadata": {"phone_number_id": number}, "messages": list(messages)} | values
    return {"field": "messages", "value": value}


def delivery(*changes: Any) -> bytes:
    """One entry for each change, as Meta escapes it."""
    entries = [{"id": "200000000000001", "changes": [each]} for each in changes]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def signature(body: bytes, secret: str) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


@dataclass(frozen=True)
class Door:
    """A running door, and a way to look behind it."""

    server: AsgiCaller
    database: Database
    seals: dict[str, StoreSeal] = field(default_factory=dict)

    def post(
        self,
        body: bytes,
        store_id: str = "store-1",
        signed_by: str = "store-1",
        headers: Headers | None = None,
    ) -> Answered:
        if headers is None:
            headers = {"X-Hub-Signature-256": signature(body, _SECRET.format(signed_by))}
        return self.server.call("POST", f"/webhooks/{store_id}", headers, body)

    def get(self, path: str) -> Answered:
        return self.server.call("GET", path)

    def deliver(self, *messages: Any) -> Answered:
        """Let customers of store-1 write."""
        return self.post(delivery(change(*messages)))

    def rows(self, query: str, store_id: str = "store-1") -> list[Any]:
        with self.database.store(store_id) as connection:
            return list(connection.execute(text(query)))

    def counts(self, store_id: str = "store-1") -> dict[str, int]:
        """Count what a delivery may leave behind."""
        tables = ("inbox", "contacts", "conversations", "events", "messages", "quarantine")
        tables += ("account_notices",)
        ((found,),) = self.rows(
            "SELECT json_build_object("
            + ", ".join(f"'{name}', (SELECT count(*) FROM {name})" for name in tables)
            + ")",
            store_id,
        )
        return {name: number for name, number in found.items() if number}

    def wamids(self) -> list[str]:
        return [
            row.event_id
            for row in self.rows("SELECT event_id FROM inbox ORDER BY conversation_id, seq")
        ]

    def stored(self) -> list[InboundMessage]:
        """Read the messages of store-1 back as the worker will."""
        found = self.rows("SELECT payload_sealed FROM inbox WHERE kind = 'message' ORDER BY seq")
        seal = self.seals["store-1"]
        return [InboundMessage.from_bytes(seal.open(bytes(row.payload_sealed))) for row in found]


@dataclass
class Counted:
    """What a counter grew by since this was made."""

    name: str
    labels: dict[str, str]
    before: float = 0

    def __post_init__(self) -> None:
        self.before = self._now()

    def grew(self) -> int:
        return round(self._now() - self.before)

    def _now(self) -> float:
        return REGISTRY.get_sample_value(self.name, self.labels) or 0


def deliveries(outcome: str, store_id: str = "store-1") -> Counted:
    return Counted("mostrador_webhook_deliveries_total", {"store": store_id, "outcome": outcome})
