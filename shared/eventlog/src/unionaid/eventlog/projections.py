"""Read models of one service as a set: one reader, one transaction, one position for all of them.

A build of the set lives in a schema of its own, `<set>_<build>`. A new build is filled beside the live one by a
process of its own, and takes its place at an equal position, when they agree.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from unionaid.eventlog.inbox import Inbox
from unionaid.eventlog.subscriber import feed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    import asyncpg

    from unionaid.eventlog.handling import Decoder, Event
    from unionaid.eventlog.migrations import Roles
    from unionaid.eventlog.store import Connection


class Projection(Protocol):
    """Tables made of events. Depends on order within one topic only, and on nothing but the events."""

    name: str
    version: int
    ddl: str
    """Creates the tables, unqualified: the set's schema is on the search path."""

    @property
    def tables(self) -> Sequence[str]:
        """The tables `ddl` creates."""
        ...

    @property
    def decoders(self) -> Mapping[str, Decoder]:
        """Event type with version -> decoder of its data; one type has one decoder in the whole set."""
        ...

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write what follows from the events, in their order; by sets, not one by one."""
        ...


class NotBuilt(Exception):
    """The live build was made by another version of the program; the message says what to run."""


@dataclass(frozen=True, slots=True)
class ProjectionSet:
    """The projections `name` of a service over `topics` (topic -> source)."""

    name: str
    topics: Mapping[str, str]
    projections: Sequence[Projection]

    @property
    def fingerprint(self) -> str:
        """Name and version of every projection."""
        return ", ".join(f"{p.name} v{p.version}" for p in self.projections)

    @property
    def tables(self) -> list[str]:
        """All tables of the set."""
        return [table for p in self.projections for table in p.tables]


class _Handler:
    """Applies events to all projections of one build."""

    def __init__(self, projections: Sequence[Projection], schema: str) -> None:
        self.decoders = {t: d for p in projections for t, d in p.decoders.items()}
        self._projections = [(p, frozenset(p.decoders)) for p in projections]
        self._schema = schema

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        await conn.execute(f'SET LOCAL search_path = "{self._schema}"')
        for projection, types in self._projections:
            chosen = [e for e in events if e.type in types]
            if chosen:
                await projection.apply(conn, chosen)


def schema_of(name: str, build: int) -> str:
    """Return the schema of a build."""
    return f"{name}_{build}"


def inbox_of(pool: asyncpg.Pool[asyncpg.Record], chosen: ProjectionSet, build: int) -> Inbox:
    """Return the inbox that drives a build."""
    schema = schema_of(chosen.name, build)
    return Inbox(pool, schema, chosen.topics, _Handler(chosen.projections, schema))


async def live_build(conn: Connection, chosen: ProjectionSet) -> int:
    """Return the build that is read.

    Raises:
        NotBuilt: there is none, or it was made by other versions of the projections.
    """
    row = await conn.fetchrow(
        "SELECT build, fingerprint FROM eventlog.projection_sets WHERE name = $1 AND live", chosen.name
    )
    if row is None:
        raise NotBuilt(f"the projections `{chosen.name}` were never made: run `migrate`")
    if row["fingerprint"] != chosen.fingerprint:
        raise NotBuilt(f"`{chosen.name}` holds {row['fingerprint']}, needed is {chosen.fingerprint}: run `rebuild`")
    return int(row["build"])


@asynccontextmanager
async def reading(pool: asyncpg.Pool[asyncpg.Record], chosen: ProjectionSet) -> AsyncIterator[Connection]:
    """Lend a connection that sees the live build, all of it at one moment, read only."""
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        schema = schema_of(chosen.name, await live_build(conn, chosen))
        # What is asked differs from question to question: a plan made for none of their values is no good.
        await conn.execute(f'SET LOCAL search_path = "{schema}"; SET LOCAL plan_cache_mode = force_custom_plan')
        yield conn


async def create_build(owner: Connection, chosen: ProjectionSet, roles: Roles, *, live: bool) -> int:
    """Make the empty tables of a new build, as the owner of the database."""
    async with owner.transaction():
        build = 1 + int(
            await owner.fetchval(
                "SELECT coalesce(max(build), 0) FROM eventlog.projection_sets WHERE name = $1", chosen.name
            )
        )
        schema = schema_of(chosen.name, build)
        await owner.execute(f'CREATE SCHEMA "{schema}"; SET LOCAL search_path = "{schema}"')
        for projection in chosen.projections:
            await owner.execute(projection.ddl)
        await owner.execute(
            f'GRANT USAGE ON SCHEMA "{schema}" TO "{roles.app}", "{roles.auditor}";'
            f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{roles.app}";'
            f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO "{roles.auditor}"'
        )
        await owner.execute(
            "INSERT INTO eventlog.projection_sets (name, build, fingerprint, live) VALUES ($1, $2, $3, $4)",
            chosen.name,
            build,
            chosen.fingerprint,
            live,
        )
    return build


async def ensure_build(owner: Connection, chosen: ProjectionSet, roles: Roles) -> int | None:
    """Make the first build if there is none; return its number, None if one was there."""
    there = await owner.fetchval("SELECT true FROM eventlog.projection_sets WHERE name = $1", chosen.name)
    return None if there else await create_build(owner, chosen, roles, live=True)


async def table_hash(conn: Connection, schema: str, table: str) -> str:
    """Return a hash of a table's rows, whatever their order."""
    summary = await conn.fetchval(
        "SELECT count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) "
        f'FROM "{schema}"."{table}" t'
    )
    return hashlib.sha256(str(summary).encode()).hexdigest()


