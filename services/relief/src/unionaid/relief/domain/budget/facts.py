"""A budget: allotted, then bound to lists, then spent or freed again; what goods cost is spent at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BudgetCarriedOver,
    BudgetCommitted,
    BudgetOpened,
    BudgetReduced,
    BudgetSpent,
    CommitmentReleased,
    GoodsPaid,
    GoodsRefunded,
    SpendingReversed,
)
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nothing was allotted."""


@dataclass(frozen=True, slots=True)
class Open:
    """Amounts in fen; `allotted_fen` is without what went back to the fund.

    `commitments` are what lists still have bound: a part that is paid or given up is off it.
    """

    budget_id: UUID
    fund_id: UUID
    programme_id: UUID
    allotted_fen: int
    commitments: Mapping[UUID, int] = field(default_factory=dict)
    spent_fen: int = 0
    carried: frozenset[int] = frozenset()
    """The years at whose end what was left stayed with it."""

    @property
    def committed_fen(self) -> int:
        """What is bound to lists and not yet paid."""
        return sum(self.commitments.values())

    def committed_to(self, list_id: UUID) -> int:
        """What is bound to a list and not yet paid."""
        return self.commitments.get(list_id, 0)

    @property
    def left_fen(self) -> int:
        """What is not spent, bound to lists or free."""
        return self.allotted_fen - self.spent_fen

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
        case Open(), BudgetReduced() if event.amount_fen <= budget.free_fen:
            return replace(budget, allotted_fen=budget.allotted_fen - event.amount_fen)
        case Open(), BudgetCarriedOver() if event.amount_fen == budget.left_fen:
            return replace(budget, carried=budget.carried | {event.year})
        case Open(), BudgetCommitted() if event.list_id not in budget.commitments:
            return replace(budget, commitments={**budget.commitments, event.list_id: event.amount_fen})
        case Open(), (BudgetSpent() | SpendingReversed() | CommitmentReleased()):
            return _moved(budget, event)
        case Open(), GoodsPaid() | GoodsRefunded():
            return _paid_for_goods(budget, event)
        case _:
            raise BrokenHistory(budget, event)


def budget_of(history: Iterable[Event]) -> Budget:
    """Return the budget that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)


def _moved(budget: Open, event: BudgetSpent | SpendingReversed | CommitmentReleased) -> Open:
    bound, fen = budget.committed_to(event.list_id), event.amount_fen
    spent = {BudgetSpent: fen, SpendingReversed: -fen, CommitmentReleased: 0}[type(event)]
    left = bound + fen if isinstance(event, SpendingReversed) else bound - fen
    if left < 0 or budget.spent_fen + spent < 0:
        raise BrokenHistory(budget, event)
    commitments = {list_id: amount for list_id, amount in budget.commitments.items() if list_id != event.list_id}
    if left:
        commitments[event.list_id] = left
    return replace(budget, commitments=commitments, spent_fen=budget.spent_fen + spent)


def _paid_for_goods(budget: Open, event: GoodsPaid | GoodsRefunded) -> Open:
    amount_fen = event.amount_fen if isinstance(event, GoodsPaid) else -event.amount_fen
    if not -budget.spent_fen <= amount_fen <= budget.free_fen:
        raise BrokenHistory(budget, event)
    return replace(budget, spent_fen=budget.spent_fen + amount_fen)
