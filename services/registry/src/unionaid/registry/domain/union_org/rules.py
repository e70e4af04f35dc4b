"""Where a union may stand: district > sub-district > grassroots, each under the level just above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import UnionLevel
from unionaid.contracts.registry import UnionOrgEstablished
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    DistrictHasNoParent,
    ParentMissing,
    ParentWrongLevel,
    UnionDissolved,
    UnitUnknown,
)
from unionaid.registry.domain.union_org.facts import Dissolved, UnionOrg, Unknown

LEVEL_ABOVE: Mapping[UnionLevel, UnionLevel] = {"sub_district": "district", "grassroots": "sub_district"}


@dataclass(frozen=True, slots=True)
class EstablishUnionOrg:
    """Enter a union into the tree."""

    org_id: UUID
    level: UnionLevel
    parent_id: UUID | None
    name: str
    on: date
    today: date


def establish(union: UnionOrg, parent: UnionOrg | None, command: EstablishUnionOrg) -> list[Event]:
    """Establish a union; `parent` is the one that `parent_id` names, None if it names none.

    That a division has one district federation is held by a reservation (`application`).
    Raises AlreadyRegistered, DistrictHasNoParent, ParentMissing, UnitUnknown, UnionDissolved, ParentWrongLevel and
    the refusals of dates.
    """
    if not isinstance(union, Unknown):
        raise AlreadyRegistered
    refuse_impossible(command.on, command.today)
    refuse_parent(parent, command.level)
    return [
        UnionOrgEstablished(
            occurred_on=command.on,
            org_id=command.org_id,
            level=command.level,
            parent_id=command.parent_id,
            name=command.name,
        )
    ]


def refuse_parent(parent: UnionOrg | None, level: UnionLevel) -> None:
    """Refuse a union above that is not there, or not of the level just above.

    Raises DistrictHasNoParent, ParentMissing, UnitUnknown, UnionDissolved, ParentWrongLevel.
    """
    above = LEVEL_ABOVE.get(level)
    if above is None:
        if parent is not None:
            raise DistrictHasNoParent(field="parent_id")
        return
    if parent is None:
        raise ParentMissing(field="parent_id")
    if isinstance(parent, Unknown):
        raise UnitUnknown(field="parent_id")
    if isinstance(parent, Dissolved):
        raise UnionDissolved(field="parent_id")
    if parent.level != above:
        raise ParentWrongLevel(field="parent_id")
