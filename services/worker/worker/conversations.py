"""Step 7, first half. Opens the conversation and remembers what the turn brought.

Recorded and published before the bot is asked whether it is on, so that an agent sees every
word during a handover (KAIU's worst defect). A second attempt finds it done and adds nothing.
Reading, redacting and sealing are done before, so that the database is asked once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from common import failpoints, metrics, words
from common.commands import PHONE_APP
from common.database import Database
from common.inbound import InboundMessage
from common.messages import Line
from common.plain_text import storable
from common.sealing import StoreSeal
from common.stores import Store
from common.turns import Mail, Turn
from common.words import Standing, Words
from worker import kinds
from worker.redaction import redact

_HISTORY_LINES = 20


@dataclass(frozen=True)
class Heard:
    """One row of a turn, read. Its message, if it is one of its own, has the row's id."""

    mail: Mail
    message: InboundMessage


@dataclass(frozen=True)
class Opening:
    """A turn's conversation, as it stood when its words were remembered."""

    standing: Standing
    heard: tuple[Heard, ...]
    texts: tuple[str, ...]  # redacted, in order; empty when there is nothing to read
    unusable: tuple[str, ...]  # kinds of what asks for an answer and cannot be read
    has_late: bool  # something is too old to be answered

    @property
    def history(self) -> tuple[Line, ...]:
        """What was said before this turn, redacted."""
        return self.standing.history

    @property
    def last_wamid(self) -> str:
        """The message the answer will be seen to follow."""
        addressed = [each for each in self.heard if kinds.is_addressed(each.message)]
        return addressed[-1].message.wamid if addressed else ""


def open_conversation(database: Database, seal: StoreSeal, turn: Turn) -> Opening:
    """Open or renew the session, remember what was said, redacted, and publish it."""
    heard = [
        Heard(mail, InboundMessage.from_bytes(seal.open(mail.payload_sealed))) for mail in turn.mail
    ]
    read = [_words(seal, each) for each in heard]
    standing = words.remember(database, turn, read, _HISTORY_LINES)
    failpoints.reach("worker.remembered")
    if standing.is_silenced:
        metrics.handovers.labels(turn.lease.store_id, PHONE_APP).inc()
    return _opening(standing, heard)


def why_silent(store: Store, opening: Opening) -> str:
    """Say why the bot does not answer; empty when it does."""
    if opening.standing.is_blocked:
        return "blocked"
    if opening.standing.owner != "bot" or not store.settings.bot_enabled:
        return "bot_off"
    if not opening.texts and not opening.unusable:
        return "too_old" if opening.has_late else "nothing_to_answer"
    return "" if opening.standing.is_window_open else "window_closed"


def _opening(standing: Standing, heard: Sequence[Heard]) -> Opening:
    """Sort what asks for an answer into what can be read, what cannot, and what is too old."""
    addressed = [
        (each, content.strip())
        for each, content in zip(heard, standing.contents, strict=True)
        if content is not None and kinds.is_addressed(each.message)
    ]
    timely = [
        (each, content)
        for each, content in addressed
        if not kinds.is_late(each.mail.sent_at, each.mail.received_at)
    ]
    return Opening(
        standing=standing,
        heard=tuple(heard),
        texts=tuple(content for _, content in timely if content),
        unusable=tuple(
            each.message.kind
            for each, content in timely
            if not content and each.message.kind != "text"
        ),
        has_late=len(timely) < len(addressed),
    )


def _words(seal: StoreSeal, heard: Heard) -> Words:
    message, mail = heard.message, heard.mail
    content = kinds.content_of(message)
    written = storable(content or "")
    redacted = redact(written).text
    details = dict(message.details)
    if message.author == "agent":
        details["phone_app"] = True  # a person of the store, but none whom we know by name
    return Words(
        message_id=mail.inbox_id,
        role=kinds.role_of(message),
        kind=message.kind,
        content=None if content is None else redacted,
        content_sealed=seal.seal_text(written) if redacted != written else None,
        details_sealed=seal.seal(json.dumps(details).encode("ascii")) if details else None,
        wamid=message.wamid,
        reply_to=message.reply_to,
        target=kinds.target_of(message),
        written_at=mail.sent_at or mail.received_at,
    )
