"""What may happen to a stock: goods come in by gift or from a budget's money, and it never goes below zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import (
    AMOUNT_FEN_MAX,
    GOODS_QUANTITY_MAX,
    GoodsRemovalReason,
    GoodsUnit,
    GoodsValuation,
)
from unionaid.contracts.relief import GoodsReceived, GoodsRemoved, StockOpened
from unionaid.relief.domain.budget.facts import Budget
from unionaid.relief.domain.budget.goods import Purchase, pay, refund
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.fund.facts import Fund
from unionaid.relief.domain.fund.rules import opened_fund
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    BeforePreviousStep,
    DonorMissing,
    FundNotOfDonations,
    NotFound,
    StockInsufficient,
    StockTooLarge,
    SumTooLarge,
)
from unionaid.relief.domain.stock.facts import Open, Stock, Unopened


@dataclass(frozen=True, slots=True)
class OpenStock:
    """Open a stock of one item for a fund."""

    stock_id: UUID
    item: str
    unit: GoodsUnit
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class Arrival:
    """So many units, each worth so much, with the number of the paper that came with them."""

    receipt_id: UUID
    quantity: int
    unit_value_fen: int
    voucher: str
    on: date
    today: date

    @property
    def amount_fen(self) -> int:
        """What all of them are worth."""
        return self.quantity * self.unit_value_fen


@dataclass(frozen=True, slots=True)
class Donor:
    """Who gave: an organisation by its public name, or a person by id; and what the value rests on."""

    valuation: GoodsValuation
    organisation: str | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RemoveGoods:
    """Take units of a receipt off the stock that are not handed out."""

    receipt_id: UUID
    quantity: int
    reason: GoodsRemovalReason
    voucher: str
    on: date
    today: date


def open_stock(stock: Stock, fund: Fund, command: OpenStock) -> list[Event]:
    """Open a stock. Raises AlreadyOpened, NotFound without the fund, and the refusals of dates."""
    if not isinstance(stock, Unopened):
        raise AlreadyOpened(field="stock_id")
    opened = opened_fund(fund)
    refuse_impossible(command.on, command.today)
    return [
        StockOpened(
            occurred_on=command.on,
            stock_id=command.stock_id,
            fund_id=opened.fund_id,
            source=opened.source,
            earmark=opened.earmark,
            item=command.item,
            unit=command.unit,
        )
    ]


def receive_donated(stock: Stock, command: Arrival, donor: Donor) -> list[Event]:
    """Take in what was given.

    Raises NotFound, AlreadyOpened, FundNotOfDonations, DonorMissing, SumTooLarge, StockTooLarge and the refusals of
    dates.
    """
    opened = _taking(stock, command)
    if opened.terms.source != "donation":
        raise FundNotOfDonations
    if (donor.organisation is None) == (donor.person_id is None):
        raise DonorMissing(field="donor_organisation")
    return [
        GoodsReceived(
            occurred_on=command.on,
            stock_id=opened.terms.stock_id,
            fund_id=opened.terms.fund_id,
            receipt_id=command.receipt_id,
            origin="donated",
            quantity=command.quantity,
            unit_value_fen=command.unit_value_fen,
            amount_fen=command.amount_fen,
            voucher=command.voucher,
            donor_organisation=donor.organisation,
            donor_person_id=donor.person_id,
            valuation=donor.valuation,
        )
    ]


def buy(stock: Stock, budget: Budget, command: Arrival) -> list[Event]:
    """Take in what a budget of the same fund pays for.

    Raises NotFound, AlreadyOpened, ReferenceUnknown, BudgetOfOtherFund, BudgetInsufficient, SumTooLarge, StockTooLarge
    and the refusals of dates.
    """
    opened = _taking(stock, command)
    paid = pay(budget, opened.terms, Purchase(command.receipt_id, command.amount_fen, command.voucher, command.on))
    return [
        GoodsReceived(
            occurred_on=command.on,
            stock_id=opened.terms.stock_id,
            fund_id=opened.terms.fund_id,
            receipt_id=command.receipt_id,
            origin="bought",
            quantity=command.quantity,
            unit_value_fen=command.unit_value_fen,
            amount_fen=command.amount_fen,
            voucher=command.voucher,
            budget_id=paid.budget_id,
        ),
        paid,
    ]


def remove(stock: Stock, budget: Budget, command: RemoveGoods) -> list[Event]:
    """Take goods off the stock; what a budget paid for them comes back unless they are spoiled or lost.

    Raises NotFound, StockInsufficient, BeforePreviousStep and the refusals of dates.
    """
    if not isinstance(stock, Open) or (lot := stock.lot(command.receipt_id)) is None:
        raise NotFound
    refuse_impossible(command.on, command.today)
    if command.on < lot.received.occurred_on:
        raise BeforePreviousStep(field="occurred_on", previous=lot.received.occurred_on.isoformat())
    if command.quantity > lot.left:
        raise StockInsufficient(field="quantity", item=stock.terms.item, left=lot.left, wanted=command.quantity)
    removed = GoodsRemoved(
        occurred_on=command.on,
        stock_id=stock.terms.stock_id,
        fund_id=stock.terms.fund_id,
        receipt_id=command.receipt_id,
        origin=lot.received.origin,
        quantity=command.quantity,
        unit_value_fen=lot.received.unit_value_fen,
        amount_fen=command.quantity * lot.received.unit_value_fen,
        reason_code=command.reason,
        voucher=command.voucher,
    )
    if removed.origin == "donated" or removed.reason_code in ("spoiled", "lost"):
        return [removed]
    return [removed, refund(budget, removed)]


def _taking(stock: Stock, command: Arrival) -> Open:
    if not isinstance(stock, Open):
        raise NotFound
    refuse_impossible(command.on, command.today)
    if stock.lot(command.receipt_id) is not None:
        raise AlreadyOpened(field="receipt_id")
    if stock.value_fen + command.amount_fen > AMOUNT_FEN_MAX:
        raise SumTooLarge(field="unit_value_fen", most=yuan(AMOUNT_FEN_MAX))
    if stock.quantity + command.quantity > GOODS_QUANTITY_MAX:
        raise StockTooLarge(field="quantity", most=GOODS_QUANTITY_MAX)
    return stock
