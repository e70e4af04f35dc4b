-- The books: one row for each side of each entry, debit above zero, credit below. Made of events alone.
CREATE TABLE views.posting (
    position     bigint NOT NULL,
    n            integer NOT NULL,
    event_id     uuid NOT NULL,
    type         text NOT NULL,
    stream       text NOT NULL,
    occurred_on  date NOT NULL,
    account      text NOT NULL,
    amount_fen   bigint NOT NULL CHECK (amount_fen <> 0),
    fund_id      uuid NOT NULL,
    programme_id uuid,
    budget_id    uuid,
    PRIMARY KEY (position, n)
);
CREATE INDEX posting_fund ON views.posting (fund_id, account, occurred_on);
CREATE INDEX posting_programme ON views.posting (programme_id, account, occurred_on);

GRANT SELECT, INSERT, UPDATE, DELETE ON views.posting TO {app};
GRANT SELECT ON views.posting TO {auditor};
