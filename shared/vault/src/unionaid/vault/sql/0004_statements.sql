-- Statements: what was said of a person in one matter, under a topic, by versions; encrypted with the person's key,
-- and gone with it. A matter may be forgotten before its persons are.
SET LOCAL ROLE {vault};

CREATE TABLE vault.statements (
    person_id  uuid NOT NULL REFERENCES vault.person_keys ON DELETE CASCADE,
    matter_id  uuid NOT NULL,
    topic      text COLLATE "C" NOT NULL,
    version    integer NOT NULL CHECK (version >= 1),
    nonce      bytea NOT NULL CHECK (octet_length(nonce) = 12),
    ciphertext bytea NOT NULL,
    PRIMARY KEY (person_id, matter_id, topic, version)
);
CREATE INDEX statements_matter ON vault.statements (matter_id);

-- What it takes to store a next version: persons' wrapped keys, and the version their statement is at, 0 for none.
CREATE FUNCTION vault.statement_keys(wanted_persons uuid[], wanted_matter uuid, wanted_topic text)
RETURNS TABLE (person_id uuid, kek_id bytea, wrapped_key bytea, version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.person_id, k.kek_id, k.wrapped_key, coalesce((SELECT max(s.version) FROM vault.statements s
        WHERE s.person_id = k.person_id AND s.matter_id = wanted_matter AND s.topic = wanted_topic), 0)
    FROM vault.person_keys k WHERE k.person_id = ANY (wanted_persons)
$$;

-- Two writers of one version: the second breaks on the primary key.
CREATE FUNCTION vault.put_statements(
    persons uuid[], matters uuid[], topics text[], versions integer[], nonces bytea[], ciphertexts bytea[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO vault.statements (person_id, matter_id, topic, version, nonce, ciphertext)
    SELECT * FROM unnest(persons, matters, topics, versions, nonces, ciphertexts)
$$;

-- The newest version of every statement in a matter. Whoever asks is written down in the same statement.
CREATE FUNCTION vault.open_statements(by_actor text, for_purpose text, wanted_fields text[], wanted_matter uuid,
                                      wanted_topics text[])
RETURNS TABLE (person_id uuid, topic text, version integer, kek_id bytea, wrapped_key bytea, nonce bytea,
               ciphertext bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO vault.openings (actor, purpose, fields, persons)
    SELECT by_actor, for_purpose, wanted_fields, array_agg(DISTINCT s.person_id) FROM vault.statements s
    WHERE s.matter_id = wanted_matter AND s.topic = ANY (wanted_topics) HAVING count(*) > 0;
    RETURN QUERY
    SELECT DISTINCT ON (s.person_id, s.topic)
        s.person_id, s.topic, s.version, k.kek_id, k.wrapped_key, s.nonce, s.ciphertext
    FROM vault.statements s JOIN vault.person_keys k USING (person_id)
    WHERE s.matter_id = wanted_matter AND s.topic = ANY (wanted_topics)
    ORDER BY s.person_id, s.topic, s.version DESC;
END $$;

CREATE FUNCTION vault.forget_matters(unwanted_matters uuid[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (DELETE FROM vault.statements s WHERE s.matter_id = ANY (unwanted_matters) RETURNING true)
    SELECT count(*)::integer FROM gone
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    vault.statement_keys(uuid[], uuid, text),
    vault.put_statements(uuid[], uuid[], text[], integer[], bytea[], bytea[]),
    vault.open_statements(text, text, text[], uuid, text[]),
    vault.forget_matters(uuid[])
TO {app};
RESET ROLE;
