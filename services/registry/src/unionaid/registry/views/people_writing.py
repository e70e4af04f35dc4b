"""What is written of people's lives: counts by union, restrictions, erasures, provisional registrations, transfers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import (
    IdentityCorrected,
    IdentityOpened,
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
    TransferDeclined,
    TransferRequested,
    TransferTakenUp,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.eventlog import Connection
from unionaid.registry.views.openings import write_openings

SHOWN: tuple[type[Fact], ...] = (
    PersonRegistered,
    WorkerRegistered,
    WorkerDetailsCorrected,
    WorkerTransferred,
    WorkerLeft,
    IdentityCorrected,
    PersonRestricted,
    RestrictionLifted,
    PersonErased,
    TransferRequested,
    TransferTakenUp,
    TransferDeclined,
    IdentityOpened,
)


async def write_people(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows from facts about people, in their order."""
    await _count(conn, facts)
    await _restrict(conn, facts)
    await _provisional(conn, facts)
    await _transfers(conn, facts)
    await write_openings(conn, [fact for fact in facts if isinstance(fact, IdentityOpened)])
    if erased := [fact for fact in facts if isinstance(fact, PersonErased)]:
        await conn.execute(
            "INSERT INTO views.erasure SELECT * FROM unnest($1::uuid[], $2::date[]) ON CONFLICT DO NOTHING",
            *_columns((fact.person_id, fact.occurred_on) for fact in erased),
        )
        await conn.execute(
            "DELETE FROM views.opening WHERE person_id = ANY($1::uuid[])", [fact.person_id for fact in erased]
        )


def places_of(facts: Iterable[Fact]) -> dict[UUID, UUID]:
    """Return at which union each is found from now on; who left is found where that person was last."""
    places: dict[UUID, UUID] = {}
    for fact in facts:
        match fact:
            case PersonRegistered(entering_org_id=UUID() as union):
                places[fact.person_id] = union
            case WorkerRegistered() | WorkerTransferred():
                places[fact.person_id] = fact.union_org_id
            case _:
                pass
    return places


def moves(fact: Fact) -> list[tuple[UUID, int, int]]:
    """Return what a fact adds to the workers and migrant workers of which union."""
    match fact:
        case WorkerRegistered():
            return [(fact.union_org_id, 1, int(fact.migrant))]
        case WorkerTransferred():
            migrant = int(fact.migrant)
            return [(fact.former_union_org_id, -1, -migrant), (fact.union_org_id, 1, migrant)]
        case WorkerLeft():
            return [(fact.union_org_id, -1, -int(fact.migrant))]
        case WorkerDetailsCorrected():
            return [(fact.union_org_id, 0, int(fact.migrant) - int(fact.former_migrant))]
        case _:
            return []


async def _count(conn: Connection, facts: Sequence[Fact]) -> None:
    """Add up in memory, then write each sum once: within a stream nobody goes who has not come."""
    workers: Counter[UUID] = Counter()
    migrants: Counter[UUID] = Counter()
    for fact in facts:
        for union, came, migrant in moves(fact):
            workers[union] += came
            migrants[union] += migrant
    unions = [union for union in workers if workers[union] or migrants[union]]
    if not unions:
        return
    rows = _columns((union, workers[union], migrants[union]) for union in unions)
    await conn.execute(
        "INSERT INTO views.worker_count (union_org_id, workers, migrants) "
        "SELECT u, 0, 0 FROM unnest($1::uuid[]) u ON CONFLICT DO NOTHING",
        unions,
    )
    await conn.execute(
        "UPDATE views.worker_count c SET workers = c.workers + m.workers, migrants = c.migrants + m.migrants "
        "FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS m(union_org_id, workers, migrants) "
        "WHERE c.union_org_id = m.union_org_id",
        *rows,
    )


async def _restrict(conn: Connection, facts: Sequence[Fact]) -> None:
    last: dict[UUID, PersonRestricted | None] = {}
    for fact in facts:
        if isinstance(fact, PersonRestricted):
            last[fact.person_id] = fact
        elif isinstance(fact, RestrictionLifted | PersonErased):
            last[fact.person_id] = None
    if not last:
        return
    await conn.execute("DELETE FROM views.restriction WHERE person_id = ANY($1::uuid[])", list(last))
    if restricted := [fact for fact in last.values() if fact is not None]:
        await conn.execute(
            "INSERT INTO views.restriction SELECT * FROM unnest($1::uuid[], $2::date[], $3::date[])",
            *_columns((fact.person_id, fact.occurred_on, fact.restricted_until) for fact in restricted),
        )


async def _provisional(conn: Connection, facts: Sequence[Fact]) -> None:
    """Keep who was registered without an ID, until the ID is given; the order of these does not matter."""
    if new := [fact for fact in facts if isinstance(fact, PersonRegistered) and fact.birth_year is None]:
        await conn.execute(
            "INSERT INTO views.provisional (person_id, registered_on) SELECT * FROM unnest($1::uuid[], $2::date[])",
            *_columns((fact.person_id, fact.occurred_on) for fact in new),
        )
    moved = (fact for fact in facts if isinstance(fact, WorkerRegistered | WorkerTransferred))
    placed = {fact.person_id: fact.union_org_id for fact in moved}
    if placed:
        await conn.execute(
            "UPDATE views.provisional p SET union_org_id = w.union_org_id "
            "FROM unnest($1::uuid[], $2::uuid[]) AS w(person_id, union_org_id) WHERE p.person_id = w.person_id",
            *_columns(placed.items()),
        )
    gone = [
        fact.person_id
        for fact in facts
        if isinstance(fact, PersonErased) or (isinstance(fact, IdentityCorrected) and fact.birth_year is not None)
    ]
    if gone:
        await conn.execute("DELETE FROM views.provisional WHERE person_id = ANY($1::uuid[])", gone)


async def _transfers(conn: Connection, facts: Sequence[Fact]) -> None:
    if new := [fact for fact in facts if isinstance(fact, TransferRequested)]:
        await conn.execute(
            "INSERT INTO views.transfer (request_id, person_id, union_org_id, enterprise_id, requested_on, status) "
            "SELECT *, 'requested' FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[])",
            *_columns((f.request_id, f.person_id, f.union_org_id, f.enterprise_id, f.occurred_on) for f in new),
        )
    ended = [
        (fact.request_id, "taken-up" if isinstance(fact, TransferTakenUp) else "declined")
        for fact in facts
        if isinstance(fact, TransferTakenUp | TransferDeclined)
    ]
    if ended:
        await conn.execute(
            "UPDATE views.transfer t SET status = e.status "
            "FROM unnest($1::uuid[], $2::text[]) AS e(request_id, status) "
            "WHERE t.request_id = e.request_id",
            *_columns(ended),
        )


def _columns(rows: Iterable[tuple[Any, ...]]) -> Iterable[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
