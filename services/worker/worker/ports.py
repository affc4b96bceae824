"""What the pipeline needs of the world, and what becomes of a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from common.send_errors import ErrorRule
from common.stores import Store
from common.turns import Ended
from worker.assistant.port import Assistant, Passage
from worker.catalog import ResolvedImages
from worker.channels.cloud_api import Credentials, Recipient
from worker.channels.contents import Content
from worker.channels.outcome import SendOutcome


class Catalog(Protocol):
    """The store's goods and knowledge."""

    def search(self, store_id: str, question: str, limit: int = 5) -> tuple[Passage, ...]: ...

    def resolve_images(self, store_id: str, product_ids: Sequence[str]) -> ResolvedImages: ...


class Channel(Protocol):
    """The road to WhatsApp. Never raises for what the other side does: it is an outcome."""

    def send(
        self,
        credentials: Credentials,
        recipient: Recipient,
        content: Content,
        callback_data: str,
        reply_to: str = "",
    ) -> SendOutcome: ...

    def show_typing(self, credentials: Credentials, wamid: str) -> bool: ...


@dataclass(frozen=True)
class Pass:
    """What the gate says of a send: go now, or ask again in so many seconds."""

    wait: float
    is_watched: bool = False  # a circuit waits to hear how it went
    lead: float = 0.0  # it leaves so many seconds from now, as evenly as it was let go

    @property
    def may_go(self) -> bool:
        return self.wait <= 0


class Gate(Protocol):
    """Paces and circuits of all workers together. Nothing goes when nobody can say."""

    def ask(self, store: Store, conversation_id: str, outbox_id: str) -> Pass:
        """Ask for one send, just before its decision. Raises GateClosedError without Redis."""

    def went(self, store: Store) -> None:
        """Tell that WhatsApp answered like one who is well."""

    def failed(self, store: Store) -> None:
        """Tell that WhatsApp did not answer, or as one who is not well."""

    def refused(self, store: Store, conversation_id: str, rule: ErrorRule, seconds: float) -> None:
        """Hold back, for so many seconds, whatever the rule's scope reaches."""


@dataclass(frozen=True)
class Done:
    """The turn reached its end, which is still to be written down."""

    outcome: str


@dataclass(frozen=True)
class Waiting:
    """A part's fate is unknown; the turn goes on when it is settled, or after these seconds."""

    seconds: float
    outbox_id: str


@dataclass(frozen=True)
class Paced:
    """The next part may not go yet: the turn goes on in so many seconds, uncounted."""

    seconds: float


@dataclass(frozen=True)
class Shown:
    """Agents see the turn's words; it is answered after what waits before it."""


@dataclass(frozen=True)
class Held:
    """The store is paused: the turn goes on, as it is, when the store is active again."""


# `Ended`: written down already, with the send of the last part.
TurnResult = Done | Ended | Waiting | Paced | Shown | Held

__all__ = [
    "Assistant",
    "Catalog",
    "Channel",
    "Done",
    "Ended",
    "Gate",
    "Held",
    "Paced",
    "Pass",
    "Shown",
    "TurnResult",
    "Waiting",
]
