DROP FUNCTION note_failed_log_in, note_log_in, record_of_account, change_own_password,
    credentials_version_of;

CREATE OR REPLACE FUNCTION change_agent(
    its_id uuid, its_name text, its_password_hash text, for_the_installation boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A new membership locks the agent's row too, so none appears behind the check's back.
    PERFORM 1 FROM agents WHERE agent_id = its_id FOR UPDATE;
    IF NOT for_the_installation AND EXISTS (
        SELECT 1 FROM agents LEFT JOIN memberships USING (agent_id)
        WHERE agent_id = its_id AND (
            administrator OR store_id IS DISTINCT FROM current_setting('mostrador.store_id', true)))
    THEN
        RETURN false;
    END IF;
    UPDATE agents SET
        name = its_name,
        password_hash = coalesce(its_password_hash, password_hash),
        changed_at = now()
    WHERE agent_id = its_id;
    RETURN FOUND;
END $$;

DROP FUNCTION agent_by_email;
CREATE FUNCTION agent_by_email(its_email text)
RETURNS TABLE (agent_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT agent_id, password_hash FROM agents WHERE email = its_email
$$;

DROP INDEX audit_log_by_session, audit_log_by_agent, console_sessions_by_agent;
ALTER TABLE audit_log DROP COLUMN agent_name;
ALTER TABLE agents
    DROP COLUMN credentials_version, DROP COLUMN failed_log_ins, DROP COLUMN failures_noted_at;
