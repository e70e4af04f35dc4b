"""One canned event of every type that tells of a fund, beyond the winter's own: pledges, money back, the year's end."""

from datetime import date

from unionaid.contracts.relief import (
    BOOKS,
    BankFeeCharged,
    BudgetCarriedOver,
    BudgetReduced,
    BudgetReleased,
    FundsReturned,
    FundYearClosed,
    PledgeDue,
    PledgeMade,
    PledgeWithdrawn,
    SpendingPlanned,
    YearClosed,
    fund_year_id,
)
from unionaid.contracts.samples.sample import ACCOUNTANT, BUDGET, FUND, PLEDGE, PROGRAMME, Sample

SAMPLES = (
    Sample(
        PledgeMade(
            occurred_on=date(2017, 3, 6),
            fund_id=FUND,
            pledge_id=PLEDGE,
            amount_fen=5_000_000,
            due_on=date(2017, 4, 1),
            voucher="样慈认〔2017〕3号",
        ),
        index=50,
        stream_version=4,
        by=ACCOUNTANT,
    ),
    Sample(
        PledgeDue(occurred_on=date(2017, 4, 1), fund_id=FUND, pledge_id=PLEDGE, amount_fen=5_000_000),
        index=51,
        stream_version=5,
    ),
    Sample(
        PledgeWithdrawn(
            occurred_on=date(2017, 5, 2),
            fund_id=FUND,
            pledge_id=PLEDGE,
            amount_fen=5_000_000,
            reason_code="giver-withdrew",
        ),
        index=52,
        stream_version=6,
        by=ACCOUNTANT,
    ),
    Sample(
        SpendingPlanned(occurred_on=date(2017, 5, 3), fund_id=FUND, monthly_fen=2_000_000),
        index=53,
        stream_version=7,
        by=ACCOUNTANT,
    ),
    Sample(
        BankFeeCharged(occurred_on=date(2017, 6, 21), fund_id=FUND, amount_fen=1_500, voucher="20170621-0031"),
        index=54,
        stream_version=8,
        by=ACCOUNTANT,
    ),
    Sample(
        BudgetReleased(
            occurred_on=date(2017, 12, 29),
            fund_id=FUND,
            budget_id=BUDGET,
            programme_id=PROGRAMME,
            amount_fen=100_000,
            reason_code="year-end",
        ),
        index=55,
        stream_version=9,
        by=ACCOUNTANT,
    ),
    Sample(
        BudgetReduced(
            occurred_on=date(2017, 12, 29),
            budget_id=BUDGET,
            fund_id=FUND,
            programme_id=PROGRAMME,
            amount_fen=100_000,
        ),
        index=56,
        stream_version=6,
        by=ACCOUNTANT,
    ),
    Sample(
        BudgetCarriedOver(
            occurred_on=date(2017, 12, 29),
            budget_id=BUDGET,
            fund_id=FUND,
            programme_id=PROGRAMME,
            year=2017,
            amount_fen=199_500_000,
        ),
        index=57,
        stream_version=7,
        by=ACCOUNTANT,
    ),
    Sample(
        FundsReturned(
            occurred_on=date(2017, 12, 29),
            fund_id=FUND,
            amount_fen=50_000,
            voucher="样财退〔2017〕7号",
            reason_code="unspent",
        ),
        index=58,
        stream_version=10,
        by=ACCOUNTANT,
    ),
    Sample(
        YearClosed(occurred_on=date(2018, 1, 15), books_id=BOOKS, year=2017),
        index=59,
        stream_version=1,
        by=ACCOUNTANT,
    ),
    Sample(
        FundYearClosed(
            occurred_on=date(2018, 1, 15),
            fund_year_id=fund_year_id(FUND, 2017),
            fund_id=FUND,
            year=2017,
            opening_fen=200_000_000,
            received_fen=0,
            returned_fen=50_000,
            fees_fen=1_500,
            paid_fen=100_000,
            closing_fen=199_848_500,
        ),
        index=60,
        stream_version=1,
        by=ACCOUNTANT,
    ),
)
