"""What an agent does to a conversation, at once or in its order.

Taking over, giving back and resolving change the owner in one atomic step. A send joins the
conversation's inbox, so that it is ordered with what the customer writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Connection

from common import contacts, conversations, inbox, outbox, settling, snoozing
from common.conversations import Conversation
from common.database import Database
from common.errors import ConflictError, NotFoundError
from common.inbound import AgentCommand
from common.inbox import NewItem
from common.sealing import StoreSeal
from common.settling import Retried

PHONE_APP = "PHONE_APP"  # why a conversation is in the queue: answered from the phone app
QUEUE = "queue"  # whom a conversation is assigned to when it is to be anybody's
NOTE = "note"  # the verb of what is said to colleagues and the assistant, and not sent


@dataclass(frozen=True)
class TakenOver:
    """A takeover's acknowledgement: when it is given, no bot part can begin any more."""

    conversation: Conversation
    in_flight: tuple[str, ...]  # message ids of bot parts that may still arrive


def take_over(
    connection: Connection, store_id: str, session_id: str, agent_id: str, agent_name: str
) -> TakenOver:
    """Make an agent the owner, and cancel what the bot has planned and not begun.

    Commit before acknowledging.
    """
    before = conversations.lock_by_session(connection, store_id, session_id)
    after = conversations.take_over(connection, before, agent_id, agent_name)
    return _taken(connection, snoozing.end(connection, after))


def assign(
    connection: Connection,
    store_id: str,
    session_id: str,
    agent: tuple[str, str],
    *,
    by_agent_id: str,
) -> TakenOver:
    """Make an agent (id and name) the owner, or `QUEUE`; acknowledged as a takeover is.

    What is unread stays so for a colleague: only who takes it themselves has seen it.
    """
    before = conversations.lock_by_session(connection, store_id, session_id)
    if agent[0] == QUEUE:
        after = conversations.queue(connection, before)
    else:
        is_own = agent[0] == by_agent_id
        after = conversations.take_over(connection, before, *agent, is_read=is_own)
    return _taken(connection, snoozing.end(connection, after))


def silence_bots(database: Database, store_id: str, conversation_ids: Sequence[str]) -> int:
    """Take conversations from the bot at once: a person answered from the phone app.

    A reply that is being computed is void. An agent keeps theirs, and where nothing was said yet
    there is nothing to silence. Returns how many that changed; the turns that show the echoes
    find it done, or do it. The caller counts it in `metrics.handovers`.
    """
    ((silenced,),) = database.call(
        "silence_bots", store_id, list(conversation_ids), makes_events=True
    )
    return int(silenced)


@dataclass(frozen=True)
class Note:
    """What an agent says to the assistant and to colleagues as they give a conversation back."""

    seal: StoreSeal
    agent_id: str
    agent_name: str
    text: str


def release(
    connection: Connection, store_id: str, session_id: str, note: Note | None = None
) -> Conversation:
    """Give the conversation back to the bot; ring after the commit.

    A note has its place in the conversation's order, before what the customer writes next, and
    only with a change of owner: who asks twice leaves one.
    """
    conversation = conversations.lock_by_session(connection, store_id, session_id)
    if conversation.owner == "bot" and not conversation.resolved:
        return snoozing.end(connection, conversation)
    if note is not None:
        inbox.accept_in(connection, [_as_item(conversation, note)])
    return conversations.release(connection, conversation)


def resolve(connection: Connection, store_id: str, session_id: str) -> Conversation:
    """Close the matter."""
    conversation = conversations.lock_by_session(connection, store_id, session_id)
    if conversation.resolved:
        return conversation
    return conversations.resolve(connection, conversation)


@dataclass(frozen=True)
class Sent:
    """A send that waits its turn; `message_id` is the id it will have on every screen."""

    message_id: str
    conversation_id: str
    is_new: bool


