"""Events of a year's end: the books of a year are closed, with what each fund had, got, gave and kept."""

from typing import Self
from uuid import UUID, uuid5

from pydantic import model_validator

from unionaid.contracts.fields import AmountFenOrNone, Year
from unionaid.contracts.relief.base import ReliefEvent

BOOKS = UUID("2d6b8f0a-4c1e-4a5d-9b7f-3e8c0d2a6f23")
"""The books of a division: it has one."""


def fund_year_id(fund_id: UUID, year: int) -> UUID:
    """Return the id of a fund's year: UUIDv5, so that a year is closed once."""
    return uuid5(fund_id, str(year))


class YearClosed(ReliefEvent, stream="books"):
    """The books of a year, and of all years before it, take nothing more: what is corrected is booked later."""

    books_id: UUID
    year: Year


class FundYearClosed(ReliefEvent, stream="fundyear", stream_id="fund_year_id"):
    """What a fund had at the beginning of a year that was closed, what came and went, and what it had at the end.

    `came_back_fen` is what a bank had paid, this year or before, and what came back this year.
    """

    fund_year_id: UUID
    fund_id: UUID
    year: Year
    opening_fen: AmountFenOrNone
    received_fen: AmountFenOrNone
    returned_fen: AmountFenOrNone
    fees_fen: AmountFenOrNone
    paid_fen: AmountFenOrNone
    came_back_fen: AmountFenOrNone = 0
    closing_fen: AmountFenOrNone

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        went = self.returned_fen + self.fees_fen + self.paid_fen
        came = self.received_fen + self.came_back_fen
        if self.opening_fen + came - went != self.closing_fen:
            raise ValueError("opening, in and out do not lead to closing")
        return self
