"""A fund: nothing, then open; money comes in and is allotted to programmes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import BudgetAllotted, FundOpened, FundsReceived
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nobody has opened it."""


@dataclass(frozen=True, slots=True)
class Open:
    """Amounts in fen. An earmarked fund serves one purpose only."""

    fund_id: UUID
    earmark: str | None
    received_fen: int = 0
    allotted_fen: int = 0

    @property
    def balance_fen(self) -> int:
        """What is not yet allotted; never below zero."""
        return self.received_fen - self.allotted_fen


Fund: TypeAlias = Unopened | Open

INITIAL: Fund = Unopened()


def evolve(fund: Fund, event: Event) -> Fund:
    """Return the fund after an event. Raises BrokenHistory."""
    match fund, event:
        case Unopened(), FundOpened():
            return Open(event.fund_id, event.earmark)
        case Open(), FundsReceived():
            return replace(fund, received_fen=fund.received_fen + event.amount_fen)
        case Open(), BudgetAllotted():
            return replace(fund, allotted_fen=fund.allotted_fen + event.amount_fen)
        case _:
            raise BrokenHistory(fund, event)


def fund_of(history: Iterable[Event]) -> Fund:
    """Return the fund that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
