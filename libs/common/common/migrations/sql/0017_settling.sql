-- Step 8: a part whose silence is judged, and a part that goes again.

-- Judges the silence about a part whose fate is unknown (whatsapp.md, section 3). After so many
-- seconds: under 'settle', it goes again once if statuses of other messages have come since it
-- went, for then the silence means that it was not accepted; under 'resend_once' it goes again
-- once in any case; otherwise a person must look. `verdict` is 'waits' (so many seconds more),
-- 'resend', 'flagged', or 'settled' when somebody said by now what became of it.
--
-- A status that came in time but is not applied yet, as after an hour without a worker, is waited
-- for: ten seconds at most from when the silence is first judged. Then nothing is proved. What
-- the bot computed under another epoch never goes again (P5): a person must look.
CREATE FUNCTION judge_silence(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_part uuid,
    seconds double precision, policy text, doubt text)
RETURNS TABLE (verdict text, remaining double precision) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    part outbox;
    silent double precision;
    is_behind boolean;
    is_void boolean;
    may_resend boolean;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    SELECT * INTO STRICT part FROM outbox
    WHERE store_id = of_store AND outbox_id = its_part FOR NO KEY UPDATE;
    silent := extract(epoch FROM clock_timestamp() - part.sending_at);
    is_void := EXISTS (
        SELECT 1 FROM conversations
        WHERE store_id = of_store AND conversation_id = its_conversation
          AND epoch <> part.epoch);
    remaining := 0;
    IF part.state <> 'unknown' OR part.flagged THEN
        verdict := 'settled';
        RETURN NEXT;
        RETURN;
    ELSIF silent < seconds THEN
        verdict := 'waits';
        remaining := seconds - silent;
        RETURN NEXT;
        RETURN;
    END IF;
    is_behind := EXISTS (
        SELECT 1 FROM inbox
        WHERE store_id = of_store AND kind = 'status' AND state = 'pending'
          AND due_at <= clock_timestamp()
          AND received_at < part.sending_at + seconds * interval '1 second');
    may_resend := NOT is_void AND part.resent_at IS NULL AND (policy = 'resend_once' OR (
        policy = 'settle' AND EXISTS (
            SELECT 1 FROM status_flow
            WHERE store_id = of_store AND last_received_at > part.sending_at)));
    IF is_behind AND coalesce(part.judged_at, clock_timestamp())
        > clock_timestamp() - interval '10 seconds'
    THEN
        verdict := 'waits';
        remaining := 1;
        UPDATE outbox SET judged_at = coalesce(judged_at, clock_timestamp())
        WHERE store_id = of_store AND outbox_id = its_part;
    ELSIF may_resend AND NOT is_behind THEN
        verdict := 'resend';
        UPDATE outbox SET state = 'retry', resent_at = clock_timestamp(), judged_at = NULL
        WHERE store_id = of_store AND outbox_id = its_part;
    ELSE
        verdict := 'flagged';
        UPDATE outbox SET flagged = true WHERE store_id = of_store AND outbox_id = its_part;
        PERFORM set_message_status(of_store, its_part, 'unknown', doubt);
    END IF;
    RETURN NEXT;
END $$;

-- Lets one part go again, out of its turn: a command of its own in the conversation's order, due
-- after so many seconds, or held ('infinity') until its store is active. The caller has locked the
-- part and called it 'retry'. Returns the conversation to ring.
CREATE FUNCTION ask_again(of_store text, its_part uuid, seconds double precision)
RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_conversation uuid;
    its_seq bigint;
BEGIN
    SELECT conversation_id INTO STRICT its_conversation FROM outbox
    WHERE store_id = of_store AND outbox_id = its_part;
    UPDATE conversation_heads SET last_seq = last_seq + 1
    WHERE store_id = of_store AND conversation_id = its_conversation
    RETURNING last_seq INTO STRICT its_seq;
    INSERT INTO inbox (
        store_id, kind, event_id, conversation_id, seq, payload_sealed, due_at)
    VALUES (
        of_store, 'command', 'resend|' || its_part || '|' || gen_random_uuid(),
        its_conversation, its_seq, '', CASE WHEN seconds = 'infinity' THEN 'infinity'
            ELSE clock_timestamp() + seconds * interval '1 second' END);
    RETURN its_conversation;
END $$;

-- Lets a message of ours go again because a person asks for it: one that failed, or that nobody
-- could confirm. `verdict` is 'asked', 'asked_before', or why not: 'unknown_message',
-- 'not_failed' or 'window_closed'. Locks the conversation and then the part.
CREATE FUNCTION retry_message(of_store text, its_conversation uuid, its_message uuid)
RETURNS TABLE (verdict text, attempt integer) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    part outbox;
    window_ends timestamptz;
BEGIN
    SELECT window_expires_at INTO window_ends FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    SELECT * INTO part FROM outbox
    WHERE store_id = of_store AND outbox_id = its_message
      AND conversation_id = its_conversation FOR NO KEY UPDATE;
    verdict := CASE
        WHEN part.outbox_id IS NULL THEN 'unknown_message'
        WHEN part.state IN ('retry', 'sending') THEN 'asked_before'
        WHEN NOT (part.state = 'failed' OR part.state = 'unknown' AND part.flagged
                OR part.state = 'cancelled' AND part.attempt > 0)
            THEN 'not_failed'
        WHEN part.kind <> 'template' AND coalesce(window_ends, '-infinity') <= clock_timestamp()
            THEN 'window_closed'
        ELSE 'asked' END;
    IF verdict = 'asked' THEN
        UPDATE outbox SET state = 'retry', flagged = false, refusals = 0, epoch = NULL,
            settled_at = NULL, resent_at = NULL, judged_at = NULL, not_before = NULL
        WHERE store_id = of_store AND outbox_id = its_message;
        PERFORM set_message_status(of_store, its_message, 'retrying', '');
        PERFORM ask_again(of_store, its_message, 0);
        -- As with what an agent writes: a person waits for no back-off of what came before.
        UPDATE inbox SET due_at = clock_timestamp()
        WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
          AND due_at > clock_timestamp();
    END IF;
    attempt := part.attempt + 1;
    RETURN NEXT;
END $$;
