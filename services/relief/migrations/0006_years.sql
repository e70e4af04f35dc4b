-- What was written down of each fund when the books of a year were closed.
CREATE TABLE views.fund_year (
    fund_id      uuid NOT NULL,
    year         integer NOT NULL,
    opening_fen  bigint NOT NULL,
    received_fen bigint NOT NULL,
    returned_fen bigint NOT NULL,
    fees_fen     bigint NOT NULL,
    paid_fen     bigint NOT NULL,
    closing_fen  bigint NOT NULL CHECK (closing_fen >= 0),
    PRIMARY KEY (fund_id, year),
    CHECK (opening_fen + received_fen - returned_fen - fees_fen - paid_fen = closing_fen)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON views.fund_year TO {app};
GRANT SELECT ON views.fund_year TO {auditor};
