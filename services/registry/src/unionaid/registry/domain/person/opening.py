"""Opening identity: who may see which fields of whom, and what for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts.fields import IdentityField
from unionaid.contracts.registry import IdentityOpened
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Erased, Person, Unknown, is_restricted, union_of
from unionaid.registry.domain.refusals import (
    FieldsBeyondPurpose,
    IdentityMissing,
    NotFound,
    PersonIsErased,
    PersonIsRestricted,
    PurposeUnknown,
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What identity may be opened for: by whom, and which fields it needs."""

    roles: frozenset[str]
    fields: frozenset[str]
    reads_restricted: bool = False
    """Whether also the identity of who asked to be erased is read: audit's alone."""
    screens: frozenset[str] = frozenset()
    """On which screens it is offered to choose."""


OWN_FILE_FIELDS: frozenset[IdentityField] = frozenset(
    ("name", "resident_id", "phone", "bank_account", "bank_code", "account_holder", "address", "birth_date")
)
OF_ONESELF = Purpose(frozenset({"worker"}), frozenset(OWN_FILE_FIELDS), reads_restricted=True)
"""Seeing the own identity: also of who asked to be erased."""


@dataclass(frozen=True, slots=True)
class OpenIdentity:
    """See the named fields of persons, each person once."""

    opening_id: UUID
    purpose: str
    fields: frozenset[IdentityField]
    person_ids: Sequence[UUID]
    roles: frozenset[str]
    today: date
    unit: UUID | None = None
    """The union of who asks."""


def right_to_open(purposes: Mapping[str, Purpose], command: OpenIdentity) -> frozenset[str]:
    """Return the caller's roles that the purpose is for. Raises PurposeUnknown, FieldsBeyondPurpose."""
    purpose = purposes.get(command.purpose)
    if purpose is None or purpose.roles.isdisjoint(command.roles):
        raise PurposeUnknown(field="purpose")
    if not command.fields <= purpose.fields:
        raise FieldsBeyondPurpose(field="fields", needed=", ".join(sorted(purpose.fields)))
    return purpose.roles & command.roles


def within_reach(
    persons: Mapping[UUID, Person], lineages: Mapping[UUID, Collection[UUID]], jurisdiction: Jurisdiction
) -> dict[UUID, Person]:
    """Return the persons whom the caller may know of; `lineages` has the unions above each one's union.

    Somebody who is no worker is seen for the union that entered that person.
    """
    return {
        person_id: person
        for person_id, person in persons.items()
        if not isinstance(person, Unknown)
        and jurisdiction.covers(lineages[union] if (union := union_of(person)) is not None else ())
    }


def may_open(person: Person, purpose: Purpose) -> bool:
    """Say whether the identity of a person within reach is read for a purpose."""
    return not isinstance(person, Erased | Unknown) and (purpose.reads_restricted or not is_restricted(person))


def why_nothing(person: Person | None, purpose: Purpose) -> str:
    """Return the code that says why nothing is told of somebody; None is who is not within reach."""
    match person:
        case None | Unknown():
            return NotFound.code
        case Erased():
            return PersonIsErased.code
        case _:
            return IdentityMissing.code if may_open(person, purpose) else PersonIsRestricted.code


def opened(command: OpenIdentity, person_ids: Sequence[UUID]) -> IdentityOpened:
    """Return the record of a request, also of one that finds nobody."""
    return IdentityOpened(
        occurred_on=command.today,
        opening_id=command.opening_id,
        opening_purpose=command.purpose,
        opened_fields=tuple(sorted(command.fields)),
        opened_person_ids=tuple(person_ids),
        asked_persons=len(command.person_ids),
        opener_roles=tuple(sorted(command.roles)),
        opener_org_id=command.unit,
    )
