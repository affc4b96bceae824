-- What the door takes in beside text: details, changes of earlier messages, media, notices.

ALTER TABLE messages
    ADD COLUMN details_sealed bytea,  -- what an agent sees beside the text: JSON under the store's key
    ADD COLUMN reply_to text,         -- the wamid it quotes
    ADD COLUMN reactions jsonb NOT NULL DEFAULT '{}',  -- by role: {"user": "<emoji>"}
    ADD COLUMN edited_at timestamptz,
    ADD COLUMN revoked_at timestamptz;
CREATE INDEX messages_by_wamid ON messages (store_id, wamid) WHERE wamid IS NOT NULL;

-- Reactions, edits and revokes. One whose target has not come yet is parked here until it does.
CREATE TABLE message_changes (
    store_id text NOT NULL,
    change_id uuid NOT NULL,           -- the inbox row that brought it
    conversation_id uuid NOT NULL,
    target_wamid text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reaction', 'edit', 'revoke')),
    role text NOT NULL CHECK (role IN ('user', 'agent')),
    emoji text NOT NULL DEFAULT '',    -- of a reaction; empty removes it
    content text NOT NULL DEFAULT '',  -- of an edit, redacted
    content_sealed bytea,              -- as written, when redaction changed it
    written_at timestamptz NOT NULL,   -- the latest of a kind wins
    applied_at timestamptz,
    PRIMARY KEY (store_id, change_id),
    FOREIGN KEY (store_id, conversation_id) REFERENCES contacts ON DELETE CASCADE
);
CREATE INDEX message_changes_parked ON message_changes (store_id, target_wamid)
    WHERE applied_at IS NULL;

-- What a message brought beside words: downloaded in a step of its own.
CREATE TABLE media (
    store_id text NOT NULL,
    message_id uuid NOT NULL,
    media_id text NOT NULL,            -- WhatsApp's, good for seven days
    kind text NOT NULL,                -- image, video, audio, document, sticker
    mime_type text NOT NULL DEFAULT '',
    sha256 text NOT NULL DEFAULT '',   -- as WhatsApp named it, hexadecimal
    filename text NOT NULL DEFAULT '',
    size bigint,                       -- bytes, once it is here
    state text NOT NULL DEFAULT 'loading' CHECK (state IN ('loading', 'ready', 'failed')),
    reason text NOT NULL DEFAULT '',   -- why it failed
    place text NOT NULL DEFAULT '',    -- where it lies in the storage
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, message_id),
    FOREIGN KEY (store_id, message_id) REFERENCES messages ON DELETE CASCADE
);
CREATE INDEX media_loading ON media (store_id, due_at) WHERE state = 'loading';

-- What Meta says of the account, the number and its templates; kept as received, once.
CREATE TABLE account_notices (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    notice_id uuid NOT NULL,
    field text NOT NULL,
    event text NOT NULL DEFAULT '',
    severity text NOT NULL CHECK (severity IN ('notice', 'warning', 'alert')),
    payload_sealed bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, notice_id)
);
CREATE INDEX account_notices_by_time ON account_notices (store_id, received_at DESC);

ALTER TABLE stores ADD COLUMN paused_reason text NOT NULL DEFAULT '';  -- why it was paused; empty by hand
ALTER TABLE contacts ADD COLUMN merged_into uuid;  -- the contact that has its aliases now

SELECT guard_by_store(each::regclass)
FROM unnest(ARRAY['message_changes', 'media', 'account_notices']) AS each;
