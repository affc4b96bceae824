-- The inbox: everything that was accepted, once, in order. A 200 to Meta means a row here.
CREATE TABLE inbox (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    inbox_id uuid NOT NULL DEFAULT uuidv7(),
    kind text NOT NULL CHECK (kind IN ('message', 'status', 'command')),
    event_id text NOT NULL,            -- wamid, wamid|status, or the agent's client id
    conversation_id uuid,              -- absent for statuses: they settle sends, not turns
    seq bigint,                        -- order within the conversation, without gaps
    payload_sealed bytea NOT NULL,     -- the typed value with its raw JSON, under the store's key
    sent_at timestamptz,               -- Meta's clock: for display and age, never for order
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at timestamptz NOT NULL,       -- hold-back and retries are due times, never sleeping threads
    attempts integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'dead', 'discarded')),
    turn_id uuid,
    outcome text NOT NULL DEFAULT '',  -- how it ended, or why it is dead
    finished_at timestamptz,
    PRIMARY KEY (store_id, inbox_id),
    UNIQUE (store_id, kind, event_id),
    UNIQUE (store_id, conversation_id, seq),
    CHECK ((kind = 'status') = (conversation_id IS NULL)),
    CHECK ((conversation_id IS NULL) = (seq IS NULL)),
    FOREIGN KEY (store_id, conversation_id) REFERENCES conversation_heads ON DELETE CASCADE
);
CREATE INDEX inbox_pending ON inbox (store_id, conversation_id, seq) INCLUDE (due_at)
    WHERE state = 'pending' AND conversation_id IS NOT NULL;
CREATE INDEX inbox_pending_statuses ON inbox (store_id, due_at)
    WHERE state = 'pending' AND kind = 'status';
CREATE INDEX inbox_dead ON inbox (store_id, finished_at) WHERE state = 'dead';

-- A turn: the ordered inbox rows that are answered together.
CREATE TABLE turns (
    store_id text NOT NULL,
    turn_id uuid NOT NULL DEFAULT uuidv7(),
    conversation_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dead')),
    fence bigint NOT NULL,
    outcome text NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    PRIMARY KEY (store_id, turn_id),
    FOREIGN KEY (store_id, conversation_id) REFERENCES conversation_heads ON DELETE CASCADE
);
CREATE UNIQUE INDEX turns_one_open ON turns (store_id, conversation_id) WHERE state = 'open';
ALTER TABLE inbox ADD FOREIGN KEY (store_id, turn_id) REFERENCES turns;

-- The outbox: every part of every reply, before it goes. The commit of 'sending' decides.
CREATE TABLE outbox (
    store_id text NOT NULL,
    outbox_id uuid NOT NULL,           -- also the id of the message it becomes
    turn_id uuid NOT NULL,
    part integer NOT NULL,
    conversation_id uuid NOT NULL,
    session_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('assistant', 'agent', 'system')),
    kind text NOT NULL CHECK (kind IN ('text', 'image')),
    epoch bigint,                      -- the ownership a bot part was computed under
    body_sealed bytea NOT NULL,        -- text, or link and product id
    state text NOT NULL DEFAULT 'ready' CHECK (
        state IN ('ready', 'sending', 'accepted', 'retry', 'failed', 'unknown', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0,
    fence bigint,
    sending_at timestamptz,
    settled_at timestamptz,
    flagged boolean NOT NULL DEFAULT false,      -- unknown for good: a person must look
    duplicate_wamid text,                        -- a confirmed duplicate (promise P4's honest metric)
    wamid text,
    error_code text NOT NULL DEFAULT '',
    error_reason text NOT NULL DEFAULT '',
    PRIMARY KEY (store_id, outbox_id),
    UNIQUE (store_id, turn_id, part),
    FOREIGN KEY (store_id, turn_id) REFERENCES turns ON DELETE CASCADE,
    FOREIGN KEY (store_id, session_id) REFERENCES sessions ON DELETE CASCADE
);
CREATE INDEX outbox_by_wamid ON outbox (store_id, wamid) WHERE wamid IS NOT NULL;
CREATE INDEX outbox_unsettled ON outbox (store_id, conversation_id)
    WHERE state IN ('ready', 'sending', 'retry', 'unknown');

-- Deliveries whose route, secret and number do not name one store.
CREATE TABLE quarantine (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    quarantine_id uuid NOT NULL DEFAULT uuidv7(),
    reason text NOT NULL,
    payload_sealed bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, quarantine_id)
);

SELECT guard_by_store(each::regclass)
FROM unnest(ARRAY['inbox', 'turns', 'outbox', 'quarantine']) AS each;
