"""One canned event of every type that tells of goods: bought for the winter, handed out at a site, and put right."""

from datetime import date

from unionaid.contracts.relief import (
    GoodsIssued,
    GoodsPaid,
    GoodsPart,
    GoodsPutBack,
    GoodsReceived,
    GoodsRefunded,
    GoodsRemoved,
    GoodsReturned,
    GoodsTaken,
    StockOpened,
)
from unionaid.contracts.samples.sample import (
    ACCOUNTANT,
    BUDGET,
    FUND,
    GRASSROOTS,
    ISSUE,
    PROGRAMME,
    RECEIPT,
    STOCK,
    Sample,
)

UNIT_VALUE_FEN = 12_800
VOUCHER = "样购〔2017〕8号"


def _part(quantity: int) -> GoodsPart:
    return GoodsPart(stock_id=STOCK, fund_id=FUND, receipt_id=RECEIPT, quantity=quantity, unit_value_fen=UNIT_VALUE_FEN)


SAMPLES = (
    Sample(
        StockOpened(
            occurred_on=date(2017, 1, 3),
            stock_id=STOCK,
            fund_id=FUND,
            source="appropriation",
            item="棉被",
            unit="piece",
        ),
        index=401,
        stream_version=1,
        by=ACCOUNTANT,
    ),
    Sample(
        GoodsReceived(
            occurred_on=date(2017, 1, 4),
            stock_id=STOCK,
            fund_id=FUND,
            receipt_id=RECEIPT,
            origin="bought",
            quantity=100,
            unit_value_fen=UNIT_VALUE_FEN,
            amount_fen=100 * UNIT_VALUE_FEN,
            voucher=VOUCHER,
            budget_id=BUDGET,
        ),
        index=402,
        stream_version=2,
        by=ACCOUNTANT,
    ),
    Sample(
        GoodsPaid(
            occurred_on=date(2017, 1, 4),
            budget_id=BUDGET,
            fund_id=FUND,
            programme_id=PROGRAMME,
            stock_id=STOCK,
            receipt_id=RECEIPT,
            amount_fen=100 * UNIT_VALUE_FEN,
            voucher=VOUCHER,
        ),
        index=403,
        stream_version=8,
        by=ACCOUNTANT,
    ),
    Sample(
        GoodsIssued(
            occurred_on=date(2017, 1, 9),
            issue_id=ISSUE,
            programme_id=PROGRAMME,
            programme_kind="WINTER_WARMTH",
            programme_year=2017,
            union_org_id=GRASSROOTS,
            site="样例道路养护三工区",
            head_count=60,
            goods=(_part(60),),
            amount_fen=60 * UNIT_VALUE_FEN,
            signed_list_sha256="ab" * 32,
            signed_list_bytes=482_113,
        ),
        index=404,
        stream_version=1,
    ),
    Sample(
        GoodsTaken(occurred_on=date(2017, 1, 9), stock_id=STOCK, issue_id=ISSUE, receipt_id=RECEIPT, quantity=60),
        index=405,
        stream_version=3,
    ),
    Sample(
        GoodsReturned(
            occurred_on=date(2017, 1, 12),
            issue_id=ISSUE,
            programme_id=PROGRAMME,
            programme_kind="WINTER_WARMTH",
            programme_year=2017,
            union_org_id=GRASSROOTS,
            site="样例道路养护三工区",
            head_count=2,
            goods=(_part(2),),
            amount_fen=2 * UNIT_VALUE_FEN,
            reason_code="unused",
        ),
        index=406,
        stream_version=2,
    ),
    Sample(
        GoodsPutBack(occurred_on=date(2017, 1, 12), stock_id=STOCK, issue_id=ISSUE, receipt_id=RECEIPT, quantity=2),
        index=407,
        stream_version=4,
    ),
    Sample(
        GoodsRemoved(
            occurred_on=date(2017, 1, 16),
            stock_id=STOCK,
            fund_id=FUND,
            receipt_id=RECEIPT,
            origin="bought",
            quantity=5,
            unit_value_fen=UNIT_VALUE_FEN,
            amount_fen=5 * UNIT_VALUE_FEN,
            reason_code="sent-back",
            voucher="样退〔2017〕2号",
        ),
        index=408,
        stream_version=5,
        by=ACCOUNTANT,
    ),
    Sample(
        GoodsRefunded(
            occurred_on=date(2017, 1, 16),
            budget_id=BUDGET,
            fund_id=FUND,
            programme_id=PROGRAMME,
            stock_id=STOCK,
            receipt_id=RECEIPT,
            amount_fen=5 * UNIT_VALUE_FEN,
            voucher="样退〔2017〕2号",
        ),
        index=409,
        stream_version=9,
        by=ACCOUNTANT,
    ),
)
