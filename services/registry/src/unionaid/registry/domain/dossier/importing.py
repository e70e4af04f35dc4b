"""Dossiers of an imported file: which can be opened, which are open, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from uuid import UUID

from unionaid.contracts.registry import FiveClears
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.household.importing import Found, refusal_of
from unionaid.registry.domain.person.facts import Person, Worker
from unionaid.registry.domain.person.identity import read_name
from unionaid.registry.domain.person.resident_id import converted, read_resident_id
from unionaid.registry.domain.refusals import (
    DossierOpenAlready,
    DossierRowTwice,
    Fault,
    HolderNoWorker,
    HouseholdNone,
    HouseholdUnknown,
    OwnMatter,
    PersonUnknown,
    Refusal,
    RelativesMatter,
    ResidentId15Digits,
)
from unionaid.registry.domain.rows import Reading, row_fault_of


@dataclass(frozen=True, slots=True)
class TypedDossier:
    """One row as it was typed; what is said in words, and amounts, are for the vault. `faulty` as in `TypedWorker`."""

    number: int
    name: str = field(repr=False)
    resident_id: str = field(repr=False)
    clears: FiveClears
    cause_words: str = field(repr=False)
    shock_fen: int | None = field(repr=False)
    shock_note: str = field(repr=False)
    on: date
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadDossier:
    """One row without a fault of its own; `is_old`: its number was converted."""

    typed: TypedDossier
    name: str = field(repr=False)
    resident_id: str = field(repr=False)
    is_old: bool

    @property
    def number(self) -> int:
        """The number of the row."""
        return self.typed.number


@dataclass(frozen=True, slots=True)
class Filed:
    """A household's newest dossier."""

    holder_id: UUID
    opened_on: date
    is_open: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is registered of a file's people: whom each row means, and as which person.

    `members` of their households, as far as those are within reach, and `filed`, the newest dossier of each.
    """

    found: Mapping[int, Found]
    persons: Mapping[UUID, Person]
    members: Mapping[UUID, frozenset[UUID]]
    filed: Mapping[UUID, Filed]


@dataclass(frozen=True, slots=True)
class Opening:
    """A dossier that can be opened."""

    row: ReadDossier
    household_id: UUID
    holder_id: UUID
    members: frozenset[UUID]


@dataclass(slots=True)
class Settled:
    """Dossiers that can be opened, those that could be with an old number converted, rows entered before, faults."""

    good: list[Opening] = field(default_factory=list)
    old: list[Opening] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_dossiers(rows: Iterable[TypedDossier], today: date) -> tuple[list[ReadDossier], list[Fault]]:
    """Read rows one by one: those without a fault, and the faults of the others."""
    read: list[ReadDossier] = []
    faults: list[Fault] = []
    for row in rows:
        parts = Reading(row.number, row.faulty)
        name = parts.read("name", read_name, row.name)
        parts.read("occurred_on", refuse_impossible, row.on, today)
        whole = converted(row.resident_id)
        number = None
        if "resident_id" not in row.faulty:
            try:
                number = read_resident_id(whole or row.resident_id, row.on).number
            except Refusal as refusal:
                parts.fault(ResidentId15Digits(field="resident_id") if whole else refusal)
        if parts.good and name is not None and number is not None:
            read.append(ReadDossier(row, name, number, whole is not None))
        elif whole is not None and number is not None:
            parts.fault(ResidentId15Digits(field="resident_id"))
        faults += parts.faults
    return read, faults


def settle(rows: Iterable[ReadDossier], standing: Standing, by: str, kin: frozenset[UUID] = frozenset()) -> Settled:
    """Say of each row whether its dossier can be opened, by whom (`by`, the actor) and beside what is registered.

    `kin` are the actor's declared relatives.
    """
    settled = Settled()
    first: dict[UUID, int] = {}
    for row in rows:
        refusal = _refused(row, standing, by, kin)
        opening = None
        if refusal is None:
            found = standing.found[row.number]
            household_id = cast("UUID", found.household_id)
            if (earlier := first.setdefault(household_id, row.number)) != row.number:
                refusal = DossierRowTwice(field="resident_id", first=earlier)
            else:
                filed = standing.filed.get(household_id)
                if filed is not None and filed.holder_id == found.person_id and _as_before(filed, row.typed.on):
                    settled.known.append(row.number)
                    continue
                if filed is not None and filed.is_open:
                    refusal = DossierOpenAlready(field="resident_id")
                else:
                    opening = Opening(row, household_id, found.person_id, standing.members[household_id])
        if opening is not None and not row.is_old:
            settled.good.append(opening)
            continue
        if opening is not None:
            settled.old.append(opening)
            refusal = ResidentId15Digits(field="resident_id")
        if refusal is not None:
            settled.faults.append(row_fault_of(row.number, refusal))
    return settled


def _as_before(filed: Filed, on: date) -> bool:
    """Say whether a dossier is the one that a row opens: it is open, or was opened no earlier and closed since."""
    return filed.is_open or filed.opened_on >= on


def _refused(row: ReadDossier, standing: Standing, by: str, kin: frozenset[UUID]) -> Refusal | None:
    """Return what is refused of who holds a dossier, None for nothing."""
    found = standing.found.get(row.number)
    if found is None or found.standing == "elsewhere":  # the two are not told apart
        return PersonUnknown(field="resident_id")
    refusal = refusal_of(found.standing)
    members = standing.members.get(found.household_id, frozenset()) if found.household_id else frozenset()
    if refusal is None and not isinstance(standing.persons.get(found.person_id), Worker):
        refusal = HolderNoWorker(field="resident_id")
    elif refusal is None and found.household_id is None:
        refusal = HouseholdNone(field="resident_id")
    elif refusal is None and not members:
        refusal = HouseholdUnknown(field="resident_id")
    elif refusal is None and by in {f"person-{person_id}" for person_id in members}:
        refusal = OwnMatter(field="resident_id")
    elif refusal is None and not kin.isdisjoint(members):
        refusal = RelativesMatter(field="resident_id")
    return refusal
