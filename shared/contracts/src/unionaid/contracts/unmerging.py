"""What registry, relief and mutualaid say to one another about the undoing of a merge."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from unionaid.contracts.event import Data
from unionaid.contracts.fields import AmountFen, LineNumber

HELD_PERSONS_MAX = 100
"""Persons who stand for one another, along chains of merges too."""
STANDING_PAYMENTS_MAX = 100
"""Payments that one answer names; an officer who has looked at these is told of the next."""
SEEN_PAYMENTS_MAX = 500
"""Payments that an officer has looked at before asking."""

HeldPersons = Annotated[tuple[UUID, ...], Field(min_length=2, max_length=HELD_PERSONS_MAX)]
"""All whom payments are held for: who stands for one another, the person and the survivor among them."""
PaymentStanding = Literal["ordered", "paid"]
"""Whether the bank has not answered yet, or the money is with somebody."""


class StandingPayment(Data):
    """A payment that stands against an undoing: nobody has looked whose it is, or it is on its way."""

    application_id: UUID
    list_id: UUID
    line: LineNumber
    person_id: UUID
    amount_fen: AmountFen
    status: PaymentStanding
    on: date


StandingPayments = Annotated[tuple[StandingPayment, ...], Field(max_length=STANDING_PAYMENTS_MAX)]
