"""What may happen to a fund: it never goes below zero, and what is earmarked keeps to its purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import AMOUNT_FEN_MAX, FundSource
from unionaid.contracts.relief import BudgetAllotted, BudgetOpened, FundOpened, FundsReceived
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.fund.facts import Fund, Open, Unopened
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    EarmarkedOtherwise,
    FundInsufficient,
    NotFound,
    ReferenceUnknown,
    SumTooLarge,
)


@dataclass(frozen=True, slots=True)
class OpenFund:
    """Open a fund."""

    fund_id: UUID
    source: FundSource
    name: str
    earmark: str | None
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class ReceiveFunds:
    """Record money that came into a fund, with its voucher."""

    amount_fen: int
    voucher: str
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class AllotBudget:
    """Set money of a fund aside for a programme."""

    budget_id: UUID
    amount_fen: int
    on: date
    today: date


def open_fund(fund: Fund, command: OpenFund) -> list[Event]:
    """Open a fund. Raises AlreadyOpened and the refusals of dates."""
    if not isinstance(fund, Unopened):
        raise AlreadyOpened(field="fund_id")
    refuse_impossible(command.on, command.today)
    return [
        FundOpened(
            occurred_on=command.on,
            fund_id=command.fund_id,
            source=command.source,
            name=command.name,
            earmark=command.earmark,
        )
    ]


def receive_funds(fund: Fund, command: ReceiveFunds) -> list[Event]:
    """Record a receipt. Raises NotFound, SumTooLarge and the refusals of dates."""
    if not isinstance(fund, Open):
        raise NotFound
    refuse_impossible(command.on, command.today)
    if fund.received_fen + command.amount_fen > AMOUNT_FEN_MAX:
        raise SumTooLarge(field="amount_fen", most=yuan(AMOUNT_FEN_MAX))
    return [
        FundsReceived(
            occurred_on=command.on,
            fund_id=fund.fund_id,
            amount_fen=command.amount_fen,
            voucher=command.voucher,
        )
    ]


def allot_budget(fund: Fund, programme: programme_facts.Programme, command: AllotBudget) -> list[Event]:
    """Allot a budget, and open it in the same breath.

    Raises NotFound, ReferenceUnknown, FundInsufficient, EarmarkedOtherwise and the refusals of dates.
    """
    if not isinstance(fund, Open):
        raise NotFound
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    refuse_impossible(command.on, command.today)
    if fund.earmark is not None and fund.earmark != programme.terms.purpose:
        raise EarmarkedOtherwise(field="programme_id", earmark=fund.earmark, purpose=programme.terms.purpose)
    if command.amount_fen > fund.balance_fen:
        raise FundInsufficient(field="amount_fen", balance=yuan(fund.balance_fen), wanted=yuan(command.amount_fen))
    programme_id = programme.terms.programme_id
    return [
        BudgetAllotted(
            occurred_on=command.on,
            fund_id=fund.fund_id,
            budget_id=command.budget_id,
            programme_id=programme_id,
            amount_fen=command.amount_fen,
        ),
        BudgetOpened(
            occurred_on=command.on,
            budget_id=command.budget_id,
            fund_id=fund.fund_id,
            programme_id=programme_id,
            amount_fen=command.amount_fen,
        ),
    ]
