"""How people become known, one by one or as a roster: in a union of the officer's jurisdiction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import IdentityReference, PersonRegistered, WorkerRegistered
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.enterprise import facts as enterprise_facts
from unionaid.registry.domain.enterprise.facts import Enterprise
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Erased, Person, Unknown
from unionaid.registry.domain.person.resident_id import ResidentId
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    Fault,
    PersonIsErased,
    RowsRefused,
    UnionDissolved,
    UnitUnknown,
)
from unionaid.registry.domain.union_org.facts import Dissolved, Established, UnionOrg


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a worker is entered. `lineage`: the union and those above it, nearest first.

    `enterprise` is None where none was named.
    """

    lineage: Sequence[UnionOrg]
    enterprise: Enterprise | None


@dataclass(frozen=True, slots=True)
class Entrant:
    """A person to become known; who it is by name lies at `identity`."""

    person_id: UUID
    identity: IdentityReference
    resident_id: ResidentId | None
    """None for who is registered provisionally: the ID is not at hand."""
    migrant: bool


@dataclass(frozen=True, slots=True)
class RegisterWorker:
    """Enter one worker."""

    entrant: Entrant
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class RegisterRoster:
    """Enter the workers of a roster, all or none; `faults` are those found when it was read."""

    roster_id: UUID
    entrants: Sequence[Entrant]
    faults: Sequence[Fault]
    on: date
    today: date


def register_worker(
    person: Person, workplace: Workplace, jurisdiction: Jurisdiction, command: RegisterWorker
) -> list[Event]:
    """Register a person and the role of worker in one breath.

    That an ID registers once is held by a reservation (`application`).
    Raises AlreadyRegistered, PersonIsErased, UnitUnknown and the refusals of dates.
    """
    refuse_known(person)
    refuse_impossible(command.on, command.today)
    union_org_id, enterprise_id = place(workplace, jurisdiction)
    return registered(command.entrant, union_org_id, enterprise_id, None, command.on)


def register_roster(workplace: Workplace, jurisdiction: Jurisdiction, command: RegisterRoster) -> list[Event]:
    """Register everybody on a roster, two events each, in the order of its rows.

    The place is judged first: who may not enter there learns nothing about the rows.
    Raises UnitUnknown, RowsRefused and the refusals of dates.
    """
    refuse_impossible(command.on, command.today)
    union_org_id, enterprise_id = place(workplace, jurisdiction)
    if command.faults:
        raise RowsRefused(command.faults)
    return [
        event
        for entrant in command.entrants
        for event in registered(entrant, union_org_id, enterprise_id, command.roster_id, command.on)
    ]


def refuse_known(person: Person) -> None:
    """Refuse who is not new. Raises AlreadyRegistered, PersonIsErased."""
    if isinstance(person, Erased):
        raise PersonIsErased
    if not isinstance(person, Unknown):
        raise AlreadyRegistered


def place(workplace: Workplace, jurisdiction: Jurisdiction) -> tuple[UUID, UUID | None]:
    """Return the ids of union and enterprise. Raises UnionDissolved.

    Raises UnitUnknown: one is not there, or not the officer's.
    """
    known = [union.org_id for union in workplace.lineage if isinstance(union, Established | Dissolved)]
    if not known or not jurisdiction.covers(known):
        raise UnitUnknown(field="union_org_id")
    if isinstance(workplace.lineage[0], Dissolved):
        raise UnionDissolved(field="union_org_id")
    match workplace.enterprise:
        case None:
            return known[0], None
        case enterprise_facts.Registered(enterprise_id=enterprise_id):
            return known[0], enterprise_id
        case _:
            raise UnitUnknown(field="enterprise_id")


def registered(
    entrant: Entrant, union_org_id: UUID, enterprise_id: UUID | None, roster_id: UUID | None, on: date
) -> list[Event]:
    """Return the two events by which somebody becomes known as a worker."""
    resident_id = entrant.resident_id
    return [
        PersonRegistered(
            occurred_on=on,
            person_id=entrant.person_id,
            identity=entrant.identity,
            birth_year=resident_id.birth_date.year if resident_id else None,
            sex=resident_id.sex if resident_id else None,
        ),
        WorkerRegistered(
            occurred_on=on,
            person_id=entrant.person_id,
            union_org_id=union_org_id,
            enterprise_id=enterprise_id,
            migrant=entrant.migrant,
            roster_id=roster_id,
        ),
    ]
