-- Files that somebody sent and that hold personal data, encrypted, for a short while: from the look at a table to its
-- entry. Only who sent a file reads it. An erasure takes all of them along: nobody knows whom they hold.
SET LOCAL ROLE {vault};

CREATE TABLE vault.uploads (
    upload_id   uuid PRIMARY KEY,
    owner       text NOT NULL CHECK (owner <> ''),
    forget_at   timestamptz NOT NULL,
    kek_id      bytea NOT NULL CHECK (octet_length(kek_id) = 8),
    wrapped_key bytea NOT NULL CHECK (octet_length(wrapped_key) = 60),
    nonce       bytea NOT NULL CHECK (octet_length(nonce) = 12),
    ciphertext  bytea NOT NULL
);

CREATE FUNCTION vault.keep_upload(
    id uuid, by_owner text, kept interval, kek bytea, wrapped bytea, with_nonce bytea, encrypted bytea
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO vault.uploads (upload_id, owner, forget_at, kek_id, wrapped_key, nonce, ciphertext)
    VALUES (id, by_owner, clock_timestamp() + kept, kek, wrapped, with_nonce, encrypted)
    ON CONFLICT (upload_id) DO UPDATE SET forget_at = excluded.forget_at, kek_id = excluded.kek_id,
        wrapped_key = excluded.wrapped_key, nonce = excluded.nonce, ciphertext = excluded.ciphertext
    WHERE vault.uploads.owner = excluded.owner
$$;

CREATE FUNCTION vault.read_upload(id uuid, by_owner text)
RETURNS TABLE (kek_id bytea, wrapped_key bytea, nonce bytea, ciphertext bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.kek_id, u.wrapped_key, u.nonce, u.ciphertext FROM vault.uploads u
    WHERE u.upload_id = id AND u.owner = by_owner AND u.forget_at > clock_timestamp()
$$;

-- What is overdue, or all.
CREATE FUNCTION vault.forget_uploads(every_one boolean) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM vault.uploads u WHERE every_one OR u.forget_at <= clock_timestamp() RETURNING u.upload_id
    )
    SELECT count(*) FROM gone
$$;

REVOKE ALL ON FUNCTION vault.keep_upload(uuid, text, interval, bytea, bytea, bytea, bytea),
    vault.read_upload(uuid, text), vault.forget_uploads(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.keep_upload(uuid, text, interval, bytea, bytea, bytea, bytea),
    vault.read_upload(uuid, text), vault.forget_uploads(boolean) TO {app};
RESET ROLE;
