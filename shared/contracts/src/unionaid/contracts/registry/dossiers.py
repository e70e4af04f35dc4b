"""Hardship dossiers (困难职工档案): one household, one file, from opened to closed. Texts lie in the vault."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    NOTICE_WORKING_DAYS_MAX,
    OPENED_PERSONS_MAX,
    STATEMENT_FIELDS_MAX,
    CallBackOutcome,
    CauseCode,
    ClearName,
    ClosingReason,
    Code,
    EmploymentWish,
    FamilySituation,
    HardshipLevel,
    HolderChangeReason,
    HouseholdSize,
    ObjectionGround,
    ObjectionOutcome,
    OverrideReason,
    Percent,
    PolicyVersion,
    PublicName,
    ReturnReason,
    StatementField,
    StateOfMind,
    TechnicalSkill,
)
from unionaid.contracts.registry.base import RegistryEvent
from unionaid.contracts.registry.households import StatementReference


class FiveClears(Data):
    """What is known of the five clears (五清); one that is not known yet is absent."""

    family_situation: FamilySituation | None = None
    hardship_cause: CauseCode | None = None
    state_of_mind: StateOfMind | None = None
    employment_wish: EmploymentWish | None = None
    technical_skill: TechnicalSkill | None = None


class Assessment(Data):
    """How hard it is for a household, by which policy; ratios are of the minimum living guarantee, per head.

    `after_shock_percent` is there where a shock of the last twelve months was counted. `computed_level` is what the
    policy says, absent where it says none; who sets another level says why.
    """

    policy_version: PolicyVersion
    household_size: HouseholdSize
    income_ratio_percent: Percent
    after_shock_percent: Percent | None = None
    computed_level: HardshipLevel | None = None
    hardship_level: HardshipLevel
    override_reason: OverrideReason | None = None


class DossierOpened(RegistryEvent, stream="dossier"):
    """A household's file was begun, held by one worker; a household has one open file."""

    dossier_id: UUID
    household_id: UUID
    holder_id: UUID
    union_org_id: UUID


class FiveClearsRecorded(RegistryEvent, stream="dossier"):
    """What is known of the five clears now, all of it; the words are the statement."""

    dossier_id: UUID
    clears: FiveClears
    statement: StatementReference | None = None


class DossierAssessed(RegistryEvent, stream="dossier"):
    """The household's hardship was computed, or set by an officer with a reason."""

    dossier_id: UUID
    assessment: Assessment
    statement: StatementReference | None = None


class DossierVerified(RegistryEvent, stream="dossier"):
    """The sub-district union found the file to be so: all five clears known, hardship assessed."""

    dossier_id: UUID


class DossierPosted(RegistryEvent, stream="dossier"):
    """The file stands on a public notice (公示); it comes down after `posted_until`, a working day."""

    dossier_id: UUID
    notice_place: PublicName
    posted_until: date
    notice_working_days: Annotated[int, Field(ge=1, le=NOTICE_WORKING_DAYS_MAX)]
    calendar_version: PolicyVersion


class ObjectionRaised(RegistryEvent, stream="dossier"):
    """Somebody objected. Who it was stands nowhere but in the vault."""

    dossier_id: UUID
    objection_id: UUID
    objection_ground: ObjectionGround
    statement: StatementReference


class ObjectionSettled(RegistryEvent, stream="dossier"):
    """An objection was looked into."""

    dossier_id: UUID
    objection_id: UUID
    objection_outcome: ObjectionOutcome


class DossierApproved(RegistryEvent, stream="dossier"):
    """The district approved the file; what others rest on is frozen here."""

    dossier_id: UUID
    household_id: UUID
    holder_id: UUID
    union_org_id: UUID
    hardship_level: HardshipLevel
    hardship_cause: CauseCode
    household_size: HouseholdSize
    income_ratio_percent: Percent
    policy_version: PolicyVersion
    next_review_on: date


class DossierReturned(RegistryEvent, stream="dossier"):
    """The file went back to who enters it, with the reason and which of the five clears are missing."""

    dossier_id: UUID
    reason_code: ReturnReason
    missing_clears: Annotated[tuple[ClearName, ...], Field(max_length=5)]


class DossierReviewed(RegistryEvent, stream="dossier"):
    """Somebody looked again how the household stands; another level than before waits to be reclassified."""

    dossier_id: UUID
    assessment: Assessment
    statement: StatementReference | None = None
    next_review_on: date


class DossierReclassified(RegistryEvent, stream="dossier"):
    """The district took over the level that the last review found."""

    dossier_id: UUID
    former_level: HardshipLevel
    hardship_level: HardshipLevel
    policy_version: PolicyVersion


class DossierClosed(RegistryEvent, stream="dossier"):
    """The file is open no more; the household may get another."""

    dossier_id: UUID
    household_id: UUID
    reason_code: ClosingReason


class DossierCalledBack(RegistryEvent, stream="dossier"):
    """Somebody looked after the closing whether the household has fallen back."""

    dossier_id: UUID
    call_back_outcome: CallBackOutcome


class DossierHolderChanged(RegistryEvent, stream="dossier"):
    """The file passed to another member of the household."""

    dossier_id: UUID
    former_holder_id: UUID
    holder_id: UUID
    union_org_id: UUID
    reason_code: HolderChangeReason


class DossierMoved(RegistryEvent, stream="dossier"):
    """The file went with its holder to another union."""

    dossier_id: UUID
    former_union_org_id: UUID
    union_org_id: UUID


class DossierErased(RegistryEvent, stream="dossier"):
    """What was said in words of a closed file was destroyed, its period having ended; the persons stay.

    `household_id` is there where what was said of the household's members went too.
    """

    dossier_id: UUID
    household_id: UUID | None = None
    policy_version: PolicyVersion


class StatementsOpened(RegistryEvent, stream="opening"):
    """Somebody asked to read what was said of persons in one matter; recorded before the answer was sent."""

    opening_id: UUID
    matter_id: UUID
    opening_purpose: Code
    opened_statement_fields: Annotated[tuple[StatementField, ...], Field(min_length=1, max_length=STATEMENT_FIELDS_MAX)]
    opened_person_ids: Annotated[tuple[UUID, ...], Field(max_length=OPENED_PERSONS_MAX)]
