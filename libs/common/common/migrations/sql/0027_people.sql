-- People who become one while somebody blocks them, changes their number or writes; and whose
-- unread messages an assignment leaves alone.
--
-- Lock order everywhere: aliases, then conversations by their ids, then contacts by theirs.

-- What the bot is computing for who is blocked is void, as by a takeover, and nobody waits for
-- them any more; an agent keeps theirs.
CREATE FUNCTION silence_blocked(of_store text, its_conversation uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE conversations SET
        epoch = epoch + 1, unread = 0, waiting_since = NULL, waits_told = 0,
        owner = CASE owner WHEN 'queue' THEN 'bot' ELSE owner END,
        handover_trigger = CASE owner WHEN 'queue' THEN '' ELSE handover_trigger END
    WHERE store_id = of_store AND conversation_id = its_conversation;
    PERFORM cancel_void_parts(of_store, its_conversation);
END $$;

-- Blocks a customer, or lets them be heard again, in every conversation of theirs. Locks these in
-- their order, and looks again: a merge that was under way may have brought more. Says whether
-- that changed anything.
CREATE OR REPLACE FUNCTION block_contact(of_store text, its_conversation uuid, blocks boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    theirs uuid[] := '{}';
    each uuid;
BEGIN
    WHILE NOT array_remove(same_person(of_store, its_conversation), NULL) <@ theirs LOOP
        theirs := same_person(of_store, its_conversation);
        PERFORM 1 FROM conversations
        WHERE store_id = of_store AND conversation_id = ANY (theirs)
        ORDER BY conversation_id FOR NO KEY UPDATE;
    END LOOP;
    PERFORM 1 FROM contacts
    WHERE store_id = of_store AND contact_id = ANY (theirs)
    ORDER BY contact_id FOR NO KEY UPDATE;
    UPDATE contacts SET blocked_at = CASE WHEN blocks THEN now() END
    WHERE store_id = of_store AND contact_id = ANY (theirs)
      AND (blocked_at IS NOT NULL) <> blocks;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOREACH each IN ARRAY theirs LOOP
        IF blocks THEN
            PERFORM silence_blocked(of_store, each);
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
    theirs uuid[] := same_person(of_store, its_contact);
BEGIN
    PERFORM 1 FROM contacts
    WHERE store_id = of_store AND contact_id = ANY (theirs)
    ORDER BY contact_id FOR NO KEY UPDATE;
    UPDATE contacts SET
        opted_out_at = CASE WHEN stops THEN coalesce(said_at, now()) END,
        preferred_at = coalesce(said_at, now())
    WHERE store_id = of_store AND contact_id = ANY (theirs)
      AND coalesce(preferred_at <= said_at, true);
    INSERT INTO events (store_id, type, session_id, refs)
    SELECT of_store, 'chat_list_update', session_id, '{}' FROM conversations
    WHERE store_id = of_store AND session_id IS NOT NULL AND conversation_id = ANY (theirs);
END $$;

-- Makes one contact of several. Who is being served by a person keeps the conversation, else the
-- one known longest. What the others have waiting is still answered where it is; what comes from
-- now on joins the one. Who is blocked, or wants no advertising, stays so under whatever names
-- they come, and in what they have written under each.
CREATE OR REPLACE FUNCTION merge_contacts(of_store text, found_ids uuid[])
RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    theirs uuid[];
    stays contacts;
BEGIN
    PERFORM 1 FROM contact_aliases
    WHERE store_id = of_store AND contact_id = ANY (found_ids)
    ORDER BY kind, value FOR UPDATE;
    theirs := found_ids || ARRAY (
        SELECT contact_id FROM contacts
        WHERE store_id = of_store AND merged_into = ANY (found_ids));
    -- Locked before anything of them is read: a block or a word on advertising that is under way
    -- would be overwritten by what stood before it.
    PERFORM 1 FROM conversations
    WHERE store_id = of_store AND conversation_id = ANY (theirs)
    ORDER BY conversation_id FOR NO KEY UPDATE;
    PERFORM 1 FROM contacts
    WHERE store_id = of_store AND contact_id = ANY (theirs)
    ORDER BY contact_id FOR NO KEY UPDATE;
    SELECT contacts.* INTO STRICT stays FROM contacts
    JOIN conversations ON conversations.store_id = contacts.store_id
        AND conversations.conversation_id = contacts.contact_id
    WHERE contacts.store_id = of_store AND contacts.contact_id = ANY (found_ids)
    ORDER BY conversations.owner = 'bot', contacts.created_at, contacts.contact_id LIMIT 1;
    UPDATE contact_aliases SET contact_id = stays.contact_id
    WHERE store_id = of_store AND contact_id = ANY (found_ids);
    UPDATE contacts SET merged_into = stays.contact_id
    WHERE store_id = of_store AND contact_id <> stays.contact_id AND contact_id = ANY (theirs);
    UPDATE contacts SET
        phone = coalesce(contacts.phone, others.phone),
        user_id = coalesce(contacts.user_id, others.user_id),
        name = coalesce(nullif(contacts.name, ''), others.name, '')
    FROM (
        SELECT max(phone) AS phone, max(user_id) AS user_id, max(name) AS name FROM contacts
        WHERE store_id = of_store AND contact_id = ANY (found_ids)
    ) AS others
    WHERE contacts.store_id = of_store AND contacts.contact_id = stays.contact_id;
    PERFORM share_wishes(of_store, theirs);
    RETURN stays.contact_id;
END $$;

-- Gives all conversations of one person what any of them has: a block by the store, and of what
-- the person said about advertising the latest. Its caller has locked them and their contacts.
CREATE FUNCTION share_wishes(of_store text, theirs uuid[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    blocked_since timestamptz;
    each uuid;
BEGIN
    SELECT min(blocked_at) INTO blocked_since FROM contacts
    WHERE store_id = of_store AND contact_id = ANY (theirs);
    FOR each IN
        SELECT contact_id FROM contacts
        WHERE store_id = of_store AND contact_id = ANY (theirs)
          AND blocked_at IS NULL AND blocked_since IS NOT NULL
    LOOP
        PERFORM silence_blocked(of_store, each);
        PERFORM announce_owner(of_store, each, 'BLOCKED') FROM conversations
        WHERE store_id = of_store AND conversation_id = each AND session_id IS NOT NULL;
    END LOOP;
    UPDATE contacts SET
        blocked_at = coalesce(contacts.blocked_at, blocked_since),
        opted_out_at = latest.opted_out_at, preferred_at = latest.preferred_at
    FROM (
        SELECT opted_out_at, preferred_at FROM contacts
        WHERE store_id = of_store AND contact_id = ANY (theirs)
        ORDER BY preferred_at DESC NULLS LAST, opted_out_at DESC NULLS LAST LIMIT 1) AS latest
    WHERE contacts.store_id = of_store AND contacts.contact_id = ANY (theirs);
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
        -- The old number is nobody's now, and may be somebody else's tomorrow: nothing goes
        -- there, from whichever of this person's conversations.
        DELETE FROM contact_aliases
        WHERE store_id = person.store_id AND kind = 'phone' AND value = person.phone
          AND contact_id = its_contact;
        UPDATE contacts SET phone = person.new_phone
        WHERE store_id = person.store_id AND merged_into = its_contact AND phone = person.phone;
    END IF;
    PERFORM describe_contact(person, its_contact);
    RETURN its_contact;
END $$;

-- Gives the conversation to the bot, the queue or an agent, under a new epoch. Who waits in the
-- queue waits since the first handover; what the bot has again waits for nobody. What a customer
-- wrote is read by the agent who takes the conversation, not (`is_read` false) by one who is
-- given it.
DROP FUNCTION change_owner(text, uuid, text, uuid, text, text, boolean);
CREATE FUNCTION change_owner(
    of_store text, its_conversation uuid, new_owner text, its_agent uuid, its_agent_name text,
    its_trigger text, is_resolved boolean, is_read boolean DEFAULT true)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE conversations SET
        owner = new_owner, agent_id = its_agent, agent_name = its_agent_name,
        resolved = is_resolved, epoch = epoch + 1,
        handover_trigger = CASE new_owner WHEN 'queue' THEN its_trigger WHEN 'bot' THEN ''
            ELSE handover_trigger END,
        waiting_since = CASE new_owner WHEN 'queue' THEN coalesce(waiting_since, now())
            WHEN 'bot' THEN NULL ELSE waiting_since END,
        unread = CASE WHEN (new_owner = 'agent' AND is_read) OR is_resolved THEN 0
            ELSE unread END,
        person_at = CASE WHEN new_owner = 'bot' THEN person_at ELSE clock_timestamp() END,
        waits_told = CASE WHEN new_owner = 'queue' AND owner = 'queue' THEN waits_told ELSE 0 END
    WHERE store_id = of_store AND conversation_id = its_conversation;
    PERFORM cancel_void_parts(of_store, its_conversation);
    PERFORM announce_owner(
        of_store, its_conversation, CASE new_owner WHEN 'bot' THEN its_trigger ELSE '' END);
END $$;
