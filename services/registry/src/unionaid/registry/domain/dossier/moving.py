"""What goes along when a worker goes to another union: the household's dossier, and the household."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import DossierMoved, HouseholdMoved
from unionaid.registry.domain.dossier.facts import Closed, Dossier, Unopened
from unionaid.registry.domain.household.facts import Formed, Household


def go_along(household: Household, dossier: Dossier, person_id: UUID, union_org_id: UUID, on: date) -> list[Event]:
    """Move the household with who holds its open dossier, or with the householder where none is open.

    The officers of the new union then see both, those of the former one no more. Closed dossiers stay where they are.
    """
    if not isinstance(household, Formed) or person_id not in household.members:
        return []
    running = None if isinstance(dossier, Unopened | Closed) else dossier
    leads = running.file.holder_id if running else _householder(household)
    if leads != person_id:
        return []
    events: list[Event] = []
    if household.union_org_id != union_org_id:
        events.append(
            HouseholdMoved(
                occurred_on=on,
                household_id=household.household_id,
                former_union_org_id=household.union_org_id,
                union_org_id=union_org_id,
            )
        )
    if running and running.file.union_org_id != union_org_id:
        events.append(
            DossierMoved(
                occurred_on=on,
                dossier_id=running.file.dossier_id,
                former_union_org_id=running.file.union_org_id,
                union_org_id=union_org_id,
            )
        )
    return events


def _householder(household: Formed) -> UUID | None:
    return next((one.person_id for one in household.members.values() if one.relation == "householder"), None)
