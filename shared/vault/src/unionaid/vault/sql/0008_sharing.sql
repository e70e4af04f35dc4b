-- Who is found by the same value as somebody, such as the same bank account: ids leave, and nothing else.
SET LOCAL ROLE {vault};
CREATE FUNCTION vault.sharing(wanted_kind text, wanted_persons uuid[]) RETURNS TABLE (person_id uuid, other_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.person_id, o.person_id FROM vault.blind_index i
    JOIN vault.blind_index o ON o.kind = i.kind AND o.digest = i.digest AND o.person_id <> i.person_id
    WHERE i.kind = wanted_kind AND i.person_id = ANY (wanted_persons) ORDER BY i.person_id, o.person_id
$$;
REVOKE ALL ON FUNCTION vault.sharing(text, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.sharing(text, uuid[]) TO {app};
RESET ROLE;
