-- What the notifier keeps: who is logged in to the console, and who did what there.

-- A log-in belongs to the installation, as agents do: one person may serve several stores. So
-- this table begins with no store, and row-level security has nothing to bind it to.
CREATE TABLE console_sessions (
    session_key text PRIMARY KEY CHECK (session_key ~ '^[0-9a-f]{64}$'),  -- SHA-256 of the cookie
    agent_id uuid NOT NULL,
    agent jsonb NOT NULL,               -- the catalog's account: name, role and stores
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT now()  -- when the catalog last confirmed the account
);
CREATE INDEX console_sessions_by_expiry ON console_sessions (expires_at);

CREATE TABLE audit_log (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    audit_id uuid NOT NULL DEFAULT uuidv7(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    agent_id uuid NOT NULL,             -- kept when the agent is gone
    action text NOT NULL,
    session_id uuid,
    target text NOT NULL DEFAULT '',    -- which dead letter, message, product or agent
    details jsonb NOT NULL DEFAULT '{}',  -- names of what was changed, never values
    PRIMARY KEY (store_id, audit_id)
);

-- Append-only: the service role has policies to read and to add, and none to change.
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY own_store_read ON audit_log FOR SELECT
    USING (store_id = current_setting('mostrador.store_id', true));
CREATE POLICY own_store_add ON audit_log FOR INSERT
    WITH CHECK (store_id = current_setting('mostrador.store_id', true));
CREATE POLICY owner ON audit_log TO CURRENT_USER USING (true);

-- Heads of several stores at once: finds events whose number was given by another process while
-- the hint for this one was lost. Numbers only.
CREATE FUNCTION event_heads_of(of_stores text[])
RETURNS TABLE (store_id text, last_seq bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT store_id, last_seq FROM event_heads WHERE store_id = ANY (of_stores)
$$;
