"""Something of a store in every table that common and its neighbours keep."""

from common import events
from common.inbound import StatusUpdate

from .desk import Desk

_REST = """
    INSERT INTO quarantine (store_id, reason, payload_sealed) VALUES (:store, 'test', 'x');
    INSERT INTO products (store_id, product_id, name, search) VALUES (:store, 'p', 'Cactus', '');
    INSERT INTO product_images (store_id, product_id, place, url) VALUES (:store, 'p', 1, 'a.jpg');
    INSERT INTO knowledge (store_id, title, text, search) VALUES (:store, 'Envíos', 'Sí', '');
    INSERT INTO audit_log (store_id, agent_id, action) VALUES (:store, uuidv7(), 'test');
    INSERT INTO canned_replies (store_id, shortcut, content) VALUES (:store, 'hola', 'Hola')
"""


def load(desk: Desk) -> None:
    """Write one row or more wherever a store has rows."""
    conversation_id = desk.write("a", "b")
    desk.open(conversation_id)
    lease = desk.lease(conversation_id)
    turn = desk.turn(lease)
    desk.start(turn, "text")
    desk.tell(StatusUpdate("wamid.1", "sent"))
    events.sequence(desk.database, desk.store_id)
    for statement in _REST.split(";"):
        desk.change(statement, store=desk.store_id)
