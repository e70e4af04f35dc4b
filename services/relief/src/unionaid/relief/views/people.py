"""What relief knows of registry: which persons there are, under which union, and the tree of unions.

No identity: registry alone has that. The tables are filled from registry's topic, see `subscriptions`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from unionaid.contracts import source, topic_name
from unionaid.contracts.registry import (
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
    UnionOrgDetailsCorrected,
    UnionOrgDissolved,
    UnionOrgEstablished,
    UnionOrgMoved,
    WorkerLeft,
    WorkerMerged,
    WorkerRegistered,
    WorkerTransferred,
    WorkerUnmerged,
)
from unionaid.eventlog import Connection, Decoder, Event, Projection, ProjectionSet, reading
from unionaid.relief.domain.refusals import LineFault
from unionaid.relief.views.particulars import Admissions, Dossiers, Households, Members, Particulars, PersonTold

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


class _Org(msgspec.Struct, frozen=True, gc=False):
    org_id: UUID
    level: str = ""
    name: str = ""
    parent_id: UUID | None = None


class _Merge(msgspec.Struct, frozen=True, gc=False):
    person_id: UUID
    survivor_id: UUID


class Orgs:
    """The tree of unions as it stands now, each under its present name; one that was dissolved keeps its place."""

    name = "orgs"
    version = 4
    tables = ("org",)
    ddl = """
        CREATE TABLE org (org_id uuid PRIMARY KEY, parent_id uuid, level text NOT NULL, name text NOT NULL,
            dissolved boolean NOT NULL DEFAULT false);
        CREATE INDEX org_parent ON org (parent_id);
    """
    decoders: ClassVar[dict[str, Decoder]] = dict.fromkeys(
        (UnionOrgEstablished.TYPE, UnionOrgMoved.TYPE, UnionOrgDetailsCorrected.TYPE, UnionOrgDissolved.TYPE),
        msgspec.json.Decoder(_Org).decode,
    )

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Add unions, let them stand where they went last under their last name, and mark those that are no more."""
        new = [event.data for event in events if event.type == UnionOrgEstablished.TYPE]
        await conn.execute(
            "INSERT INTO org (org_id, parent_id, level, name) "
            "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])",
            [org.org_id for org in new],
            [org.parent_id for org in new],
            [org.level for org in new],
            [org.name for org in new],
        )
        if moved := {event.data.org_id: event.data.parent_id for event in events if event.type == UnionOrgMoved.TYPE}:
            await conn.execute(
                "UPDATE org SET parent_id = m.parent_id FROM unnest($1::uuid[], $2::uuid[]) AS m(org_id, parent_id) "
                "WHERE org.org_id = m.org_id",
                list(moved),
                list(moved.values()),
            )
        named = {event.data.org_id: event.data.name for event in events if event.type == UnionOrgDetailsCorrected.TYPE}
        if named:
            await conn.execute(
                "UPDATE org SET name = n.name FROM unnest($1::uuid[], $2::text[]) AS n(org_id, name) "
                "WHERE org.org_id = n.org_id",
                list(named),
                list(named.values()),
            )
        if ended := [event.data.org_id for event in events if event.type == UnionOrgDissolved.TYPE]:
            await conn.execute("UPDATE org SET dissolved = true WHERE org_id = ANY($1::uuid[])", ended)


