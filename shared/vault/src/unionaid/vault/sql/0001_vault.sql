-- Personal data: ciphertext and keyed hashes only. Owned by a role that cannot log in; the service's runtime
-- role sees no table, and reaches rows only through the functions below.
CREATE SCHEMA vault AUTHORIZATION {vault};
SET LOCAL ROLE {vault};

-- One data key per person, wrapped by the key-encryption key `kek_id`. Destroying the row is forgetting.
CREATE TABLE vault.person_keys (
    person_id   uuid PRIMARY KEY,
    kek_id      bytea NOT NULL CHECK (octet_length(kek_id) = 8),
    wrapped_key bytea NOT NULL CHECK (octet_length(wrapped_key) = 60)
);

-- Each version holds all fields of the person as of then, encrypted with the person's key.
CREATE TABLE vault.fields (
    person_id  uuid NOT NULL REFERENCES vault.person_keys ON DELETE CASCADE,
    version    integer NOT NULL CHECK (version >= 1),
    nonce      bytea NOT NULL CHECK (octet_length(nonce) = 12),
    ciphertext bytea NOT NULL,
    PRIMARY KEY (person_id, version)
);

-- Keyed hashes of the newest version's values, to find persons by.
CREATE TABLE vault.blind_index (
    kind      text COLLATE "C" NOT NULL,
    digest    bytea NOT NULL CHECK (octet_length(digest) = 32),
    person_id uuid NOT NULL REFERENCES vault.person_keys ON DELETE CASCADE,
    PRIMARY KEY (kind, digest, person_id)
);
CREATE INDEX blind_index_person ON vault.blind_index (person_id);

-- Who opened what about whom, and what for. Insert-only.
CREATE TABLE vault.openings (
    opening_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor      text NOT NULL CHECK (actor <> ''),
    purpose    text NOT NULL CHECK (purpose <> ''),
    fields     text[] NOT NULL CHECK (cardinality(fields) > 0),
    persons    uuid[] NOT NULL CHECK (cardinality(persons) BETWEEN 1 AND 500)
);
CREATE FUNCTION vault.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'vault.% is insert-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'UV000';
END $$;
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.openings
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();

-- What it takes to store a next version: persons' wrapped keys and the version they are at.
CREATE FUNCTION vault.keys(wanted_persons uuid[])
RETURNS TABLE (person_id uuid, kek_id bytea, wrapped_key bytea, version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.person_id, k.kek_id, k.wrapped_key, max(f.version)
    FROM vault.person_keys k JOIN vault.fields f USING (person_id)
    WHERE k.person_id = ANY (wanted_persons) GROUP BY k.person_id
$$;

-- Stores one version each of persons, with the keys of those that are new (version 1), and lets the index
-- follow. Two writers of one version of one person: the second breaks on a primary key.
CREATE FUNCTION vault.put(
    kek bytea, new_persons uuid[], wrapped_keys bytea[],
    persons uuid[], versions integer[], nonces bytea[], ciphertexts bytea[],
    index_kinds text[], index_digests bytea[], index_persons uuid[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO vault.person_keys (person_id, kek_id, wrapped_key)
    SELECT p, kek, w FROM unnest(new_persons, wrapped_keys) AS given(p, w);
    INSERT INTO vault.fields (person_id, version, nonce, ciphertext)
    SELECT p, v, n, c FROM unnest(persons, versions, nonces, ciphertexts) AS given(p, v, n, c);
    IF cardinality(new_persons) < cardinality(persons) THEN
        DELETE FROM vault.blind_index i WHERE i.person_id = ANY (persons);
    END IF;
    INSERT INTO vault.blind_index (kind, digest, person_id)
    SELECT k, d, p FROM unnest(index_kinds, index_digests, index_persons) AS given(k, d, p);
END $$;

CREATE FUNCTION vault.match(wanted_kind text, digests bytea[]) RETURNS TABLE (digest bytea, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.digest, i.person_id FROM vault.blind_index i
    WHERE i.kind = wanted_kind AND i.digest = ANY (digests) ORDER BY i.digest, i.person_id
$$;

-- The ciphertext of persons' newest versions. Whoever asks is written down in the same statement.
CREATE FUNCTION vault.open(by_actor text, for_purpose text, wanted_fields text[], wanted_persons uuid[])
RETURNS TABLE (person_id uuid, version integer, kek_id bytea, wrapped_key bytea, nonce bytea, ciphertext bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO vault.openings (actor, purpose, fields, persons)
    VALUES (by_actor, for_purpose, wanted_fields, wanted_persons);
    RETURN QUERY
    SELECT DISTINCT ON (f.person_id) f.person_id, f.version, k.kek_id, k.wrapped_key, f.nonce, f.ciphertext
    FROM vault.fields f JOIN vault.person_keys k USING (person_id)
    WHERE f.person_id = ANY (wanted_persons) ORDER BY f.person_id, f.version DESC;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA vault TO {app};
GRANT EXECUTE ON FUNCTION
    vault.keys(uuid[]),
    vault.put(bytea, uuid[], bytea[], uuid[], integer[], bytea[], bytea[], text[], bytea[], uuid[]),
    vault.match(text, bytea[]),
    vault.open(text, text, text[], uuid[])
TO {app};
RESET ROLE;
