"""Step 7 of an agent's note: shown to colleagues, told the assistant, and never sent.

It goes through the conversation's order, as a send does, and is redacted here, as all is that
an assistant may read.
"""

from common import conversations, leases, messages
from common.database import Database
from common.inbound import AgentCommand
from common.messages import NewMessage
from common.sealing import StoreSeal
from common.turns import Turn
from worker.ports import Done
from worker.redaction import redact

KIND = "release_note"


def leave_note(database: Database, seal: StoreSeal, turn: Turn) -> Done:
    """Put an agent's note into the thread, once; raises LeaseLostError."""
    command = AgentCommand.from_bytes(seal.open(turn.mail[0].payload_sealed))
    redacted = redact(command.text).text
    hidden = seal.seal_text(command.text) if redacted != command.text else None
    note = NewMessage(command.message_id, "system", KIND, redacted, "received", hidden)
    store_id = turn.lease.store_id
    with database.store(store_id) as connection:
        leases.check(connection, turn.lease)
        conversation = conversations.lock(connection, store_id, turn.lease.conversation_id)
        if not messages.is_known(connection, store_id, command.message_id):
            messages.remember(connection, conversation, note)
    return Done("noted")