class Persons:
    """Everybody registered; a worker with the union; who asked to be erased, or was, is marked."""

    name = "persons"
    version = 3
    tables = ("person",)
    ddl = """
        CREATE TABLE person (person_id uuid PRIMARY KEY, union_org_id uuid,
            restricted boolean NOT NULL DEFAULT false, erased boolean NOT NULL DEFAULT false);
        CREATE INDEX person_barred ON person (person_id) WHERE restricted OR erased;
    """
    decoders: ClassVar[dict[str, Decoder]] = dict.fromkeys(
        (
            PersonRegistered.TYPE,
            WorkerRegistered.TYPE,
            WorkerTransferred.TYPE,
            WorkerLeft.TYPE,
            PersonRestricted.TYPE,
            RestrictionLifted.TYPE,
            PersonErased.TYPE,
        ),
        msgspec.json.Decoder(PersonTold).decode,
    )

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Fold what becomes of each person: registered and transferred it has a union, having left it has none."""
        unions: dict[UUID, UUID | None] = {}
        restricted: dict[UUID, bool] = {}
        erased = []
        for event in events:
            person_id = event.data.person_id
            if event.type in _MOVES:
                unions[person_id] = event.data.union_org_id if event.type != WorkerLeft.TYPE else None
            elif event.type == PersonErased.TYPE:
                erased.append(person_id)
            else:
                restricted[person_id] = event.type == PersonRestricted.TYPE
        await conn.execute(
            "INSERT INTO person (person_id, union_org_id) SELECT * FROM unnest($1::uuid[], $2::uuid[]) "
            "ON CONFLICT (person_id) DO UPDATE SET union_org_id = excluded.union_org_id",
            list(unions),
            list(unions.values()),
        )
        if restricted:
            await conn.execute(
                "UPDATE person p SET restricted = r.restricted "
                "FROM unnest($1::uuid[], $2::boolean[]) AS r(person_id, restricted) WHERE p.person_id = r.person_id",
                list(restricted),
                list(restricted.values()),
            )
        if erased:
            await conn.execute("UPDATE person SET erased = true WHERE person_id = ANY($1::uuid[])", erased)


_MOVES = frozenset((PersonRegistered.TYPE, WorkerRegistered.TYPE, WorkerTransferred.TYPE, WorkerLeft.TYPE))


class Merges:
    """For whom a merged person stands; that one may stand for another."""

    name = "merges"
    version = 2
    tables = ("person_merge",)
    ddl = """
        CREATE TABLE person_merge (person_id uuid PRIMARY KEY, survivor_id uuid NOT NULL);
        CREATE INDEX person_merge_survivor ON person_merge (survivor_id);
    """
    decoders: ClassVar[dict[str, Decoder]] = dict.fromkeys(
        (WorkerMerged.TYPE, WorkerUnmerged.TYPE), msgspec.json.Decoder(_Merge).decode
    )

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Add merges, and take away those that were undone."""
        standing: dict[UUID, UUID] = {}
        undone = set()
        for event in events:
            if event.type == WorkerMerged.TYPE:
                standing[event.data.person_id] = event.data.survivor_id
            else:
                undone.add(event.data.person_id)
                standing.pop(event.data.person_id, None)
        await conn.execute("DELETE FROM person_merge WHERE person_id = ANY($1::uuid[])", list(undone))
        await conn.execute(
            "INSERT INTO person_merge (person_id, survivor_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])",
            list(standing),
            list(standing.values()),
        )


def registry_people(division: str) -> ProjectionSet:
    """Return the set of all of them, fed by the registry of a division: what rules look at stands beside it."""
    topic = topic_name(division, "registry")
    projections: list[Projection] = [
        Orgs(),
        Persons(),
        Merges(),
        Particulars(),
        Households(),
        Members(),
        Admissions(),
        Dossiers(),
    ]
    return ProjectionSet("registry_people", {topic: source(division, "registry")}, projections)


