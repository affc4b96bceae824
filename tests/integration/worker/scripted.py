"""The worker's own turns on a real database, with WhatsApp, the gate and the catalog as scripts."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from common.send_errors import rule_for
from worker.assistant.port import AssistantRequest
from worker.attention import Attention
from worker.catalog import ResolvedImage, ResolvedImages
from worker.channels.graph_answers import outcome_of
from worker.channels.outcome import Accepted, TryLater
from worker.lease_keeper import LeaseKeeper
from worker.outgoing_http import Answer
from worker.owner_watch import OwnerWatch
from worker.part_sending import PartSender
from worker.pipeline import Pipeline
from worker.ports import Pass
from worker.refusals import Refusals
from worker.sending import Sender
from worker.turn_runner import TurnRunner
from worker.turnstile import Turnstile

NOT_CONNECTED = TryLater("not_connected", "Nobody there.", rule_for("not_connected"))


def refusal(code: int | str, status: int) -> Any:
    """Answer as Graph, or as whoever stands before it."""
    if code == "not_connected":
        return NOT_CONNECTED
    if code == "429":
        return outcome_of(Answer(status, None, b"slow down"))
    body = {"error": {"code": code, "message": f"(#{code}) No"}}
    return outcome_of(Answer(status, None, json.dumps(body).encode()))


@dataclass
class ScriptedChannel:
    """Refuses the next sends of a kind; counts every send and keeps its callback data."""

    refusals: list[Any] = field(default_factory=list)
    kind: str = "text"
    sent: list[tuple[str, str]] = field(default_factory=list)  # kind, callback data
    numbers: Any = field(default_factory=itertools.count)

    def send(self, _who: Any, _to: Any, content: Any, callback: str, _reply: str = "") -> Any:
        kind = content.as_graph()["type"]
        self.sent.append((kind, callback))
        if kind == self.kind and self.refusals:
            return self.refusals.pop(0)
        return Accepted(f"wamid.{next(self.numbers)}")

    def show_typing(self, _who: Any, _wamid: str) -> bool:
        return True

    @property
    def sends(self) -> list[str]:
        """Name the callback data of every send of the refused kind."""
        return [callback for kind, callback in self.sent if kind == self.kind]


@dataclass
class RecordingGate:
    """Lets everything through and remembers whom it should have held back."""

    held: list[tuple[str, str, float]] = field(default_factory=list)  # conversation, scope, seconds

    def ask(self, _store: Any, _conversation: str, _part: str) -> Pass:
        return Pass(0)

    def went(self, _store: Any) -> None: ...

    def failed(self, _store: Any) -> None: ...

    def refused(self, _store: Any, conversation_id: str, rule: Any, seconds: float) -> None:
        self.held.append((conversation_id, rule.scope.value, seconds))


@dataclass
class ScriptedCatalog:
    """Has one picture; remembers which could not be loaded."""

    problems: list[tuple[str, str, str]] = field(default_factory=list)

    def search(self, _store: str, _question: str, _limit: int = 5) -> tuple[()]:
        return ()

    def resolve_images(self, _store: str, asked: Any) -> ResolvedImages:
        images = tuple(ResolvedImage(each, f"https://cdn.example/{each}.jpg") for each in asked)
        return ResolvedImages(images, ())

    def picture_problem(self, _store: str, product_id: str, code: str, url: str) -> None:
        self.problems.append((product_id, code, url))


class _Assistant:
    def answer(self, _request: AssistantRequest) -> str:
        return "Claro que sí. [SEND_IMAGE:cactus]"


class _NoUploads:
    def are_needed(self, _store: Any, _going: Any) -> bool:
        return False

    def all_ready(self, _store: Any, _who: Any, going: Any) -> Any:
        return going

    def judged(self, _store: str, _number: str, _going: Any, outcome: Any) -> Any:
        return outcome


class _NoMedia:
    def expect(self, _store: str, _expected: Any) -> None: ...


def runner_of(database: Any, stores: Any, channel: ScriptedChannel, refusals: Refusals) -> Any:
    """Put the worker's turns together around the scripts."""
    part_sender = PartSender(database, stores, channel, refusals, _NoUploads(), 5.0)  # type: ignore[arg-type]
    pipeline = Pipeline(
        database=database,
        stores=stores,
        catalog=refusals.catalog,  # type: ignore[arg-type]
        assistant=_Assistant(),
        attention=Attention(stores, channel),
        sender=Sender(database, stores, part_sender, Turnstile(refusals.gate)),
        media=_NoMedia(),  # type: ignore[arg-type]
        owners=OwnerWatch(database),
    )
    keeper = LeaseKeeper(database, "test", 60)
    return TurnRunner(database, stores, keeper, pipeline, "test", 60)
