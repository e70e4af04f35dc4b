-- Pairs of persons who may be one: found, kept apart, merged (then `person_id` stands for `other_person_id`).
CREATE TABLE views.pair (
    pair_id         uuid PRIMARY KEY,
    person_id       uuid NOT NULL,
    other_person_id uuid NOT NULL CHECK (other_person_id <> person_id),
    status          text NOT NULL CHECK (status IN ('found', 'kept-apart', 'merged')),
    certainty       text,
    score           smallint CHECK (score BETWEEN 0 AND 100),
    found_on        date,
    decided_on      date,
    reason_code     text,
    CHECK ((status = 'found') = (decided_on IS NULL))
);
CREATE INDEX pair_in_order ON views.pair (status, (-coalesce(score, 0)), pair_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON views.pair TO {app};
GRANT SELECT ON views.pair TO {auditor};
