"""One store's conversations as a test writes to them, through the modules under test."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from common import conversations, inbox, outbox, store_pausing, turns
from common.conversations import Conversation
from common.database import Database
from common.inbound import InboundMessage, StatusUpdate
from common.inbox import NewItem
from common.leases import Lease
from common.outbox import Begun, NewPart, Part, Reply, Shown
from common.sealing import StoreSeal
from common.turns import Turn

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

    def pause(self, reason: str, seen_version: int | None = None) -> bool:
        """Pause the store; says whether this paused it."""
        with self.database.store(self.store_id) as connection:
            return store_pausing.pause_in(connection, self.store_id, reason, seen_version)

    def take(self, conversation_id: str, holder: str, seconds: float = 30) -> Lease | None:
        """Take a conversation without taking up its turn; None when somebody has it."""
        taken = {"conversation": conversation_id, "holder": holder, "seconds": seconds}
        fence = self.value(
            "SELECT take_lease(:store, :conversation, :holder, :seconds)",
            store=self.store_id,
            **taken,
        )
        return fence and Lease(self.store_id, conversation_id, holder, fence)

    def lease(self, conversation_id: str, holder: str = "one", seconds: float = 30) -> Lease:
        lease = self.take(conversation_id, holder, seconds)
        assert lease is not None
        return lease

    def begin(
        self, lease: Lease, most_attempts: int = 99, *, is_paused: bool = False
    ) -> Turn | float | None:
        """Take up the turn under a lease that is held; else say when the head is due."""
        its = {"store": self.store_id, "conversation": lease.conversation_id}
        with self.database.store(self.store_id) as connection:
            rows = connection.execute(
                text("SELECT * FROM take_up(:store, :conversation, :fence, 20, :most, :paused)"),
                its | {"fence": lease.fence, "most": most_attempts, "paused": is_paused},
            ).all()
            if rows:
                return turns.read(lease, rows)
            return turns.next_due(connection, self.store_id, lease.conversation_id)

    def turn(self, lease: Lease) -> Turn:
        turn = self.begin(lease)
        assert isinstance(turn, Turn)
        return turn

    def conversation(self, conversation_id: str) -> Conversation:
        with self.database.store(self.store_id) as connection:
            return conversations.lock(connection, self.store_id, conversation_id)

    def open(self, conversation_id: str) -> Conversation:
        """Open a session as of now."""
        return self.written(conversation_id, timedelta(0))

    def written(self, conversation_id: str, ago: timedelta) -> Conversation:
        """Let a message that was written some time ago open or renew the session."""
        with self.database.store(self.store_id) as connection:
            now = conversations.lock(connection, self.store_id, conversation_id).now
            its = {"store": self.store_id, "conversation": conversation_id, "at": now - ago}
            connection.execute(text("SELECT open_session(:store, :conversation, :at)"), its)
            return conversations.lock(connection, self.store_id, conversation_id)

    def start(self, turn: Turn, *kinds: str, role: str = "assistant", **reply: Any) -> Begun:
        """Plan one part of each kind under the present epoch, and begin the first."""
        epoch = self.conversation(turn.lease.conversation_id).epoch
        reply = {"epoch": None if role == "agent" else epoch} | reply
        parts = [NewPart(str(uuid4()), kind, b"sealed") for kind in kinds]
        shown = Shown(parts[0].outbox_id, "hola")
        plan = Reply(role, parts, **reply)
        return outbox.start(self.database, turn.lease, turn.turn_id, plan, shown)

    def parts(self, turn: Turn) -> list[Part]:
        with self.database.store(self.store_id) as connection:
            return outbox.parts_of(connection, self.store_id, turn.turn_id)

    def plan(self, turn: Turn, *kinds: str, role: str = "assistant") -> list[Part]:
        """Plan a reply whose first part has not begun: it was refused for now, once."""
        self.start(turn, *kinds, role=role)
        self.change(
            "UPDATE outbox SET state = 'ready', attempt = 0 WHERE turn_id = :turn AND part = 1",
            turn=turn.turn_id,
        )
        return self.parts(turn)

    def begin_sending(self, lease: Lease, part: Part) -> bool:
        """Pass a part's decisive point; False when it does not begin."""
        return outbox.begin(self.database, lease, Shown(part.outbox_id, "hola")).may_go

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
