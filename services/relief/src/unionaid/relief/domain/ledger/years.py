"""Closing the books of a year: it takes nothing more, and every fund's year is written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import BOOKS, BudgetCarriedOver, FundYearClosed, YearClosed, fund_year_id
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.ledger.posting import BOOKED
from unionaid.relief.domain.refusals import BudgetsUndecided, YearIsClosed, YearNotOver
from unionaid.service.refusals import BrokenHistory


class FundYear(NamedTuple):
    """What a fund had, got, gave and kept in a year, in fen."""

    fund_id: UUID
    opening_fen: int
    received_fen: int
    returned_fen: int
    fees_fen: int
    paid_fen: int
    came_back_fen: int = 0


@dataclass(frozen=True, slots=True)
class CloseYear:
    """Close the books of a year."""

    year: int
    on: date
    today: date


def closed_through(history: Iterable[Event]) -> int:
    """Return the last year that is closed, 0 while none is. Raises BrokenHistory."""
    year = 0
    for event in history:
        if not isinstance(event, YearClosed) or event.year <= year:
            raise BrokenHistory(year, event)
        year = event.year
    return year


def close_year(closed: int, funds: Sequence[FundYear], undecided: int, command: CloseYear) -> list[Event]:
    """Close a year that is over; `undecided` budgets of it have something left and were not carried over.

    Raises YearNotOver, YearIsClosed, BudgetsUndecided and the refusals of dates.
    """
    refuse_impossible(command.on, command.today)
    if command.on.year <= command.year:
        raise YearNotOver(field="year", year=command.year)
    if command.year <= closed:
        raise YearIsClosed(field="year", year=closed)
    if undecided:
        raise BudgetsUndecided(count=undecided, year=command.year)
    return [
        YearClosed(occurred_on=command.on, books_id=BOOKS, year=command.year),
        *(
            FundYearClosed(
                occurred_on=command.on,
                fund_year_id=fund_year_id(one.fund_id, command.year),
                year=command.year,
                closing_fen=one.opening_fen
                + one.received_fen
                + one.came_back_fen
                - one.returned_fen
                - one.fees_fen
                - one.paid_fen,
                **one._asdict(),
            )
            for one in funds
        ),
    ]


def refuse_closed(events: Iterable[Event], closed: int) -> None:
    """Refuse to book in a closed year: it is booked today, and names what it corrects. Raises YearIsClosed."""
    for event in events:
        booked = isinstance(event, BOOKED) and event.occurred_on.year <= closed
        if booked or (isinstance(event, BudgetCarriedOver) and event.year <= closed):
            raise YearIsClosed(field="occurred_on", year=closed)
