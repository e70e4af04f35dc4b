-- Goods: what is in store of each item, receipt by receipt, and what was handed out where.
CREATE TABLE views.stock (
    stock_id    uuid PRIMARY KEY,
    fund_id     uuid NOT NULL,
    item        text NOT NULL,
    unit        text NOT NULL,
    occurred_on date NOT NULL
);
CREATE TABLE views.stock_lot (
    receipt_id         uuid PRIMARY KEY,
    stock_id           uuid NOT NULL,
    origin             text NOT NULL,
    quantity           bigint NOT NULL,
    left_quantity      bigint NOT NULL,
    unit_value_fen     bigint NOT NULL,
    voucher            text NOT NULL,
    budget_id          uuid,
    donor_organisation text,
    donor_person_id    uuid,
    valuation          text,
    occurred_on        date NOT NULL,
    CONSTRAINT stock_not_below_zero CHECK (left_quantity BETWEEN 0 AND quantity)
);
CREATE INDEX stock_lot_stock ON views.stock_lot (stock_id);
CREATE TABLE views.goods_issue (
    issue_id           uuid PRIMARY KEY,
    programme_id       uuid NOT NULL,
    union_org_id       uuid NOT NULL,
    site               text NOT NULL,
    head_count         integer NOT NULL,
    amount_fen         bigint NOT NULL,
    returned_heads     integer NOT NULL DEFAULT 0,
    returned_fen       bigint NOT NULL DEFAULT 0,
    signed_list_sha256 text,
    occurred_on        date NOT NULL,
    CHECK (returned_heads BETWEEN 0 AND head_count AND returned_fen BETWEEN 0 AND amount_fen)
);
CREATE INDEX goods_issue_day ON views.goods_issue (occurred_on, issue_id);
CREATE TABLE views.goods_issue_part (
    issue_id       uuid NOT NULL,
    stock_id       uuid NOT NULL,
    receipt_id     uuid NOT NULL,
    quantity       bigint NOT NULL,
    returned       bigint NOT NULL DEFAULT 0,
    unit_value_fen bigint NOT NULL,
    PRIMARY KEY (issue_id, receipt_id),
    CHECK (returned BETWEEN 0 AND quantity)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON views.stock, views.stock_lot, views.goods_issue, views.goods_issue_part TO {app};
GRANT SELECT ON views.stock, views.stock_lot, views.goods_issue, views.goods_issue_part TO {auditor};
