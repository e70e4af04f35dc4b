"""Who of a household is at school: the stage as last told, and since when it is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import Relation, SchoolStage
from unionaid.contracts.registry import (
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    StudentAdmitted,
)


@dataclass(frozen=True, slots=True)
class Student:
    """A member at school.

    Nothing moves a student on by the year: `known_since` is the day for which the present stage was told first, and
    `letter_on` that of the last letter of admission to it, None without one: a letter to another stage says nothing.
    """

    person_id: UUID
    relation: Relation
    school_stage: SchoolStage
    known_since: date
    letter_on: date | None = None


def students_of(history: Iterable[Event]) -> list[Student]:
    """Return the members of a household who are at school; `history` is its stream."""
    relations: dict[UUID, Relation] = {}
    found: dict[UUID, Student] = {}
    for event in history:
        match event:
            case HouseholdMemberJoined() | HouseholdMemberChanged():
                relations[event.person_id] = event.relation
                former = found.pop(event.person_id, None)
                if event.school_stage is not None:
                    found[event.person_id] = _told(event.relation, event.school_stage, event, former)
            case StudentAdmitted():
                former = found.get(event.person_id)
                told = _told(relations[event.person_id], event.school_stage, event, former)
                found[event.person_id] = Student(
                    told.person_id, told.relation, told.school_stage, told.known_since, event.occurred_on
                )
            case HouseholdMemberLeft():
                found.pop(event.person_id, None)
            case _:
                pass
    return list(found.values())


def _told(
    relation: Relation,
    stage: SchoolStage,
    event: HouseholdMemberJoined | HouseholdMemberChanged | StudentAdmitted,
    former: Student | None,
) -> Student:
    if former is None or former.school_stage != stage:
        return Student(event.person_id, relation, stage, event.occurred_on)
    return Student(event.person_id, relation, stage, former.known_since, former.letter_on)


def youngest_day(on: date, years: int) -> date:
    """Return the day after which somebody was born who is not yet so many years old on a day."""
    year = on.year - years
    try:
        return on.replace(year=year)
    except ValueError:  # 29 February of a year that has none
        return on.replace(year=year, day=28)
