-- One append, or several gathered ones: idempotency rows, versions, events, outbox, own queue, reservations; all or nothing.
-- Refusals carry an SQLSTATE of class UL and a JSON detail.
CREATE FUNCTION eventlog.append(
    s_streams text[], s_expected integer[],
    e_streams text[], e_versions integer[], e_ids uuid[], e_types text[], e_bodies bytea[],
    r_scopes text[], r_keys bytea[], r_streams text[],
    x_scopes text[], x_keys bytea[],
    i_keys bytea[], i_bodies bytea[], i_statuses integer[], i_answers bytea[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    drawn bigint[];
    held  integer;
    at    text;
BEGIN
    IF cardinality(i_keys) > 0 THEN
        INSERT INTO eventlog.idempotency (key, body, status, answer)
        SELECT * FROM unnest(i_keys, i_bodies, i_statuses, i_answers) ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS held = ROW_COUNT;
        IF held < cardinality(i_keys) THEN
            RAISE EXCEPTION 'this command was carried out before' USING ERRCODE = 'UL004';
        END IF;
    END IF;

    SELECT reason INTO at FROM eventlog.halt;
    IF FOUND THEN
        RAISE EXCEPTION 'the log is halted' USING ERRCODE = 'UL005', DETAIL = at;
    END IF;

    -- Here and below a scalar subquery, which is always one look into the index: a join with an array may be planned
    -- as a scan of the whole table, and the plan is kept while the table grows.
    SELECT s.stream INTO at
    FROM unnest(s_streams, s_expected) AS s(stream, expected)
    WHERE s.expected > 0
      AND (SELECT e.version FROM eventlog.events e WHERE e.stream = s.stream AND e.version = s.expected) IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'stream % is shorter than expected', at USING ERRCODE = 'UL002', DETAIL = at;
    END IF;

    IF cardinality(e_ids) = 1 THEN
        INSERT INTO eventlog.events (stream, version, id, type, body)
        VALUES (e_streams[1], e_versions[1], e_ids[1], e_types[1], e_bodies[1])
        RETURNING ARRAY[position] INTO drawn;
    ELSE
        WITH inserted AS (
            INSERT INTO eventlog.events (stream, version, id, type, body)
            SELECT * FROM unnest(e_streams, e_versions, e_ids, e_types, e_bodies)
            RETURNING position
        )
        SELECT array_agg(position) INTO drawn FROM inserted;  -- drawn one after the other: in order
    END IF;
    INSERT INTO eventlog.outbox VALUES (drawn[1], drawn);
    INSERT INTO eventlog.own_queue VALUES (drawn[1], drawn);

    IF cardinality(x_keys) > 0 THEN
        DELETE FROM eventlog.reservations WHERE ctid = ANY (ARRAY(
            SELECT (SELECT r.ctid FROM eventlog.reservations r WHERE r.scope = x.scope AND r.key = x.key)
            FROM unnest(x_scopes, x_keys) AS x(scope, key)));
    END IF;
    IF cardinality(r_keys) > 0 THEN
        INSERT INTO eventlog.reservations (scope, key, stream)
        SELECT * FROM unnest(r_scopes, r_keys, r_streams) ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS held = ROW_COUNT;
        IF held < cardinality(r_keys) THEN
            SELECT json_agg(json_build_object('scope', r.scope, 'key', encode(r.key, 'hex'),
                                              'holder', r.stream, 'wanted_by', w.stream))::text
            INTO at
            FROM unnest(r_scopes, r_keys, r_streams) AS w(scope, key, stream)
            JOIN eventlog.reservations r ON r.scope = w.scope AND r.key = w.key AND r.stream <> w.stream;
            IF at IS NOT NULL THEN
                RAISE EXCEPTION 'a reservation is taken' USING ERRCODE = 'UL003', DETAIL = at;
            END IF;
        END IF;
    END IF;
    RETURN drawn[cardinality(drawn)];
END $$;
