-- The functions as they were before 0018.
DROP FUNCTION apply_statuses(
    text, uuid[], text[], text[], uuid[], integer[], text[], text[], jsonb[]);
DROP FUNCTION find_sends, told_sends, write_fates, go_on_after, wake_turns, finish_told;
DROP AGGREGATE fate_of(send_fate, said_of_send);
DROP FUNCTION fate_after, fate_after_failure, wait_after;
DROP TYPE told_send;
DROP TYPE send_fate;
DROP TYPE said_of_send;

CREATE OR REPLACE FUNCTION status_rank(its_status text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(
        ARRAY['sending', 'unknown', 'sent', 'delivered', 'read', 'played'], its_status)
$$;

CREATE OR REPLACE FUNCTION status_after(present text, said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN said = 'failed' AND present IN ('sending', 'unknown', 'sent') THEN said
        WHEN status_rank(present) < status_rank(said) THEN said
        ELSE present END
$$;

ALTER TABLE products DROP COLUMN picture_problem, DROP COLUMN problem_url;
ALTER TABLE outbox DROP COLUMN failed_wamids;
