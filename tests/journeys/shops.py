"""Stores made for one test on a running stack, with goods to be shown: nothing of others is felt."""

import itertools
import secrets
from typing import Any

import requests

from common.callbacks import Callback
from tests.waiting import eventually

from .stack import Stack

_numbers = itertools.count(1)
_GOODS = {
    "cafe": ("Café Huila", "cafe-huila-500.jpg"),
    "molino": ("Molino manual", "molino-manual.jpg"),
    "taza": ("Taza azul", "taza-ceramica-300.jpg"),
}
TEXT_AND_PICTURES = ["text", "image", "image", "image"]


class Shop:
    """A store with three pictured products, known to the catalog and to the simulator."""

    def __init__(self, stack: Stack, **settings: object) -> None:
        number = next(_numbers)
        self.stack, self.id = stack, f"shop-{number}"
        self.number = f"3000000000{number:05d}"
        self._secret = secrets.token_hex(16)
        fields = {"name": f"Tienda {number}", "phone_number_id": self.number}
        fields["app_secret"] = self._secret
        self._catalog = stack.catalog()
        self._catalog.put(
            f"/stores/{self.id}",
            fields
            | {"status": "active", "settings": settings}
            | {"access_token": secrets.token_hex(16), "verify_token": secrets.token_hex(16)},
        )
        for product, (name, picture) in _GOODS.items():
            goods = {"name": name, "price": "10.00", "currency": "COP", "available": True}
            goods["images"] = [f"/static/pictures/{picture}"]
            self._catalog.put(f"/stores/{self.id}/products/{product}", {"id": product} | goods)
        self.simulator("PUT", f"/stores/{self.id}", fields)

    def simulator(self, method: str, path: str, body: Any = None) -> requests.Response:
        address = f"{self.stack.demo['simulator']}/sim{path}"
        answer = requests.request(method, address, json=body, timeout=30)
        answer.raise_for_status()
        return answer

    def change(self, **fields: object) -> None:
        self._catalog.patch(f"/stores/{self.id}", fields)

    def fault(self, **fault: object) -> None:
        """Arm a fault for this store; for everything it sends unless `to` says to whom."""
        if "to" in fault:
            fault["to"] = f"+{fault['to']}"
        self.stack.fault(store_id=self.id, **fault)

    def write(self, phone: str, words: str = "gracias") -> str:
        return self.stack.write(phone, words, self.id)

    def ask_for_all(self, phone: str) -> list[str]:
        """Ask for the three products in one delivery: the answer is a text and three pictures."""
        messages = [{"from": phone, "text": f"¿Tienen {name}?"} for name, _ in _GOODS.values()]
        return self.stack.deliver(self.id, {"messages": messages})["wamids"]

    def handled(self, phone: str, seconds: float = 25.0) -> list[dict[str, Any]]:
        return self.stack.wait_until_handled(phone, self.id, seconds)

    def calls(self, phone: str) -> list[dict[str, Any]]:
        """List every message that the Graph API was asked to send to a phone, refused ones too."""
        rows = self.simulator("GET", f"/{self.id}/sent").json()["sent"]
        return [row for row in rows if row["request"].get("to") == f"+{phone}"]

    def accepted(self, phone: str) -> list[dict[str, Any]]:
        return [row for row in self.calls(phone) if row["accepted"]]

    def parts(self, phone: str) -> list[dict[str, Any]]:
        """List what was planned for a phone, in order."""
        return self.stack.sql(
            "SELECT outbox.* FROM outbox JOIN contacts ON contacts.store_id = outbox.store_id"
            " AND contact_id = conversation_id JOIN turns ON turns.store_id = outbox.store_id"
            " AND turns.turn_id = outbox.turn_id"
            " WHERE outbox.store_id = :store AND contacts.phone = :phone"
            " ORDER BY started_at, part",
            store=self.id,
            phone=phone,
        )

    def part(self, phone: str, **expected: object) -> dict[str, Any]:
        """Wait until the first part planned for a phone stands as expected."""

        def look() -> dict[str, Any] | None:
            parts = self.parts(phone)
            fits = parts and all(parts[0][name] == value for name, value in expected.items())
            return parts[0] if fits else None

        return eventually(look, 25, f"the first part of {phone} being {expected}")

    def statuses(self, phone: str) -> list[str]:
        """List how our messages to a phone stand, in the thread's order."""
        rows = self.stack.sql(
            "SELECT status FROM messages JOIN contacts ON contacts.store_id = messages.store_id"
            " AND contact_id = conversation_id WHERE messages.store_id = :store"
            " AND phone = :phone AND role <> 'user' ORDER BY position",
            store=self.id,
            phone=phone,
        )
        return [row["status"] for row in rows]

    def told(self, phone: str) -> list[dict[str, Any]]:
        """List what the console was told of our messages to a phone, and when."""
        return self.stack.sql(
            "SELECT refs, refs ->> 'message_id' AS message_id, refs ->> 'status' AS status,"
            " extract(epoch FROM events.created_at)::float8 AS at"
            " FROM events JOIN conversations USING (store_id, session_id)"
            " JOIN contacts ON contacts.store_id = events.store_id"
            " AND contact_id = conversation_id WHERE events.store_id = :store"
            " AND contacts.phone = :phone AND type = 'message_status' ORDER BY seq",
            store=self.id,
            phone=phone,
        )

    def tell(self, call: dict[str, Any], **script: object) -> None:
        """Let WhatsApp send statuses of a call it accepted: also of a former attempt."""
        self.simulator("POST", f"/{self.id}/sent/{call['number']}/statuses", script)


def attempt_of(call: dict[str, Any]) -> Callback:
    """Read which part and attempt a call was for."""
    fields = call["request"]["biz_opaque_callback_data"].split(":")
    return Callback(fields[1], int(fields[2]))
