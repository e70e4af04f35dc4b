"""Events of programmes."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import model_validator

from unionaid.contracts.fields import (
    AmountFen,
    Code,
    PolicyVersion,
    ProgrammeKind,
    PublicName,
    Year,
)
from unionaid.contracts.relief.base import ReliefEvent


class ProgrammeOpened(ReliefEvent, stream="programme"):
    """A programme of one kind and year was opened, with the standard amount of its policy.

    The window's days are both included; `standard_fen` is at most `amount_max_fen`.
    """

    programme_id: UUID
    kind: ProgrammeKind
    year: Year
    name: PublicName
    window_from: date
    window_to: date
    purpose: Code
    standard_fen: AmountFen
    amount_max_fen: AmountFen
    policy_version: PolicyVersion

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.window_from > self.window_to:
            raise ValueError("window_from is after window_to")
        if self.standard_fen > self.amount_max_fen:
            raise ValueError("standard_fen is above amount_max_fen")
        return self
