"""Events of programmes."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    APPROVALS_MAX,
    BANDS_MAX,
    RULES_MAX,
    AmountFen,
    ApproverRole,
    BandMeasure,
    Code,
    PolicyVersion,
    ProgrammeKind,
    PublicName,
    RuleText,
    Year,
)
from unionaid.contracts.relief.base import ReliefEvent


class ProgrammeCondition(Data):
    """One condition of a programme: its code, and its rule in CEL."""

    condition: Code
    rule: RuleText


class ProgrammeStandard(Data):
    """What a programme gives to those whom the rule, in CEL, fits."""

    standard: Code
    rule: RuleText
    amount_fen: AmountFen


class ApprovalBand(Data):
    """Whose approvals a list needs, in order, from an amount on: of one line, or of the whole list."""

    measure: BandMeasure
    from_fen: AmountFen
    approvals: Annotated[tuple[ApproverRole, ...], Field(min_length=1, max_length=APPROVALS_MAX)]


class ProgrammeOpened(ReliefEvent, stream="programme"):
    """A programme of one kind and year was opened, with the standard amount of its policy.

    The window's days are both included; no standard is above `amount_max_fen`. `eligibility` are the conditions of the
    policy and, after them, the programme's own: all must be met. Of `standards` the first that fits counts; where there
    are none, `standard_fen`. Of the bands that a list reaches the one with the most approvals counts; where it reaches
    none, one approver's is enough.
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
    eligibility: Annotated[tuple[ProgrammeCondition, ...], Field(max_length=RULES_MAX)] = ()
    standards: Annotated[tuple[ProgrammeStandard, ...], Field(max_length=RULES_MAX)] = ()
    bands: Annotated[tuple[ApprovalBand, ...], Field(max_length=BANDS_MAX)] = ()

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.window_from > self.window_to:
            raise ValueError("window_from is after window_to")
        if self.standard_fen > self.amount_max_fen:
            raise ValueError("standard_fen is above amount_max_fen")
        if any(standard.amount_fen > self.amount_max_fen for standard in self.standards):
            raise ValueError("a standard is above amount_max_fen")
        return self


class ProgrammeAmended(ReliefEvent, stream="programme"):
    """A programme's name or last day is another from now on. Its terms stay: amounts, conditions, purpose, year."""

    programme_id: UUID
    name: PublicName | None = None
    window_to: date | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.name is None and self.window_to is None:
            raise ValueError("nothing is amended")
        return self


class ProgrammeClosed(ReliefEvent, stream="programme"):
    """A programme takes no new lists, and no new money. What was asked for in it goes on to its end."""

    programme_id: UUID
