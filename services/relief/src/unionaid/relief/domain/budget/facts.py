"""A budget: allotted, then bound to lists, then spent or freed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import BudgetCommitted, BudgetOpened, BudgetSpent, CommitmentReleased
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nothing was allotted."""


@dataclass(frozen=True, slots=True)
class Open:
    """Amounts in fen; `commitments` are of lists approved and not yet paid."""

    budget_id: UUID
    fund_id: UUID
    programme_id: UUID
    allotted_fen: int
    commitments: Mapping[UUID, int] = field(default_factory=dict)
    spent_fen: int = 0

    @property
    def committed_fen(self) -> int:
        """What is bound to lists that are not yet paid."""
        return sum(self.commitments.values())

    @property
    def free_fen(self) -> int:
        """What may still be bound; never below zero."""
        return self.allotted_fen - self.committed_fen - self.spent_fen


Budget: TypeAlias = Unopened | Open

INITIAL: Budget = Unopened()


def evolve(budget: Budget, event: Event) -> Budget:
    """Return the budget after an event. Raises BrokenHistory."""
    match budget, event:
        case Unopened(), BudgetOpened():
            return Open(event.budget_id, event.fund_id, event.programme_id, event.amount_fen)
        case Open(), BudgetCommitted() if event.list_id not in budget.commitments:
            return replace(budget, commitments={**budget.commitments, event.list_id: event.amount_fen})
        case Open(), BudgetSpent() if budget.commitments.get(event.list_id) == event.amount_fen:
            spent_fen = budget.spent_fen + event.amount_fen
            return replace(budget, commitments=_without(budget, event.list_id), spent_fen=spent_fen)
        case Open(), CommitmentReleased() if budget.commitments.get(event.list_id) == event.amount_fen:
            return replace(budget, commitments=_without(budget, event.list_id))
        case _:
            raise BrokenHistory(budget, event)


def budget_of(history: Iterable[Event]) -> Budget:
    """Return the budget that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)


def _without(budget: Open, list_id: UUID) -> dict[UUID, int]:
    return {known: amount for known, amount in budget.commitments.items() if known != list_id}
