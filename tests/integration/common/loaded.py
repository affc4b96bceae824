"""Something of a store in every table that common and its neighbours keep."""

from uuid import uuid4

from common import events, messages, outbox
from common.inbound import StatusUpdate
from common.messages import NewMessage

from .desk import Desk

_REST = """
    INSERT INTO quarantine (store_id, reason, payload_sealed) VALUES (:store, 'test', 'x');
    INSERT INTO products (store_id, product_id, name, search) VALUES (:store, 'p', 'Cactus', '');
    INSERT INTO product_images (store_id, product_id, place, url) VALUES (:store, 'p', 1, 'a.jpg');
    INSERT INTO knowledge (store_id, title, text, search) VALUES (:store, 'Envíos', 'Sí', '');
    INSERT INTO audit_log (store_id, agent_id, action) VALUES (:store, uuidv7(), 'test')
"""


def load(desk: Desk) -> None:
    """Write one row or more wherever a store has rows."""
    conversation_id = desk.write("a", "b")
    desk.open(conversation_id)
    lease = desk.lease(conversation_id)
    turn = desk.turn(lease)
    (part,) = desk.plan(turn, "text")
    desk.tell(StatusUpdate("wamid.1", "sent"))
    with desk.database.store(desk.store_id) as connection:
        conversation = outbox.begin_sending(connection, lease, part)
        assert conversation is not None
        message = NewMessage(str(uuid4()), "assistant", "text", "Hola", "sending")
        messages.remember(connection, conversation, message)
    events.sequence(desk.database, desk.store_id)
    for statement in _REST.split(";"):
        desk.change(statement, store=desk.store_id)
