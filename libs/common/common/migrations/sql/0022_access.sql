-- A log-in counts only while the account's password is the one it was opened with: each new
-- password raises the version. Wrong passwords are counted here until the audit log has them.
ALTER TABLE agents
    ADD COLUMN credentials_version integer NOT NULL DEFAULT 1,
    ADD COLUMN failed_log_ins integer NOT NULL DEFAULT 0,
    ADD COLUMN failures_noted_at timestamptz;

CREATE INDEX console_sessions_by_agent ON console_sessions (agent_id);

-- The name as it was then: the row stays when the agent is gone.
ALTER TABLE audit_log ADD COLUMN agent_name text NOT NULL DEFAULT '';
CREATE INDEX audit_log_by_session ON audit_log (store_id, session_id, audit_id)
    WHERE session_id IS NOT NULL;
CREATE INDEX audit_log_by_agent ON audit_log (store_id, agent_id, audit_id);

-- The version belongs to the hash beside it: a password that is changed while another is being
-- compared must not make that one's log-in look new.
DROP FUNCTION agent_by_email;
CREATE FUNCTION agent_by_email(its_email text)
RETURNS TABLE (agent_id uuid, password_hash text, credentials_version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT agent_id, password_hash, credentials_version FROM agents WHERE email = its_email
$$;

CREATE FUNCTION credentials_version_of(its_id uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT credentials_version FROM agents WHERE agent_id = its_id
$$;

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
        credentials_version = credentials_version + (its_password_hash IS NOT NULL)::integer,
        changed_at = now()
    WHERE agent_id = its_id;
    RETURN FOUND;
END $$;

-- One's own password, if it is still the one that was compared.
CREATE FUNCTION change_own_password(its_id uuid, its_old_hash text, its_new_hash text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE agents SET
        password_hash = its_new_hash,
        credentials_version = credentials_version + 1,
        changed_at = now()
    WHERE agent_id = its_id AND password_hash = its_old_hash;
    RETURN FOUND;
END $$;

-- What somebody does with their own account is told to every store they serve. An administrator
-- serves none by name; the service's log has theirs.
CREATE FUNCTION record_of_account(its_id uuid, its_action text, its_details jsonb)
RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_log (store_id, agent_id, agent_name, action, details)
    SELECT store_id, agent_id, agents.name, its_action, its_details
    FROM memberships JOIN agents USING (agent_id) WHERE agent_id = its_id
$$;

CREATE FUNCTION note_log_in(its_id uuid)
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    failed integer;
BEGIN
    UPDATE agents SET failed_log_ins = 0, failures_noted_at = NULL
    WHERE agent_id = its_id RETURNING old.failed_log_ins INTO failed;
    PERFORM record_of_account(its_id, 'log_in', jsonb_build_object('failed', failed));
END $$;

-- One row an hour, with the count since the row before, however many there are. The commit does
-- not wait for the disk, or the time of the answer would tell that the e-mail has an account.
CREATE FUNCTION note_failed_log_in(its_email text)
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    failing agents;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE agents SET failed_log_ins = failed_log_ins + 1 WHERE email = its_email
    RETURNING * INTO failing;
    IF NOT FOUND OR failing.failures_noted_at > now() - interval '1 hour' THEN
        RETURN;
    END IF;
    PERFORM record_of_account(failing.agent_id, 'log_in_failed',
        jsonb_build_object('failed', failing.failed_log_ins));
    UPDATE agents SET failed_log_ins = 0, failures_noted_at = now()
    WHERE agent_id = failing.agent_id;
END $$;
