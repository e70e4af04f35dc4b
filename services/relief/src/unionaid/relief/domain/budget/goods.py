"""What a budget pays for goods: from what is free, spent at once; it comes back only from what was paid."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from unionaid.contracts.relief import GoodsPaid, GoodsRefunded, GoodsRemoved, StockOpened
from unionaid.relief.domain.budget.facts import Budget, Open
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.refusals import BudgetInsufficient, BudgetOfOtherFund, ReferenceUnknown


class Purchase(NamedTuple):
    """What is bought: with which receipt it comes in, and what it costs."""

    receipt_id: UUID
    amount_fen: int
    voucher: str
    on: date


def pay(budget: Budget, stock: StockOpened, bought: Purchase) -> GoodsPaid:
    """Pay for what comes to a stock. Raises ReferenceUnknown, BudgetOfOtherFund, BudgetInsufficient."""
    opened = _of_fund(budget, stock.fund_id)
    if bought.amount_fen > opened.free_fen:
        raise BudgetInsufficient(field="budget_id", free=yuan(opened.free_fen), wanted=yuan(bought.amount_fen))
    return GoodsPaid(
        occurred_on=bought.on,
        budget_id=opened.budget_id,
        fund_id=opened.fund_id,
        programme_id=opened.programme_id,
        stock_id=stock.stock_id,
        receipt_id=bought.receipt_id,
        amount_fen=bought.amount_fen,
        voucher=bought.voucher,
    )


def refund(budget: Budget, removed: GoodsRemoved) -> GoodsRefunded:
    """Take back what was paid for goods that were sent back, or never came. Raises ReferenceUnknown."""
    opened = _of_fund(budget, removed.fund_id)
    return GoodsRefunded(
        occurred_on=removed.occurred_on,
        budget_id=opened.budget_id,
        fund_id=opened.fund_id,
        programme_id=opened.programme_id,
        stock_id=removed.stock_id,
        receipt_id=removed.receipt_id,
        amount_fen=removed.amount_fen,
        voucher=removed.voucher,
    )


def _of_fund(budget: Budget, fund_id: UUID) -> Open:
    if not isinstance(budget, Open):
        raise ReferenceUnknown(field="budget_id")
    if budget.fund_id != fund_id:
        raise BudgetOfOtherFund(field="budget_id")
    return budget
