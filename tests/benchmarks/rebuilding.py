"""Rebuilding all projections of reporting, against a loop written by hand, and against the usual way."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom

import asyncpg
from aiokafka import AIOKafkaProducer

from unionaid.contracts import topics
from unionaid.eventlog import INBOX_SERVER_SETTINGS, ProjectionSet, Roles, feed, inbox_of, live_build, rebuild
from unionaid.eventlog.projections import schema_of
from unionaid.reporting.examples import logs
from unionaid.reporting.main import migrate
from unionaid.reporting.projections import PROJECTIONS, totals_of
from unionaid.service.settings import MigrationSettings

from .contest import Contest, Servers, demand
from .naive_reporting import Tables, columns, expected_tables
from .rival_by_hand import read_by_hand
from .rival_usual import read_as_usual
from .stored import Watch

EVENTS_PER_PERSON = 10
"""Two of registry, and two payments of four events each."""


@dataclass(frozen=True)
class Division:
    """One division's logs of registry and relief in their topics, and its reporting."""

    code: str
    bootstrap: str
    dsn: str
    owner_dsn: str
    set: ProjectionSet
    roles: Roles
    owner: asyncpg.Connection[asyncpg.Record]
    pool: asyncpg.Pool[asyncpg.Record]
    ends: Mapping[str, int]
    """Topic -> number of its events."""
    expected: Tables

    @property
    def events(self) -> int:
        """Events of all topics."""
        return sum(self.ends.values())

    async def check(self, schema: str) -> None:
        """Compare the tables of a schema, row by row, with what the naive replay says."""
        for table, rows in self.expected.items():
            stored = await self.owner.fetch(f'SELECT {", ".join(columns(table))} FROM "{schema}".{table}')
            demand(Counter(map(tuple, stored)) == Counter(rows), f"{schema}.{table} differs from the naive replay")

    async def make_tables(self, schema: str) -> None:
        """Make the tables of the set in a schema that nothing else knows."""
        await self.owner.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; CREATE SCHEMA "{schema}"')
        async with self.owner.transaction():
            await self.owner.execute(f'SET LOCAL search_path = "{schema}"')
            for projection in PROJECTIONS:
                await self.owner.execute(projection.ddl)
            await self.owner.execute(
                f'GRANT USAGE ON SCHEMA "{schema}" TO "{self.roles.app}";'
                f'GRANT ALL ON ALL TABLES IN SCHEMA "{schema}" TO "{self.roles.app}"'
            )


@asynccontextmanager
async def new_division(servers: Servers, people: int, *, read: bool = True) -> AsyncIterator[Division]:
    """Publish the logs of so many people for a reporting of their own; `read`: into its live build at once."""
    database = await servers.postgres.create_service_database("reporting")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    code = f"{SystemRandom().randrange(10**6):06}"
    made = topics(code)
    await asyncio.gather(*(servers.kafka.create_topic(topic.name, config=topic.config) for topic in made))
    values = await asyncio.to_thread(logs, division=code, people=people, payments_each=2)
    await _publish(servers.kafka.bootstrap, values)
    chosen = totals_of(code)
    owner = await asyncpg.connect(database.owner_dsn)
    pool = await asyncpg.create_pool(database.app_dsn, min_size=0, max_size=2, server_settings=INBOX_SERVER_SETTINGS)
    division = Division(
        code, servers.kafka.bootstrap, database.app_dsn, database.owner_dsn, chosen, database.roles, owner, pool,
        {topic: len(events) for topic, events in values.items()},
        await asyncio.to_thread(expected_tables, values),
    )  # fmt: skip
    # What is kept here for the check is no part of what is measured: a rebuild of the product has no such heap.
    gc.collect()
    gc.freeze()
    try:
        if read:
            inbox = inbox_of(pool, chosen, await live_build(owner, chosen))
            ends = division.ends.items()
            await feed(inbox, division.bootstrap, until=lambda: all(inbox.vector()[t] == n - 1 for t, n in ends))
        yield division
    finally:
        gc.unfreeze()
        await owner.close()
        pool.terminate()
        await servers.postgres.drop(database)
        await asyncio.gather(*(servers.kafka.delete_topic(topic.name) for topic in made))


async def _publish(bootstrap: str, values: Mapping[str, Sequence[bytes]]) -> None:
    """Write the logs as they stand; no relay takes part."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", max_batch_size=500_000, linger_ms=5
    ) as producer:
        for topic, events in values.items():
            for value in events:
                await producer.send(topic, value=value, partition=0)


async def rebuilt(division: Division) -> float:
    """Rebuild as the operator's command does: a new build beside the live one, compared with it, put in its place."""
    before = await live_build(division.owner, division.set)
    watch = Watch()
    build = await rebuild(division.pool, division.owner, division.bootstrap, division.set, division.roles)
    rate = watch.rate(division.events)
    await division.check(schema_of(division.set.name, build))
    old = schema_of(division.set.name, before)
    await division.owner.execute(f'DROP SCHEMA "{old}" CASCADE')
    await division.owner.execute("DELETE FROM eventlog.projection_sets WHERE build = $1", before)
    await division.owner.execute("DELETE FROM eventlog.positions WHERE subscription = $1", old)
    await division.owner.execute("DELETE FROM eventlog.moments WHERE subscription = $1", old)
    return rate


@asynccontextmanager
async def open_rebuild(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """The whole set, from both logs, against a loop by hand that writes the same rows."""
    async with new_division(servers, max(10, size // EVENTS_PER_PERSON)) as division:

        async def ours() -> float:
            return await rebuilt(division)

        async def rival() -> float:
            await division.make_tables("by_hand")
            watch = Watch()
            await read_by_hand(division.pool, division.bootstrap, division.ends, "by_hand")
            rate = watch.rate(division.events)
            await division.check("by_hand")
            return rate

        yield Contest(ours, rival)


@asynccontextmanager
async def open_rebuild_usual(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """The whole set, against a handler per message; it gets a hundredth of the people: rates are compared."""
    async with (
        new_division(servers, max(10, size // EVENTS_PER_PERSON)) as division,
        new_division(servers, max(10, size // EVENTS_PER_PERSON // 100)) as small,
    ):

        async def ours() -> float:
            return await rebuilt(division)

        async def rival() -> float:
            await small.make_tables("as_usual")
            await small.owner.execute(
                "CREATE TABLE as_usual.processed (id uuid PRIMARY KEY);"
                f'GRANT ALL ON as_usual.processed TO "{small.roles.app}"'
            )
            rate = await read_as_usual(small.dsn, small.bootstrap, small.ends, "as_usual")
            await small.check("as_usual")
            return rate

        yield Contest(ours, rival)