class Disagreement(Exception):
    """The new build says something else than the live one, at the same position and the same versions."""


async def rebuild(
    pool: asyncpg.Pool[asyncpg.Record],
    owner: Connection,
    bootstrap: str,
    chosen: ProjectionSet,
    roles: Roles,
    *,
    replace_disagreeing: bool = False,
    progress: Callable[[Mapping[str, int]], None] = lambda _: None,
) -> int:
    """Fill a new build from the topics beside the live one, and put it in its place at an equal position.

    Projections of the same version must agree table by table; `replace_disagreeing` switches even so.

    Raises:
        Disagreement: they do not; the new build stays beside for a look, the live one goes on.
    """
    await _drop_former_builds(owner, chosen)
    build = await create_build(owner, chosen, roles, live=False)
    inbox = inbox_of(pool, chosen, build)
    while True:
        target = await _live_vector(owner, chosen)
        for topic, cursor in inbox.cursors.items():
            cursor.cap = target.get(topic, -1)
        await feed(inbox, bootstrap, until=partial(_reached, inbox, target, progress))
        if await _join(owner, chosen, build, replace_disagreeing):
            return build
        await asyncio.sleep(0.05)


async def _drop_former_builds(owner: Connection, chosen: ProjectionSet) -> None:
    """Drop what earlier rebuilds have left: a build stays for a look until the next one begins.

    Its row stays: no number is given twice.
    """
    async with owner.transaction():
        rows = await owner.fetch("SELECT build FROM eventlog.projection_sets WHERE name = $1 AND NOT live", chosen.name)
        for row in rows:
            schema = schema_of(chosen.name, row["build"])
            await owner.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
            await owner.execute("DELETE FROM eventlog.positions WHERE subscription = $1", schema)
            await owner.execute("DELETE FROM eventlog.moments WHERE subscription = $1", schema)
            await owner.execute("DELETE FROM eventlog.parked WHERE subscription = $1", schema)


def _reached(inbox: Inbox, target: Mapping[str, int], progress: Callable[[Mapping[str, int]], None]) -> bool:
    vector = inbox.vector()
    progress(vector)
    return all(vector[topic] >= target.get(topic, -1) for topic in vector)


async def _live_vector(conn: Connection, chosen: ProjectionSet, lock: str = "") -> dict[str, int]:
    rows = await conn.fetch(
        "SELECT p.topic, p.last_index FROM eventlog.positions p JOIN eventlog.projection_sets s "
        f"ON p.subscription = s.name || '_' || s.build WHERE s.name = $1 AND s.live ORDER BY p.topic {lock}",
        chosen.name,
    )
    return {row["topic"]: row["last_index"] for row in rows}


async def _join(owner: Connection, chosen: ProjectionSet, build: int, replace_disagreeing: bool) -> bool:
    async with owner.transaction():
        target = await _live_vector(owner, chosen, "FOR UPDATE OF p")
        rows = await owner.fetch(
            "SELECT topic, last_index FROM eventlog.positions WHERE subscription = $1", schema_of(chosen.name, build)
        )
        mine = {row["topic"]: row["last_index"] for row in rows}
        if any(mine.get(topic, -1) != last for topic, last in target.items()):
            return False
        live = await owner.fetchrow(
            "SELECT build, fingerprint FROM eventlog.projection_sets WHERE name = $1 AND live", chosen.name
        )
        if live is not None and not replace_disagreeing:
            await _compare(owner, chosen, schema_of(chosen.name, live["build"]), build, live["fingerprint"])
        await owner.execute("UPDATE eventlog.projection_sets SET live = false WHERE name = $1 AND live", chosen.name)
        await owner.execute(
            "UPDATE eventlog.projection_sets SET live = true WHERE name = $1 AND build = $2", chosen.name, build
        )
    return True


async def _compare(owner: Connection, chosen: ProjectionSet, old: str, build: int, fingerprint: str) -> None:
    same = set(fingerprint.split(", "))
    for projection in chosen.projections:
        if f"{projection.name} v{projection.version}" not in same:
            continue
        for table in projection.tables:
            if await table_hash(owner, old, table) != await table_hash(owner, schema_of(chosen.name, build), table):
                raise Disagreement(f"{table}: {old} and {schema_of(chosen.name, build)} differ at the same position")
