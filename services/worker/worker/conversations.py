"""Step 7, first half. Opens the conversation and remembers what the customer wrote.

Recorded and published before the bot is asked whether it is on, so that an agent sees every
word during a handover (KAIU's worst defect). A second attempt finds it done and adds nothing.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from common import conversations, failpoints, leases, messages, outbox
from common.conversations import Conversation
from common.database import Database
from common.inbound import InboundMessage
from common.messages import Line, NewMessage
from common.plain_text import storable
from common.sealing import StoreSeal
from common.stores import Store
from common.turns import Mail, Turn
from worker.redaction import redact

_HISTORY_LINES = 20
# Shown to agents, answered by nobody: they say nothing a reply could be about.
_SILENT_KINDS = ("reaction", "system", "unsupported")


@dataclass(frozen=True)
class Opening:
    """A turn's conversation, as it stood when its words were remembered."""

    conversation: Conversation
    texts: tuple[str, ...]  # redacted, in order; empty when there is nothing to read
    history: tuple[Line, ...]  # redacted, before this turn
    last_wamid: str  # the message the answer will be seen to follow
    is_planned: bool  # a former attempt has written the reply already


def open_conversation(database: Database, seal: StoreSeal, turn: Turn) -> Opening:
    """Open or renew the session, remember the customer's words, redacted, and publish them."""
    lease = turn.lease
    read = [(mail, InboundMessage.from_bytes(seal.open(mail.payload_sealed))) for mail in turn.mail]
    with database.store(lease.store_id) as connection:
        leases.check(connection, lease)
        conversation = conversations.lock(connection, lease.store_id, lease.conversation_id)
        for mail, message in read:
            conversation = conversations.open_session(
                connection, conversation, mail.sent_at or mail.received_at
            )
            _remember(connection, seal, conversation, mail, message)
        session_id = conversation.session_id or ""
        own = [mail.inbox_id for mail in turn.mail]
        history = messages.history(connection, lease.store_id, session_id, _HISTORY_LINES, own)
        planned = outbox.parts_of(connection, lease.store_id, turn.turn_id)
    failpoints.reach("worker.remembered")
    return Opening(
        conversation,
        _texts(read),
        tuple(history),
        last_wamid=read[-1][1].wamid,
        is_planned=bool(planned),
    )


def why_silent(store: Store, conversation: Conversation) -> str:
    """Say why the bot does not answer this conversation; empty when it does."""
    if conversation.owner != "bot":
        return "bot_off"
    if not (store.is_active and store.settings.bot_enabled):
        return "bot_off"
    if not conversation.is_window_open:
        return "window_closed"
    return ""


def _remember(
    connection: Connection,
    seal: StoreSeal,
    conversation: Conversation,
    mail: Mail,
    message: InboundMessage,
) -> None:
    if messages.is_known(connection, conversation.store_id, mail.inbox_id):
        return
    written = storable(message.text)
    redacted = redact(written).text
    messages.remember(
        connection,
        conversation,
        NewMessage(
            message_id=mail.inbox_id,
            role="user",
            kind=message.kind,
            content=redacted,
            content_sealed=seal.seal_text(written) if redacted != written else None,
            status="received",
            wamid=message.wamid,
        ),
    )


def _texts(read: list[tuple[Mail, InboundMessage]]) -> tuple[str, ...]:
    written = [
        redact(storable(message.text)).text
        for _, message in read
        if message.kind not in _SILENT_KINDS
    ]
    return tuple(text for text in written if text.strip())
