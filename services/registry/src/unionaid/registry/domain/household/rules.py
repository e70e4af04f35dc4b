"""Who belongs to a household, and how it becomes two. That nobody belongs to two is held by a reservation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import (
    HOUSEHOLD_MEMBERS_MAX,
    DepartureReason,
    HealthCode,
    Relation,
    SchoolStage,
    SplitReason,
)
from unionaid.contracts.registry import (
    HouseholdFormed,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    HouseholdSplit,
    StatementReference,
    StudentAdmitted,
)
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.household.facts import Formed, Household, Unformed
from unionaid.registry.domain.person.facts import Erased, Person, Unknown, is_restricted
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    HouseholderNotOne,
    HouseholdTooLarge,
    IdentityMissing,
    MemberTwice,
    NotAMember,
    NotFound,
    OwnMatter,
    PersonIsErased,
    PersonIsRestricted,
    PersonUnknown,
    RelativesMatter,
    SplitTakesAll,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as told; `statement` is where the vault will have what is not coarse, None of whom it does not know."""

    person_id: UUID
    relation: Relation
    health_code: HealthCode
    school_stage: SchoolStage | None
    statement: StatementReference | None


@dataclass(frozen=True, slots=True)
class Step:
    """Who commands (the actor), for which business date; `kin` are those the actor has declared to be relatives."""

    by: str
    on: date
    today: date
    kin: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Admission:
    """A letter of admission: the stage it is for, the scan's hash and length."""

    person_id: UUID
    school_stage: SchoolStage
    letter_sha256: str
    letter_bytes: int
    statement: StatementReference | None


def form(
    household: Household,
    persons: Mapping[UUID, Person],
    step: Step,
    *,
    household_id: UUID,
    union_org_id: UUID,
    entries: Sequence[Entry],
) -> list[Event]:
    """Form a household of persons within the officer's reach; `persons` has those, and none else.

    Raises AlreadyRegistered, OwnMatter, HouseholdTooLarge, MemberTwice, HouseholderNotOne, PersonUnknown,
    PersonIsErased, PersonIsRestricted, IdentityMissing and the refusals of dates.
    """
    if not isinstance(household, Unformed):
        raise AlreadyRegistered
    refuse_impossible(step.on, step.today)
    refuse_own([entry.person_id for entry in entries], step)
    if len(entries) > HOUSEHOLD_MEMBERS_MAX:
        raise HouseholdTooLarge(field="members", limit=HOUSEHOLD_MEMBERS_MAX)
    seen: set[UUID] = set()
    for n, entry in enumerate(entries):
        if entry.person_id in seen:
            raise MemberTwice(field=f"members.{n}.person_id")
        seen.add(entry.person_id)
    if sum(entry.relation == "householder" for entry in entries) != 1:
        raise HouseholderNotOne(field="members")
    formed = HouseholdFormed(occurred_on=step.on, household_id=household_id, union_org_id=union_org_id)
    return [
        formed,
        *(_joined(household_id, persons, entry, f"members.{n}.person_id", step.on) for n, entry in enumerate(entries)),
    ]


def join(household: Household, persons: Mapping[UUID, Person], entry: Entry, step: Step) -> list[Event]:
    """Take a person in.

    Raises NotFound, OwnMatter, MemberTwice, HouseholdTooLarge, HouseholderNotOne, PersonUnknown, PersonIsErased,
    PersonIsRestricted, IdentityMissing and the refusals of dates.
    """
    formed = _open(household, [entry.person_id], step)
    if entry.person_id in formed.members:
        raise MemberTwice(field="person_id")
    if len(formed.members) == HOUSEHOLD_MEMBERS_MAX:
        raise HouseholdTooLarge(field="person_id", limit=HOUSEHOLD_MEMBERS_MAX)
    _refuse_second_householder(formed, entry)
    return [_joined(formed.household_id, persons, entry, "person_id", step.on)]


def change(household: Household, entry: Entry, step: Step) -> list[Event]:
    """Tell how a member stands now.

    Raises NotFound, OwnMatter, NotAMember, HouseholderNotOne, IdentityMissing and the refusals of dates.
    """
    formed = _open(household, (), step)
    if entry.person_id not in formed.members:
        raise NotAMember(field="person_id")
    _refuse_second_householder(formed, entry)
    return [
        HouseholdMemberChanged(
            occurred_on=step.on,
            household_id=formed.household_id,
            person_id=entry.person_id,
            relation=entry.relation,
            health_code=entry.health_code,
            school_stage=entry.school_stage,
            statement=_said(entry.statement),
        )
    ]


