-- What the console's list shows beside whose a conversation is: put off until later, blocked,
-- wants no advertising. And what it is searched by.

ALTER TABLE conversations
    ADD COLUMN snoozed boolean NOT NULL DEFAULT false,
    ADD COLUMN snoozed_until timestamptz,  -- null while snoozed: until the customer writes
    ADD CONSTRAINT conversations_until_when CHECK (snoozed OR snoozed_until IS NULL);
ALTER TABLE contacts
    ADD COLUMN blocked_at timestamptz,    -- the store does not want to hear from them
    ADD COLUMN opted_out_at timestamptz,  -- they want no advertising
    ADD COLUMN name_folded text GENERATED ALWAYS AS (translate(lower(name),
        'áàäâãéèëêíìïîóòöôõúùüûñç', 'aaaaaeeeeiiiiooooouuuunc')) STORED;

-- Few are snoozed; the clock and the list's own filter look at these only.
CREATE INDEX conversations_snoozed ON conversations (store_id, snoozed_until) WHERE snoozed;

-- A change of owner ends a snooze, and so does what the customer writes, whichever way it comes.
-- Its person has it anew from then on.
CREATE FUNCTION wake_at_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.snoozed := false;
    NEW.snoozed_until := NULL;
    IF NEW.owner <> 'bot' THEN
        NEW.person_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conversation_wakes BEFORE UPDATE OF epoch, unread ON conversations
    FOR EACH ROW WHEN (OLD.snoozed AND (NEW.epoch <> OLD.epoch OR NEW.unread > OLD.unread))
    EXECUTE FUNCTION wake_at_news();

-- Snoozes a conversation, or with `is_snoozed` false wakes it, and tells the console why.
CREATE FUNCTION snooze_conversation(
    of_store text, its_conversation uuid, is_snoozed boolean, its_until timestamptz,
    its_reason text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE conversations SET
        snoozed = is_snoozed, snoozed_until = its_until,
        person_at = CASE WHEN owner = 'bot' THEN person_at ELSE clock_timestamp() END
    WHERE store_id = of_store AND conversation_id = its_conversation;
    PERFORM announce_owner(of_store, its_conversation, its_reason);
END $$;

-- Wakes what was snoozed until now. Returns the stores it is told to, each as often.
CREATE FUNCTION wake_snoozed(at_most integer) RETURNS TABLE (store_id text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    due record;
BEGIN
    FOR due IN
        SELECT present.store_id, present.conversation_id FROM conversations AS present
        WHERE present.snoozed AND present.snoozed_until <= now()
        ORDER BY present.snoozed_until LIMIT at_most
        FOR NO KEY UPDATE SKIP LOCKED  -- who is busy with it may be waking it
    LOOP
        PERFORM snooze_conversation(due.store_id, due.conversation_id, false, NULL, 'AWAKE');
        store_id := due.store_id;
        RETURN NEXT;
    END LOOP;
END $$;

-- What is snoozed is not left by its person: the clock of giving back stands still.
CREATE OR REPLACE FUNCTION is_silent(present conversations, clock interval) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT (present.owner = 'agent'
            OR present.owner = 'queue' AND present.handover_trigger = 'PHONE_APP')
       AND NOT present.snoozed
       AND present.person_at < now() - clock
       AND coalesce(present.waiting_since < now() - clock, true)
$$;

-- As in 0021, but for what is snoozed.
CREATE OR REPLACE FUNCTION tell_of_waiting(of_each_store integer) RETURNS TABLE (store_id text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    waiting record;
BEGIN
    FOR waiting IN
        SELECT due.*, stores.store_id AS of_store, its.clock
        FROM stores
        CROSS JOIN LATERAL (SELECT clock_of(stores.settings, 'escalate_minutes') AS clock) AS its
        CROSS JOIN LATERAL (
            SELECT conversation_id, waiting_since FROM conversations AS present
            WHERE present.store_id = stores.store_id AND present.owner = 'queue'
              AND NOT present.snoozed
              AND present.waits_told < 4 AND present.waiting_since < now() - its.clock
              AND present.waiting_since < now() - its.clock * 2 ^ present.waits_told
            ORDER BY present.waiting_since LIMIT of_each_store) AS due
        WHERE stores.settings ? 'return_minutes' OR stores.settings ? 'escalate_minutes'
    LOOP
        UPDATE conversations SET waits_told = least(4, 1 + floor(log(2, (
            extract(epoch FROM clock_timestamp() - waiting.waiting_since)
            / extract(epoch FROM waiting.clock))::numeric)))
        WHERE store_id = waiting.of_store AND conversation_id = (
            SELECT conversation_id FROM conversations
            WHERE store_id = waiting.of_store AND conversation_id = waiting.conversation_id
              AND owner = 'queue' AND waits_told < 4 AND waiting_since = waiting.waiting_since
            FOR NO KEY UPDATE SKIP LOCKED);  -- who is busy with it may be taking it
        IF FOUND THEN
            PERFORM record_event(waiting.of_store, 'handover_waiting', session_id,
                jsonb_build_object(
                    'session_id', session_id, 'waiting_since', waiting.waiting_since,
                    'minutes', floor(extract(
                        epoch FROM clock_timestamp() - waiting.waiting_since) / 60)))
            FROM conversations
            WHERE store_id = waiting.of_store AND conversation_id = waiting.conversation_id;
            store_id := waiting.of_store;
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;

-- The words of a message with its store, folded as `session_query` folds what is looked for:
-- small letters without accents, and no signs.
CREATE FUNCTION words_of(of_store text, content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', translate(lower(content),
        'áàäâãéèëêíìïîóòöôõúùüûñç.,;:/\_@#%&+*=<>()[]{}"''!?¿¡|~^$-',
        'aaaaaeeeeiiiiooooouuuunc                                 '))
        || array_to_tsvector(ARRAY['store:' || of_store])
$$;
CREATE INDEX messages_by_words ON messages USING gin (words_of(store_id, content))
    WHERE content <> '' AND revoked_at IS NULL;

-- The conversations in which somebody said something: all of them, or, of what is said in more
-- than 3,000 messages, the 150 with the newest activity. It runs as the owner because an index on
-- words is not used behind row-level security; the store is the caller's own.
CREATE FUNCTION conversations_saying(wanted text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_store text := current_setting('mostrador.store_id');
    sought tsquery := quote_literal('store:' || of_store)::tsquery && to_tsquery('simple', wanted);
    found uuid[];
BEGIN
    SELECT array_agg(conversation_id) INTO found FROM (
        SELECT conversation_id FROM messages
        WHERE words_of(store_id, content) @@ sought AND content <> '' AND revoked_at IS NULL
        LIMIT 3001) AS hits;
    IF coalesce(cardinality(found), 0) <= 3000 THEN
        RETURN QUERY SELECT DISTINCT its.each FROM unnest(found) AS its (each);
        RETURN;
    END IF;
    RETURN QUERY SELECT conversation_id FROM conversations AS present
        WHERE present.store_id = of_store AND EXISTS (
            SELECT FROM messages
            WHERE messages.store_id = of_store
              AND messages.conversation_id = present.conversation_id
              AND content <> '' AND revoked_at IS NULL
              AND words_of(messages.store_id, content) @@ sought)
        ORDER BY last_message_at DESC LIMIT 150;
END $$;
