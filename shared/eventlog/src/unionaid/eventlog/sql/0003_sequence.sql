-- The published value, rebuilt byte for byte: index and log time in front of the stored body.
CREATE FUNCTION eventlog.value(index bigint, logtime timestamptz, body bytea) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT convert_to('{"logindex":"' || index || '","logtime":"'
        || to_char(logtime AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '",', 'UTF8')
        || substring(body FROM 2)
$$;

-- Gives the next indexes to what waits in the outbox. Only the session that holds the lease may call it.
CREATE FUNCTION eventlog.sequence(lease bigint, clock timestamptz, events_max integer)
RETURNS TABLE (index bigint, stream text, logtime timestamptz, value bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    next_index bigint;
    at         timestamptz;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()
                   AND objsubid = 1 AND (classid::bigint << 32) + objid::bigint = lease) THEN
        RAISE EXCEPTION 'this session does not hold the lease' USING ERRCODE = 'UL006';
    END IF;
    SELECT l.index + 1, greatest(l.logtime, clock) INTO next_index, at
    FROM eventlog.log l ORDER BY l.index DESC LIMIT 1;
    IF NOT FOUND THEN
        next_index := 0;
        at := clock;
    END IF;
    RETURN QUERY
    WITH waiting AS MATERIALIZED (
        SELECT o.ctid AS place, o.first_position, cardinality(o.positions) AS n
        FROM eventlog.outbox o ORDER BY o.first_position LIMIT events_max
    ), chosen AS MATERIALIZED (
        SELECT c.place FROM (
            SELECT w.place, sum(w.n) OVER (ORDER BY w.first_position) - w.n AS before FROM waiting w
        ) c WHERE c.before < events_max
    ), taken AS (
        -- By place, not by a join: statistics taken of an empty outbox make that join a nested loop over all rows, and
        -- where an open snapshot keeps the dead ones, a batch then takes longer than the lease lasts.
        DELETE FROM eventlog.outbox o WHERE o.ctid = ANY (ARRAY(SELECT c.place FROM chosen c)) RETURNING o.positions
    ), numbered AS MATERIALIZED (
        SELECT p.position, next_index - 1 + row_number() OVER (ORDER BY p.position) AS index
        FROM taken t, unnest(t.positions) AS p(position)
    ), valued AS MATERIALIZED (
        SELECT n.index, n.position, e.stream::text, eventlog.value(n.index, at, e.body) AS value
        FROM numbered n JOIN eventlog.events e ON e.position = n.position
    ), logged AS (
        INSERT INTO eventlog.log (index, position, logtime, leaf)
        SELECT v.index, v.position, at, sha256('\x00'::bytea || v.value) FROM valued v
    )
    SELECT v.index, v.stream, at, v.value FROM valued v ORDER BY v.index;
END $$;
