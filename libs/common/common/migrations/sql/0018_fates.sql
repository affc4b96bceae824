-- What a failed status asks for, by the error table; and statuses that end the same in whatever
-- order they come.
--
-- The former `apply_statuses` (0013) stays for workers of the version before this one, while both
-- run: to them every failure is final.

-- The wamids of attempts that WhatsApp failed after it had taken them. `sent` of one of them is
-- no news; `delivered` is, because then it did arrive.
ALTER TABLE outbox ADD COLUMN failed_wamids text[] NOT NULL DEFAULT '{}';

-- Why WhatsApp could not load a product's picture, by its code, until it has other pictures.
ALTER TABLE products ADD COLUMN picture_problem text NOT NULL DEFAULT '';

CREATE OR REPLACE FUNCTION status_rank(its_status text)
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE its_status
        WHEN 'sending' THEN 1 WHEN 'unknown' THEN 2
        WHEN 'sent' THEN 3 WHEN 'retrying' THEN 3 WHEN 'failed' THEN 3
        WHEN 'delivered' THEN 4 WHEN 'read' THEN 5 WHEN 'played' THEN 6 END
$$;

-- The rule of a message's status: forward, never back. Who failed was sent, and is not sent again
-- by a late word of that; what was seen to arrive did not fail, whoever says so and when.
CREATE OR REPLACE FUNCTION status_after(present text, said text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN said IN ('failed', 'retrying') AND present IN ('sending', 'unknown', 'sent') THEN said
        WHEN said = 'failed' AND present = 'retrying' THEN said
        WHEN status_rank(present) < status_rank(said) THEN said
        ELSE present END
$$;

-- One status as the batch takes it. `again` holds the numbers of its rule when a part that fails
-- by it may go again: attempts (0: no end), wait, growth, longest.
CREATE TYPE said_of_send AS (
    place bigint, inbox_id uuid, received_at timestamptz, outcome text, outbox_id uuid,
    attempt integer, status text, wamid text, code text, reason text, again jsonb);

-- How a part and its message stand. `refused` and `wait`: it failed in this batch, and goes again
-- in so many seconds (null: for good).
CREATE TYPE send_fate AS (
    state text, status text, wamid text, attempt integer, refusals integer, failed_wamids text[],
    duplicate_wamid text, flagged boolean, code text, reason text, refused boolean,
    wait double precision);

CREATE TYPE told_send AS (
    outbox_id uuid, conversation_id uuid, is_turn_open boolean, former send_fate, final send_fate);

-- The seconds before the next send after so many refusals; null when there is none, 'infinity' when
-- that is for a paused store to say.
CREATE FUNCTION wait_after(again jsonb, refusals integer)
RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN (again ->> 'is_held')::boolean THEN 'infinity'
        WHEN (again ->> 'attempts')::integer = 0
            OR refusals < (again ->> 'attempts')::integer
        THEN least(
            (again ->> 'wait')::double precision
                * (again ->> 'growth')::double precision ^ least(greatest(refusals - 1, 0), 32),
            (again ->> 'longest')::double precision) END
$$;

-- A failure: the part goes again, or not, by its rule. Of an attempt that another one followed, of
-- one that did not carry the message, or of what arrived, it says nothing.
CREATE FUNCTION fate_after_failure(fate send_fate, said said_of_send)
RETURNS send_fate LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF said.wamid <> ALL (fate.failed_wamids) THEN
        fate.failed_wamids := fate.failed_wamids || said.wamid;
    END IF;
    IF said.attempt < fate.attempt
        OR fate.state NOT IN ('sending', 'unknown', 'accepted')
        OR (fate.state = 'accepted' AND fate.wamid <> said.wamid)
        OR status_rank(fate.status) >= status_rank('delivered')
    THEN
        RETURN fate;
    END IF;
    fate.wamid := said.wamid;
    fate.code := said.code;
    fate.reason := said.reason;
    fate.refused := true;
    fate.refusals := fate.refusals + 1;
    fate.wait := wait_after(said.again, fate.refusals);
    IF fate.wait IS NULL THEN
        fate.state := 'failed';
        fate.status := status_after(fate.status, 'failed');
    ELSE
        fate.state := 'retry';
        fate.status := status_after(fate.status, 'retrying');
        fate.flagged := false;
    END IF;
    RETURN fate;
END $$;

-- What one status makes of a send. The part is settled by the first that can: one on its way by
-- any, one that waits to go again by an arrival, one that failed by what was seen. A second wamid
-- is a confirmed duplicate.
CREATE FUNCTION fate_after(so_far send_fate, present send_fate, said said_of_send)
RETURNS send_fate LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    fate send_fate := coalesce(so_far, present);
BEGIN
    IF said.status = 'failed' THEN
        RETURN fate_after_failure(fate, said);
    END IF;
    IF said.status = 'sent' AND said.wamid = ANY (fate.failed_wamids) THEN
        RETURN fate;
    END IF;
    IF fate.state IN ('sending', 'unknown', 'retry')
        OR (fate.state = 'failed' AND said.status <> 'sent')
    THEN
        IF fate.status IN ('retrying', 'failed') THEN
            fate.status := said.status;
        END IF;
        fate.state := 'accepted';
        fate.wamid := said.wamid;
        fate.flagged := false;
        fate.code := '';
        fate.reason := '';
        fate.refused := false;
        fate.wait := NULL;
    ELSIF fate.wamid <> said.wamid THEN
        fate.duplicate_wamid := said.wamid;
    END IF;
    fate.status := status_after(fate.status, said.status);
    RETURN fate;
END $$;

CREATE AGGREGATE fate_of(present send_fate, said said_of_send) (
    SFUNC = fate_after, STYPE = send_fate);
