-- One person, one contact: by whatever name they come, and whatever name they get.

-- Finds the contact by any of its aliases, or makes it. What is new about a person is kept; two
-- contacts that turn out to be one person become one. Fails with ML002 when others said something
-- about the same person at the same moment: ask again.
CREATE FUNCTION contact_of(person incoming)
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

-- Keeps what is new about a person. Of two numbers or ids the one that was used last counts: what
-- comes late must not bring a former one back.
CREATE FUNCTION describe_contact(person incoming, its_contact uuid)
RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    is_latest boolean := coalesce(person.sent_at >= (
        SELECT sent_at FROM inbox
        WHERE store_id = person.store_id AND conversation_id = its_contact
        ORDER BY seq DESC LIMIT 1), true);
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

CREATE FUNCTION names_of(person incoming)
RETURNS TABLE (kind text, value text) LANGUAGE sql IMMUTABLE AS $$
    SELECT DISTINCT given.kind, given.value FROM (VALUES
        ('phone', person.phone), ('phone', person.new_phone), ('bsuid', person.user_id),
        ('bsuid', person.previous_user_id), ('lid', person.lid)) AS given (kind, value)
    WHERE given.value IS NOT NULL ORDER BY 1, 2
$$;

-- Makes a contact with its conversation. The alias goes first: of two doors that see a new
-- person at once, one waits here and finds the other's.
CREATE FUNCTION new_contact(person incoming)
RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    fresh uuid := uuidv7();
    first_name record;
    its_contact uuid;
BEGIN
    SELECT * INTO STRICT first_name FROM names_of(person) ORDER BY kind DESC, value LIMIT 1;
    INSERT INTO contact_aliases (store_id, kind, value, contact_id)
    VALUES (person.store_id, first_name.kind, first_name.value, fresh) ON CONFLICT DO NOTHING;
    SELECT contact_id INTO its_contact FROM contact_aliases
    WHERE store_id = person.store_id AND kind = first_name.kind AND value = first_name.value;
    IF its_contact = fresh THEN
        INSERT INTO contacts (store_id, contact_id, name, phone, user_id)
        VALUES (person.store_id, fresh, person.name, person.phone, person.user_id);
        INSERT INTO conversation_heads (store_id, conversation_id) VALUES (person.store_id, fresh);
        INSERT INTO conversations (store_id, conversation_id) VALUES (person.store_id, fresh);
    END IF;
    RETURN its_contact;
END $$;

-- Makes one contact of several. Who is being served by a person keeps the conversation, else the
-- one known longest. What the others have waiting is still answered where it is; what comes from
-- now on joins the one.
CREATE FUNCTION merge_contacts(of_store text, found_ids uuid[])
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
        name = coalesce(nullif(contacts.name, ''), others.name, '')
    FROM (
        SELECT max(phone) AS phone, max(user_id) AS user_id, max(name) AS name FROM contacts
        WHERE store_id = of_store AND contact_id = ANY (found_ids)
    ) AS others
    WHERE contacts.store_id = of_store AND contacts.contact_id = stays.contact_id;
    RETURN stays.contact_id;
END $$;
DROP FUNCTION contact_of(text, text, text, text);
