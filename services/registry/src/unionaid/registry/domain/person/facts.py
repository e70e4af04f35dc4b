"""A person: unknown, then known, then a worker of a union. Who it is by name lies in the vault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import Sex
from unionaid.contracts.registry import (
    IdentityCorrected,
    IdentityReentered,
    PersonErased,
    PersonRegistered,
    WorkerRegistered,
)
from unionaid.registry.domain.refusals import NotFound, PersonIsErased
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unknown:
    """The office does not know this person."""


@dataclass(frozen=True, slots=True)
class Known:
    """A human being without the role of a worker."""

    person_id: UUID
    birth_year: int | None
    sex: Sex | None
    vault_version: int
    """The newest version of the identity that an event names."""
    entering_org_id: UUID | None = None
    """The union that entered somebody who is no worker."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A person registered as worker in a union, employed or not."""

    person: Known
    union_org_id: UUID
    enterprise_id: UUID | None
    migrant: bool
    roster_id: UUID | None
    registered_on: date


@dataclass(frozen=True, slots=True)
class Erased:
    """A person whose identity was destroyed; the union says who may know that."""

    person_id: UUID
    union_org_id: UUID | None


Person: TypeAlias = Unknown | Known | Worker | Erased


def evolve(person: Person, event: Event) -> Person:
    """Return the person after an event. Raises BrokenHistory."""
    match person, event:
        case Unknown(), PersonRegistered():
            return Known(
                event.person_id, event.birth_year, event.sex, event.identity.vault_version, event.entering_org_id
            )
        case Known(), WorkerRegistered():
            return Worker(
                person,
                event.union_org_id,
                event.enterprise_id,
                event.migrant,
                event.roster_id,
                event.occurred_on,
            )
        case Known(), IdentityCorrected() | IdentityReentered():
            return _identified(person, event)
        case Worker(), IdentityCorrected() | IdentityReentered():
            return replace(person, person=_identified(person.person, event))
        case Known(), PersonErased():
            return Erased(event.person_id, person.entering_org_id)
        case Worker(), PersonErased():
            return Erased(event.person_id, person.union_org_id)
        case _:
            raise BrokenHistory(person, event)


def _identified(known: Known, event: IdentityCorrected | IdentityReentered) -> Known:
    version = event.identity.vault_version
    if isinstance(event, IdentityCorrected):
        return replace(known, birth_year=event.birth_year, sex=event.sex, vault_version=version)
    return replace(known, vault_version=version)


def union_of(person: Person) -> UUID | None:
    """Return the union that a person belongs or belonged to, or that entered who is no worker; None for none."""
    if isinstance(person, Known):
        return person.entering_org_id
    return person.union_org_id if isinstance(person, Worker | Erased) else None


def version_of(person: Known | Worker) -> int:
    """Return the newest version of the identity that an event names."""
    return (person.person if isinstance(person, Worker) else person).vault_version


def refuse_erased(person: Person) -> Known | Worker:
    """Return a person with whom something can be done. Raises NotFound, PersonIsErased."""
    match person:
        case Unknown():
            raise NotFound
        case Erased():
            raise PersonIsErased
        case _:
            return person


def person_of(history: Iterable[Event]) -> Person:
    """Return the person that a stream tells of. Raises BrokenHistory."""
    unknown: Person = Unknown()
    return reduce(evolve, history, unknown)
