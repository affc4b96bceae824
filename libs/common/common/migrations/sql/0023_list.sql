-- What the console's list shows beside whose a conversation is: put off until later, blocked,
-- wants no advertising.

ALTER TABLE conversations
    ADD COLUMN snoozed boolean NOT NULL DEFAULT false,
    ADD COLUMN snoozed_until timestamptz,  -- null while snoozed: until the customer writes
    ADD CONSTRAINT conversations_until_when CHECK (snoozed OR snoozed_until IS NULL);
ALTER TABLE contacts
    ADD COLUMN blocked_at timestamptz,    -- the store does not want to hear from them
    ADD COLUMN opted_out_at timestamptz;  -- they want no advertising
