"""A store with very many conversations, written straight into its tables."""

from sqlalchemy import Connection, text

_MADE = text(
    """
    WITH made AS (
        INSERT INTO contacts (store_id, contact_id, name, phone)
        SELECT :store, uuidv7(), 'Cliente ' || lpad(n::text, 5, '0'), 573100000000 + n
        FROM generate_series(1, :conversations) AS n
        RETURNING contact_id, right(name, 5)::integer AS n
    ), known AS (
        INSERT INTO contact_aliases (store_id, kind, value, contact_id)
        SELECT :store, 'phone', 573100000000 + n, contact_id FROM made
    ), heads AS (
        INSERT INTO conversation_heads (store_id, conversation_id)
        SELECT :store, contact_id FROM made
    ), talks AS (
        INSERT INTO conversations (
            store_id, conversation_id, session_id, owner, handover_trigger, waiting_since,
            unread, preview, window_expires_at, last_message_at, last_position)
        SELECT :store, contact_id, uuidv7(),
            CASE WHEN n % 100 = 0 THEN 'queue' ELSE 'bot' END,
            CASE WHEN n % 100 = 0 THEN 'KEYWORD_DETECTED' ELSE '' END,
            CASE WHEN n % 100 = 0 THEN now() - n * interval '1 second' END,
            n % 3, 'mensaje 10 de ' || n, now() + n % 1440 * interval '1 minute',
            now() - n * interval '1 minute', :messages
        FROM made RETURNING conversation_id, session_id, preview
    ), begun AS (
        INSERT INTO sessions (store_id, session_id, conversation_id)
        SELECT :store, session_id, conversation_id FROM talks
    )
    INSERT INTO messages (
        store_id, message_id, conversation_id, session_id, position, role, content, status)
    SELECT :store, uuidv7(), conversation_id, session_id, place,
        CASE place % 2 WHEN 0 THEN 'assistant' ELSE 'user' END,
        'Hola, ¿tienen la referencia ' || substr(md5(conversation_id::text || place), 1, 8)
            || ' en camión rojo? Pedido ' || place || ', gracias por la atención de hoy.',
        'received'
    FROM talks CROSS JOIN generate_series(1, :messages) AS place
    """
)


def fill(connection: Connection, store_id: str, conversations: int, messages: int) -> None:
    """Write conversations with so many messages each, every hundredth waiting for a person."""
    connection.execute(
        _MADE, {"store": store_id, "conversations": conversations, "messages": messages}
    )
    connection.execute(text("ANALYZE contacts, conversations, sessions, messages"))
