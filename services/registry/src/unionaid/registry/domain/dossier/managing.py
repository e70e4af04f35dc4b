"""After the notice went up: objections; after the approval: dynamic management (动态管理), closing, calling back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import CallBackOutcome, ClosingReason, ObjectionGround, ObjectionOutcome
from unionaid.contracts.registry import (
    Assessment,
    DossierCalledBack,
    DossierClosed,
    DossierReclassified,
    DossierReviewed,
    ObjectionRaised,
    ObjectionSettled,
    StatementReference,
)
from unionaid.registry.domain.dossier.facts import Approved, Closed, Dossier, Draft, Posted, Verified
from unionaid.registry.domain.dossier.guards import refuse_unready, standing
from unionaid.registry.domain.household.facts import Household
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.refusals import (
    ApproverNeeded,
    DossierIsErased,
    IdentityMissing,
    NothingToReclassify,
    ObjectionSettledBefore,
    ObjectionUnknown,
    PassedBySame,
    ReclassificationWaits,
    WasEnteredInError,
)


def raise_objection(
    dossier: Dossier,
    household: Household,
    step: Step,
    *,
    objection_id: UUID,
    ground: ObjectionGround,
    statement: StatementReference | None,
) -> list[Event]:
    """Record an objection against a file on notice; `statement` is where its words, and who it was, lie.

    Raises NotFound, DossierNotAt, IdentityMissing, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Posted)
    if statement is None:
        raise IdentityMissing
    return [
        ObjectionRaised(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            objection_id=objection_id,
            objection_ground=ground,
            statement=statement,
        )
    ]


def settle_objection(
    dossier: Dossier, household: Household, objection_id: UUID, outcome: ObjectionOutcome, step: Step
) -> list[Event]:
    """Say what was found about an objection; not by who entered the file.

    Raises NotFound, DossierNotAt, ObjectionUnknown, ObjectionSettledBefore, PassedBySame, OwnMatter, dates.
    """
    at = standing(dossier, household, step, Posted)
    objection = at.file.objections.get(objection_id)
    if objection is None:
        raise ObjectionUnknown
    if objection.outcome is not None:
        raise ObjectionSettledBefore
    if step.by in at.file.entered_by:
        raise PassedBySame
    return [
        ObjectionSettled(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            objection_id=objection_id,
            objection_outcome=outcome,
        )
    ]


def review(
    dossier: Dossier,
    household: Household,
    step: Step,
    *,
    assessment: Assessment,
    statement: StatementReference | None,
    next_review_on: date,
) -> list[Event]:
    """Look again how the household stands. Another level than before waits for the approver.

    Raises NotFound, DossierNotAt, NotAMember (the holder left), OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Approved)
    refuse_unready(at.file, household)
    return [
        DossierReviewed(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            assessment=assessment,
            statement=statement,
            next_review_on=next_review_on,
        )
    ]


def reclassify(dossier: Dossier, household: Household, step: Step) -> list[Event]:
    """Take over the level that the last review found; not by the reviewer.

    Raises NotFound, DossierNotAt, NothingToReclassify, PassedBySame, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Approved)
    if at.found is None:
        raise NothingToReclassify
    if step.by == at.reviewed_by:
        raise PassedBySame
    return [
        DossierReclassified(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            former_level=at.level,
            hardship_level=at.found.hardship_level,
            policy_version=at.found.policy_version,
        )
    ]


def close(dossier: Dossier, household: Household, reason: ClosingReason, step: Step, *, approver: bool) -> list[Event]:
    """Close the file. One in force is closed by an approver who was not the last to review it.

    Raises NotFound, DossierNotAt, ApproverNeeded, ReclassificationWaits, PassedBySame, OwnMatter, dates.
    """
    at = standing(dossier, household, step, Draft, Verified, Posted, Approved)
    if isinstance(at, Approved):
        if not approver:
            raise ApproverNeeded
        if at.found is not None and reason == "lifted":
            raise ReclassificationWaits
        if step.by == at.reviewed_by or step.by in at.file.entered_by:
            raise PassedBySame
    return [
        DossierClosed(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            household_id=at.file.household_id,
            reason_code=reason,
        )
    ]


def call_back(dossier: Dossier, household: Household, outcome: CallBackOutcome, step: Step) -> list[Event]:
    """Record a look after the closing; one that was entered in error is not looked after.

    Raises NotFound, DossierNotAt, DossierIsErased, WasEnteredInError, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Closed)
    if at.erased_on is not None:
        raise DossierIsErased
    if at.reason == "entered-in-error":
        raise WasEnteredInError
    return [DossierCalledBack(occurred_on=step.on, dossier_id=at.file.dossier_id, call_back_outcome=outcome)]
