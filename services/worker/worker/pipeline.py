"""Step 7. One turn, from the customer's words to the parts of a reply.

Decides with pure functions and acts through ports. No transaction is open during a call of
the assistant, the catalog or the Graph API.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from common import failpoints, metrics, words
from common.database import Database
from common.errors import TemporaryError
from common.inbound import AgentCommand
from common.stores import Store, Stores
from common.turns import Turn
from worker import courtesy
from worker.assistant.port import AssistantRequest, HistoryLine
from worker.attention import Attention
from worker.catalog import ResolvedImage
from worker.conversations import Opening, open_conversation, why_silent
from worker.handover import (
    DEFAULT_KEYWORDS,
    DEFAULT_TRANSFER_TEXT,
    asks_for_person,
)
from worker.media_desk import MediaDesk
from worker.media_reading import media_in
from worker.notes import leave_note
from worker.owner_watch import OwnerWatch, TakenOverError, Tenure
from worker.plans import Body, Plan, of_command
from worker.ports import Assistant, Catalog, Done, Held, Shown, TurnResult
from worker.reply import Reply, parse_reply
from worker.sending import Sender

_LOG = structlog.get_logger()


@dataclass(frozen=True)
class Pipeline:
    """Answers one turn at a time; as many at once as there are threads."""

    database: Database
    stores: Stores
    catalog: Catalog
    assistant: Assistant
    attention: Attention
    sender: Sender
    media: MediaDesk
    owners: OwnerWatch

    def run(self, store: Store, turn: Turn) -> TurnResult:
        """Take a turn as far as it goes now.

        Raises TemporaryError (another attempt), PermanentError (a dead letter) or
        LeaseLostError (somebody else has it: stop).
        """
        if turn.kind == "command":
            return self._say_for_agent(store, turn)
        opening = open_conversation(self.database, self.stores.seal_of(store), turn)
        self.media.expect(store.store_id, media_in(opening.heard))
        if turn.is_behind:
            return Shown()
        if opening.standing.is_planned:
            return self.sender.resume(store, turn, _planned_outcome(opening))
        if not store.is_active:
            return Held()
        if silent := why_silent(store, opening):
            return Done(silent)
        return self._reply(store, turn, opening)

    def _reply(self, store: Store, turn: Turn, opening: Opening) -> TurnResult:
        if not opening.texts:
            return self._ask_for_text(store, turn, opening)
        if keyword := self._asks_for_person(store, opening):
            return self._hand_over(store, turn, opening, keyword)
        try:
            with self.owners.computing(turn.lease, opening.standing.epoch) as tenure:
                plan = self._compute(store, opening, tenure)
        except TakenOverError:
            return Done("taken_over")
        return self.sender.start(store, turn, plan.under(opening.standing.epoch), "answered")

    def _compute(self, store: Store, opening: Opening, tenure: Tenure) -> Plan:
        """Make a plan of what the assistant says; nothing is written, and it may be cut off."""
        reply = self._ask_assistant(store, opening, tenure)
        failpoints.reach("worker.answered")
        tenure.check()
        images = self._images(store, reply.image_ids)
        failpoints.reach("worker.images_resolved")
        tenure.check()
        plan = Plan.of_reply(reply.text, images, store.settings.images_per_reply)
        if not plan.bodies:
            raise TemporaryError("There is nothing to send.", code="empty_answer")
        return plan

    def _asks_for_person(self, store: Store, opening: Opening) -> str | None:
        keywords = store.settings.handover_keywords
        if keywords is None:
            keywords = DEFAULT_KEYWORDS
        return next(filter(None, (asks_for_person(text, keywords) for text in opening.texts)), None)

    def _hand_over(self, store: Store, turn: Turn, opening: Opening, keyword: str) -> TurnResult:
        """Put the customer in the queue and say so, in one step."""
        text = store.settings.transfer_text or DEFAULT_TRANSFER_TEXT[store.settings.language]
        plan = Plan((Body(text=text),), trigger="KEYWORD_DETECTED")
        _LOG.info("person_wanted", store=store.store_id, turn=turn.turn_id, keyword=keyword)
        return self.sender.start(store, turn, plan.under(opening.standing.epoch), "handed_over")

    def _ask_for_text(self, store: Store, turn: Turn, opening: Opening) -> TurnResult:
        """Say that nothing of the turn can be used, unless that was said a moment ago."""
        asked = words.asked_for_text(self.database, turn, courtesy.QUIET_MINUTES)
        if not courtesy.may_ask(opening.unusable, lately=asked.lately, in_session=asked.in_session):
            return Done("nothing_to_answer")
        settings = store.settings
        line = courtesy.line(opening.unusable, settings.language, settings.handover_keywords)
        plan = Plan((Body(text=line),)).under(opening.standing.epoch)
        return self.sender.start(store, turn, plan, "asked_for_text")

    def _ask_assistant(self, store: Store, opening: Opening, tenure: Tenure) -> Reply:
        passages = self.catalog.search(store.store_id, "\n".join(opening.texts))
        tenure.check()
        request = AssistantRequest(
            store_id=store.store_id,
            store_name=store.name,
            language=store.settings.language,
            instructions=store.settings.instructions,
            history=tuple(_history_line(line.role, line.content) for line in opening.history),
            texts=opening.texts,
            passages=passages,
        )
        with (
            self.attention.shown(store, opening.last_wamid),
            metrics.assistant_seconds.labels(store.store_id).time(),
        ):
            answer = self.assistant.answer(request)
            return parse_reply(answer, store.settings.images_per_reply)

    def _images(self, store: Store, product_ids: Sequence[str]) -> Sequence[ResolvedImage]:
        """Find the pictures; words do not wait for a catalog that is away."""
        if not product_ids:
            return ()
        try:
            resolved = self.catalog.resolve_images(store.store_id, product_ids)
        except TemporaryError as error:
            _LOG.warning("images_skipped", store=store.store_id, code=error.code)
            return ()
        if resolved.missing:
            _LOG.warning("images_missing", store=store.store_id, count=len(resolved.missing))
        return resolved.images

    def _say_for_agent(self, store: Store, turn: Turn) -> TurnResult:
        if turn.notes:
            return leave_note(self.database, self.stores.seal_of(store), turn)
        if turn.resends:
            return self.sender.resend(store, turn)
        if self.sender.has_planned(turn):
            return self.sender.resume(store, turn, "sent_for_agent")
        if not store.may_send("agent"):
            return Held()
        seal = self.stores.seal_of(store)
        command = AgentCommand.from_bytes(seal.open(turn.mail[0].payload_sealed))
        plan = of_command(command)
        pictured = plan.pictured(self._images(store, plan.product_ids))
        return self.sender.start(store, turn, pictured, "sent_for_agent")


def _planned_outcome(opening: Opening) -> str:
    if opening.standing.owner == "queue":
        return "handed_over"
    return "answered" if opening.texts else "asked_for_text"


def _history_line(role: str, content: str) -> HistoryLine:
    match role:
        case "user" | "note":
            return HistoryLine(role, content)
        case "agent":
            return HistoryLine("person", content)
        case _:
            return HistoryLine("assistant", content)
