"""A worker's life after the registration: corrected, transferred, gone, back again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import LeavingReason
from unionaid.contracts.registry import WorkerDetailsCorrected, WorkerLeft, WorkerRegistered, WorkerTransferred
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Left, Person, Worker, refuse_erased, refuse_restricted
from unionaid.registry.domain.person.rules import Workplace, place
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    AlreadyThere,
    BeforeRegistered,
    NotAWorker,
    NothingCorrected,
    OwnMatter,
)


@dataclass(frozen=True, slots=True)
class Move:
    """A command about a worker's role. `by` is the actor."""

    person_id: UUID
    by: str
    on: date
    today: date


def correct_details(person: Person, workplace: Workplace, migrant: bool | None, move: Move) -> list[Event]:
    """Correct what was entered wrong: migrant worker or not, and the enterprise; the union stays.

    `workplace` is the worker's own union with the enterprise as it should be; `migrant` is None where it stays.
    Raises NotFound, PersonIsErased, PersonIsRestricted, NotAWorker, OwnMatter, UnitUnknown, NothingCorrected and the
    refusals of dates.
    """
    worker = _worker(refuse_restricted(person))
    _refuse(move, worker.since)
    enterprise_id = place(workplace, Jurisdiction(whole_division=True))[1]
    migrant = worker.migrant if migrant is None else migrant
    if (enterprise_id, migrant) == (worker.enterprise_id, worker.migrant):
        raise NothingCorrected
    return [
        WorkerDetailsCorrected(
            occurred_on=move.on,
            person_id=move.person_id,
            union_org_id=worker.union_org_id,
            enterprise_id=enterprise_id,
            migrant=migrant,
            former_migrant=worker.migrant,
            since=worker.since,
        )
    ]


def transfer(
    person: Person, workplace: Workplace, jurisdiction: Jurisdiction, move: Move, request_id: UUID | None = None
) -> list[Event]:
    """Transfer a worker to another union, another enterprise, or both.

    That the officer covers the union the worker comes from is asked before (`application`); here, that the officer
    covers the one the worker goes to. Who covers but one of them asks for a transfer.
    Raises NotFound, PersonIsErased, PersonIsRestricted, NotAWorker, OwnMatter, UnitUnknown, AlreadyThere,
    BeforeRegistered and the refusals of dates.
    """
    worker = _worker(refuse_restricted(person))
    _refuse(move, worker.since)
    union_org_id, enterprise_id = place(workplace, jurisdiction)
    if (union_org_id, enterprise_id) == (worker.union_org_id, worker.enterprise_id):
        raise AlreadyThere(field="union_org_id")
    return [
        WorkerTransferred(
            occurred_on=move.on,
            person_id=move.person_id,
            union_org_id=union_org_id,
            enterprise_id=enterprise_id,
            former_union_org_id=worker.union_org_id,
            migrant=worker.migrant,
            request_id=request_id,
        )
    ]


def leave(person: Person, reason: LeavingReason, move: Move) -> list[Event]:
    """End the role of a worker. A restricted person may leave too: a period of retention begins with it.

    Raises NotFound, PersonIsErased, NotAWorker, OwnMatter, BeforeRegistered and the refusals of dates.
    """
    worker = _worker(refuse_erased(person))
    _refuse(move, worker.since)
    return [
        WorkerLeft(
            occurred_on=move.on,
            person_id=move.person_id,
            union_org_id=worker.union_org_id,
            migrant=worker.migrant,
            reason_code=reason,
        )
    ]


def come_back(
    person: Person, workplace: Workplace, jurisdiction: Jurisdiction, migrant: bool, move: Move
) -> list[Event]:
    """Give the role of a worker to somebody known who has none now, also to who left.

    Raises NotFound, PersonIsErased, PersonIsRestricted, AlreadyRegistered, OwnMatter, UnitUnknown, BeforeRegistered
    and the refusals of dates.
    """
    known = refuse_restricted(person)
    if isinstance(known, Worker):
        raise AlreadyRegistered
    _refuse(move, known.left_on if isinstance(known, Left) else None)
    union_org_id, enterprise_id = place(workplace, jurisdiction)
    return [
        WorkerRegistered(
            occurred_on=move.on,
            person_id=move.person_id,
            union_org_id=union_org_id,
            enterprise_id=enterprise_id,
            migrant=migrant,
        )
    ]


def _worker(person: Person) -> Worker:
    if not isinstance(person, Worker):
        raise NotAWorker
    return person


def _refuse(move: Move, earlier: date | None) -> None:
    if move.by == f"person-{move.person_id}":
        raise OwnMatter
    refuse_impossible(move.on, move.today)
    if earlier is not None and move.on < earlier:
        raise BeforeRegistered(field="occurred_on", earlier=earlier.isoformat())
