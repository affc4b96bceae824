"""Step 8. Sends a plan part by part, each only after the one before it is settled.

No transaction is open while the Graph API is asked. A part whose fate nobody knows holds the
conversation until a status settles it or its silence is judged; it is never blindly repeated
(P4). A part that may not go yet, by its pace, waits as a due time, not as a thread.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import ColumnElement

from common import failpoints, leases, messages, metrics, outbox, settling, turns
from common.database import Database
from common.errors import PermanentError, TemporaryError
from common.outbox import Begun, Part
from common.settling import Silence
from common.stores import Store, Stores
from common.turns import Turn
from worker.channels.cloud_api import Credentials
from worker.channels.outcome import Accepted
from worker.part_sending import PartSender
from worker.plans import Outgoing, Plan, prepare, prepare_again
from worker.ports import Done, Held, Paced, Pass, TurnResult, Waiting
from worker.turnstile import Turnstile

_LOG = structlog.get_logger()


class SendRejectedError(PermanentError):
    """WhatsApp refused a text for good; its code says why."""


@dataclass(frozen=True)
class Sender:
    """Plans replies and sends what is planned."""

    database: Database
    stores: Stores
    part_sender: PartSender
    turnstile: Turnstile

    def start(self, store: Store, turn: Turn, plan: Plan, outcome: str) -> TurnResult:
        """Plan a reply and send it; returns how the turn stands then.

        Its plan and the decision of its first part are one commit. `Held`: the store was paused
        while the reply was made, and nothing of it is kept; `bot_off`: its bot was switched off.
        Raises SendPostponedError, SendRejectedError or LeaseLostError.
        """
        reply, going = prepare(self.stores.seal_of(store), plan)
        way = _Way(store, turn, self.part_sender.credentials(store), outcome)
        going[:1] = self.part_sender.files_ready(store, turn, way.credentials, going[:1])
        if kept := self._kept_back(store, turn):
            return kept
        failpoints.reach("worker.before_sending_commit")
        said = self.turnstile.ask(store, turn, going[0].outbox_id)
        since = time.monotonic()
        begun = outbox.start(
            self.database, turn.lease, turn.turn_id, reply, going[0].shown, may_begin=said.may_go
        )
        if begun.verdict == "taken_over":
            return Done("taken_over")
        if plan.trigger and begun.verdict != "planned":
            metrics.handovers.labels(store.store_id, plan.trigger).inc()
            _LOG.info("handed_over", store=store.store_id, turn=turn.turn_id)
        if begun.verdict == "waits":
            return Paced(said.wait)
        return self._go(way, going, _Step(said, begun, since))

    def resume(self, store: Store, turn: Turn, outcome: str) -> TurnResult:
        """Send every unsettled part of a plan that stands, in order; as `start` otherwise.

        Nothing goes beside a part whose fate nobody knows, wherever that stands in the plan.
        """
        parts = self._parts(turn)
        for part in filter(_is_open_question, parts):
            silence = self._judge(store, turn, part)
            if silence.verdict == "waits":
                return Waiting(silence.remaining, part.outbox_id)
            if silence.verdict != "flagged":
                return self.resume(store, turn, outcome)
        for number, part in enumerate(parts):
            if part.state in outbox.NOT_BEGUN:
                kept = self._kept(store, turn, part)
                return kept or self._begin(store, turn, outcome, parts[number:])
            if part.state == "cancelled":
                return Done("taken_over")
            if part.state == "failed" and (part.kind != "image" or turn.resends):
                raise SendRejectedError(part.error_reason, code=part.error_code)
            # A picture that cannot go does not take the words with it.
        return Done(outcome)

    def has_planned(self, turn: Turn) -> bool:
        """Say whether a former attempt has written the turn's plan."""
        store_id = turn.lease.store_id
        with self.database.store(store_id) as connection:
            return bool(outbox.parts_of(connection, store_id, turn.turn_id))

    def resend(self, store: Store, turn: Turn) -> TurnResult:
        """Send the one part again that the turn is for, as a new attempt; as `start` otherwise."""
        return self.resume(store, turn, "resent")

    def _begin(self, store: Store, turn: Turn, outcome: str, parts: Sequence[Part]) -> TurnResult:
        going = prepare_again(self.stores.seal_of(store), parts)
        way = _Way(store, turn, self.part_sender.credentials(store), outcome, has_files=True)
        going = self.part_sender.files_ready(store, turn, way.credentials, going)
        if kept := self._kept(store, turn, parts[0]):  # a file may have taken minutes
            return kept
        said = self.turnstile.ask(store, turn, going[0].outbox_id)
        if not said.may_go:
            return Paced(said.wait)
        since = time.monotonic()
        begun = outbox.begin(self.database, turn.lease, going[0].shown)
        return self._go(way, going, _Step(said, begun, since))

    def _go(self, way: "_Way", going: Sequence[Outgoing], step: "_Step") -> TurnResult:
        """Send one part after the other, as long as each is accepted at once.

        Anything else is written down, and then the plan is read again as it stands.
        """
        for sent, following in zip(going, [*going[1:], None], strict=True):
            if not step.begun.may_go:
                break
            step.wait_to_leave()
            answer = self.part_sender.send(way.turn, way.credentials, sent, step.begun, step.since)
            self.turnstile.tell(way.store, step.said, answer)
            if not isinstance(answer, Accepted):
                if held := self.part_sender.write_down(way.store, way.turn, sent, answer):
                    return held
                break
            if following is None:
                return self._end(way, sent, answer.wamid)
            if not self._may_go_on(way, following):
                self._stop_behind(way, sent, answer)
                break
            said = self.turnstile.ask(way.store, way.turn, following.outbox_id)
            if not said.may_go:
                self._stop_behind(way, sent, answer)
                return Paced(said.wait)
            step = self._go_on(way, sent, answer, following, said)
        return self.resume(way.store, way.turn, way.outcome)

    def _may_go_on(self, way: "_Way", following: Outgoing) -> bool:
        """Say whether the next part goes at once: its file is there, and the store sends."""
        if not (way.has_files or self.part_sender.has_file(way.store, following)):
            return False
        try:
            return self._kept_back(way.store, way.turn) is None
        except TemporaryError:
            return False  # what went must be written down first of all

    def _kept_back(self, store: Store, turn: Turn) -> TurnResult | None:
        """Say what keeps a turn back since it began: that may be minutes ago, this is a second."""
        now, is_agents = self.stores.get(store.store_id), turn.kind == "command"
        if not now.may_send("agent" if is_agents else "assistant"):
            return Held()
        return None if is_agents or now.settings.bot_enabled else Done("bot_off")

    def _kept(self, store: Store, turn: Turn, part: Part) -> TurnResult | None:
        """Keep a part that may not begin, whatever made its turn due.

        Of a bot that was switched off nothing goes any more, but for what a person asked for.
        """
        now = self.stores.get(store.store_id)
        if not now.may_send(part.role):
            return Held()
        if part.epoch is not None and not now.settings.bot_enabled:
            outbox.cancel_plan(self.database, turn.lease, part.turn_id)
            return Done("bot_off")
        return Paced(part.wait) if part.wait > 0 else None

    def _stop_behind(self, way: "_Way", sent: Outgoing, answer: Accepted) -> None:
        """Write a part down that went, where the next one may not go now."""
        self.part_sender.write_down(way.store, way.turn, sent, answer)
        self._note(way, sent)

    def _go_on(
        self, way: "_Way", sent: Outgoing, answer: Accepted, following: Outgoing, said: Pass
    ) -> "_Step":
        since = time.monotonic()
        begun = outbox.go_on(
            self.database, way.turn.lease, sent.outbox_id, answer.wamid, following.shown
        )
        failpoints.reach("worker.part_settled")
        self._note(way, sent)
        return _Step(said, begun, since)

    def _end(self, way: "_Way", sent: Outgoing, wamid: str) -> TurnResult:
        ended = turns.end_sent(self.database, way.turn, way.outcome, sent.outbox_id, wamid)
        self._note(way, sent)
        return ended or self.resume(way.store, way.turn, way.outcome)

    def _note(self, way: "_Way", sent: Outgoing) -> None:
        _measure(way.turn, sent)
        if sent.attempt > 1:
            self.part_sender.count_if_doubled(way.store, sent)

    def _parts(self, turn: Turn) -> list[Part]:
        store_id = turn.lease.store_id
        with self.database.store(store_id) as connection:
            leases.check(connection, turn.lease)
            for orphan in outbox.adopt_orphans(connection, turn.lease, parts_of(turn)):
                messages.advance(connection, store_id, orphan, "unknown")
            if turn.resends:
                part = outbox.part_named(connection, store_id, turn.resends)
                return [part] if part else []
            return outbox.parts_of(connection, store_id, turn.turn_id)

    def _judge(self, store: Store, turn: Turn, part: Part) -> Silence:
        """Judge a part's silence; at the end it goes again, once, or a person is told."""
        settings = store.settings
        silence = settling.judge_silence(
            self.database,
            turn.lease,
            part.outbox_id,
            settings.unknown_seconds,
            settings.unknown_policy,
        )
        if silence.verdict in ("flagged", "resend"):
            metrics.sends.labels(store.store_id, silence.verdict).inc()
            _LOG.warning(
                "silence_judged",
                store=store.store_id,
                part=part.outbox_id,
                verdict=silence.verdict,
            )
        return silence