class People:
    """Questions to the live build of the set."""

    def __init__(self, pool: Pool, chosen: ProjectionSet) -> None:
        self._pool, self._chosen = pool, chosen

    async def unions_of(self, persons: Collection[UUID]) -> dict[UUID, UUID | None]:
        """Return those who are known, erased ones included, each with the union: of who is no worker the household's.

        None where there is neither.
        """
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(
                "SELECT p.person_id, coalesce(p.union_org_id, h.union_org_id) AS union_org_id FROM person p "
                "LEFT JOIN household_member m USING (person_id) LEFT JOIN household h USING (household_id) "
                "WHERE p.person_id = ANY($1::uuid[])",
                list(persons),
            )
        return {row["person_id"]: row["union_org_id"] for row in rows}

    async def barred(self) -> dict[UUID, LineFault]:
        """Return everybody who is helped no more, with the reason: who was erased, and who asked to be.

        What is true of the one who stands for both is true of who was merged into that one.

        They are few, and asked for at once: whom a list names is known only when its lines are read.
        """
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(_BARRED)
        return {
            row["person_id"]: LineFault.PERSON_ERASED if row["erased"] else LineFault.PERSON_RESTRICTED for row in rows
        }

    async def merged(self, persons: Collection[UUID]) -> frozenset[UUID]:
        """Return those for whom another stands."""
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(
                "SELECT person_id FROM person_merge WHERE person_id = ANY($1::uuid[])", list(persons)
            )
        return frozenset(row["person_id"] for row in rows)

    async def aliases(self, persons: Collection[UUID]) -> dict[UUID, UUID]:
        """Return all who were merged into these persons, along chains too, each with the one who stands for it."""
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(_ALIASES, list(persons))
        return {row["person_id"]: row["survivor_id"] for row in rows}

    async def survivors(self, persons: Collection[UUID]) -> dict[UUID, UUID]:
        """Return those of persons for whom another stands, along chains too, each with that other."""
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(_SURVIVORS, list(persons))
        return {row["person_id"]: row["survivor_id"] for row in rows}

    async def subtree(self, org_id: UUID) -> frozenset[UUID]:
        """Return a union and all unions under it; none if it is not known."""
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(_SUBTREE, org_id)
        return frozenset(row["org_id"] for row in rows)

    async def unions(self, under: UUID | None) -> list[tuple[UUID, str]]:
        """Return id and name of a union and all unions under it, of all where none is named; from the top down.

        Those that were dissolved are not offered.
        """
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(_UNIONS, under)
        return [(row["org_id"], row["name"]) for row in rows]

    async def names_of(self, unions: Collection[UUID]) -> dict[UUID, str]:
        """Return the names of the unions that are known."""
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch("SELECT org_id, name FROM org WHERE org_id = ANY($1::uuid[])", list(unions))
        return {row["org_id"]: row["name"] for row in rows}

    async def reached(self, topic: str) -> int | None:
        """Return the last index of a topic that the tables hold, -1 before the first, None for other topics."""
        if topic not in self._chosen.topics:
            return None
        last = await self._pool.fetchval(_REACHED, self._chosen.name, topic)
        return -1 if last is None else int(last)

    async def parked(self) -> int:
        """Return how many of registry's events could not be applied and wait: what is known may lack them."""
        return int(await self._pool.fetchval(_PARKED, self._chosen.name))


_SUBTREE = """
WITH RECURSIVE tree AS (
    SELECT org_id FROM org WHERE org_id = $1
    UNION SELECT org.org_id FROM org JOIN tree ON org.parent_id = tree.org_id
) SELECT org_id FROM tree
"""
_ALIASES = """
WITH RECURSIVE merged AS (
    SELECT person_id, survivor_id FROM person_merge WHERE survivor_id = ANY($1::uuid[])
    UNION SELECT m.person_id, merged.survivor_id FROM person_merge m JOIN merged ON m.survivor_id = merged.person_id
) SELECT person_id, survivor_id FROM merged
"""
_SURVIVORS = """
WITH RECURSIVE stands AS (
    SELECT person_id, survivor_id, 1 AS depth FROM person_merge WHERE person_id = ANY($1::uuid[])
    UNION SELECT stands.person_id, m.survivor_id, stands.depth + 1
    FROM stands JOIN person_merge m ON m.person_id = stands.survivor_id
) SELECT DISTINCT ON (person_id) person_id, survivor_id FROM stands ORDER BY person_id, depth DESC
"""
_BARRED = """
WITH RECURSIVE barred AS (
    SELECT person_id, erased FROM person WHERE restricted OR erased
    UNION SELECT m.person_id, barred.erased FROM person_merge m JOIN barred ON m.survivor_id = barred.person_id
) SELECT person_id, bool_or(erased) AS erased FROM barred GROUP BY person_id
"""
_UNIONS = """
WITH RECURSIVE tree AS (
    SELECT org_id, name, dissolved, 1 AS depth FROM org
    WHERE CASE WHEN $1::uuid IS NULL THEN parent_id IS NULL ELSE org_id = $1 END
    UNION ALL SELECT org.org_id, org.name, org.dissolved, tree.depth + 1
    FROM org JOIN tree ON org.parent_id = tree.org_id
) SELECT org_id, name FROM tree WHERE NOT dissolved ORDER BY depth, name, org_id
"""
_PARKED = """
SELECT count(*) FROM eventlog.parked p
JOIN eventlog.projection_sets s ON p.subscription = s.name || '_' || s.build
WHERE s.name = $1 AND s.live AND p.blocks IS NOT NULL
"""
_REACHED = """
SELECT p.last_index FROM eventlog.positions p
JOIN eventlog.projection_sets s ON p.subscription = s.name || '_' || s.build
WHERE s.name = $1 AND s.live AND p.topic = $2
"""
