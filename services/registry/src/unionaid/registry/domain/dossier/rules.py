"""The three levels of signature of a dossier: entered, verified and posted, approved. No step is skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import ClearName, HolderChangeReason, ReturnReason
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierAssessed,
    DossierHolderChanged,
    DossierOpened,
    DossierPosted,
    DossierReturned,
    DossierVerified,
    FiveClears,
    FiveClearsRecorded,
    StatementReference,
)
from unionaid.registry.domain.dossier.facts import (
    CLEARS,
    Approved,
    Dossier,
    Draft,
    Posted,
    Unopened,
    Verified,
    is_returned,
)
from unionaid.registry.domain.dossier.guards import living_together, not_at, refuse_unready, standing
from unionaid.registry.domain.household.facts import Household
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.person.facts import Person, Worker, is_restricted
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    ClearsMissing,
    HolderNoWorker,
    HolderUnchanged,
    MissingNotMissing,
    NotAMember,
    NothingCorrected,
    NoticeStillUp,
    ObjectionOpen,
    ObjectionUpheld,
    PassedBySame,
    PersonIsRestricted,
)
from unionaid.service.refusals import InWords


@dataclass(frozen=True, slots=True)
class OpenDossier:
    """Begin a household's file, held by one worker of it."""

    dossier_id: UUID
    holder_id: UUID
    clears: FiveClears
    statement: StatementReference | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Where the file is posted and, by the calendar, until when."""

    place: str
    until: date
    working_days: int
    calendar_version: str


def open_dossier(
    dossier: Dossier, household: Household, holder: Person | None, command: OpenDossier, step: Step
) -> list[Event]:
    """Begin a file; that a household has one open file is held by a reservation (`application`).

    Raises AlreadyRegistered, NotFound, NotAMember, HolderNoWorker, PersonIsRestricted, OwnMatter and
    the refusals of dates.
    """
    if not isinstance(dossier, Unopened):
        raise AlreadyRegistered
    formed = living_together(household, step)
    if command.holder_id not in formed.members:
        raise NotAMember(field="holder_id")
    if not isinstance(holder, Worker):
        raise HolderNoWorker(field="holder_id")
    if is_restricted(holder):
        raise PersonIsRestricted(field="holder_id")
    opened = DossierOpened(
        occurred_on=step.on,
        dossier_id=command.dossier_id,
        household_id=formed.household_id,
        holder_id=command.holder_id,
        union_org_id=holder.union_org_id,
    )
    recorded = FiveClearsRecorded(
        occurred_on=step.on, dossier_id=command.dossier_id, clears=command.clears, statement=command.statement
    )
    return [opened, *([recorded] if command.clears != FiveClears() or command.statement else [])]


def record_clears(
    dossier: Dossier, household: Household, clears: FiveClears, statement: StatementReference | None, step: Step
) -> list[Event]:
    """Record what is known of the five clears now, all of it, while the file is entered or in force.

    Raises NotFound, DossierNotAt, NothingCorrected, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Draft, Approved)
    if clears == at.file.clears and statement is None:
        raise NothingCorrected
    missing = [name for name in CLEARS if getattr(clears, name) is None]
    if isinstance(at, Approved) and missing:
        raise ClearsMissing(missing=InWords.values("missing_clears", *missing))
    return [FiveClearsRecorded(occurred_on=step.on, dossier_id=at.file.dossier_id, clears=clears, statement=statement)]


def record_assessment(
    dossier: Dossier, household: Household, assessment: Assessment, statement: StatementReference | None, step: Step
) -> list[Event]:
    """Record the household's hardship while the file is entered.

    Raises NotFound, DossierNotAt, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Draft)
    return [
        DossierAssessed(occurred_on=step.on, dossier_id=at.file.dossier_id, assessment=assessment, statement=statement)
    ]


def verify(dossier: Dossier, household: Household, step: Step) -> list[Event]:
    """Find the file to be so; not by who entered it.

    Raises NotFound, DossierNotAt (also where it was returned and nothing was changed), ClearsMissing, NotAssessed,
    NotAMember (the holder left), PassedBySame, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Draft)
    if is_returned(at):
        raise not_at(at)
    refuse_unready(at.file, household)
    if step.by in at.file.entered_by:
        raise PassedBySame
    return [DossierVerified(occurred_on=step.on, dossier_id=at.file.dossier_id)]


def post(dossier: Dossier, household: Household, notice: Notice, step: Step) -> list[Event]:
    """Post the file; not by who entered it.

    Raises NotFound, DossierNotAt, PassedBySame, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Verified)
    if step.by in at.file.entered_by:
        raise PassedBySame
    return [
        DossierPosted(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            notice_place=notice.place,
            posted_until=notice.until,
            notice_working_days=notice.working_days,
            calendar_version=notice.calendar_version,
        )
    ]


def approve(dossier: Dossier, household: Household, next_review_on: date, step: Step) -> list[Event]:
    """Approve the file after its notice; by nobody who entered, verified or posted it.

    Raises NotFound, DossierNotAt, NoticeStillUp, ObjectionOpen, ObjectionUpheld, NotAMember (the holder left),
    PassedBySame, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Posted)
    if step.on <= at.posted_until:
        raise NoticeStillUp(field="occurred_on", until=at.posted_until.isoformat())
    outcomes = [objection.outcome for objection in at.file.objections.values()]
    if None in outcomes:
        raise ObjectionOpen
    if "upheld" in outcomes:
        raise ObjectionUpheld
    assessment, cause = refuse_unready(at.file, household)
    if step.by in at.file.entered_by | at.file.passed_by:
        raise PassedBySame
    return [
        DossierApproved(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            household_id=at.file.household_id,
            holder_id=at.file.holder_id,
            union_org_id=at.file.union_org_id,
            hardship_level=assessment.hardship_level,
            hardship_cause=cause,
            household_size=assessment.household_size,
            income_ratio_percent=assessment.income_ratio_percent,
            policy_version=assessment.policy_version,
            next_review_on=next_review_on,
        )
    ]


def return_(
    dossier: Dossier, household: Household, reason: ReturnReason, missing: tuple[ClearName, ...], step: Step
) -> list[Event]:
    """Send the file back to who enters it, with the reason and which of the five clears are missing or not clear.

    Raises NotFound, DossierNotAt, MissingNotMissing (none named, or named for another reason), PassedBySame, OwnMatter
    and the refusals of dates.
    """
    at = standing(dossier, household, step, Draft, Verified, Posted)
    if is_returned(at):
        raise not_at(at)
    if (reason == "clears-missing") != bool(missing):
        raise MissingNotMissing(field="missing_clears")
    if step.by in at.file.entered_by:
        raise PassedBySame
    return [
        DossierReturned(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            reason_code=reason,
            missing_clears=tuple(dict.fromkeys(missing)),
        )
    ]


def pass_on(
    dossier: Dossier,
    household: Household,
    step: Step,
    *,
    holder_id: UUID,
    union_org_id: UUID | None,
    reason: HolderChangeReason,
) -> list[Event]:
    """Give the file to another member of the household; it stays with its union if that member has none.

    Raises NotFound, DossierNotAt, NotAMember, HolderUnchanged, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Draft, Verified, Posted, Approved)
    formed = living_together(household, step)
    if holder_id == at.file.holder_id:
        raise HolderUnchanged(field="holder_id")
    if holder_id not in formed.members:
        raise NotAMember(field="holder_id")
    return [
        DossierHolderChanged(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            former_holder_id=at.file.holder_id,
            holder_id=holder_id,
            union_org_id=union_org_id or at.file.union_org_id,
            reason_code=reason,
        )
    ]
