-- Dossiers as they stand now, without identity: for lists by union, and for those due.
CREATE TABLE views.dossier (
    dossier_id      uuid PRIMARY KEY,
    household_id    uuid NOT NULL,
    holder_id       uuid NOT NULL,
    union_org_id    uuid NOT NULL,
    status          text NOT NULL CHECK (status IN ('draft', 'returned', 'verified', 'posted', 'approved', 'closed')),
    hardship_level  text,
    hardship_cause  text,
    found_level     text,
    missing_clears  smallint NOT NULL CHECK (missing_clears BETWEEN 0 AND 5),
    open_objections integer NOT NULL CHECK (open_objections >= 0),
    opened_on       date NOT NULL,
    posted_until    date,
    looked_on       date,
    next_review_on  date,
    closed_on       date,
    CHECK ((status = 'approved') = (next_review_on IS NOT NULL)),
    CHECK ((status = 'closed') = (closed_on IS NOT NULL))
);
-- One household, one open dossier: the reservation decides, this says so once more.
CREATE UNIQUE INDEX dossier_open ON views.dossier (household_id) WHERE status <> 'closed';
CREATE INDEX dossier_of_union ON views.dossier (union_org_id, status);
CREATE INDEX dossier_due ON views.dossier (next_review_on) WHERE status = 'approved';

GRANT SELECT, INSERT, UPDATE, DELETE ON views.dossier TO {app};
GRANT SELECT ON views.dossier TO {auditor};
