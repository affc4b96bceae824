-- Replies that a store keeps ready: an agent takes one by its shortcut and sends it as their own words.
CREATE TABLE canned_replies (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    canned_id uuid NOT NULL DEFAULT uuidv7(),
    shortcut text NOT NULL CHECK (shortcut ~ '^[a-z0-9-]{1,32}$'),
    content text NOT NULL CHECK (content <> ''),  -- its variables are filled in by the page
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, canned_id),
    UNIQUE (store_id, shortcut)
);

SELECT guard_by_store('canned_replies');
