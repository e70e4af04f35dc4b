-- Money that goes back, fees, promises, what a month is to cost; budgets carried over.
ALTER TABLE views.fund
    ADD COLUMN returned_fen bigint NOT NULL DEFAULT 0,
    ADD COLUMN fees_fen bigint NOT NULL DEFAULT 0,
    ADD COLUMN planned_fen bigint,
    DROP CONSTRAINT fund_check,
    ADD CONSTRAINT fund_not_below_zero CHECK (
        allotted_fen >= 0 AND returned_fen >= 0 AND fees_fen >= 0
        AND allotted_fen + returned_fen + fees_fen <= received_fen
    );
ALTER TABLE views.budget ADD COLUMN carried_year integer;

CREATE TABLE views.pledge (
    pledge_id   uuid PRIMARY KEY,
    fund_id     uuid NOT NULL,
    amount_fen  bigint NOT NULL,
    awaited_fen bigint NOT NULL CHECK (awaited_fen BETWEEN 0 AND amount_fen),
    due_on      date NOT NULL,
    voucher     text NOT NULL,
    made_on     date NOT NULL,
    noted       boolean NOT NULL DEFAULT false
);
CREATE INDEX pledge_awaited ON views.pledge (fund_id) WHERE awaited_fen > 0;

GRANT SELECT, INSERT, UPDATE, DELETE ON views.pledge TO {app};
GRANT SELECT ON views.pledge TO {auditor};
