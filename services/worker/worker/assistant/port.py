"""What the pipeline asks of an assistant, whoever answers. Everything in it is redacted."""

from dataclasses import dataclass
from typing import Literal, Protocol

from common.errors import TemporaryError


class AssistantUnavailableError(TemporaryError):
    """The assistant did not answer usefully; another attempt may go better."""

    code = "assistant_unavailable"


@dataclass(frozen=True)
class HistoryLine:
    """One earlier line of this session.

    A `person` of the store wrote to the customer; a `note` is what they left for the assistant.
    """

    role: Literal["user", "assistant", "person", "note"]
    text: str


@dataclass(frozen=True)
class Passage:
    """Something retrieved from the store's products or knowledge, best first."""

    kind: Literal["product", "knowledge"]
    id: str
    title: str
    text: str
    price: str | None = None  # decimal, such as "45000.00"
    currency: str = "COP"
    has_image: bool = False
    score: float = 0.0  # how well it fits the question; comparable between kinds


@dataclass(frozen=True)
class AssistantRequest:
    """One turn's question: every text of the customer in order, and what is known."""

    store_id: str
    store_name: str
    language: str
    instructions: str
    history: tuple[HistoryLine, ...]
    texts: tuple[str, ...]
    passages: tuple[Passage, ...]


class Assistant(Protocol):
    """Answers a turn."""

    def answer(self, request: AssistantRequest) -> str:
        """Return the raw reply, tags and all; raises AssistantUnavailableError."""
        ...
