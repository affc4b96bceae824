"""Step 7, first half. Opens the conversation and remembers what the customer wrote.

Recorded and published before the bot is asked whether it is on, so that an agent sees every
word during a handover (KAIU's worst defect). A second attempt finds it done and adds nothing.
Reading, redacting and sealing are done before, so that the database is asked once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from common import failpoints, words
from common.database import Database
from common.inbound import InboundMessage
from common.messages import Line
from common.plain_text import storable
from common.sealing import StoreSeal
from common.stores import Store
from common.turns import Mail, Turn
from common.words import Standing, Words
from worker.redaction import redact

_HISTORY_LINES = 20
# Shown to agents, answered by nobody: they say nothing a reply could be about.
_SILENT_KINDS = ("reaction", "system", "unsupported")


@dataclass(frozen=True)
class Opening:
    """A turn's conversation, as it stood when its words were remembered."""

    standing: Standing
    texts: tuple[str, ...]  # redacted, in order; empty when there is nothing to read
    last_wamid: str  # the message the answer will be seen to follow

    @property
    def history(self) -> tuple[Line, ...]:
        """What was said before this turn, redacted."""
        return self.standing.history


def open_conversation(database: Database, seal: StoreSeal, turn: Turn) -> Opening:
    """Open or renew the session, remember the customer's words, redacted, and publish them."""
    read = [_words(seal, mail) for mail in turn.mail]
    standing = words.remember(database, turn, read, _HISTORY_LINES)
    failpoints.reach("worker.remembered")
    return Opening(standing, _texts(read), last_wamid=read[-1].wamid)


def why_silent(store: Store, opening: Opening) -> str:
    """Say why the bot does not answer; empty when it does."""
    if opening.standing.owner != "bot" or not store.settings.bot_enabled:
        return "bot_off"
    if not opening.standing.is_window_open:
        return "window_closed"
    return "" if opening.texts else "nothing_to_answer"


def _words(seal: StoreSeal, mail: Mail) -> Words:
    message = InboundMessage.from_bytes(seal.open(mail.payload_sealed))
    written = storable(message.text)
    redacted = redact(written).text
    return Words(
        message_id=mail.inbox_id,
        kind=message.kind,
        content=redacted,
        content_sealed=seal.seal_text(written) if redacted != written else None,
        wamid=message.wamid,
        written_at=mail.sent_at or mail.received_at,
    )


def _texts(read: Sequence[Words]) -> tuple[str, ...]:
    return tuple(
        each.content for each in read if each.kind not in _SILENT_KINDS and each.content.strip()
    )
