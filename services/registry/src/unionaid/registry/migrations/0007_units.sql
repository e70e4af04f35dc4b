-- Unions that were dissolved keep their place; that a code registers once is held by the reservation, and codes are
-- corrected in any order.
ALTER TABLE views.org ADD COLUMN dissolved_on date;
CREATE INDEX enterprise_of_union ON views.enterprise (union_org_id);
ALTER TABLE views.enterprise DROP CONSTRAINT enterprise_uscc_key;
CREATE INDEX enterprise_by_code ON views.enterprise (uscc);
CREATE INDEX transfer_to_union ON views.transfer (union_org_id) WHERE status = 'requested';

-- Whose entries in a union are under way holds it open; who dissolves it waits for them. Each statement of a volatile
-- function sees what was committed before it, so that the second sees what ended while the first waited.
CREATE FUNCTION views.hold_open(streams text[], ends text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ended text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(s.stream, 0))
    FROM (SELECT unnest(streams) AS stream ORDER BY 1) s;
    SELECT e.stream INTO ended FROM eventlog.events e WHERE e.stream = ANY (streams) AND e.type = ends LIMIT 1;
    RETURN ended;
END $$;
GRANT EXECUTE ON FUNCTION views.hold_open TO {app};

-- Who is a worker now, and where: for lists, without identity.
CREATE TABLE views.worker (
    person_id     uuid PRIMARY KEY,
    union_org_id  uuid NOT NULL,
    enterprise_id uuid,
    migrant       boolean NOT NULL,
    registered_on date NOT NULL
);
CREATE INDEX worker_of_union ON views.worker (union_org_id, person_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON views.worker TO {app};
GRANT SELECT ON views.worker TO {auditor};