@dataclass(frozen=True)
class _Way:
    """What stays the same from the first part of a turn to its last."""

    store: Store
    turn: Turn
    credentials: Credentials
    outcome: str
    has_files: bool = False  # of every part, not of the first alone


@dataclass(frozen=True)
class _Step:
    """A part past its decision: what the gate said, what the decision, and the clock before it."""

    said: Pass
    begun: Begun
    since: float

    def wait_to_leave(self) -> None:
        """Wait until the moment that the gate gave, where the number is at its limit."""
        time.sleep(max(0.0, self.since + self.said.lead - time.monotonic()))


def parts_of(turn: Turn) -> ColumnElement[bool]:
    """Select the parts that a turn is to send."""
    store_id = turn.lease.store_id
    if turn.resends:
        return outbox.named(store_id, turn.resends)
    return outbox.of_turn(store_id, turn.turn_id)


def _is_open_question(part: Part) -> bool:
    return part.state == "unknown" and not part.flagged


def _measure(turn: Turn, sent: Outgoing) -> None:
    """Take the time from the customer's message to the first part of its answer."""
    if sent.part == 1 and turn.kind == "message":
        first = min(each.received_at for each in turn.mail)
        waited = datetime.now(UTC) - first
        metrics.message_to_reply_seconds.labels(turn.lease.store_id).observe(waited.total_seconds())
