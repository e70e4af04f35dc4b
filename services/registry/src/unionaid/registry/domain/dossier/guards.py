"""What every step of a dossier is judged by: where it stands, whose household it is, what it says, when it was."""

from __future__ import annotations

from typing import TypeVar

from unionaid.contracts.fields import CauseCode
from unionaid.contracts.registry import Assessment
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.dossier.facts import Dossier, Existing, File, Unopened, status_of
from unionaid.registry.domain.household.facts import Formed, Household
from unionaid.registry.domain.household.rules import Step, refuse_own
from unionaid.registry.domain.refusals import (
    ClearsMissing,
    DateBeforeLastStep,
    DossierNotAt,
    NotAMember,
    NotAssessed,
    NotFound,
)
from unionaid.service.refusals import InWords

State = TypeVar("State", bound=Existing)


def standing(dossier: Dossier, household: Household, step: Step, *kinds: type[State]) -> State:
    """Return a dossier that stands where the step may be taken, by somebody of another household, not before its last.

    Raises NotFound, DossierNotAt, OwnMatter, RelativesMatter, DateBeforeLastStep and the refusals of dates.
    """
    if isinstance(dossier, Unopened):
        raise NotFound
    living_together(household, step)
    for kind in kinds:
        if isinstance(dossier, kind):
            refuse_before(dossier.file, step)
            return dossier
    raise not_at(dossier)


def not_at(dossier: Existing) -> DossierNotAt:
    """Return the refusal of a step that cannot be taken where the dossier stands."""
    return DossierNotAt(status=InWords.values("tab", status_of(dossier)))


def living_together(household: Household, step: Step) -> Formed:
    """Return the household. Raises NotFound, OwnMatter, RelativesMatter and the refusals of dates."""
    if not isinstance(household, Formed):
        raise NotFound
    refuse_impossible(step.on, step.today)
    refuse_own(household.members, step)
    return household


def refuse_before(file: File, step: Step) -> None:
    """Refuse a step dated before the last one. Raises DateBeforeLastStep."""
    if step.on < file.last_on:
        raise DateBeforeLastStep(field="occurred_on", last=file.last_on.isoformat())


def refuse_unready(file: File, household: Household) -> tuple[Assessment, CauseCode]:
    """Return what a signature rests on. Raises ClearsMissing, NotAssessed, NotAMember (the holder has left)."""
    if file.missing or file.clears.hardship_cause is None:
        raise ClearsMissing(missing=InWords.values("missing_clears", *file.missing))
    if file.assessment is None:
        raise NotAssessed
    if not isinstance(household, Formed) or file.holder_id not in household.members:
        raise NotAMember(field="holder_id")
    return file.assessment, file.clears.hardship_cause
