"""A takeover at a chosen moment of a turn, and what went after its acknowledgement."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response
from sqlalchemy import text

from common import commands
from tests.waiting import eventually

from .system import System

AGENT = "01890000-0000-7000-8000-000000000001"
REPLY = "Primero el texto. [SEND_IMAGE: cafe-huila]"
ASSISTANT = "the assistant's answer"
# Every place where a turn waits for somebody: before, between and after each call it makes.
AWAITS = (
    "worker.attempt_counted",
    "worker.remembered",
    ASSISTANT,
    "worker.answered",
    "worker.images_resolved",
    "worker.before_sending_commit",
    "worker.sending_committed",
    "worker.sending_in_progress",
    "worker.graph_answered",
    "worker.part_settled",
    "worker.turn_finished",
    "worker.lease_released",
)
BEFORE_THE_SESSION = "worker.attempt_counted"  # a new customer's has none yet
_CONVERSATION = "SELECT contact_id::text AS id FROM contacts WHERE phone = '{phone}'"
_SESSION = (
    "SELECT session_id::text AS id FROM conversations JOIN contacts USING (store_id)"
    " WHERE contact_id = conversation_id AND session_id IS NOT NULL AND phone = '{phone}'"
)


@dataclass(frozen=True)
class Outcome:
    """What a try showed: nothing of it may be anything but what the acknowledgement named."""

    named: int  # parts on their way, by the acknowledgement
    begun_after: int  # parts whose decision came after it, by the database's clock
    asked_after: int  # requests that reached WhatsApp after it


class Takeovers:
    """Writes to the bot and takes over while it answers; one try at a time."""

    def __init__(self, system: System, fail_points: Path) -> None:
        self._system = system
        self._file = fail_points
        self._paused = fail_points.with_name(f"{fail_points.name}.paused")
        self._asked, self._go_on = threading.Event(), threading.Event()
        self._is_held = False
        system.chat.reply = self._think

    def at(self, place: str, phone: str) -> Outcome:
        """Take over while the turn waits at a place."""
        if place == BEFORE_THE_SESSION:
            self._become_known(phone)
        with self._held(place) as wait_until_there:
            self._system.write(phone, "¿Qué café tienen?")
            wait_until_there()
            taken = self._take_over(phone)
        return self._judged(phone, *taken)

    def after(self, seconds: float, phone: str) -> Outcome:
        """Take over so long after the customer wrote, wherever the turn is then."""
        self._system.write(phone, "¿Qué café tienen?")
        threading.Event().wait(seconds)
        return self._judged(phone, *self._take_over(phone))

    @contextmanager
    def _held(self, place: str) -> Iterator[Callable[[], Any]]:
        if place == ASSISTANT:
            self._is_held = True
            self._asked.clear()
            self._go_on.clear()
            try:
                yield self._wait_until_asked
            finally:
                self._is_held = False
                self._go_on.set()
            return
        self._file.write_text(f"pause:{place}")
        try:
            yield lambda: eventually(self._paused.exists, what=f"reaching {place}")
        finally:
            self._paused.unlink(missing_ok=True)

    def _become_known(self, phone: str) -> None:
        """Have a session for the console to take over before the turn that is held opens one."""
        self._system.write(phone, "Buenas")
        self._wait_until_over(phone)

    def _wait_until_asked(self) -> None:
        assert self._asked.wait(15), "nobody asked the assistant"

    def _think(self, _body: object) -> Response:
        if self._is_held:
            self._asked.set()
            self._go_on.wait(15)
        return Response(f'{{"choices":[{{"message":{{"content":"{REPLY}"}}}}]}}')

    def _take_over(self, phone: str) -> tuple[int, Any, int]:
        """Take over as the console does; returns what was named, when, and what had gone."""
        (row,) = eventually(lambda: self._system.rows(_SESSION.format(phone=phone)))
        with self._system.database.store("store-1") as connection:
            taken = commands.take_over(connection, "store-1", row["id"], AGENT, "Ana")
        with self._system.database.store("store-1") as connection:
            acknowledged_at = connection.scalar(text("SELECT clock_timestamp()"))
        return len(taken.in_flight), acknowledged_at, self._requests(phone)

    def _judged(self, phone: str, named: int, acknowledged_at: Any, before: int) -> Outcome:
        conversation = self._wait_until_over(phone)
        begun = self._system.rows(
            "SELECT 1 FROM outbox WHERE role <> 'agent' AND sending_at >"
            f" '{acknowledged_at.isoformat()}' AND conversation_id = '{conversation}'"
        )
        unsettled = self._system.rows(
            "SELECT 1 FROM outbox WHERE state IN ('ready', 'sending', 'retry')"
            f" AND conversation_id = '{conversation}'"
        )
        assert unsettled == []
        return Outcome(named, len(begun), self._requests(phone) - before)

    def _wait_until_over(self, phone: str) -> str:
        """Wait until none of a customer's messages waits; returns their conversation's id."""
        conversation: str = self._system.rows(_CONVERSATION.format(phone=phone))[0]["id"]
        left = (
            "SELECT 1 FROM inbox WHERE state = 'pending' AND kind = 'message'"
            f" AND conversation_id = '{conversation}'"
        )
        eventually(lambda: not self._system.rows(left), what="the turn's end")
        return conversation

    def _requests(self, phone: str) -> int:
        return sum(row["request"].get("to") == f"+{phone}" for row in self._system.sent())
