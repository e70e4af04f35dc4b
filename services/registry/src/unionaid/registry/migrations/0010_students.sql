-- Who of which household is at school as last told, without identity: for lists by union.
CREATE TABLE views.student (
    household_id uuid NOT NULL,
    person_id    uuid NOT NULL,
    union_org_id uuid NOT NULL,
    relation     text NOT NULL,
    school_stage text NOT NULL,
    known_since  date NOT NULL,
    letter_on    date,
    birth_year   smallint,
    PRIMARY KEY (household_id, person_id)
);
CREATE UNIQUE INDEX student_in_order ON views.student (union_org_id, household_id, person_id);
CREATE INDEX student_person ON views.student (person_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON views.student TO {app};
GRANT SELECT ON views.student TO {auditor};
