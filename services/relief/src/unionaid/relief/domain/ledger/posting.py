"""Each event that moves money as a balanced entry. Nothing else enters the books.

| event | debit | credit |
|---|---|---|
| FundsReceived | cash | income, by the fund's source |
| FundsReturned | returned | cash |
| BankFeeCharged | bank fees | cash |
| BudgetSpent | relief | payable; and committed against spent |
| ReliefPaid, each part | payable | cash of the fund that paid it |
| SpendingReversed | payable | relief; and spent against committed |
| PaymentReversed, each part | cash of the fund that had paid it | payable |
| GoodsReceived | goods | goods given; payable where they were bought |
| GoodsPaid | payable | cash; and free against spent |
| GoodsRemoved | lost where they are spoiled or lost; else as they came | goods |
| GoodsRefunded | cash | payable; and spent against free |
| GoodsIssued, each part | handed out | goods of the fund they are of |
| GoodsReturned, each part | goods | handed out |
| BudgetAllotted | allotted | free |
| BudgetReleased | free | allotted |
| BudgetCommitted | free | committed |
| CommitmentReleased | committed | free |

What a list costs is an expense when its budget is spent, and is owed until each person's payment says which fund paid
it: between the two stands `payable`, empty again after each step; so it does when goods are bought. The four accounts
of budgets (allotted, free, committed, spent) are a book of their own: they say what may still be spent, not what there
is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import FundSource, GoodsOrigin
from unionaid.contracts.relief import (
    BankFeeCharged,
    BudgetAllotted,
    BudgetCommitted,
    BudgetReleased,
    BudgetSpent,
    CommitmentReleased,
    FundsReceived,
    FundsReturned,
    GoodsIssued,
    GoodsPaid,
    GoodsReceived,
    GoodsRefunded,
    GoodsRemoved,
    GoodsReturned,
    PaymentReversed,
    ReliefPaid,
    SpendingReversed,
)


class Account(StrEnum):
    """The accounts, in the order of a trial balance."""

    CASH = "cash"
    GOODS = "goods"
    PAYABLE = "payable"
    APPROPRIATION = "income-appropriation"
    DUES = "income-dues"
    DONATION = "income-donation"
    GIVEN = "income-goods"
    RETURNED = "returned"
    RELIEF = "relief"
    HANDED_OUT = "goods-issued"
    LOST = "goods-lost"
    FEES = "bank-fees"
    ALLOTTED = "allotted"
    FREE = "free"
    COMMITTED = "committed"
    SPENT = "spent"


BUDGETARY = frozenset({Account.ALLOTTED, Account.FREE, Account.COMMITTED, Account.SPENT})
"""What may still be spent."""
_INCOME: Mapping[FundSource, Account] = {
    "appropriation": Account.APPROPRIATION,
    "dues": Account.DUES,
    "donation": Account.DONATION,
}
_CAME: Mapping[GoodsOrigin, Account] = {"donated": Account.GIVEN, "bought": Account.PAYABLE}


class Origin(NamedTuple):
    """Whose money a budget is, and what for."""

    fund_id: UUID
    programme_id: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """What an entry needs beside its event: where funds have their money from, and whose the budgets are."""

    sources: Mapping[UUID, FundSource] = field(default_factory=dict)
    budgets: Mapping[UUID, Origin] = field(default_factory=dict)


class Posting(NamedTuple):
    """One side of an entry, in fen: debit above zero, credit below."""

    account: Account
    amount_fen: int
    fund_id: UUID
    programme_id: UUID | None = None
    budget_id: UUID | None = None


BOOKED: tuple[type[Event], ...] = (
    FundsReceived,
    FundsReturned,
    BankFeeCharged,
    BudgetAllotted,
    BudgetReleased,
    BudgetCommitted,
    CommitmentReleased,
    BudgetSpent,
    SpendingReversed,
    ReliefPaid,
    GoodsReceived,
    GoodsPaid,
    GoodsRemoved,
    GoodsRefunded,
    GoodsIssued,
    GoodsReturned,
    PaymentReversed,
)
"""The events that enter the books."""


def postings(event: Event, known: Known) -> list[Posting]:
    """Return the entry of an event: it adds up to zero; none for an event that moves no money."""
    match event:
        case FundsReceived(fund_id=fund):
            return _entry(Account.CASH, _INCOME[known.sources[fund]], event.amount_fen, fund)
        case FundsReturned(fund_id=fund):
            return _entry(Account.RETURNED, Account.CASH, event.amount_fen, fund)
        case BankFeeCharged(fund_id=fund):
            return _entry(Account.FEES, Account.CASH, event.amount_fen, fund)
        case ReliefPaid(programme_id=programme) | PaymentReversed(programme_id=programme):
            went = isinstance(event, ReliefPaid)
            sides = (Account.PAYABLE, Account.CASH) if went else (Account.CASH, Account.PAYABLE)
            return [
                posting for part in event.parts for posting in _entry(*sides, part.amount_fen, part.fund_id, programme)
            ]
        case GoodsReceived() | GoodsRemoved() | GoodsIssued() | GoodsReturned():
            return _of_goods(event)
        case _:
            return _of_budget(event, known)


def _of_goods(event: GoodsReceived | GoodsRemoved | GoodsIssued | GoodsReturned) -> list[Posting]:
    match event:
        case GoodsReceived(fund_id=fund, amount_fen=fen):
            return _entry(Account.GOODS, _CAME[event.origin], fen, fund)
        case GoodsRemoved(fund_id=fund, amount_fen=fen, reason_code="spoiled" | "lost"):
            return _entry(Account.LOST, Account.GOODS, fen, fund)
        case GoodsRemoved(fund_id=fund, amount_fen=fen):
            return _entry(_CAME[event.origin], Account.GOODS, fen, fund)
        case _:
            out = isinstance(event, GoodsIssued)
            sides = (Account.HANDED_OUT, Account.GOODS) if out else (Account.GOODS, Account.HANDED_OUT)
            return [
                posting
                for part in event.goods
                for posting in _entry(*sides, part.amount_fen, part.fund_id, event.programme_id)
            ]


def _of_budget(event: Event, known: Known) -> list[Posting]:
    match event:
        case BudgetAllotted(fund_id=fund, programme_id=programme, budget_id=budget, amount_fen=fen):
            return _entry(Account.ALLOTTED, Account.FREE, fen, fund, programme, budget)
        case BudgetReleased(fund_id=fund, programme_id=programme, budget_id=budget, amount_fen=fen):
            return _entry(Account.FREE, Account.ALLOTTED, fen, fund, programme, budget)
        case BudgetCommitted(budget_id=budget, amount_fen=fen):
            return _entry(Account.FREE, Account.COMMITTED, fen, *known.budgets[budget], budget)
        case CommitmentReleased(budget_id=budget, amount_fen=fen):
            return _entry(Account.COMMITTED, Account.FREE, fen, *known.budgets[budget], budget)
        case BudgetSpent() | SpendingReversed() | GoodsPaid() | GoodsRefunded():
            return _of_spending(event, known)
        case _:
            return []


def _of_spending(event: BudgetSpent | SpendingReversed | GoodsPaid | GoodsRefunded, known: Known) -> list[Posting]:
    match event:
        case BudgetSpent(budget_id=budget, amount_fen=fen) | SpendingReversed(budget_id=budget, amount_fen=fen):
            entry = [
                *_entry(Account.COMMITTED, Account.SPENT, fen, *known.budgets[budget], budget),
                *_entry(Account.RELIEF, Account.PAYABLE, fen, *known.budgets[budget], budget),
            ]
            back = isinstance(event, SpendingReversed)
            return [one._replace(amount_fen=-one.amount_fen) for one in entry] if back else entry
        case GoodsPaid(fund_id=fund, programme_id=programme, budget_id=budget, amount_fen=fen):
            return [
                *_entry(Account.FREE, Account.SPENT, fen, fund, programme, budget),
                *_entry(Account.PAYABLE, Account.CASH, fen, fund, programme, budget),
            ]
        case GoodsRefunded(fund_id=fund, programme_id=programme, budget_id=budget, amount_fen=fen):
            return [
                *_entry(Account.SPENT, Account.FREE, fen, fund, programme, budget),
                *_entry(Account.CASH, Account.PAYABLE, fen, fund, programme, budget),
            ]


def _entry(debit: Account, credit: Account, amount_fen: int, *about: UUID) -> list[Posting]:
    """Return an entry of two sides; `about` are the fund, and the programme and the budget where it has them."""
    return [Posting(debit, amount_fen, *about), Posting(credit, -amount_fen, *about)]
