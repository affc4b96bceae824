-- What reading the lists of templates asks of SQL.
--
-- A list is read by one worker at a time: the claim puts it off, so that a reader who dies is
-- followed by another, and each claim has a fence, under which alone it can be kept. No read
-- begins before `not_before`: WhatsApp counts the requests of each account.

ALTER TABLE template_lists
    ADD COLUMN asked boolean NOT NULL DEFAULT false,  -- for another read, since the last one began
    ADD COLUMN not_before timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN failures integer NOT NULL DEFAULT 0,  -- in a row
    ADD COLUMN fence bigint NOT NULL DEFAULT 0;
CREATE INDEX template_lists_due ON template_lists (due_at);

-- Keeps one row for each store: due at once with another account or a new token, and never
-- without an account. Templates of a former account go.
CREATE FUNCTION follow_template_account() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    is_another boolean := TG_OP = 'INSERT' OR NEW.waba_id IS DISTINCT FROM OLD.waba_id;
BEGIN
    INSERT INTO template_lists AS known (store_id, due_at)
    VALUES (NEW.store_id,
            CASE WHEN NEW.waba_id = '' THEN 'infinity' ELSE clock_timestamp() END)
    ON CONFLICT (store_id) DO UPDATE SET
        due_at = CASE WHEN is_another THEN excluded.due_at
                      ELSE greatest(excluded.due_at, known.not_before) END,
        not_before = CASE WHEN is_another THEN '-infinity' ELSE known.not_before END,
        listed_at = CASE WHEN is_another THEN NULL ELSE known.listed_at END,
        problem = '', failures = 0, fence = known.fence + 1;
    DELETE FROM templates WHERE store_id = NEW.store_id AND waba_id <> NEW.waba_id;
    RETURN NULL;
END $$;

INSERT INTO template_lists (store_id, due_at)
SELECT store_id, CASE WHEN waba_id = '' THEN 'infinity' ELSE clock_timestamp() END FROM stores
ON CONFLICT (store_id) DO UPDATE SET due_at = excluded.due_at;

CREATE TRIGGER template_list_of_a_new_store AFTER INSERT ON stores
    FOR EACH ROW EXECUTE FUNCTION follow_template_account();
CREATE TRIGGER template_list_of_a_changed_store AFTER UPDATE OF waba_id, access_token_sealed
    ON stores FOR EACH ROW
    WHEN (OLD.waba_id IS DISTINCT FROM NEW.waba_id
          OR OLD.access_token_sealed IS DISTINCT FROM NEW.access_token_sealed)
    EXECUTE FUNCTION follow_template_account();

-- Makes a store's list due as soon as it may be read; false when the store has no account.
CREATE FUNCTION ask_for_templates(of_store text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE template_lists SET
        asked = true, due_at = least(due_at, greatest(clock_timestamp(), not_before))
    WHERE store_id = of_store AND due_at < 'infinity';
    RETURN FOUND;
END $$;

-- Claims the list that has been due for longest, of any store or of `only_these`.
CREATE FUNCTION claim_template_list(seconds double precision, only_these text[])
RETURNS TABLE (store_id text, waba_id text, fence bigint, failures integer)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE template_lists AS claimed SET
        due_at = clock_timestamp() + seconds * interval '1 second',
        not_before = clock_timestamp() + seconds * interval '1 second',
        asked = false, fence = claimed.fence + 1
    FROM stores
    WHERE stores.store_id = claimed.store_id AND claimed.store_id = (
        SELECT due.store_id FROM template_lists AS due
        -- Of the statement, not of the clock: that one could not be looked up in the index.
        WHERE due.due_at <= statement_timestamp()
          AND (only_these IS NULL OR due.store_id = ANY (only_these))
        ORDER BY due.due_at LIMIT 1
        FOR UPDATE SKIP LOCKED)
    RETURNING claimed.store_id, stores.waba_id, claimed.fence, claimed.failures;
$$;

-- Keeps a list that was read: new and changed templates are written, the others go. Not read
-- again for `rest_seconds`, however often it is asked for. False when the claim is another's.
CREATE FUNCTION keep_templates(
    of_store text, its_fence bigint, listed jsonb, its_problem text,
    rest_seconds double precision, next_seconds double precision)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_account text;
    may_again_at timestamptz := clock_timestamp() + rest_seconds * interval '1 second';
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE template_lists SET
        listed_at = clock_timestamp(), problem = its_problem, failures = 0,
        not_before = may_again_at,
        due_at = CASE WHEN asked THEN may_again_at
                      ELSE clock_timestamp() + next_seconds * interval '1 second' END
    WHERE store_id = of_store AND fence = its_fence;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT waba_id INTO STRICT its_account FROM stores WHERE store_id = of_store;
    DELETE FROM templates
    WHERE store_id = of_store AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset(listed) AS each (name text, language text)
        WHERE each.name = templates.name AND each.language = templates.language);
    INSERT INTO templates (store_id, waba_id, name, language, status, category, components)
    SELECT of_store, its_account, each.name, each.language, each.status, each.category,
           each.components
    FROM jsonb_to_recordset(listed) AS each (
        name text, language text, status text, category text, components jsonb)
    ON CONFLICT (store_id, waba_id, name, language) DO UPDATE SET
        status = excluded.status, category = excluded.category,
        components = excluded.components, seen_at = clock_timestamp();
    RETURN true;
END $$;

-- Puts a read off that did not succeed; what was listed before stays. False as above.
CREATE FUNCTION put_off_templates(
    of_store text, its_fence bigint, its_problem text, rest_seconds double precision,
    next_seconds double precision)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE template_lists SET
        problem = its_problem, failures = failures + 1,
        not_before = clock_timestamp() + rest_seconds * interval '1 second',
        due_at = clock_timestamp() + greatest(rest_seconds, next_seconds) * interval '1 second'
    WHERE store_id = of_store AND fence = its_fence;
    RETURN FOUND;
END $$;
