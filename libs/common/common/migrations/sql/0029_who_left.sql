-- An agent who leaves a store, and a number that its person has left.

-- Puts the conversations of an agent who serves the store no more in the queue, for any colleague.
-- Nobody waits for who is blocked: those go to the bot, which is silent there.
CREATE FUNCTION leave_to_colleagues(of_store text, its_agent uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    each uuid;
BEGIN
    FOR each IN
        SELECT conversation_id FROM conversations
        WHERE store_id = of_store AND owner = 'agent' AND agent_id = its_agent
        ORDER BY conversation_id FOR NO KEY UPDATE
    LOOP
        IF is_blocked(of_store, each) THEN
            PERFORM change_owner(of_store, each, 'bot', NULL, '', '', false);
        ELSE
            PERFORM change_owner(of_store, each, 'queue', NULL, '', 'ASSIGNED', false);
        END IF;
    END LOOP;
END $$;

-- Takes an agent from the store this transaction is bound to, with what they were answering there,
-- and forgets whoever serves none. An administrator serves every store, so keeps theirs.
CREATE OR REPLACE FUNCTION remove_membership(its_id uuid)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_store CONSTANT text := current_setting('mostrador.store_id', true);
    is_everywhere boolean;
BEGIN
    SELECT administrator INTO is_everywhere FROM agents WHERE agent_id = its_id FOR UPDATE;
    DELETE FROM memberships WHERE store_id = of_store AND agent_id = its_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF NOT is_everywhere THEN
        PERFORM leave_to_colleagues(of_store, its_id);
    END IF;
    DELETE FROM agents
    WHERE agent_id = its_id AND NOT administrator AND NOT EXISTS (
        SELECT 1 FROM memberships WHERE memberships.agent_id = agents.agent_id);
    RETURN true;
END $$;

-- Whether nothing newer is known of a person than what is said of them now, by Meta's clock. What
-- has no time, such as an agent's command, says nothing of when they wrote.
CREATE FUNCTION is_latest_of(person incoming, its_contact uuid)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
    SELECT coalesce(person.sent_at >= max(lately.sent_at), true) FROM (
        SELECT sent_at FROM inbox
        WHERE store_id = person.store_id AND conversation_id = its_contact
          AND kind = 'message' AND sent_at IS NOT NULL
        ORDER BY seq DESC LIMIT 20) AS lately
$$;

-- What a person is known by from now on. What comes late says no number beside the one there is:
-- they may have left it since.
CREATE FUNCTION lasting_names_of(person incoming, its_contact uuid)
RETURNS TABLE (kind text, value text) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT named.kind, named.value FROM names_of(person) AS named
    JOIN contacts ON contacts.store_id = person.store_id AND contacts.contact_id = its_contact
    WHERE named.kind <> 'phone' OR coalesce(contacts.phone = named.value, true)
       OR is_latest_of(person, its_contact)
    ORDER BY 1, 2
$$;

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
    SELECT person.store_id, kind, value, its_contact FROM lasting_names_of(person, its_contact)
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

-- Keeps what is new about a person. Of two numbers or ids the one that was used last counts: what
-- comes late must not bring a former one back.
CREATE OR REPLACE FUNCTION describe_contact(person incoming, its_contact uuid)
RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    is_latest boolean := is_latest_of(person, its_contact);
    given_phone text := coalesce(person.new_phone, person.phone);
BEGIN
    UPDATE contacts SET name = now.name, phone = now.phone, user_id = now.user_id
    FROM (
        SELECT coalesce(nullif(person.name, ''), name) AS name,
            CASE WHEN is_latest THEN coalesce(given_phone, phone)
                ELSE coalesce(phone, given_phone) END AS phone,
            CASE WHEN is_latest THEN coalesce(person.user_id, user_id)
                ELSE coalesce(user_id, person.user_id) END AS user_id
        FROM contacts WHERE store_id = person.store_id AND contact_id = its_contact
    ) AS now
    WHERE contacts.store_id = person.store_id AND contacts.contact_id = its_contact
      AND (contacts.name, contacts.phone, contacts.user_id)
        IS DISTINCT FROM (now.name, now.phone, now.user_id);
END $$;

-- Keeps whether a person wants advertising; of what they said the latest counts. Who is not known
-- yet becomes known, so that nobody writes to them first; what comes late brings no number back.
CREATE OR REPLACE FUNCTION heed_preference(
    of_store text, its_phone text, its_user_id text, stops boolean, said_at timestamptz)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    person incoming := jsonb_populate_record(NULL::incoming, jsonb_build_object(
        'store_id', of_store, 'phone', its_phone, 'user_id', its_user_id, 'name', '',
        'sent_at', said_at));
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
