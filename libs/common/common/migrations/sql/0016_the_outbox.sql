-- What sending needs to know of parts, contacts and stores: tables and columns. The rules follow
-- in the migrations after this one.

ALTER TABLE outbox
    ADD COLUMN refusals integer NOT NULL DEFAULT 0,  -- since it was planned or asked for again
    ADD COLUMN resent_at timestamptz,  -- sent again, once, because its silence was proof enough
    ADD COLUMN not_before timestamptz, -- a part that was refused does not go again earlier
    ADD COLUMN judged_at timestamptz,  -- when its silence was first judged
    DROP CONSTRAINT outbox_kind_check,
    ADD CONSTRAINT outbox_kind_check CHECK (kind IN (
        'text', 'image', 'document', 'audio', 'video', 'interactive', 'template'));

-- Why WhatsApp cannot reach a person, by its code; empty again when they write.
ALTER TABLE contacts ADD COLUMN unreachable_code text NOT NULL DEFAULT '';

-- When the newest status of a store was received that settled or moved something: that its
-- webhook flows is what makes the silence about one part mean something.
CREATE TABLE status_flow (
    store_id text PRIMARY KEY REFERENCES stores ON DELETE CASCADE,
    last_received_at timestamptz NOT NULL
);

-- A file that WhatsApp keeps for a number, so that it is uploaded once in a month.
CREATE TABLE uploads (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    phone_number_id text NOT NULL,
    source text NOT NULL,              -- a picture's address, or a file's place in the storage
    media_id text NOT NULL,            -- WhatsApp's, good for thirty days
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, phone_number_id, source)
);

-- The store's message templates, as WhatsApp last listed them.
CREATE TABLE templates (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    waba_id text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    status text NOT NULL,              -- APPROVED, PENDING, REJECTED, PAUSED …, as WhatsApp says
    category text NOT NULL DEFAULT '',
    components jsonb NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, waba_id, name, language)
);
CREATE TABLE template_lists (
    store_id text PRIMARY KEY REFERENCES stores ON DELETE CASCADE,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    listed_at timestamptz,             -- when the list was last read whole
    problem text NOT NULL DEFAULT ''   -- why it could not be read, last time
);

SELECT guard_by_store(each::regclass)
FROM unnest(ARRAY['status_flow', 'uploads', 'templates', 'template_lists']) AS each;

-- Tells the console how a message of ours stands, with WhatsApp's code and which attempt it is.
CREATE OR REPLACE FUNCTION tell_message_status(
    of_store text, its_session uuid, its_id uuid, its_status text, its_error text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_code text;
    its_attempt integer;
BEGIN
    SELECT error_code, attempt INTO its_code, its_attempt FROM outbox
    WHERE store_id = of_store AND outbox_id = its_id;
    PERFORM record_event(of_store, 'message_status', its_session, jsonb_strip_nulls(
        jsonb_build_object(
            'message_id', its_id, 'status', its_status, 'error', nullif(its_error, ''),
            'error_code', CASE WHEN its_status IN ('failed', 'retrying')
                THEN nullif(its_code, '') END,
            'attempt', CASE WHEN its_attempt > 1 THEN its_attempt END)));
END $$;
