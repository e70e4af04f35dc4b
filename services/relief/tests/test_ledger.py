"""What each event means in the books: an entry that adds up to zero, on the right accounts."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

import pytest

from unionaid.contracts import Event
from unionaid.contracts.fields import FundSource
from unionaid.contracts.relief import (
    EVENTS,
    BudgetSpent,
    FundPart,
    FundsReceived,
    GoodsPaid,
    GoodsReceived,
    GoodsRefunded,
    GoodsRemoved,
    ReliefPaid,
    SpendingReversed,
)
from unionaid.contracts.samples import BUDGET, FUND, PROGRAMME, SAMPLES
from unionaid.relief.domain.ledger.posting import BOOKED, Account, Known, Origin, Posting, postings

KNOWN = Known({FUND: "donation"}, {BUDGET: Origin(FUND, PROGRAMME)})
OTHER = UUID(int=7)
SIDES = {
    "FundsReceived": ("cash", "income-donation"),
    "FundsReturned": ("returned", "cash"),
    "BankFeeCharged": ("bank-fees", "cash"),
    "BudgetAllotted": ("allotted", "free"),
    "BudgetReleased": ("free", "allotted"),
    "BudgetCommitted": ("free", "committed"),
    "CommitmentReleased": ("committed", "free"),
    "ReliefPaid": ("payable", "cash"),
    "PaymentReversed": ("cash", "payable"),
    "GoodsReceived": ("goods", "payable"),
    "GoodsRemoved": ("payable", "goods"),
    "GoodsIssued": ("goods-issued", "goods"),
    "GoodsReturned": ("goods", "goods-issued"),
}


def sample(kind: type[Event]) -> Event:
    return SAMPLES[kind].event


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_entry_adds_up_to_zero_and_only_what_moves_money_has_one(kind: type[Event]) -> None:
    entry = postings(sample(kind), KNOWN)
    assert sum(posting.amount_fen for posting in entry) == 0
    assert bool(entry) == (kind in BOOKED)


SPENDING = (BudgetSpent, SpendingReversed, GoodsPaid, GoodsRefunded)
"""What moves a budget, and money beside."""


@pytest.mark.parametrize("kind", [kind for kind in BOOKED if kind not in SPENDING], ids=lambda kind: kind.__name__)
def test_an_entry_stands_on_its_two_accounts(kind: type[Event]) -> None:
    debit, credit = postings(sample(kind), KNOWN)
    assert (debit.account, credit.account) == SIDES[kind.__name__]
    assert debit.amount_fen == -credit.amount_fen > 0
    assert debit.fund_id == credit.fund_id == FUND


def test_what_is_spent_is_an_expense_and_owed() -> None:
    spent = sample(BudgetSpent)
    assert isinstance(spent, BudgetSpent)
    assert postings(spent, KNOWN) == [
        Posting(Account.COMMITTED, spent.amount_fen, FUND, PROGRAMME, BUDGET),
        Posting(Account.SPENT, -spent.amount_fen, FUND, PROGRAMME, BUDGET),
        Posting(Account.RELIEF, spent.amount_fen, FUND, PROGRAMME, BUDGET),
        Posting(Account.PAYABLE, -spent.amount_fen, FUND, PROGRAMME, BUDGET),
    ]


def test_what_came_back_is_neither_spent_nor_owed() -> None:
    spent, back = sample(BudgetSpent), sample(SpendingReversed)
    assert isinstance(spent, BudgetSpent)
    assert isinstance(back, SpendingReversed)
    same = back.model_copy(update={"amount_fen": spent.amount_fen})
    away = [posting._replace(amount_fen=-posting.amount_fen) for posting in postings(spent, KNOWN)]
    assert postings(same, KNOWN) == away


def test_what_goods_cost_is_spent_at_once_and_comes_back_so() -> None:
    paid, refunded = sample(GoodsPaid), sample(GoodsRefunded)
    assert isinstance(paid, GoodsPaid)
    assert isinstance(refunded, GoodsRefunded)
    sides = [(one.account, one.amount_fen) for one in postings(paid, KNOWN)]
    fen = paid.amount_fen
    assert sides == [("free", fen), ("spent", -fen), ("payable", fen), ("cash", -fen)]
    back = refunded.amount_fen
    assert [(one.account, one.amount_fen) for one in postings(refunded, KNOWN)] == [
        ("spent", back), ("free", -back), ("cash", back), ("payable", -back),
    ]  # fmt: skip


def test_goods_that_were_given_are_income_and_what_spoils_is_lost() -> None:
    received, removed = sample(GoodsReceived), sample(GoodsRemoved)
    given = received.model_copy(update={"origin": "donated", "budget_id": None})
    assert [one.account for one in postings(given, KNOWN)] == ["goods", "income-goods"]
    for reason, account in (("spoiled", "goods-lost"), ("lost", "goods-lost"), ("entered-wrong", "income-goods")):
        gone = removed.model_copy(update={"origin": "donated", "reason_code": reason})
        assert [one.account for one in postings(gone, KNOWN)] == [account, "goods"]


def test_each_part_of_a_payment_leaves_its_own_fund() -> None:
    paid = sample(ReliefPaid)
    assert isinstance(paid, ReliefPaid)
    parts = (
        FundPart(fund_id=FUND, amount_fen=paid.amount_fen - 1),
        FundPart(fund_id=OTHER, amount_fen=1),
    )
    cash = [
        (posting.fund_id, posting.amount_fen)
        for posting in postings(paid.model_copy(update={"parts": parts}), Known())
        if posting.account is Account.CASH
    ]
    assert cash == [(FUND, 1 - paid.amount_fen), (OTHER, -1)]


@pytest.mark.parametrize("source", get_args(FundSource))
def test_income_is_told_by_its_source(source: FundSource) -> None:
    _, income = postings(sample(FundsReceived), Known({FUND: source}))
    assert income.account == f"income-{source}"
