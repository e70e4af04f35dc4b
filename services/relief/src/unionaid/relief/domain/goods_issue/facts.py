"""An issue of goods: nothing, then handed out; part of it may come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import GoodsIssued, GoodsReturned
from unionaid.service.refusals import BrokenHistory

Lot: TypeAlias = tuple[UUID, UUID]
"""Stock and receipt."""


@dataclass(frozen=True, slots=True)
class Unissued:
    """Nothing was handed out."""


@dataclass(frozen=True, slots=True)
class Issued:
    """`terms` are what was handed out; `out` is how much of each lot has not come back."""

    terms: GoodsIssued
    head_count: int
    last_on: date
    out: Mapping[Lot, int] = field(default_factory=dict)

    def left_of(self, stock_id: UUID) -> int:
        """How many units of a stock have not come back."""
        return sum(quantity for (stock, _), quantity in self.out.items() if stock == stock_id)


Issue: TypeAlias = Unissued | Issued

INITIAL: Issue = Unissued()


def evolve(issue: Issue, event: Event) -> Issue:
    """Return the issue after an event. Raises BrokenHistory."""
    match issue, event:
        case Unissued(), GoodsIssued():
            out = {(part.stock_id, part.receipt_id): part.quantity for part in event.goods}
            return Issued(event, event.head_count, event.occurred_on, out)
        case Issued(), GoodsReturned() if event.head_count <= issue.head_count:
            return _returned(issue, event)
        case _:
            raise BrokenHistory(issue, event)


def issue_of(history: Iterable[Event]) -> Issue:
    """Return the issue that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)


def _returned(issue: Issued, event: GoodsReturned) -> Issued:
    out = dict(issue.out)
    for part in event.goods:
        lot = (part.stock_id, part.receipt_id)
        out[lot] = out.get(lot, 0) - part.quantity
        if out[lot] < 0:
            raise BrokenHistory(issue, event)
    return replace(issue, head_count=issue.head_count - event.head_count, last_on=event.occurred_on, out=out)
