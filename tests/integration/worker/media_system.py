"""Hands for what customers send beside words: written to the inbox as the door does, and seen."""

import uuid
from dataclasses import dataclass
from typing import Any

from common import inbox
from common.inbound import InboundMessage
from common.inbox import NewItem
from common.queues import Doorbells
from common.storage_files import FileStorage
from common.stores import Stores
from tests.waiting import eventually

from .system import System


@dataclass
class Customers:
    """Customers who send files, and what became of them."""

    system: System
    stores: Stores
    doorbells: Doorbells

    def send(self, kind: str, media: dict[str, str], store: str = "store-1", text: str = "") -> str:
        """Let a customer send a file; returns the wamid."""
        wamid = f"wamid.{uuid.uuid4()}"
        message = InboundMessage(wamid, kind, text, "573001112233", name="Ana", media=media)
        seal = self.stores.seal_of(self.stores.get(store))
        item = NewItem(
            store, "message", wamid, seal.seal(message.to_bytes()), phone="573001112233", name="Ana"
        )
        accepted = inbox.accept(self.system.database, [item])[0]
        self.doorbells.ring(store, [accepted.conversation_id])
        return wamid

    def media(self, wamid: str, store: str = "store-1") -> dict[str, Any] | None:
        """Read what is known of a message's file; None before it is expected."""
        rows = self.system.rows(
            "SELECT media.message_id, media.state, media.reason, media.mime_type, media.size,"
            " media.place, media.attempts FROM media JOIN messages USING (store_id, message_id)"
            f" WHERE wamid = '{wamid}'",
            store,
        )
        return rows[0] if rows else None

    def settled(self, wamid: str, store: str = "store-1") -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = self.media(wamid, store)
            return found if found and found["state"] != "loading" else None

        return eventually(look, what="the file's end")

    def put_off(self, wamid: str, reason: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = self.media(wamid)
            return found if found and found["reason"] == reason else None

        return eventually(look, what=f"a fetch put off by {reason}")

    def make_due(self) -> None:
        """Let what was put off be due now; the desk looks twice a second."""
        with self.system.database.store("store-1") as connection:
            connection.exec_driver_sql("UPDATE media SET due_at = clock_timestamp()")

    def content(self, found: dict[str, Any], store: str = "store-1") -> bytes:
        storage = FileStorage(self.system.settings.data_dir / "media")
        pieces = storage.read(store, found["place"], 0, found["size"])
        try:
            return b"".join(pieces)
        finally:
            pieces.close()