def admit(household: Household, admission: Admission, step: Step) -> list[Event]:
    """Record a member's letter of admission. Raises NotFound, OwnMatter, NotAMember, IdentityMissing, dates."""
    formed = _open(household, (), step)
    if admission.person_id not in formed.members:
        raise NotAMember(field="person_id")
    return [
        StudentAdmitted(
            occurred_on=step.on,
            household_id=formed.household_id,
            person_id=admission.person_id,
            school_stage=admission.school_stage,
            admission_letter_sha256=admission.letter_sha256,
            admission_letter_bytes=admission.letter_bytes,
            statement=_said(admission.statement),
        )
    ]


def leave(household: Household, person_id: UUID, reason: DepartureReason, step: Step) -> list[Event]:
    """Let a member go; a dossier the member holds passes on in the same append.

    Raises NotFound, OwnMatter, NotAMember and the refusals of dates.
    """
    formed = _open(household, (), step)
    if person_id not in formed.members:
        raise NotAMember(field="person_id")
    return [_left(formed, person_id, reason, step.on)]


def split(
    household: Household,
    new: Household,
    step: Step,
    *,
    new_household_id: UUID,
    entries: Sequence[Entry],
    reason: SplitReason,
) -> list[Event]:
    """Make two households of one: those who go, each as told for the new household, and those who stay.

    Raises NotFound, OwnMatter, NotAMember, MemberTwice, SplitTakesAll, HouseholderNotOne, AlreadyRegistered,
    IdentityMissing and the refusals of dates.
    """
    formed = _open(household, (), step)
    if not isinstance(new, Unformed):
        raise AlreadyRegistered
    going = [entry.person_id for entry in entries]
    for n, person_id in enumerate(going):
        if person_id in going[:n]:
            raise MemberTwice(field=f"members.{n}.person_id")
        if person_id not in formed.members:
            raise NotAMember(field=f"members.{n}.person_id")
    if len(going) == len(formed.members):
        raise SplitTakesAll(field="members")
    if sum(entry.relation == "householder" for entry in entries) != 1:
        raise HouseholderNotOne(field="members")
    return [
        *(_left(formed, person_id, "split", step.on) for person_id in going),
        HouseholdSplit(
            occurred_on=step.on,
            household_id=formed.household_id,
            new_household_id=new_household_id,
            reason_code=reason,
        ),
        HouseholdFormed(
            occurred_on=step.on,
            household_id=new_household_id,
            union_org_id=formed.union_org_id,
            split_from=formed.household_id,
        ),
        *(_member(new_household_id, entry, step.on) for entry in entries),
    ]


def refuse_own(members: Sequence[UUID] | Mapping[UUID, object], step: Step) -> None:
    """Refuse who acts for the own household, or for that of a declared relative. Raises OwnMatter, RelativesMatter."""
    if step.by in {f"person-{person_id}" for person_id in members}:
        raise OwnMatter
    if not step.kin.isdisjoint(members):
        raise RelativesMatter


def _open(household: Household, joining: Sequence[UUID], step: Step) -> Formed:
    if not isinstance(household, Formed):
        raise NotFound
    refuse_impossible(step.on, step.today)
    refuse_own([*household.members, *joining], step)
    return household


def _refuse_second_householder(household: Formed, entry: Entry) -> None:
    others = [member for one, member in household.members.items() if one != entry.person_id]
    if entry.relation == "householder" and any(member.relation == "householder" for member in others):
        raise HouseholderNotOne(field="relation")


def _joined(
    household_id: UUID, persons: Mapping[UUID, Person], entry: Entry, field: str, on: date
) -> HouseholdMemberJoined:
    match persons.get(entry.person_id):
        case None | Unknown():
            raise PersonUnknown(field=field)
        case Erased():
            raise PersonIsErased(field=field)
        case person if is_restricted(person):
            raise PersonIsRestricted(field=field)
        case _:
            return _member(household_id, entry, on)


def _member(household_id: UUID, entry: Entry, on: date) -> HouseholdMemberJoined:
    return HouseholdMemberJoined(
        occurred_on=on,
        household_id=household_id,
        person_id=entry.person_id,
        relation=entry.relation,
        health_code=entry.health_code,
        school_stage=entry.school_stage,
        statement=_said(entry.statement),
    )


def _left(household: Formed, person_id: UUID, reason: DepartureReason, on: date) -> HouseholdMemberLeft:
    return HouseholdMemberLeft(
        occurred_on=on, household_id=household.household_id, person_id=person_id, reason_code=reason
    )


def _said(statement: StatementReference | None) -> StatementReference:
    if statement is None:
        raise IdentityMissing
    return statement
