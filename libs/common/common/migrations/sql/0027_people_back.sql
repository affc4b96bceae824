-- The functions as they were before 0027.

-- Blocks a customer, or lets them be heard again, under the conversation's lock. What the bot is
-- computing for who is blocked is void, as by a takeover, and nobody waits for them any more; an
-- agent keeps theirs. Says whether that changed anything.
CREATE OR REPLACE FUNCTION block_contact(of_store text, its_conversation uuid, blocks boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    theirs uuid[] := same_person(of_store, its_conversation);
    each uuid;
BEGIN
    PERFORM 1 FROM conversations
    WHERE store_id = of_store AND conversation_id = ANY (theirs)
    ORDER BY conversation_id FOR NO KEY UPDATE;
    UPDATE contacts SET blocked_at = CASE WHEN blocks THEN now() END
    WHERE store_id = of_store AND contact_id = ANY (theirs)
      AND (blocked_at IS NOT NULL) <> blocks;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOREACH each IN ARRAY theirs LOOP
        IF blocks THEN
            UPDATE conversations SET
                epoch = epoch + 1, unread = 0, waiting_since = NULL, waits_told = 0,
                owner = CASE owner WHEN 'queue' THEN 'bot' ELSE owner END,
                handover_trigger = CASE owner WHEN 'queue' THEN '' ELSE handover_trigger END
            WHERE store_id = of_store AND conversation_id = each;
            PERFORM cancel_void_parts(of_store, each);
        END IF;
        PERFORM announce_owner(
            of_store, each, CASE WHEN blocks THEN 'BLOCKED' ELSE 'UNBLOCKED' END)
        FROM conversations
        WHERE store_id = of_store AND conversation_id = each AND session_id IS NOT NULL;
    END LOOP;
    RETURN true;
END $$;

-- Keeps whether a person wants advertising; of what they said the latest counts. Who is not known
-- yet becomes known, so that nobody writes to them first.
CREATE OR REPLACE FUNCTION heed_preference(
    of_store text, its_phone text, its_user_id text, stops boolean, said_at timestamptz)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    person incoming := jsonb_populate_record(NULL::incoming, jsonb_build_object(
        'store_id', of_store, 'phone', its_phone, 'user_id', its_user_id, 'name', ''));
    its_contact uuid := contact_of(person);
BEGIN
    UPDATE contacts SET
        opted_out_at = CASE WHEN stops THEN coalesce(said_at, now()) END,
        preferred_at = coalesce(said_at, now())
    WHERE store_id = of_store AND contact_id = ANY (same_person(of_store, its_contact))
      AND coalesce(preferred_at <= said_at, true);
    INSERT INTO events (store_id, type, session_id, refs)
    SELECT of_store, 'chat_list_update', session_id, '{}' FROM conversations
    WHERE store_id = of_store AND session_id IS NOT NULL
      AND conversation_id = ANY (same_person(of_store, its_contact));
END $$;

-- Who is blocked, or wants no advertising, stays so under whatever names they come.
CREATE OR REPLACE FUNCTION merge_contacts(of_store text, found_ids uuid[])
RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    stays contacts;
BEGIN
    PERFORM 1 FROM contact_aliases
    WHERE store_id = of_store AND contact_id = ANY (found_ids)
    ORDER BY kind, value FOR UPDATE;
    SELECT contacts.* INTO STRICT stays FROM contacts
    JOIN conversations ON conversations.store_id = contacts.store_id
        AND conversations.conversation_id = contacts.contact_id
    WHERE contacts.store_id = of_store AND contacts.contact_id = ANY (found_ids)
    ORDER BY conversations.owner = 'bot', contacts.created_at, contacts.contact_id LIMIT 1;
    UPDATE contact_aliases SET contact_id = stays.contact_id
    WHERE store_id = of_store AND contact_id = ANY (found_ids);
    UPDATE contacts SET merged_into = stays.contact_id
    WHERE store_id = of_store AND contact_id <> stays.contact_id
      AND (contact_id = ANY (found_ids) OR merged_into = ANY (found_ids));
    UPDATE contacts SET
        phone = coalesce(contacts.phone, others.phone),
        user_id = coalesce(contacts.user_id, others.user_id),
        name = coalesce(nullif(contacts.name, ''), others.name, ''),
        blocked_at = others.blocked_at, opted_out_at = others.opted_out_at,
        preferred_at = others.preferred_at
    FROM (
        SELECT max(phone) AS phone, max(user_id) AS user_id, max(name) AS name,
            min(blocked_at) AS blocked_at, max(opted_out_at) AS opted_out_at,
            max(preferred_at) AS preferred_at
        FROM contacts WHERE store_id = of_store AND contact_id = ANY (found_ids)
    ) AS others
    WHERE contacts.store_id = of_store AND contacts.contact_id = stays.contact_id;
    RETURN stays.contact_id;
END $$;

-- Finds the contact by any of its aliases, or makes it. What is new about a person is kept; two
-- contacts that turn out to be one person become one. Fails with ML002 when others said something
-- about the same person at the same moment: ask again.
CREATE OR REPLACE FUNCTION contact_of(person incoming)
RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    found_ids uuid[];
    its_contact uuid;
BEGIN
    -- Locked, so that nobody moves them to another contact or adds to one that is merged away.
    SELECT array_agg(DISTINCT contact_id) INTO found_ids FROM (
        SELECT contact_id FROM contact_aliases AS alias
        JOIN names_of(person) AS named ON alias.kind = named.kind AND alias.value = named.value
        WHERE alias.store_id = person.store_id
        ORDER BY alias.kind, alias.value FOR UPDATE OF alias) AS held;
    its_contact := CASE coalesce(cardinality(found_ids), 0)
        WHEN 0 THEN new_contact(person)
        WHEN 1 THEN found_ids[1]
        ELSE merge_contacts(person.store_id, found_ids) END;
    INSERT INTO contact_aliases (store_id, kind, value, contact_id)
    SELECT person.store_id, kind, value, its_contact FROM names_of(person)
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM contact_aliases AS alias
    JOIN names_of(person) AS named ON alias.kind = named.kind AND alias.value = named.value
    WHERE alias.store_id = person.store_id AND alias.contact_id <> its_contact;
    IF FOUND THEN
        RAISE EXCEPTION 'a person came in twice at once' USING ERRCODE = 'ML002';
    END IF;
    IF person.new_phone <> person.phone THEN
        -- The old number is nobody's now, and may be somebody else's tomorrow.
        DELETE FROM contact_aliases
        WHERE store_id = person.store_id AND kind = 'phone' AND value = person.phone
          AND contact_id = its_contact;
    END IF;
    PERFORM describe_contact(person, its_contact);
    RETURN its_contact;
END $$;

DROP FUNCTION change_owner(text, uuid, text, uuid, text, text, boolean, boolean);
-- Gives the conversation to the bot, the queue or an agent, under a new epoch. Who waits in the
-- queue waits since the first handover; what the bot has again waits for nobody.
CREATE FUNCTION change_owner(
    of_store text, its_conversation uuid, new_owner text, its_agent uuid, its_agent_name text,
    its_trigger text, is_resolved boolean)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE conversations SET
        owner = new_owner, agent_id = its_agent, agent_name = its_agent_name,
        resolved = is_resolved, epoch = epoch + 1,
        handover_trigger = CASE new_owner WHEN 'queue' THEN its_trigger WHEN 'bot' THEN ''
            ELSE handover_trigger END,
        waiting_since = CASE new_owner WHEN 'queue' THEN coalesce(waiting_since, now())
            WHEN 'bot' THEN NULL ELSE waiting_since END,
        unread = CASE WHEN new_owner = 'agent' OR is_resolved THEN 0 ELSE unread END,
        person_at = CASE WHEN new_owner = 'bot' THEN person_at ELSE clock_timestamp() END,
        waits_told = CASE WHEN new_owner = 'queue' AND owner = 'queue' THEN waits_told ELSE 0 END
    WHERE store_id = of_store AND conversation_id = its_conversation;
    PERFORM cancel_void_parts(of_store, its_conversation);
    PERFORM announce_owner(
        of_store, its_conversation, CASE new_owner WHEN 'bot' THEN its_trigger ELSE '' END);
END $$;

DROP FUNCTION silence_blocked, share_wishes;
