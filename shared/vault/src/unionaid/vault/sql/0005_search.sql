-- What persons are searched by: per person one row of short keyed hashes, of the newest version's values in the forms
-- somebody may search for, and of what likely twins of one person have in common. `place` is the unit that may see the
-- person, so that a search inside a unit reads that unit's entries alone.
SET LOCAL ROLE {vault};

CREATE TABLE vault.search (
    person_id    uuid PRIMARY KEY REFERENCES vault.person_keys ON DELETE CASCADE,
    place        uuid NOT NULL,
    name         bigint,
    pinyin       bigint,
    initials     bigint,
    id_area      bigint,
    born         bigint,
    id_last      bigint,
    phone        bigint,
    pinyin_born  bigint,
    surname_born bigint,
    given_born   bigint
);
CREATE INDEX search_name ON vault.search (name, place, person_id) WHERE name IS NOT NULL;
CREATE INDEX search_pinyin ON vault.search (pinyin, place, person_id) WHERE pinyin IS NOT NULL;
CREATE INDEX search_initials ON vault.search (initials, place, person_id) WHERE initials IS NOT NULL;
CREATE INDEX search_id_area ON vault.search (id_area, place, person_id) WHERE id_area IS NOT NULL;
CREATE INDEX search_born ON vault.search (born, place, person_id) WHERE born IS NOT NULL;
CREATE INDEX search_id_last ON vault.search (id_last, place, person_id) WHERE id_last IS NOT NULL;
CREATE INDEX search_phone ON vault.search (phone, place, person_id) WHERE phone IS NOT NULL;
CREATE INDEX search_pinyin_born ON vault.search (pinyin_born) WHERE pinyin_born IS NOT NULL;
CREATE INDEX search_surname_born ON vault.search (surname_born) WHERE surname_born IS NOT NULL;
CREATE INDEX search_given_born ON vault.search (given_born) WHERE given_born IS NOT NULL;

