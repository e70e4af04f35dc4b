-- Those of persons who were born on one of some days, found by the keyed hashes of the days: ids leave, and nothing else.
SET LOCAL ROLE {vault};
CREATE FUNCTION vault.born_on(born_keys bigint[], only_persons uuid[]) RETURNS TABLE (person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.person_id FROM vault.search s WHERE s.person_id = ANY (only_persons) AND s.born = ANY (born_keys)
$$;
REVOKE ALL ON FUNCTION vault.born_on(bigint[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.born_on(bigint[], uuid[]) TO {app};
RESET ROLE;
