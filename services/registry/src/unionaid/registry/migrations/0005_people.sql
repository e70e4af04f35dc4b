-- Who asked to be erased, who was erased, who was registered without an ID at hand, and transfers that were asked for.
CREATE TABLE views.restriction (
    person_id        uuid PRIMARY KEY,
    restricted_on    date NOT NULL,
    restricted_until date
);
CREATE INDEX restriction_due ON views.restriction (restricted_until, person_id);

CREATE TABLE views.erasure (
    person_id uuid PRIMARY KEY,
    erased_on date NOT NULL
);

CREATE TABLE views.provisional (
    person_id     uuid PRIMARY KEY,
    union_org_id  uuid,
    registered_on date NOT NULL
);
CREATE INDEX provisional_of_union ON views.provisional (union_org_id, person_id);

CREATE TABLE views.transfer (
    request_id    uuid PRIMARY KEY,
    person_id     uuid NOT NULL,
    union_org_id  uuid NOT NULL,
    enterprise_id uuid,
    requested_on  date NOT NULL,
    status        text NOT NULL CHECK (status IN ('requested', 'taken-up', 'declined'))
);
CREATE INDEX transfer_open ON views.transfer (requested_on, request_id) WHERE status = 'requested';

GRANT SELECT, INSERT, UPDATE, DELETE ON views.restriction, views.erasure, views.provisional, views.transfer TO {app};
GRANT SELECT ON views.restriction, views.erasure, views.provisional, views.transfer TO {auditor};

-- Who was looked at by which opening of identity: what a worker sees in the own file.
CREATE TABLE views.opening (
    person_id   uuid NOT NULL,
    occurred_on date NOT NULL,
    opening_id  uuid NOT NULL,
    PRIMARY KEY (person_id, occurred_on, opening_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON views.opening TO {app};
GRANT SELECT ON views.opening TO {auditor};

-- Until when somebody is kept depends on the dossiers held, and on those of the household, closed ones too.
CREATE INDEX dossier_of_holder ON views.dossier (holder_id);
CREATE INDEX dossier_of_household ON views.dossier (household_id);