-- As `vault.put` of 10, and what the persons are searched by. The nil UUID says that the place stays, or that there is
-- none.
CREATE FUNCTION vault.put(
    kek bytea, new_persons uuid[], wrapped_keys bytea[],
    persons uuid[], versions integer[], nonces bytea[], ciphertexts bytea[],
    index_kinds text[], index_digests bytea[], index_persons uuid[],
    places uuid[], names bigint[], pinyins bigint[], initialses bigint[], areas bigint[],
    borns bigint[], lasts bigint[], phones bigint[], pinyin_borns bigint[], surname_borns bigint[], given_borns bigint[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM vault.put(kek, new_persons, wrapped_keys, persons, versions, nonces, ciphertexts,
                      index_kinds, index_digests, index_persons);
    INSERT INTO vault.search AS s
    SELECT * FROM unnest(persons, places, names, pinyins, initialses, areas, borns, lasts, phones,
                         pinyin_borns, surname_borns, given_borns)
    ON CONFLICT (person_id) DO UPDATE SET
        place = CASE excluded.place WHEN '00000000-0000-0000-0000-000000000000' THEN s.place ELSE excluded.place END,
        name = excluded.name, pinyin = excluded.pinyin, initials = excluded.initials, id_area = excluded.id_area,
        born = excluded.born, id_last = excluded.id_last, phone = excluded.phone, pinyin_born = excluded.pinyin_born,
        surname_born = excluded.surname_born, given_born = excluded.given_born;
END $$;

-- Persons who moved are searched for at their new place; nothing is written where nobody moved.
CREATE FUNCTION vault.place(persons uuid[], places uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE vault.search s SET place = g.p FROM unnest(persons, places) AS g(i, p)
    WHERE s.person_id = g.i AND s.place <> g.p
$$;

-- Persons with one of `any_keys` and all of `all_keys`, in `within` (NULL: everywhere), after one of them, in order.
CREATE FUNCTION vault.find(
    any_kinds text[], any_keys bigint[], all_kinds text[], all_keys bigint[],
    within uuid[], after_place uuid, after_person uuid, most integer, only_persons uuid[]
) RETURNS TABLE (person_id uuid, place uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    narrowed text := '';
    parts text[] := '{}';
BEGIN
    FOR n IN 1 .. coalesce(array_length(all_kinds, 1), 0) LOOP
        narrowed := narrowed || format(' AND s.%I = %s', all_kinds[n], all_keys[n]);
    END LOOP;
    FOR n IN 1 .. array_length(any_kinds, 1) LOOP
        parts := parts || (format('(SELECT s.person_id, s.place FROM vault.search s WHERE s.%I = %s', any_kinds[n], any_keys[n])
            || narrowed || CASE WHEN within IS NULL THEN '' ELSE ' AND s.place = ANY ($1)' END
            || CASE WHEN only_persons IS NULL THEN '' ELSE ' AND s.person_id = ANY ($5)' END
            || CASE WHEN after_person IS NULL THEN '' ELSE ' AND (s.place, s.person_id) > ($2, $3)' END
            || ' ORDER BY s.place, s.person_id LIMIT $4)');
    END LOOP;
    RETURN QUERY EXECUTE 'SELECT * FROM (' || array_to_string(parts, ' UNION ') || ') AS found ORDER BY 2, 1 LIMIT $4'
    USING within, after_place, after_person, most, only_persons;
END $$;

-- The ciphertext of persons who may be the same as somebody: for a comparison from which ids and scores alone leave.
CREATE FUNCTION vault.compared(wanted_persons uuid[])
RETURNS TABLE (person_id uuid, version integer, kek_id bytea, wrapped_key bytea, nonce bytea, ciphertext bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (f.person_id) f.person_id, f.version, k.kek_id, k.wrapped_key, f.nonce, f.ciphertext
    FROM vault.fields f JOIN vault.person_keys k USING (person_id)
    WHERE f.person_id = ANY (wanted_persons) ORDER BY f.person_id, f.version DESC
$$;

-- Those of persons who have an ID number.
CREATE FUNCTION vault.numbered(wanted_persons uuid[]) RETURNS TABLE (person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.person_id FROM vault.search s WHERE s.person_id = ANY (wanted_persons) AND s.id_last IS NOT NULL
$$;

-- Who shares a block with somebody who has these keys; at most so many of each block.
CREATE FUNCTION vault.alike(block_kinds text[], keys bigint[], most integer) RETURNS TABLE (person_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    FOR n IN 1 .. coalesce(array_length(block_kinds, 1), 0) LOOP
        RETURN QUERY EXECUTE format('SELECT s.person_id FROM vault.search s WHERE s.%I = $1 LIMIT $2', block_kinds[n])
        USING keys[n], most;
    END LOOP;
END $$;

-- The blocks of one kind with 2 to `most` persons, after one of them, in order: what a scan goes through.
CREATE FUNCTION vault.blocks(block_kind text, after_key bigint, most integer, blocks integer)
RETURNS TABLE (key bigint, persons uuid[], size bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT s.%1$I, (array_agg(s.person_id))[1:$2], count(*) FROM vault.search s '
        'WHERE s.%1$I > $1 GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT $3', block_kind)
    USING after_key, most, blocks;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    vault.put(bytea, uuid[], bytea[], uuid[], integer[], bytea[], bytea[], text[], bytea[], uuid[],
              uuid[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]),
    vault.place(uuid[], uuid[]),
    vault.find(text[], bigint[], text[], bigint[], uuid[], uuid, uuid, integer, uuid[]),
    vault.compared(uuid[]),
    vault.numbered(uuid[]),
    vault.alike(text[], bigint[], integer),
    vault.blocks(text, bigint, integer, integer)
TO {app};
REVOKE EXECUTE ON FUNCTION
    vault.put(bytea, uuid[], bytea[], uuid[], integer[], bytea[], bytea[], text[], bytea[], uuid[])
FROM {app};
RESET ROLE;
