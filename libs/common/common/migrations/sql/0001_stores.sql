-- Stores are the tenants. Every other table begins with their id.
CREATE TABLE stores (
    store_id text PRIMARY KEY CHECK (store_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    phone_number_id text NOT NULL UNIQUE,  -- a number belongs to one store, so this one key spans them
    waba_id text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
    settings jsonb NOT NULL DEFAULT '{}',
    access_token_sealed bytea,
    app_secret_sealed bytea,
    previous_app_secret_sealed bytea,
    verify_token_sealed bytea,
    previous_verify_token_sealed bytea,
    sealing_key_sealed bytea NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- The one rule of row-level security: a transaction sees the store it was bound to. Functions
-- that must look across stores belong to the owner and run as the owner (SECURITY DEFINER).
CREATE FUNCTION guard_by_store(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY own_store ON %s USING (store_id = current_setting(''mostrador.store_id'', true))',
        guarded);
    EXECUTE format('CREATE POLICY owner ON %s TO CURRENT_USER USING (true)', guarded);
END $$;

SELECT guard_by_store('stores');

CREATE FUNCTION store_ids() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT store_id FROM stores ORDER BY store_id $$;
