-- Whose a conversation is: what a change of owner makes void ends with it, and two clocks. A
-- conversation that its person has left goes back to the bot; one that nobody takes is told of again.

ALTER TABLE conversations
    ADD COLUMN person_at timestamptz,  -- when a person of the store last wrote, or became the owner
    ADD COLUMN waits_told integer NOT NULL DEFAULT 0;  -- how often this wait in the queue was told of
UPDATE conversations SET person_at = last_message_at WHERE owner <> 'bot';

-- The clocks look at few conversations, of the few stores that have set them.
CREATE INDEX conversations_of_people ON conversations (store_id, person_at) WHERE owner <> 'bot';
CREATE INDEX conversations_waiting ON conversations (store_id, waiting_since)
    WHERE owner = 'queue' AND waits_told < 4;
CREATE INDEX stores_with_clocks ON stores (store_id)
    WHERE settings ? 'return_minutes' OR settings ? 'escalate_minutes';

-- Tells the console whose the conversation is now and, where it changed by itself, why.
CREATE FUNCTION announce_owner(of_store text, its_conversation uuid, its_reason text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM record_event(of_store, 'session_update', session_id, jsonb_strip_nulls(
        jsonb_build_object(
            'status', CASE WHEN resolved THEN 'resolved' WHEN owner = 'queue' THEN 'handover'
                WHEN owner = 'agent' THEN 'human' ELSE 'bot' END,
            'agent_id', agent_id,
            'agent', CASE WHEN agent_id IS NOT NULL THEN agent_name END,
            'handover_trigger', nullif(handover_trigger, ''),
            'reason', nullif(its_reason, ''))))
    FROM conversations WHERE store_id = of_store AND conversation_id = its_conversation;
END $$;

-- Cancels what was planned under a former owner and has not begun: nothing waits for it any more.
-- Locks parts in their order, then their messages, then the rows of their turns, due at once.
CREATE FUNCTION cancel_void_parts(of_store text, its_conversation uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    present_epoch bigint;
    void uuid[];
    their_turns uuid[];
BEGIN
    SELECT epoch INTO present_epoch FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation;
    SELECT array_agg(locked.outbox_id), array_agg(DISTINCT locked.turn_id)
    INTO void, their_turns FROM (
        SELECT outbox_id, turn_id FROM outbox
        WHERE store_id = of_store AND conversation_id = its_conversation
          AND state IN ('ready', 'retry') AND epoch <> present_epoch
        ORDER BY turn_id, part FOR NO KEY UPDATE) AS locked;
    IF void IS NULL THEN
        RETURN;
    END IF;
    PERFORM cancel_rest(of_store, each, present_epoch) FROM unnest(their_turns) AS each;
    UPDATE inbox SET due_at = clock_timestamp()
    WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
      AND due_at > clock_timestamp() AND due_at < 'infinity'
      AND (turn_id = ANY (their_turns) OR EXISTS (
        SELECT 1 FROM unnest(void) AS part
        WHERE event_id LIKE 'resend|' || part || '|%'));
END $$;

-- Gives the conversation to the bot, the queue or an agent, under a new epoch. Who waits in the
-- queue waits since the first handover; what the bot has again waits for nobody.
CREATE OR REPLACE FUNCTION change_owner(
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

-- Adds a message at the end of the conversation, in its present session, and tells the console.
CREATE OR REPLACE FUNCTION remember_message(
    of_store text, its_conversation uuid, its_id uuid, its_role text, its_kind text,
    its_content text, its_content_sealed bytea, its_images jsonb, its_wamid text,
    its_status text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    place bigint;
    its_session uuid;
BEGIN
    UPDATE conversations SET
        last_position = last_position + 1, last_message_at = clock_timestamp(),
        preview = coalesce(nullif(left(its_content, 120), ''), '[' || its_kind || ']'),
        unread = CASE its_role WHEN 'user' THEN unread + 1 WHEN 'agent' THEN 0 ELSE unread END,
        waiting_since = CASE its_role
            WHEN 'user' THEN coalesce(waiting_since, CASE WHEN owner <> 'bot' THEN now() END)
            WHEN 'agent' THEN NULL ELSE waiting_since END,
        person_at = CASE its_role WHEN 'agent' THEN clock_timestamp() ELSE person_at END,
        waits_told = CASE its_role WHEN 'agent' THEN 0 ELSE waits_told END
    WHERE store_id = of_store AND conversation_id = its_conversation
    RETURNING last_position, session_id INTO place, its_session;
    INSERT INTO messages (
        store_id, message_id, conversation_id, session_id, position, role, kind, content,
        content_sealed, images, wamid, status)
    VALUES (
        of_store, its_id, its_conversation, its_session, place, its_role, its_kind, its_content,
        its_content_sealed, its_images, its_wamid, its_status);
    IF its_role = 'agent' THEN
        PERFORM bring_beside(of_store, its_id);
    END IF;
    INSERT INTO events (store_id, type, session_id, refs)
    VALUES (of_store, 'new_message', its_session, jsonb_build_object('message_id', its_id)),
           (of_store, 'chat_list_update', its_session, '{}');
END $$;

-- The last lines of a session that were really said, oldest first: [{"role", "content"}]. `note`
-- is what a person wrote for the assistant as they gave the conversation back.
CREATE OR REPLACE FUNCTION said_before(
    of_store text, its_session uuid, most integer, without uuid[])
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    lines jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(
        jsonb_build_object('role', role, 'content', content) ORDER BY position), '[]')
    INTO lines FROM (
        SELECT CASE kind WHEN 'release_note' THEN 'note' ELSE role END AS role, content, position
        FROM messages
        WHERE store_id = of_store AND session_id = its_session AND content <> ''
          AND (role <> 'system' OR kind = 'release_note')  -- the others are said by nobody
          AND message_id <> ALL (without) AND status NOT IN ('failed', 'cancelled')
        ORDER BY position DESC LIMIT most) AS last_lines;
    RETURN lines;
END $$;

-- Of what the bot computes under an epoch, in any stores: whose epoch has passed.
-- held: [{"store_id", "conversation_id", "epoch"}]
CREATE FUNCTION passed_epochs(held jsonb)
RETURNS TABLE (store_id text, conversation_id uuid, epoch bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT mine.* FROM jsonb_to_recordset(held)
        AS mine (store_id text, conversation_id uuid, epoch bigint)
    JOIN conversations USING (store_id, conversation_id)
    WHERE conversations.epoch <> mine.epoch
$$;

-- A store's clock in minutes; null when it is not set, or set to never.
CREATE FUNCTION clock_of(settings jsonb, its_name text) RETURNS interval
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(settings -> its_name) = 'number'
        THEN nullif((settings ->> its_name)::double precision, 0) * interval '1 minute' END
$$;

-- A person has it, at the console or on the phone, and neither wrote for so long nor left the
-- customer without an answer for less.
CREATE FUNCTION is_silent(present conversations, clock interval) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT (present.owner = 'agent'
            OR present.owner = 'queue' AND present.handover_trigger = 'PHONE_APP')
       AND present.person_at < now() - clock
       AND coalesce(present.waiting_since < now() - clock, true)
$$;

-- Conversations whose person has been silent for a store's `return_minutes`. Only where there is a
-- bot to answer.
CREATE FUNCTION silent_conversations(of_each_store integer)
RETURNS TABLE (store_id text, conversation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT stores.store_id, silent.conversation_id FROM stores
    CROSS JOIN LATERAL (SELECT clock_of(stores.settings, 'return_minutes') AS clock) AS its
    CROSS JOIN LATERAL (
        SELECT conversation_id FROM conversations AS present
        WHERE present.store_id = stores.store_id AND present.owner <> 'bot'
          AND present.person_at < now() - its.clock AND is_silent(present, its.clock)
        ORDER BY present.person_at LIMIT of_each_store) AS silent
    WHERE (stores.settings ? 'return_minutes' OR stores.settings ? 'escalate_minutes')
      AND stores.status = 'active' AND stores.settings -> 'bot_enabled' IS DISTINCT FROM 'false'
$$;

-- Gives a silent conversation back to the bot, with a line for the agents. What the customer said
-- that nobody has answered is the bot's to answer now, while the window is open. Says whether it
-- was silent still, and whether there is something to answer.
CREATE FUNCTION return_to_bot(of_store text, its_conversation uuid, its_line text)
RETURNS TABLE (is_returned boolean, has_mail boolean) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    present conversations;
    its_clock interval;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    SELECT clock_of(settings, 'return_minutes') INTO its_clock FROM stores
    WHERE store_id = of_store;
    SELECT * INTO present FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    is_returned := coalesce(is_silent(present, its_clock), false);
    has_mail := false;
    IF is_returned THEN
        PERFORM change_owner(of_store, its_conversation, 'bot', NULL, '', 'SILENCE', false);
        has_mail := present.window_expires_at > clock_timestamp()
            AND reopen_unanswered(of_store, its_conversation, present.session_id);
        PERFORM remember_message(
            of_store, its_conversation, uuidv7(), 'system', 'returned', its_line, NULL, '[]',
            NULL, 'received');
    END IF;
    RETURN NEXT;
END $$;

-- Makes due again what the customer said after the last thing that was said to them.
CREATE FUNCTION reopen_unanswered(of_store text, its_conversation uuid, its_session uuid)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE inbox SET state = 'pending', turn_id = NULL, attempts = 0, outcome = '',
        finished_at = NULL, due_at = clock_timestamp()
    WHERE store_id = of_store AND state = 'done' AND outcome IN ('bot_off', 'taken_over')
      AND inbox_id IN (
        SELECT message_id FROM messages
        WHERE store_id = of_store AND session_id = its_session AND role = 'user'
          AND revoked_at IS NULL AND position > coalesce((
            SELECT max(position) FROM messages
            WHERE store_id = of_store AND session_id = its_session
              AND role IN ('assistant', 'agent') AND status <> 'failed'), 0));
    RETURN FOUND;
END $$;

-- Tells of who waits in the queue and was not taken: after a store's `escalate_minutes`, and
-- again at twice, four and eight times that. One event of a wait at a time, whatever was missed.
-- Returns the stores that got one, each as often.
CREATE FUNCTION tell_of_waiting(of_each_store integer) RETURNS TABLE (store_id text)
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
