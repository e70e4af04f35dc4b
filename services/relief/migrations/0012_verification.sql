-- Samples of the paid that are asked, by programme: what is listed; who is in a sample stands in its stream.
CREATE TABLE views.verification (
    verification_id uuid PRIMARY KEY,
    programme_id    uuid NOT NULL,
    committed_on    date NOT NULL,
    drawn_on        date,
    sampled         integer NOT NULL DEFAULT 0,
    answered        integer NOT NULL DEFAULT 0
);
CREATE INDEX verification_of_programme ON views.verification (programme_id, committed_on);
CREATE INDEX posting_paid_of_programme ON views.posting (programme_id, position) WHERE account = 'cash';
GRANT SELECT, INSERT, UPDATE, DELETE ON views.verification TO {app};
GRANT SELECT ON views.verification TO {auditor};
