"""When the words of a closed dossier are destroyed: its period has ended. The persons stay as long as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from unionaid.contracts.registry import DossierErased
from unionaid.registry.domain.dossier.facts import Closed, Dossier
from unionaid.registry.domain.dossier.guards import standing
from unionaid.registry.domain.household.facts import Household
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.person.retention import DOSSIER, HOUSEHOLD, RetentionPolicy, years_after
from unionaid.registry.domain.refusals import DossierIsErased, PassedBySame, RetentionRuns


@dataclass(frozen=True, slots=True)
class HouseholdKept:
    """What keeps a household's own words: the day on which something of it was told last, and its other dossiers."""

    told_on: date
    others: Sequence[Dossier]

    def ended(self, policy: RetentionPolicy, today: date) -> bool:
        """Say whether nothing keeps them any more."""
        erased = all(isinstance(one, Closed) and one.erased_on is not None for one in self.others)
        return erased and years_after(self.told_on, policy.years[HOUSEHOLD]) <= today


def erase_dossier(
    dossier: Dossier, household: Household, kept: HouseholdKept, policy: RetentionPolicy, step: Step
) -> list[DossierErased]:
    """Destroy what was said in words of a file whose period has ended, and of its household if nothing else keeps it.

    Not by who entered the file.
    Raises NotFound, DossierNotAt, DossierIsErased, RetentionRuns, PassedBySame, OwnMatter and the refusals of dates.
    """
    at = standing(dossier, household, step, Closed)
    if at.erased_on is not None:
        raise DossierIsErased
    if step.by in at.file.entered_by:
        raise PassedBySame
    until = years_after(at.closed_on, policy.years[DOSSIER])
    if until > step.today:
        raise RetentionRuns(kind=DOSSIER, until=until.isoformat())
    return [
        DossierErased(
            occurred_on=step.on,
            dossier_id=at.file.dossier_id,
            household_id=at.file.household_id if kept.ended(policy, step.today) else None,
            policy_version=policy.version,
        )
    ]
