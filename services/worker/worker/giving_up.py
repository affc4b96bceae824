"""How a turn ends that cannot be answered: where a person will see it (P1).

A part that went and was never confirmed is flagged, one that was refused is shown as failed,
and the customer of a dead letter is handed to a person, unless they are blocked.
"""

from sqlalchemy import Connection

from common import conversations, messages, metrics, outbox, settling, turns
from common.conversations import Conversation
from common.errors import ServiceError
from common.inbound import AgentCommand
from common.messages import NewMessage
from common.outbox import NewPart
from common.sealing import StoreSeal
from common.turns import Turn
from worker.plans import of_command
from worker.redaction import redact
from worker.sending import parts_of


def give_up(connection: Connection, seal: StoreSeal, turn: Turn, error: ServiceError) -> str:
    """End a turn in the caller's transaction; returns its outcome for the metrics."""
    store_id = turn.lease.store_id
    conversation = conversations.lock(connection, store_id, turn.lease.conversation_id)
    for unconfirmed in settling.abandon(connection, parts_of(turn)):
        messages.explain(connection, store_id, unconfirmed, settling.UNCONFIRMED)
    for refused in outbox.give_up(connection, parts_of(turn)):
        messages.advance(connection, store_id, refused, "failed", error=error.message)
    if turn.resends:
        return _end_resend(connection, conversation, turn, error)
    is_to_send = turn.kind == "command" and not turn.notes
    if is_to_send and _show_failed(connection, seal, conversation, turn, error):
        turns.finish(connection, turn, f"rejected:{error.code}")
        return "rejected"
    turns.bury(connection, turn, error.code)
    _hand_over(connection, conversation)
    return "dead"


def _end_resend(
    connection: Connection, conversation: Conversation, turn: Turn, error: ServiceError
) -> str:
    """End an attempt at one message, which is shown as failed and may be asked for again."""
    turns.finish(connection, turn, f"rejected:{error.code}")
    _hand_over(connection, conversation)
    return "rejected"


def _hand_over(connection: Connection, conversation: Conversation) -> None:
    if conversation.blocked_at is not None:
        return  # nobody is called for whom the store does not want to hear from
    if conversation.owner == "bot" and conversation.session_id:
        conversations.hand_over(connection, conversation, "BOT_FAILED")
        metrics.handovers.labels(conversation.store_id, "BOT_FAILED").inc()


def _show_failed(
    connection: Connection,
    seal: StoreSeal,
    conversation: Conversation,
    turn: Turn,
    error: ServiceError,
) -> bool:
    """Show an agent that their words did not go, and may; False when nobody can read them."""
    try:
        command = AgentCommand.from_bytes(seal.open(turn.mail[0].payload_sealed))
        (body,) = of_command(command).bodies
    except (ServiceError, ValueError, TypeError, KeyError):
        return False
    if conversation.session_id is not None:
        its = (conversation.store_id, conversation.conversation_id, conversation.session_id)
        part = NewPart(command.message_id, body.kind, body.sealed(seal))
        why = {"error_code": error.code, "error_reason": error.message}
        outbox.write_failed(connection, turn.turn_id, its, part, **why)
    if not messages.is_known(connection, conversation.store_id, command.message_id):
        redacted = redact(command.text).text
        sealed = seal.seal_text(command.text) if redacted != command.text else None
        kind = str(command.content.get("kind", "text"))
        unsent = NewMessage(command.message_id, "agent", kind, redacted, "sending", sealed)
        messages.remember(connection, conversation, unsent)
    messages.advance(
        connection, conversation.store_id, command.message_id, "failed", error=error.message
    )
    return True
