-- What relief shows of its own log. Made of events alone: emptied and filled anew, it is the same again.
CREATE SCHEMA views;

CREATE TABLE views.fund (
    fund_id      uuid PRIMARY KEY,
    source       text NOT NULL,
    name         text NOT NULL,
    earmark      text,
    occurred_on  date NOT NULL,
    received_fen bigint NOT NULL DEFAULT 0,
    allotted_fen bigint NOT NULL DEFAULT 0,
    CHECK (allotted_fen BETWEEN 0 AND received_fen)
);

CREATE TABLE views.programme (
    programme_id   uuid PRIMARY KEY,
    kind           text NOT NULL,
    year           integer NOT NULL,
    name           text NOT NULL,
    window_from    date NOT NULL,
    window_to      date NOT NULL,
    purpose        text NOT NULL,
    standard_fen   bigint NOT NULL,
    amount_max_fen bigint NOT NULL,
    policy_version text NOT NULL
);

CREATE TABLE views.budget (
    budget_id     uuid PRIMARY KEY,
    fund_id       uuid NOT NULL,
    programme_id  uuid NOT NULL,
    amount_fen    bigint NOT NULL,
    committed_fen bigint NOT NULL DEFAULT 0,
    spent_fen     bigint NOT NULL DEFAULT 0,
    CHECK (committed_fen >= 0 AND spent_fen >= 0 AND committed_fen + spent_fen <= amount_fen)
);

CREATE TABLE views.application (
    list_id        uuid NOT NULL,
    line           integer NOT NULL,
    application_id uuid NOT NULL UNIQUE,
    person_id      uuid NOT NULL,
    union_org_id   uuid NOT NULL,
    amount_fen     bigint NOT NULL,
    status         text NOT NULL DEFAULT 'requested',
    signed_by      text,
    PRIMARY KEY (list_id, line)
);

GRANT USAGE ON SCHEMA views TO {app}, {auditor};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA views TO {app};
GRANT SELECT ON ALL TABLES IN SCHEMA views TO {auditor};
