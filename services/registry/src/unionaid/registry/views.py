"""What registry shows of its own log: unions, enterprises, how many workers; single things from their streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode, stream_name
from unionaid.contracts.registry import EnterpriseRegistered, PersonErased, UnionOrgEstablished, WorkerRegistered
from unionaid.eventlog import Connection, Decoder, Event, load, load_many
from unionaid.registry.domain.enterprise.facts import Enterprise, enterprise_of
from unionaid.registry.domain.person.facts import Person, person_of
from unionaid.registry.domain.union_org.facts import Established, UnionOrg, union_org_of
from unionaid.registry.forgetting import forget_persons

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

PAGE_ROWS_MAX = 500
"""Rows of one page."""
DEPTH: Mapping[str, int] = {"district": 1, "sub_district": 2, "grassroots": 3}
"""How deep a level stands in the tree."""


_SHOWN = (UnionOrgEstablished, EnterpriseRegistered, WorkerRegistered, PersonErased)


class RegistryViews:
    """Writes the views; each type goes to a table of its own, so the order between types does not matter.

    Erasures are carried out again, which changes nothing but in a database that was restored from a backup.
    """

    def __init__(self) -> None:
        self.decoders: Mapping[str, Decoder] = {kind.TYPE: _decoder(kind) for kind in _SHOWN}

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write what follows from events of this service."""
        facts = [event.data for event in events]
        await _insert_orgs(conn, [fact for fact in facts if isinstance(fact, UnionOrgEstablished)])
        await _insert_enterprises(conn, [fact for fact in facts if isinstance(fact, EnterpriseRegistered)])
        await _count_workers(conn, [fact for fact in facts if isinstance(fact, WorkerRegistered)])
        if erased := [fact.person_id for fact in facts if isinstance(fact, PersonErased)]:
            await forget_persons(conn, erased)  # a restored vault may be older than the erasure


def _decoder(kind: type[Fact]) -> Decoder:
    def decode_data(data: bytes) -> Fact:
        return kind.model_validate_json(data, extra="ignore")

    return decode_data


async def _insert_orgs(conn: Connection, facts: Sequence[UnionOrgEstablished]) -> None:
    if facts:
        await conn.execute(
            "INSERT INTO views.org (org_id, level, depth, parent_id, name, established_on) SELECT * FROM "
            "unnest($1::uuid[], $2::text[], $3::smallint[], $4::uuid[], $5::text[], $6::date[])",
            *_columns((f.org_id, f.level, DEPTH[f.level], f.parent_id, f.name, f.occurred_on) for f in facts),
        )


async def _insert_enterprises(conn: Connection, facts: Sequence[EnterpriseRegistered]) -> None:
    if facts:
        await conn.execute(
            "INSERT INTO views.enterprise (enterprise_id, uscc, name, ownership, union_org_id, registered_on) "
            "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::date[])",
            *_columns((f.enterprise_id, f.uscc, f.name, f.ownership, f.union_org_id, f.occurred_on) for f in facts),
        )


async def _count_workers(conn: Connection, facts: Sequence[WorkerRegistered]) -> None:
    workers = Counter(fact.union_org_id for fact in facts)
    migrants = Counter(fact.union_org_id for fact in facts if fact.migrant)
    if workers:
        await conn.execute(
            "INSERT INTO views.worker_count AS c (union_org_id, workers, migrants) "
            "SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) ON CONFLICT (union_org_id) "
            "DO UPDATE SET workers = c.workers + excluded.workers, migrants = c.migrants + excluded.migrants",
            *_columns((union, count, migrants[union]) for union, count in workers.items()),
        )


def _columns(rows: Iterable[tuple[Any, ...]]) -> Iterable[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def union_orgs(pool: Pool, parent_id: UUID | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` unions after the one named, from the district federation down, each with its workers.

    `parent_id` narrows to the unions directly under it. The workers are those of the union itself.
    """
    rows = await pool.fetch(
        "SELECT o.org_id, o.level, o.parent_id, o.name, o.established_on, "
        "coalesce(c.workers, 0) AS workers, coalesce(c.migrants, 0) AS migrants "
        "FROM views.org o LEFT JOIN views.worker_count c ON c.union_org_id = o.org_id "
        "WHERE ($1::uuid IS NULL OR o.parent_id = $1) AND ($2::uuid IS NULL OR (o.depth, o.name, o.org_id) > "
        "(SELECT a.depth, a.name, a.org_id FROM views.org a WHERE a.org_id = $2)) "
        "ORDER BY o.depth, o.name, o.org_id LIMIT $3",
        parent_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def enterprises(pool: Pool, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` enterprises after the one named, by name."""
    rows = await pool.fetch(
        "SELECT e.enterprise_id, e.uscc, e.name, e.ownership, e.union_org_id, e.registered_on "
        "FROM views.enterprise e WHERE $1::uuid IS NULL OR (e.name, e.enterprise_id) > "
        "(SELECT a.name, a.enterprise_id FROM views.enterprise a WHERE a.enterprise_id = $1) "
        "ORDER BY e.name, e.enterprise_id LIMIT $2",
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def union_org(conn: Connection, org_id: UUID) -> tuple[UnionOrg, int]:
    """Return a union as it stands now, and its stream's version."""
    history = await _history(conn, "union", org_id)
    return union_org_of(history), len(history)


async def enterprise(conn: Connection, enterprise_id: UUID) -> tuple[Enterprise, int]:
    """Return an enterprise as it stands now, and its stream's version."""
    history = await _history(conn, "enterprise", enterprise_id)
    return enterprise_of(history), len(history)


async def person(conn: Connection, person_id: UUID) -> tuple[Person, int]:
    """Return what is known of a person without identity, and the stream's version."""
    history = await _history(conn, "person", person_id)
    return person_of(history), len(history)


async def people(conn: Connection, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
    """Return what is known of several persons without identity, each as it stands now."""
    stored = await load_many(conn, [stream_name("person", person_id) for person_id in person_ids])
    return {
        person_id: person_of(decode(event.body)[1] for event in stored[stream_name("person", person_id)])
        for person_id in person_ids
    }


async def lineage(conn: Connection, org_id: UUID) -> list[UUID]:
    """Return a union and those above it, nearest first; itself alone where there is none."""
    found = [org_id]
    while len(found) < len(DEPTH):
        union, _ = await union_org(conn, found[-1])
        if not isinstance(union, Established) or union.parent_id is None:
            break
        found.append(union.parent_id)
    return found


async def _history(conn: Connection, kind: str, id: UUID) -> list[Fact]:
    return [decode(stored.body)[1] for stored in await load(conn, stream_name(kind, id))]