def send(
    connection: Connection,
    seal: StoreSeal,
    store_id: str,
    session_id: str,
    command: AgentCommand,
) -> Sent:
    """Put an agent's text in the conversation's order; the same client id again changes nothing.

    Who writes to a customer that the bot or nobody has takes the conversation over with it.
    Raises ConflictError, which must end the transaction: `window_closed` when the 24 h window is
    over, `owned_by_colleague` when somebody else is answering, `contact_blocked`, and
    `opted_out` of advertising. Ring after the commit.
    """
    conversation = conversations.lock_by_session(connection, store_id, session_id)
    item = NewItem(
        store_id=store_id,
        kind="command",
        event_id=f"{conversation.conversation_id}|{command.client_id}",
        payload_sealed=seal.seal(command.to_bytes()),
        conversation_id=conversation.conversation_id,
    )
    # Accepted before it is judged: a request that comes again, perhaps after the conversation
    # was given back, changes no owner. A refusal takes the row away with its transaction.
    accepted = inbox.accept_in(connection, [item])[0]
    if accepted.is_new:
        _refuse_if_not_theirs(conversation, command)
        conversations.name_actor(connection, command.agent_name)
        conversations.take_over(connection, conversation, command.agent_id, command.agent_name)
    return Sent(command.message_id, conversation.conversation_id, accepted.is_new)


def retry(
    connection: Connection, store_id: str, session_id: str, message_id: str, agent: tuple[str, str]
) -> Retried:
    """Let a failed or unconfirmed message go again, as a new attempt in the conversation's order.

    Who asks takes the conversation over, as who writes does; `agent` is id and name. Asked
    twice, it goes once. Raises NotFoundError, or ConflictError: `not_failed`, `window_closed`,
    `owned_by_colleague`, `contact_blocked`, `opted_out`. Ring after the commit.
    """
    conversation = conversations.lock_of_session(connection, store_id, session_id)
    retried = settling.retry_message(connection, store_id, conversation.conversation_id, message_id)
    if retried.verdict == "unknown_message":
        raise NotFoundError("There is no such message.", code="message_not_found")
    if retried.verdict not in ("asked", "asked_before"):
        raise ConflictError("This message cannot go again.", code=retried.verdict)
    is_template = outbox.kind_of(connection, store_id, message_id) == "template"
    # What it advertises is sealed: to who wants none of that a new template may go, or not.
    contacts.refuse_unwanted(conversation, contacts.MARKETING if is_template else "")
    if retried.verdict == "asked":
        _refuse_a_colleague(conversation, agent[0])
        conversations.name_actor(connection, agent[1])
        conversations.take_over(connection, conversation, *agent)
    return replace(retried, conversation_id=conversation.conversation_id)


def _taken(connection: Connection, conversation: Conversation) -> TakenOver:
    on_their_way = outbox.on_their_way(
        connection, conversation.store_id, conversation.conversation_id
    )
    return TakenOver(conversation, tuple(on_their_way))


def _as_item(conversation: Conversation, note: Note) -> NewItem:
    message_id = str(uuid4())
    command = AgentCommand(message_id, NOTE, message_id, note.agent_id, note.agent_name, note.text)
    return NewItem(
        store_id=conversation.store_id,
        kind="command",
        event_id=f"{NOTE}|{conversation.conversation_id}|{message_id}",
        payload_sealed=note.seal.seal(command.to_bytes()),
        conversation_id=conversation.conversation_id,
    )


def _refuse_a_colleague(conversation: Conversation, agent_id: str) -> None:
    if conversation.owner == "agent" and conversation.agent_id != agent_id:
        raise ConflictError(
            f"{conversation.agent_name} is answering this customer.", code="owned_by_colleague"
        )


def _refuse_if_not_theirs(conversation: Conversation, command: AgentCommand) -> None:
    _refuse_a_colleague(conversation, command.agent_id)
    contacts.refuse_unwanted(conversation, str(command.content.get("category", "")))
    is_template = command.content.get("kind") == "template"
    if not (conversation.is_window_open or is_template):
        raise ConflictError(
            "The 24-hour window is closed; only a template can be sent.", code="window_closed"
        )


def message_id_of(store_id: str, session_id: str, client_id: str) -> str:
    """Name the message a client id stands for: the same one however often it is asked."""
    return str(uuid5(NAMESPACE_URL, f"mostrador:{store_id}/{session_id}/{client_id}"))
