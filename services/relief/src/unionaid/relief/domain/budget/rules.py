"""What may happen to a budget: committed and spent together never exceed what was allotted.

A list of any length is one movement; what a bank answers for, or an approver gives up, is a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BudgetCarriedOver,
    BudgetCommitted,
    BudgetSpent,
    CommitmentReleased,
    SpendingReversed,
)
from unionaid.relief.domain.budget.facts import Budget, Open
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.refusals import (
    AlreadyCarriedOver,
    BudgetInsufficient,
    CommitmentMissing,
    NotFound,
    NothingLeft,
    ReferenceUnknown,
    YearNotBegun,
)


@dataclass(frozen=True, slots=True)
class Movement:
    """What one list moves: `amount_fen` of so many of its `lines`."""

    list_id: UUID
    amount_fen: int
    lines: int
    on: date


def commit(budget: Budget, move: Movement) -> Event:
    """Bind what is free to an approved list. Raises ReferenceUnknown, BudgetInsufficient."""
    opened = _opened(budget)
    if move.amount_fen > opened.free_fen:
        raise BudgetInsufficient(free=yuan(opened.free_fen), wanted=yuan(move.amount_fen))
    return BudgetCommitted(
        occurred_on=move.on,
        budget_id=opened.budget_id,
        list_id=move.list_id,
        amount_fen=move.amount_fen,
        lines=move.lines,
    )


def spend(budget: Budget, move: Movement) -> Event:
    """Turn a list's commitment, or a part of it, into spending. Raises ReferenceUnknown, CommitmentMissing."""
    opened = _committed(budget, move)
    return BudgetSpent(
        occurred_on=move.on,
        budget_id=opened.budget_id,
        list_id=move.list_id,
        amount_fen=move.amount_fen,
        lines=move.lines,
    )


def take_back(budget: Budget, move: Movement) -> Event:
    """Bind again what was spent on a list and came back. Raises ReferenceUnknown."""
    return SpendingReversed(
        occurred_on=move.on,
        budget_id=_opened(budget).budget_id,
        list_id=move.list_id,
        amount_fen=move.amount_fen,
        lines=move.lines,
    )


def release(budget: Budget, move: Movement) -> Event:
    """Free a list's commitment, or a part of it, unpaid. Raises ReferenceUnknown, CommitmentMissing."""
    opened = _committed(budget, move)
    return CommitmentReleased(
        occurred_on=move.on,
        budget_id=opened.budget_id,
        list_id=move.list_id,
        amount_fen=move.amount_fen,
        lines=move.lines,
    )


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Leave what a budget has not spent at the end of a year to it for the next one."""

    year: int
    on: date
    today: date


def carry_over(budget: Budget, command: CarryOver) -> list[Event]:
    """Carry a budget over (結轉): what is bound to lists stays bound, what is free stays free.

    Raises NotFound, YearNotBegun, AlreadyCarriedOver, NothingLeft and the refusals of dates.
    """
    if not isinstance(budget, Open):
        raise NotFound
    refuse_impossible(command.on, command.today)
    if command.on.year < command.year:
        raise YearNotBegun(field="year", year=command.year)
    if command.year in budget.carried:
        raise AlreadyCarriedOver(field="year", year=command.year)
    if not budget.left_fen:
        raise NothingLeft
    return [
        BudgetCarriedOver(
            occurred_on=command.on,
            budget_id=budget.budget_id,
            fund_id=budget.fund_id,
            programme_id=budget.programme_id,
            year=command.year,
            amount_fen=budget.left_fen,
        )
    ]


def _committed(budget: Budget, move: Movement) -> Open:
    opened = _opened(budget)
    if move.amount_fen > opened.committed_to(move.list_id):
        raise CommitmentMissing
    return opened


def _opened(budget: Budget) -> Open:
    if not isinstance(budget, Open):
        raise ReferenceUnknown(field="budget_id")
    return budget
