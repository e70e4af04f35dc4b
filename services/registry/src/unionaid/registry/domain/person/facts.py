"""A person: unknown, then known, then a worker of a union. Who it is by name lies in the vault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import Sex
from unionaid.contracts.registry import PersonRegistered, WorkerRegistered
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


@dataclass(frozen=True, slots=True)
class Worker:
    """A person registered as worker in a union, employed or not."""

    person: Known
    union_org_id: UUID
    enterprise_id: UUID | None
    migrant: bool
    roster_id: UUID | None
    registered_on: date


Person: TypeAlias = Unknown | Known | Worker


def evolve(person: Person, event: Event) -> Person:
    """Return the person after an event. Raises BrokenHistory."""
    match person, event:
        case Unknown(), PersonRegistered():
            return Known(event.person_id, event.birth_year, event.sex)
        case Known(), WorkerRegistered():
            return Worker(
                person,
                event.union_org_id,
                event.enterprise_id,
                event.migrant,
                event.roster_id,
                event.occurred_on,
            )
        case _:
            raise BrokenHistory(person, event)


def person_of(history: Iterable[Event]) -> Person:
    """Return the person that a stream tells of. Raises BrokenHistory."""
    unknown: Person = Unknown()
    return reduce(evolve, history, unknown)
