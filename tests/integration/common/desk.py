"""One store's conversations as a test writes to them, through the modules under test."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from common import conversations, inbox, leases, outbox, turns
from common.conversations import Conversation
from common.database import Database
from common.inbound import InboundMessage, StatusUpdate
from common.inbox import NewItem
from common.leases import Lease
from common.outbox import NewPart, Part
from common.sealing import StoreSeal
from common.turns import NotDue, Turn

ANA, BETO = str(uuid4()), str(uuid4())


@dataclass(frozen=True)
class Desk:
    """A store, its seal, and short words for what tests do all the time."""

    database: Database
    store_id: str
    seal: StoreSeal

    def write(self, *wamids: str, phone: str = "573005550101", hold_back_ms: int = 0) -> str:
        """Let a customer write; returns the conversation."""
        items = [
            NewItem(
                self.store_id,
                "message",
                wamid,
                self.seal.seal(InboundMessage(wamid, "text", f"texto de {wamid}").to_bytes()),
                hold_back_ms=hold_back_ms,
                phone=phone,
                name="Lucía",
            )
            for wamid in wamids
        ]
        return inbox.accept(self.database, items)[0].conversation_id or ""

    def tell(self, *updates: StatusUpdate) -> None:
        """Let Meta send statuses."""
        inbox.accept(
            self.database,
            [
                NewItem(self.store_id, "status", each.event_id, self.seal.seal(each.to_bytes()))
                for each in updates
            ],
        )

    def lease(self, conversation_id: str, holder: str = "one", seconds: float = 30) -> Lease:
        lease = leases.take(self.database, self.store_id, conversation_id, holder, seconds)
        assert lease is not None
        return lease

    def begin(self, lease: Lease) -> Turn | NotDue | None:
        with self.database.store(self.store_id) as connection:
            return turns.begin(connection, lease)

    def turn(self, lease: Lease) -> Turn:
        turn = self.begin(lease)
        assert isinstance(turn, Turn)
        return turn

    def conversation(self, conversation_id: str) -> Conversation:
        with self.database.store(self.store_id) as connection:
            return conversations.lock(connection, self.store_id, conversation_id)

    def open(self, conversation_id: str) -> Conversation:
        """Open a session as of now."""
        with self.database.store(self.store_id) as connection:
            conversation = conversations.lock(connection, self.store_id, conversation_id)
            return conversations.open_session(connection, conversation, conversation.now)

    def plan(self, turn: Turn, *kinds: str, role: str = "assistant") -> list[Part]:
        """Plan one part of each kind under the present epoch."""
        with self.database.store(self.store_id) as connection:
            conversation = conversations.lock(connection, self.store_id, turn.lease.conversation_id)
            epoch = None if role == "agent" else conversation.epoch
            parts = [NewPart(str(uuid4()), role, kind, b"sealed", epoch) for kind in kinds]
            outbox.plan(connection, turn.turn_id, conversation, parts)
            return outbox.parts_of(connection, self.store_id, turn.turn_id)

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.database.store(self.store_id) as connection:
            return list(connection.execute(text(query), values))

    def value(self, query: str, **values: Any) -> Any:
        ((found,),) = self.rows(query, **values)
        return found

    def change(self, statement: str, **values: Any) -> None:
        """Arrange what only time would bring about."""
        with self.database.store(self.store_id) as connection:
            connection.execute(text(statement), values)

    def events(self, event_type: str) -> list[dict[str, Any]]:
        """Read the facts of one kind that were recorded, oldest first."""
        found = self.rows(
            "SELECT refs FROM events WHERE type = :type ORDER BY event_id", type=event_type
        )
        return [row.refs for row in found]
