"""Who of a household is at school, as last told, and since when that is known."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from unionaid.contracts import Event
from unionaid.contracts.fields import SchoolStage
from unionaid.contracts.registry import (
    HouseholdFormed,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    StatementReference,
    StudentAdmitted,
)
from unionaid.registry.domain.household.students import Student, students_of, youngest_day

HOUSEHOLD, PARENT, CHILD = uuid4(), uuid4(), uuid4()
SAID = StatementReference(statement_version=1, commitment="0" * 64)
FIRST, SECOND, THIRD = date(2014, 9, 1), date(2015, 9, 1), date(2016, 9, 1)


def told(kind: type[HouseholdMemberJoined | HouseholdMemberChanged], stage: SchoolStage | None, on: date) -> Event:
    return kind(
        occurred_on=on, household_id=HOUSEHOLD, person_id=CHILD, relation="child", health_code="healthy",
        school_stage=stage, statement=SAID,
    )  # fmt: skip


def admitted(stage: SchoolStage, on: date) -> Event:
    return StudentAdmitted(
        occurred_on=on, household_id=HOUSEHOLD, person_id=CHILD, school_stage=stage, admission_letter_sha256="5a" * 32,
        admission_letter_bytes=9, statement=SAID,
    )  # fmt: skip


FORMED: list[Event] = [
    HouseholdFormed(occurred_on=FIRST, household_id=HOUSEHOLD, union_org_id=uuid4()),
    HouseholdMemberJoined(
        occurred_on=FIRST, household_id=HOUSEHOLD, person_id=PARENT, relation="householder", health_code="healthy",
        statement=SAID,
    ),
]  # fmt: skip
JOINED = told(HouseholdMemberJoined, "lower_secondary", FIRST)


def test_a_stage_told_again_is_known_since_it_was_told_first() -> None:
    again = told(HouseholdMemberChanged, "lower_secondary", SECOND)
    assert students_of([*FORMED, JOINED, again]) == [Student(CHILD, "child", "lower_secondary", FIRST)]
    next_ = told(HouseholdMemberChanged, "upper_secondary", THIRD)
    assert students_of([*FORMED, JOINED, again, next_]) == [Student(CHILD, "child", "upper_secondary", THIRD)]


def test_a_letter_counts_for_its_stage_and_survives_what_leaves_the_stage() -> None:
    letter = admitted("upper_secondary", SECOND)
    kept = told(HouseholdMemberChanged, "upper_secondary", THIRD)
    with_letter = [Student(CHILD, "child", "upper_secondary", SECOND, SECOND)]
    assert students_of([*FORMED, JOINED, letter]) == with_letter
    assert students_of([*FORMED, JOINED, letter, kept]) == with_letter
    college = told(HouseholdMemberChanged, "college", THIRD)
    assert students_of([*FORMED, JOINED, letter, college]) == [Student(CHILD, "child", "college", THIRD)]


def test_who_left_school_or_the_household_is_no_student() -> None:
    out = told(HouseholdMemberChanged, None, SECOND)
    gone = HouseholdMemberLeft(occurred_on=SECOND, household_id=HOUSEHOLD, person_id=CHILD, reason_code="moved")
    assert students_of([*FORMED, JOINED, out]) == []
    assert students_of([*FORMED, JOINED, gone]) == []
    back = admitted("college", THIRD)
    assert students_of([*FORMED, JOINED, out, back]) == [Student(CHILD, "child", "college", THIRD, THIRD)]


def test_an_age_is_reached_on_the_birthday() -> None:
    assert youngest_day(date(2017, 6, 1), 14) == date(2003, 6, 1)
    assert youngest_day(date(2016, 2, 29), 14) == date(2002, 2, 28)
    assert youngest_day(date(2016, 2, 29), 4) == date(2012, 2, 29)
