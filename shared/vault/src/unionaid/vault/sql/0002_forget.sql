-- Forgetting: the person's key, every version of the fields and the blind index go together. The record of who
-- opened them stays: it holds ids only.
SET LOCAL ROLE {vault};

CREATE FUNCTION vault.forget(unwanted_persons uuid[]) RETURNS TABLE (person_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM vault.person_keys k WHERE k.person_id = ANY (unwanted_persons) RETURNING k.person_id
$$;
REVOKE ALL ON FUNCTION vault.forget(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.forget(uuid[]) TO {app};
RESET ROLE;
