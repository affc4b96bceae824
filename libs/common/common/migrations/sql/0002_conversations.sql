-- What changes at different speeds is kept apart: heads are locked by the door, leases by a
-- turn, conversations by whoever changes ownership. The door never waits for a turn.
CREATE TABLE contacts (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    contact_id uuid NOT NULL,
    name text NOT NULL DEFAULT '',
    phone text,        -- digits only; absent for people who hide it
    user_id text,      -- Meta's business-scoped user id
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store_id, contact_id)
);

CREATE TABLE contact_aliases (
    store_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('phone', 'bsuid', 'lid')),
    value text NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (store_id, kind, value),
    FOREIGN KEY (store_id, contact_id) REFERENCES contacts ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
);

-- A conversation is one contact with one store, so it shares the contact's id.
CREATE TABLE conversation_heads (
    store_id text NOT NULL,
    conversation_id uuid NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, conversation_id),
    FOREIGN KEY (store_id, conversation_id) REFERENCES contacts ON DELETE CASCADE
);

CREATE TABLE leases (
    store_id text NOT NULL,
    conversation_id uuid NOT NULL,
    holder text NOT NULL,
    held_until timestamptz NOT NULL,
    fence bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (store_id, conversation_id),
    FOREIGN KEY (store_id, conversation_id) REFERENCES contacts ON DELETE CASCADE
);

CREATE TABLE conversations (
    store_id text NOT NULL,
    conversation_id uuid NOT NULL,
    owner text NOT NULL DEFAULT 'bot' CHECK (owner IN ('bot', 'queue', 'agent')),
    agent_id uuid,
    agent_name text NOT NULL DEFAULT '',
    epoch bigint NOT NULL DEFAULT 1,
    resolved boolean NOT NULL DEFAULT false,
    handover_trigger text NOT NULL DEFAULT '',
    session_id uuid,
    window_expires_at timestamptz,
    preview text NOT NULL DEFAULT '',
    unread integer NOT NULL DEFAULT 0,
    waiting_since timestamptz,
    last_position bigint NOT NULL DEFAULT 0,
    last_message_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store_id, conversation_id),
    FOREIGN KEY (store_id, conversation_id) REFERENCES contacts ON DELETE CASCADE,
    CHECK ((owner = 'agent') = (agent_id IS NOT NULL))
);
CREATE INDEX conversations_by_activity
    ON conversations (store_id, last_message_at DESC, conversation_id);
CREATE UNIQUE INDEX conversations_by_session ON conversations (store_id, session_id);

-- A session is one 24 h customer-service window; a conversation has had many.
CREATE TABLE sessions (
    store_id text NOT NULL,
    session_id uuid NOT NULL DEFAULT uuidv7(),
    conversation_id uuid NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store_id, session_id),
    FOREIGN KEY (store_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX sessions_by_conversation ON sessions (store_id, conversation_id, opened_at);

CREATE TABLE messages (
    store_id text NOT NULL,
    message_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    session_id uuid NOT NULL,
    position bigint NOT NULL,          -- order within the conversation
    role text NOT NULL CHECK (role IN ('user', 'assistant', 'agent', 'system')),
    kind text NOT NULL DEFAULT 'text',
    content text NOT NULL DEFAULT '',  -- redacted: what search, events and the assistant see
    content_sealed bytea,              -- as written, when redaction changed it; for the agent
    images jsonb NOT NULL DEFAULT '[]',
    wamid text,
    status text NOT NULL,
    error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, message_id),
    UNIQUE (store_id, conversation_id, position),
    FOREIGN KEY (store_id, session_id) REFERENCES sessions ON DELETE CASCADE
);
CREATE INDEX messages_by_session ON messages (store_id, session_id, position);

SELECT guard_by_store(each::regclass) FROM unnest(ARRAY[
    'contacts', 'contact_aliases', 'conversation_heads', 'leases', 'conversations', 'sessions',
    'messages']) AS each;
