"""What may happen to a budget: committed and spent together never exceed what was allotted.

A list of any length is one movement; what a bank answers for, or an approver gives up, is a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import BudgetCommitted, BudgetSpent, CommitmentReleased
from unionaid.relief.domain.budget.facts import Budget, Open
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.refusals import BudgetInsufficient, CommitmentMissing, ReferenceUnknown


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


def _committed(budget: Budget, move: Movement) -> Open:
    opened = _opened(budget)
    if move.amount_fen > opened.committed_to(move.list_id):
        raise CommitmentMissing
    return opened


def _opened(budget: Budget) -> Open:
    if not isinstance(budget, Open):
        raise ReferenceUnknown(field="budget_id")
    return budget
