-- Forgetting tells by which keyed hashes a person was found: what was reserved by them can be given back.
SET LOCAL ROLE {vault};

DROP FUNCTION vault.forget(uuid[]);
-- The rows of the index are read as they were before the statement; they go with the key.
CREATE FUNCTION vault.forget(unwanted_persons uuid[]) RETURNS TABLE (person_id uuid, kind text, digest bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM vault.person_keys k WHERE k.person_id = ANY (unwanted_persons) RETURNING k.person_id
    )
    SELECT g.person_id, i.kind, i.digest FROM gone g LEFT JOIN vault.blind_index i ON i.person_id = g.person_id
$$;
REVOKE ALL ON FUNCTION vault.forget(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.forget(uuid[]) TO {app};
RESET ROLE;
