"""A household: unknown, then formed. How its members stand is coarse here; what they earn lies in the vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import HealthCode, Relation, SchoolStage
from unionaid.contracts.registry import (
    HouseholdFormed,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    HouseholdMoved,
    HouseholdSplit,
    StudentAdmitted,
)
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unformed:
    """There is no such household."""


@dataclass(frozen=True, slots=True)
class Member:
    """One who belongs to the household, as last told."""

    person_id: UUID
    relation: Relation
    health_code: HealthCode
    school_stage: SchoolStage | None
    admission_letter_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Formed:
    """It has members; all may have left."""

    household_id: UUID
    union_org_id: UUID
    members: Mapping[UUID, Member]
    split_from: UUID | None


Household: TypeAlias = Unformed | Formed


def evolve(household: Household, event: Event) -> Household:  # noqa: PLR0911  a case for each event
    """Return the household after an event. Raises BrokenHistory."""
    match household, event:
        case Unformed(), HouseholdFormed():
            return Formed(event.household_id, event.union_org_id, {}, event.split_from)
        case Formed(), HouseholdMemberJoined() if event.person_id not in household.members:
            return _with(household, _told(event))
        case Formed(), HouseholdMemberChanged() if event.person_id in household.members:
            letter = household.members[event.person_id].admission_letter_sha256
            return _with(household, replace(_told(event), admission_letter_sha256=letter))
        case Formed(), StudentAdmitted() if event.person_id in household.members:
            member = household.members[event.person_id]
            stage, letter = event.school_stage, event.admission_letter_sha256
            return _with(household, replace(member, school_stage=stage, admission_letter_sha256=letter))
        case Formed(), HouseholdMemberLeft() if event.person_id in household.members:
            left = {one: member for one, member in household.members.items() if one != event.person_id}
            return replace(household, members=left)
        case Formed(), HouseholdSplit():
            return household
        case Formed(), HouseholdMoved() if event.former_union_org_id == household.union_org_id:
            return replace(household, union_org_id=event.union_org_id)
        case _:
            raise BrokenHistory(household, event)


def _told(event: HouseholdMemberJoined | HouseholdMemberChanged) -> Member:
    return Member(event.person_id, event.relation, event.health_code, event.school_stage)


def _with(household: Formed, member: Member) -> Formed:
    return replace(household, members={**household.members, member.person_id: member})


def household_of(history: Iterable[Event]) -> Household:
    """Return the household that its stream tells of. Raises BrokenHistory."""
    unformed: Household = Unformed()
    return reduce(evolve, history, unformed)
