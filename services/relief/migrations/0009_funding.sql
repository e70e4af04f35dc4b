-- Lists that name no budget, and from which budgets of their programme they are paid.
ALTER TABLE views.list ALTER COLUMN budget_id DROP NOT NULL;

CREATE TABLE views.funding (
    programme_id uuid NOT NULL,
    place        integer NOT NULL,
    mode         text NOT NULL,
    budget_id    uuid NOT NULL,
    weight       integer,
    stated_on    date NOT NULL,
    PRIMARY KEY (programme_id, place)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON views.funding TO {app};
GRANT SELECT ON views.funding TO {auditor};
