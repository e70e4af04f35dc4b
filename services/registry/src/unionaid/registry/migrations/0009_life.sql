-- Of whom something was told as a member of which household, and when last: former members too, for retention.
CREATE TABLE views.membership (
    person_id    uuid NOT NULL,
    household_id uuid NOT NULL,
    told_on      date NOT NULL,
    PRIMARY KEY (person_id, household_id)
);
CREATE INDEX membership_of_household ON views.membership (household_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON views.membership TO {app};
GRANT SELECT ON views.membership TO {auditor};

-- Closed dossiers whose words were destroyed, their period having ended; and those whose period may have.
ALTER TABLE views.dossier ADD COLUMN erased_on date CHECK (erased_on IS NULL OR status = 'closed');
CREATE INDEX dossier_kept ON views.dossier (closed_on, dossier_id) WHERE status = 'closed' AND erased_on IS NULL;

-- Since when the own record of somebody is kept; `since` is none while the person is a worker.
CREATE TABLE views.record (
    person_id uuid PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('person-record', 'worker-record')),
    since     date
);
CREATE INDEX record_since ON views.record (since, person_id) WHERE since IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON views.record TO {app};
GRANT SELECT ON views.record TO {auditor};
