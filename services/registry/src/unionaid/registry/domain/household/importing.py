"""Households of an imported file: a row for each member. A household is entered whole, or comes back whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from unionaid.contracts.fields import HOUSEHOLD_MEMBERS_MAX, HealthCode, Relation, SchoolStage, Sex
from unionaid.registry.domain.person.entering import Relative, read_relative
from unionaid.registry.domain.person.identity import read_name, read_phone
from unionaid.registry.domain.person.resident_id import converted, read_resident_id
from unionaid.registry.domain.refusals import (
    CellMissing,
    Fault,
    HouseholderMissing,
    HouseholderTwice,
    HouseholdTooLarge,
    HouseholdWaits,
    HouseholdWithoutId,
    InOtherHousehold,
    MemberRowTwice,
    OwnMatter,
    PersonIsErased,
    PersonIsRestricted,
    Refusal,
    RelativesMatter,
    ResidentId15Digits,
    ResidentIdOfTwo,
    ResidentIdOtherName,
    ResidentIdTaken,
    ResidentIdTwice,
)
from unionaid.registry.domain.rows import Reading, row_fault_of
from unionaid.registry.domain.text import without_blanks


@dataclass(frozen=True, slots=True)
class TypedMember:
    """One row as it was typed; rows of one household share its number in the file. `faulty` as in `TypedWorker`."""

    number: int
    household: str = field(repr=False)
    name: str = field(repr=False)
    resident_id: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: Sex | None
    phone: str = field(repr=False)
    relation: Relation | None
    health_code: HealthCode | None
    school_stage: SchoolStage | None
    monthly_income_fen: int | None = field(repr=False)
    health_note: str = field(repr=False)
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadMember:
    """One row without a fault; `is_old`: its number was converted."""

    number: int
    household: str = field(repr=False)
    relative: Relative
    relation: Relation
    health_code: HealthCode
    school_stage: SchoolStage | None
    monthly_income_fen: int = field(repr=False)
    health_note: str | None = field(repr=False)
    is_old: bool = False


@dataclass(slots=True)
class Group:
    """The rows of one household: their numbers, the members that could be read, what is wrong.

    `faulty` are the rows with a cell at fault, which is told elsewhere.
    """

    numbers: list[int] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)
    members: list[ReadMember] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


Standing: TypeAlias = Literal["within", "elsewhere", "other-name", "restricted", "erased"]
"""Where somebody is whom a row names: within reach and under that name, or not so."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody registered with the ID of a row: where, how that one stands, and in which household."""

    person_id: UUID
    standing: Standing
    household_id: UUID | None = None


MEMBER_ALIKE = "member-alike"
"""The code of a warning: somebody like a member without an ID is registered."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What is registered of a file's people.

    `found` by number of the row, `members` of the households they are in, and who has the names of rows without an ID.
    `alike` are rows without an ID that name somebody who is registered within reach: same name, same year of birth.
    """

    found: Mapping[int, Found]
    members: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    named: Mapping[int, frozenset[UUID]] = field(default_factory=dict)
    alike: frozenset[int] = frozenset()


@dataclass(slots=True)
class Settled:
    """Rows that can be entered, those that could be with their old numbers converted, those entered before, faults."""

    good: list[ReadMember] = field(default_factory=list)
    old: list[ReadMember] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_households(rows: Iterable[TypedMember], on: date) -> list[Group]:
    """Read rows one by one, then each household for itself, wherever its rows stand; `on` is the day of all."""
    groups: dict[str, Group] = {}
    seen = _Seen()
    for row in rows:
        key = without_blanks(row.household)
        group = groups.setdefault(key or f"\0{row.number}", Group())  # a row that names none stands alone
        parts = Reading(row.number, row.faulty)
        if not key and "household" not in row.faulty:
            parts.fault(CellMissing(field="household"))
        member = _member(parts, row, key, on, seen)
        group.numbers.append(row.number)
        group.faults += parts.faults
        if row.faulty:
            group.faulty.add(row.number)
        if member is not None:
            group.members.append(member)
            if member.is_old:
                group.faults.append(row_fault_of(row.number, ResidentId15Digits(field="resident_id")))
    for group in groups.values():
        if len(group.members) == len(group.numbers):
            group.faults += _of_the_whole(group.members)
    return list(groups.values())


def settle(groups: Sequence[Group], registered: Registered, by: str, kin: frozenset[UUID] = frozenset()) -> Settled:
    """Say of each household whether it can be entered, by whom (`by`, the actor) and beside what is registered.

    `kin` are the actor's declared relatives.
    """
    settled = Settled()
    for group in groups:
        whole = len(group.members) == len(group.numbers)
        old = {fault.params["row"] for fault in group.faults if fault.code == ResidentId15Digits.code}
        wrong = [fault for fault in group.faults if fault.code != ResidentId15Digits.code]
        if whole and not wrong and _is_known(group.members, registered):
            settled.known += group.numbers
            continue
        found = [fault for member in group.members for fault in _beside(member, registered, by, kin)]
        if whole and not wrong and not found:
            (settled.old if old else settled.good).extend(group.members)
            if not old:
                continue
        settled.faults += [*group.faults, *found, *_waiting(group, [*group.faults, *found])]
    return settled


def refusal_of(standing: Standing) -> Refusal | None:
    """Return what is refused of somebody who cannot be entered; None of who can."""
    match standing:
        case "within":
            return None
        case "elsewhere":
            return ResidentIdTaken(field="resident_id")
        case "other-name":
            return ResidentIdOtherName(field="name")
        case "restricted":
            return PersonIsRestricted(field="resident_id")
        case "erased":
            return PersonIsErased(field="resident_id")


