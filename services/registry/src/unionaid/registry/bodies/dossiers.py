"""Bodies about hardship dossiers; what is said in words in them is never shown."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    CallBackOutcome,
    CauseCode,
    ClearName,
    ClosingReason,
    EmploymentWish,
    FamilySituation,
    HardshipLevel,
    HolderChangeReason,
    ObjectionGround,
    ObjectionOutcome,
    OverrideReason,
    PublicName,
    ReturnReason,
    StateOfMind,
    TechnicalSkill,
)
from unionaid.registry.application.dossiers import Clears
from unionaid.registry.application.looking import Shock
from unionaid.registry.bodies.households import Fen, Words
from unionaid.registry.bodies.typed import BusinessDate
from unionaid.registry.domain.dossier.assessing import Override
from unionaid.registry.domain.dossier.facts import CLEARS
from unionaid.service.routes import Body


class ClearWords(Body):
    """The five clears in words."""

    family_situation: Words | None = Field(default=None, repr=False)
    hardship_cause: Words | None = Field(default=None, repr=False)
    state_of_mind: Words | None = Field(default=None, repr=False)
    employment_wish: Words | None = Field(default=None, repr=False)
    technical_skill: Words | None = Field(default=None, repr=False)


class ToldClears(Body):
    """What is known of the five clears; what is left out stays as it is."""

    family_situation: FamilySituation | None = None
    hardship_cause: CauseCode | None = None
    state_of_mind: StateOfMind | None = None
    employment_wish: EmploymentWish | None = None
    technical_skill: TechnicalSkill | None = None
    words: ClearWords = Field(default_factory=ClearWords, repr=False)

    def told(self) -> Clears:
        """Return what was given."""
        codes: dict[str, str] = {name: getattr(self, name) for name in CLEARS if getattr(self, name) is not None}
        words: dict[str, str] = {
            name: getattr(self.words, name) for name in CLEARS if getattr(self.words, name) is not None
        }
        return Clears(codes, words)


class NewDossier(ToldClears):
    """A household's file, held by one worker of it."""

    household_id: UUID
    holder_id: UUID
    occurred_on: BusinessDate


class ClearsTold(ToldClears):
    """More of the five clears."""

    occurred_on: BusinessDate


class Looked(Body):
    """A shock of the last twelve months, and the level if it is not to be the computed one."""

    shock_fen: Fen | None = Field(default=None, repr=False)
    shock_note: Words | None = Field(default=None, repr=False)
    hardship_level: HardshipLevel | None = None
    override_reason: OverrideReason | None = None
    occurred_on: BusinessDate

    def shock(self) -> Shock | None:
        """Return the shock, None for none."""
        return Shock(self.shock_fen, self.shock_note) if self.shock_fen is not None else None

    def override(self) -> Override | None:
        """Return the officer's level, None where the policy's is taken."""
        return Override(self.hardship_level, self.override_reason) if self.hardship_level else None


class StepOn(Body):
    """The business date of a step."""

    occurred_on: BusinessDate


class Posting(StepOn):
    """Where the notice hangs."""

    notice_place: PublicName


class Objecting(StepOn):
    """What somebody objects to; who, if the person is known and named, stands in the vault alone."""

    objection_ground: ObjectionGround
    words: Words = Field(repr=False)
    objector_id: UUID | None = Field(default=None, repr=False)


class Settling(StepOn):
    """What was found about an objection."""

    objection_outcome: ObjectionOutcome


class SettlingOne(Settling):
    """Which objection, and what was found about it: for a page, whose address names the dossier alone."""

    objection_id: UUID


class Returning(StepOn):
    """Why a file goes back, and which of the five clears are missing."""

    reason_code: ReturnReason
    missing_clears: Annotated[tuple[ClearName, ...], Field(max_length=5)] = ()


class Closing(StepOn):
    """Why a file is closed."""

    reason_code: ClosingReason


class CallingBack(StepOn):
    """How the household stands after the closing."""

    call_back_outcome: CallBackOutcome


class PassingOn(StepOn):
    """Who holds the file from now on, and why."""

    holder_id: UUID
    reason_code: HolderChangeReason
