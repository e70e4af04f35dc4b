"""How somebody who is no worker becomes known: a child, a spouse, whoever belongs to a worker's household."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from unionaid.contracts.fields import Sex
from unionaid.contracts.registry import IdentityReference, PersonRegistered
from unionaid.registry.domain.dates import OCCURRED_ON_MIN, refuse_impossible
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Person
from unionaid.registry.domain.person.resident_id import ResidentId, read_resident_id
from unionaid.registry.domain.person.rules import Workplace, place, refuse_known
from unionaid.registry.domain.refusals import (
    BirthDateInFuture,
    BirthDateMissing,
    BirthDateWithId,
    DateTooEarly,
)

YEARS_BEFORE = 40
"""Years before the first union in which somebody who is known may have been born."""


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody as typed and read. Identity: for the vault, never for an event."""

    name: str = field(repr=False)
    resident_id: ResidentId | None
    birth_date: date = field(repr=False)
    sex: Sex | None
    phone: str | None = field(repr=False)

    def vault_fields(self) -> dict[str, str]:
        """Return what the vault keeps. The birth date is kept where no ID has it."""
        fields = {"name": self.name}
        if self.resident_id is not None:
            fields["resident_id"] = self.resident_id.number
        else:
            fields["birth_date"] = self.birth_date.isoformat()
        return fields | ({"phone": self.phone} if self.phone else {})


def read_relative(
    name: str, resident_id: str | None, birth_date: date | None, sex: Sex | None, phone: str | None, *, on: date
) -> Relative:
    """Return somebody of whom the ID, or the birth date and perhaps the sex, are told.

    Raises BirthDateMissing, BirthDateWithId, BirthDateInFuture, DateTooEarly and the refusals of the ID.
    """
    if resident_id:
        if birth_date is not None or sex is not None:
            raise BirthDateWithId(field="birth_date" if birth_date is not None else "sex")
        read = read_resident_id(resident_id, on)
        return Relative(name, read, read.birth_date, read.sex, phone)
    if birth_date is None:
        raise BirthDateMissing(field="birth_date")
    if birth_date > on:
        raise BirthDateInFuture(field="birth_date")
    first = OCCURRED_ON_MIN.replace(year=OCCURRED_ON_MIN.year - YEARS_BEFORE)
    if birth_date < first:
        raise DateTooEarly(field="birth_date", first=first.isoformat())
    return Relative(name, None, birth_date, sex, phone)


@dataclass(frozen=True, slots=True)
class RegisterPerson:
    """Enter somebody; who it is by name lies at `identity`."""

    person_id: UUID
    identity: IdentityReference
    relative: Relative
    on: date
    today: date


def register_person(
    person: Person, workplace: Workplace, jurisdiction: Jurisdiction, command: RegisterPerson
) -> list[PersonRegistered]:
    """Register a person for a union of the officer's jurisdiction.

    That an ID registers once is held by a reservation (`application`).
    Raises AlreadyRegistered, PersonIsErased, UnitUnknown and the refusals of dates.
    """
    refuse_known(person)
    refuse_impossible(command.on, command.today)
    union_org_id, _ = place(workplace, jurisdiction)
    return [
        PersonRegistered(
            occurred_on=command.on,
            person_id=command.person_id,
            identity=command.identity,
            birth_year=command.relative.birth_date.year,
            sex=command.relative.sex,
            entering_org_id=union_org_id,
        )
    ]
