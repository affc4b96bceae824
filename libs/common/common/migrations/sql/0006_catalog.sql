-- What the catalog serves: products and their pictures, knowledge, and who may log in.
--
-- `search` is made by the catalog from text whose accents it folded, with the Spanish stemmer.
-- There is no GIN index on it, on purpose: row-level security is checked before any operator
-- that is not leakproof, and @@ is not, so such an index could never be used. The primary key
-- finds the store's rows (hundreds, seldom thousands), and only those are compared.
CREATE TABLE products (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    product_id text NOT NULL DEFAULT uuidv7()::text CHECK (product_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    price numeric(14, 2) CHECK (price >= 0),  -- null: ask for it
    currency text NOT NULL DEFAULT 'COP' CHECK (currency ~ '^[A-Z]{3}$'),
    available boolean NOT NULL DEFAULT true,
    search tsvector NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store_id, product_id)
);

CREATE TABLE product_images (
    store_id text NOT NULL,
    product_id text NOT NULL,
    place integer NOT NULL,
    url text NOT NULL,                        -- absolute, or a path below BASE_URL
    PRIMARY KEY (store_id, product_id, place),
    FOREIGN KEY (store_id, product_id) REFERENCES products ON DELETE CASCADE
);

CREATE TABLE knowledge (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    knowledge_id text NOT NULL DEFAULT uuidv7()::text
        CHECK (knowledge_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    title text NOT NULL,
    text text NOT NULL,
    search tsvector NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store_id, knowledge_id)
);

-- Agents belong to the installation: one person may serve several stores.
CREATE TABLE agents (
    agent_id uuid PRIMARY KEY DEFAULT uuidv7(),
    email text NOT NULL UNIQUE,               -- in lower case
    name text NOT NULL,
    administrator boolean NOT NULL DEFAULT false,
    password_hash text NOT NULL,              -- Argon2id
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('agent', 'supervisor', 'owner')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store_id, agent_id)
);
CREATE INDEX memberships_by_agent ON memberships (agent_id);

SELECT guard_by_store(each::regclass)
FROM unnest(ARRAY['products', 'product_images', 'knowledge', 'memberships']) AS each;

-- A store sees the agents who serve it. Nobody but the owner's functions writes an agent, so
-- that no store can take over, through an agent it shares, the log-in to another store.
ALTER TABLE agents ENABLE ROW LEVEL SECURITY;
ALTER TABLE agents FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON agents TO CURRENT_USER USING (true);
CREATE POLICY serves_own_store ON agents FOR SELECT USING (EXISTS (
    SELECT 1 FROM memberships
    WHERE memberships.store_id = current_setting('mostrador.store_id', true)
      AND memberships.agent_id = agents.agent_id));

-- For the log-in, which knows no store yet.
CREATE FUNCTION agent_by_email(its_email text)
RETURNS TABLE (agent_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT agent_id, password_hash FROM agents WHERE email = its_email
$$;

CREATE FUNCTION agent_with_stores(its_id uuid)
RETURNS TABLE (agent_id uuid, email text, name text, administrator boolean, stores jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT agent_id, email, name, administrator, coalesce((
        SELECT jsonb_agg(
            jsonb_build_object('id', store_id, 'name', stores.name, 'role', role)
            ORDER BY store_id)
        FROM memberships JOIN stores USING (store_id)
        WHERE memberships.agent_id = agents.agent_id), '[]')
    FROM agents WHERE agent_id = its_id
$$;

-- Null when the e-mail has an account already.
CREATE FUNCTION add_agent(
    its_email text, its_name text, its_password_hash text, is_administrator boolean)
RETURNS uuid LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO agents (email, name, password_hash, administrator)
    VALUES (its_email, its_name, its_password_hash, is_administrator)
    ON CONFLICT (email) DO NOTHING RETURNING agent_id
$$;

-- Changes name and password (null leaves the password). On behalf of the store this transaction
-- is bound to, only while the agent serves that store alone; false when it may not.
CREATE FUNCTION change_agent(
    its_id uuid, its_name text, its_password_hash text, for_the_installation boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A new membership locks the agent's row too, so none appears behind the check's back.
    PERFORM 1 FROM agents WHERE agent_id = its_id FOR UPDATE;
    IF NOT for_the_installation AND EXISTS (
        SELECT 1 FROM agents LEFT JOIN memberships USING (agent_id)
        WHERE agent_id = its_id AND (
            administrator OR store_id IS DISTINCT FROM current_setting('mostrador.store_id', true)))
    THEN
        RETURN false;
    END IF;
    UPDATE agents SET
        name = its_name,
        password_hash = coalesce(its_password_hash, password_hash),
        changed_at = now()
    WHERE agent_id = its_id;
    RETURN FOUND;
END $$;

-- Takes an agent from the store this transaction is bound to, and forgets whoever serves none.
CREATE FUNCTION remove_membership(its_id uuid)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    removed boolean;
BEGIN
    PERFORM 1 FROM agents WHERE agent_id = its_id FOR UPDATE;
    DELETE FROM memberships
    WHERE store_id = current_setting('mostrador.store_id', true) AND agent_id = its_id;
    removed := FOUND;
    DELETE FROM agents
    WHERE agent_id = its_id AND removed AND NOT administrator AND NOT EXISTS (
        SELECT 1 FROM memberships WHERE memberships.agent_id = agents.agent_id);
    RETURN removed;
END $$;

-- The list of stores; their secrets stay sealed.
CREATE FUNCTION all_stores() RETURNS SETOF stores
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT * FROM stores ORDER BY store_id $$;
