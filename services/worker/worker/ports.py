"""What the pipeline needs of the world, and what becomes of a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from common.turns import Ended
from worker.assistant.port import Assistant, Passage
from worker.catalog import ResolvedImages
from worker.channels.cloud_api import Credentials, Recipient
from worker.channels.outcome import SendOutcome


class Catalog(Protocol):
    """The store's goods and knowledge."""

    def search(self, store_id: str, question: str, limit: int = 5) -> tuple[Passage, ...]: ...

    def resolve_images(self, store_id: str, product_ids: Sequence[str]) -> ResolvedImages: ...


class Channel(Protocol):
    """The road to WhatsApp. Never raises for what the other side does: it is an outcome."""

    def send_text(
        self, credentials: Credentials, recipient: Recipient, body: str, callback_data: str
    ) -> SendOutcome: ...

    def send_image(
        self, credentials: Credentials, recipient: Recipient, link: str, callback_data: str
    ) -> SendOutcome: ...

    def show_typing(self, credentials: Credentials, wamid: str) -> bool: ...


@dataclass(frozen=True)
class Done:
    """The turn reached its end, which is still to be written down."""

    outcome: str


@dataclass(frozen=True)
class Waiting:
    """A part's fate is unknown; the turn goes on when it is settled, or after these seconds."""

    seconds: float


@dataclass(frozen=True)
class Held:
    """The store is paused: the turn goes on, as it is, when the store is active again."""


# `Ended`: written down already, with the send of the last part.
TurnResult = Done | Ended | Waiting | Held

__all__ = ["Assistant", "Catalog", "Channel", "Done", "Ended", "Held", "TurnResult", "Waiting"]
