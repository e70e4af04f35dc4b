-- Lists, and the lines of payment batches. Lists that were taken in before are read from the log.
ALTER TABLE views.application ADD COLUMN reason_code text;

CREATE TABLE views.list (
    list_id      uuid PRIMARY KEY,
    programme_id uuid NOT NULL,
    budget_id    uuid NOT NULL,
    union_org_id uuid NOT NULL,
    lines        integer NOT NULL,
    amount_fen   bigint NOT NULL,
    submitted_on date NOT NULL,
    status       text NOT NULL DEFAULT 'submitted',
    orders       integer NOT NULL DEFAULT 0,
    CHECK (orders >= 0)
);
CREATE INDEX list_latest ON views.list (submitted_on, list_id);

CREATE TABLE views.batch_line (
    batch_id    uuid NOT NULL,
    line        integer NOT NULL,
    list_id     uuid NOT NULL,
    status      text NOT NULL DEFAULT 'ordered',
    reason_code text,
    PRIMARY KEY (batch_id, line)
);

WITH told AS (
    SELECT stream, position, split_part(type, '.', 3) AS type, convert_from(body, 'UTF8')::jsonb -> 'data' AS data
    FROM eventlog.events WHERE type LIKE 'unionaid.relief.ReliefList%'
), latest AS (
    SELECT DISTINCT ON (stream) stream, lower(substr(type, length('ReliefList') + 1)) AS status
    FROM told ORDER BY stream, position DESC
)
INSERT INTO views.list (list_id, programme_id, budget_id, union_org_id, lines, amount_fen, submitted_on, status)
SELECT (data ->> 'list_id')::uuid, (data ->> 'programme_id')::uuid, (data ->> 'budget_id')::uuid,
    (data ->> 'union_org_id')::uuid, (data ->> 'lines')::integer, (data ->> 'amount_fen')::bigint,
    (data ->> 'occurred_on')::date, latest.status
FROM told JOIN latest USING (stream) WHERE told.type = 'ReliefListSubmitted';

GRANT SELECT, INSERT, UPDATE, DELETE ON views.list, views.batch_line TO {app};
GRANT SELECT ON views.list, views.batch_line TO {auditor};
