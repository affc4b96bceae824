-- Customers whom a store has blocked, customers who want no advertising, and who changed the owner.

ALTER TABLE contacts
    ADD COLUMN preferred_at timestamptz;  -- when they last said what they want, by Meta's clock

-- What the panel shows beside the talk: orders and notes, and how the ownership went.
CREATE INDEX messages_beside_talk ON messages (store_id, conversation_id, position)
    WHERE kind IN ('order', 'note', 'release_note');
CREATE INDEX events_of_owners ON events (store_id, session_id, created_at)
    WHERE type = 'session_update';

CREATE FUNCTION is_blocked(of_store text, its_contact uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT blocked_at IS NOT NULL FROM contacts
    WHERE store_id = of_store AND contact_id = its_contact
$$;

-- Tells the console whose the conversation is now; `by` is the person who did it, where the
-- transaction names one in mostrador.by, and `reason` why it changed by itself.
CREATE OR REPLACE FUNCTION announce_owner(of_store text, its_conversation uuid, its_reason text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM record_event(of_store, 'session_update', session_id, jsonb_strip_nulls(
        jsonb_build_object(
            'status', CASE WHEN resolved THEN 'resolved' WHEN owner = 'queue' THEN 'handover'
                WHEN owner = 'agent' THEN 'human' ELSE 'bot' END,
            'agent_id', agent_id,
            'agent', CASE WHEN agent_id IS NOT NULL THEN agent_name END,
            'by', nullif(current_setting('mostrador.by', true), ''),
            'handover_trigger', nullif(handover_trigger, ''),
            'reason', nullif(its_reason, ''))))
    FROM conversations WHERE store_id = of_store AND conversation_id = its_conversation;
END $$;

-- Blocks a customer, or lets them be heard again, under the conversation's lock. What the bot is
-- computing for who is blocked is void, as by a takeover, and nobody waits for them any more; an
-- agent keeps theirs. Says whether that changed anything.
CREATE FUNCTION block_contact(of_store text, its_conversation uuid, blocks boolean)
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

-- What becomes of a part that has just begun, whoever wrote it: nothing goes to who is blocked, and
-- a closed window fails it, unless it is a template.
CREATE OR REPLACE FUNCTION begun_within(
    of_store text, its_part uuid, window_expires_at timestamptz)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    part outbox;
BEGIN
    SELECT * INTO part FROM outbox WHERE store_id = of_store AND outbox_id = its_part;
    IF is_blocked(of_store, part.conversation_id) THEN
        PERFORM fail_part(of_store, its_part, 'contact_blocked', 'This customer is blocked.');
        RETURN 'failed';
    END IF;
    IF window_expires_at > clock_timestamp() OR part.kind = 'template' THEN
        RETURN 'begun';
    END IF;
    PERFORM fail_part(of_store, its_part, '131047', 'The 24-hour window is closed.');
    RETURN 'failed';
END $$;

-- Keeps whether a person wants advertising; of what they said the latest counts. Who is not known
-- yet becomes known, so that nobody writes to them first.
CREATE FUNCTION heed_preference(
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
