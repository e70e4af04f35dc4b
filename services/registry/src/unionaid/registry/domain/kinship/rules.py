"""How an officer declares a relative, and takes that back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import RelativeDeclared, RelativeWithdrawn
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.person.facts import Person, refuse_erased
from unionaid.registry.domain.refusals import AlreadyRegistered, NotFound, OwnMatter


@dataclass(frozen=True, slots=True)
class Kin:
    """Who declares whom, for which business date."""

    officer_id: UUID
    person_id: UUID
    on: date
    today: date


def declare(declared: Collection[UUID], person: Person, kin: Kin) -> list[Event]:
    """Declare a person of the registry; every household that person belongs to is out of the officer's hands.

    Raises NotFound, PersonIsErased, OwnMatter (oneself), AlreadyRegistered and the refusals of dates.
    """
    refuse_erased(person)
    refuse_impossible(kin.on, kin.today)
    if kin.person_id == kin.officer_id:
        raise OwnMatter
    if kin.person_id in declared:
        raise AlreadyRegistered
    return [RelativeDeclared(occurred_on=kin.on, officer_id=kin.officer_id, person_id=kin.person_id)]


def withdraw(declared: Collection[UUID], kin: Kin) -> list[Event]:
    """Take a declaration back. Raises NotFound and the refusals of dates."""
    refuse_impossible(kin.on, kin.today)
    if kin.person_id not in declared:
        raise NotFound
    return [RelativeWithdrawn(occurred_on=kin.on, officer_id=kin.officer_id, person_id=kin.person_id)]