@dataclass(slots=True)
class _Seen:
    """Whom earlier rows of the file name: by ID, with row and household; by household, name and birth date."""

    ids: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    births: dict[tuple[str, str, date], int] = field(default_factory=dict)


def _member(parts: Reading, row: TypedMember, household: str, on: date, seen: _Seen) -> ReadMember | None:
    name = parts.read("name", read_name, row.name)
    phone = parts.read("phone", read_phone, row.phone)
    relative, is_old = _relative(parts, row, name or "", phone, on)
    if relative is not None:
        _refuse_twice(parts, row, household, relative, seen)
    for column, value in (
        ("relation", row.relation),
        ("health_code", row.health_code),
        ("monthly_income", row.monthly_income_fen),
    ):
        if value is None and column not in row.faulty:
            parts.fault(CellMissing(field=column))
    if not parts.good or relative is None or row.relation is None or row.health_code is None:
        return None
    if row.monthly_income_fen is None:
        return None
    return ReadMember(
        row.number, household, relative, row.relation, row.health_code, row.school_stage, row.monthly_income_fen,
        row.health_note.strip() or None, is_old,
    )  # fmt: skip


def _relative(parts: Reading, row: TypedMember, name: str, phone: str | None, on: date) -> tuple[Relative | None, bool]:
    """Return who it is, and whether the number was an old one. What agrees with the ID may stand beside it."""
    if row.faulty & {"resident_id", "birth_date", "sex"}:
        return None, False
    whole = converted(row.resident_id)
    born, sex = row.birth_date, row.sex
    try:
        read = read_resident_id(whole or row.resident_id, on) if row.resident_id else None
        if read is not None:
            born = None if born == read.birth_date else born
            sex = None if sex == read.sex else sex
        number = read.number if read is not None else None
        return read_relative(name, number, born, sex, phone, on=on), whole is not None
    except Refusal as refusal:
        parts.fault(ResidentId15Digits(field="resident_id") if whole and refusal.field == "resident_id" else refusal)
        return None, False


def _refuse_twice(parts: Reading, row: TypedMember, key: str, relative: Relative, seen: _Seen) -> None:
    """Refuse a row of somebody who stands in an earlier one: by ID in the file, by name and birth in the household."""
    if relative.resident_id is not None:
        earlier, household, name = seen.ids.setdefault(relative.resident_id.number, (row.number, key, relative.name))
        if earlier == row.number:
            return
        if name != relative.name:
            parts.fault(ResidentIdOfTwo(field="resident_id", other=earlier))
        else:
            refusal = MemberRowTwice if household == key else ResidentIdTwice
            parts.fault(refusal(field="resident_id", first=earlier))
        return
    earlier = seen.births.setdefault((key, relative.name, relative.birth_date), row.number)
    if earlier != row.number:
        parts.fault(MemberRowTwice(field="name", first=earlier))


def _of_the_whole(members: Sequence[ReadMember]) -> list[Fault]:
    """Return what is wrong with a household all rows of which could be read."""
    faults = []
    top = members[0].number
    heads = [member.number for member in members if member.relation == "householder"]
    if not heads:
        faults.append(row_fault_of(top, HouseholderMissing(field="relation")))
    faults += [row_fault_of(head, HouseholderTwice(field="relation", first=heads[0])) for head in heads[1:]]
    if len(members) > HOUSEHOLD_MEMBERS_MAX:
        faults.append(row_fault_of(top, HouseholdTooLarge(field="household", limit=HOUSEHOLD_MEMBERS_MAX)))
    if all(member.relative.resident_id is None for member in members):
        faults.append(row_fault_of(top, HouseholdWithoutId(field="resident_id")))
    return faults


def _is_known(members: Sequence[ReadMember], registered: Registered) -> bool:
    """Say whether every row is a member of one and the same household already."""
    found = [registered.found.get(member.number) for member in members if member.relative.resident_id]
    households = {one.household_id if one is not None and one.standing == "within" else None for one in found}
    (household_id,) = households if len(households) == 1 else (None,)
    if household_id is None:
        return False
    left = set(registered.members.get(household_id, ())) - {one.person_id for one in found if one is not None}
    for member in members:
        if member.relative.resident_id is None:
            named = left & registered.named.get(member.number, frozenset())
            if not named:
                return False
            left.remove(min(named))
    return True


def _beside(member: ReadMember, registered: Registered, by: str, kin: frozenset[UUID]) -> Iterable[Fault]:
    """Return what stands against a row in what is registered."""
    found = registered.found.get(member.number)
    if found is None:
        return
    refusal = refusal_of(found.standing)
    if refusal is None and by == f"person-{found.person_id}":
        refusal = OwnMatter(field="resident_id")
    elif refusal is None and found.person_id in kin:
        refusal = RelativesMatter(field="resident_id")
    elif refusal is None and found.household_id is not None:
        refusal = InOtherHousehold(field="resident_id")
    if refusal is not None:
        yield row_fault_of(member.number, refusal)


def _waiting(group: Group, faults: Sequence[Fault]) -> list[Fault]:
    """Return what is told of rows that are right by themselves: another one of their household is not."""
    wrong = group.faulty | {int(str(fault.params["row"])) for fault in faults}
    return [
        row_fault_of(number, HouseholdWaits(field="household", first=min(wrong)))
        for number in group.numbers
        if number not in wrong
    ]
