"""Projections as a set: one position for all, the same tables whatever the batches, and rebuilt beside the live one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from unionaid.eventlog import (
    Connection,
    Disagreement,
    Event,
    NotBuilt,
    ProjectionSet,
    ensure_build,
    inbox_of,
    live_build,
    reading,
    rebuild,
)
from unionaid.eventlog.projections import table_hash
from unionaid.eventlog.subscriber import feed
from unionaid.testkit.log import (
    Database,
    Entries,
    Totals,
    count,
    counters,
    fold,
    held,
    published,
    until,
)
from unionaid.testkit.stack import Kafka


async def filled(database: Database, kafka: Kafka, topic: str, n: int) -> ProjectionSet:
    """Publish n events and bring a live build up to them."""
    chosen = counters(topic)
    owner = await asyncpg.connect(database.owner_dsn)
    await ensure_build(owner, chosen, database.roles)
    await owner.close()
    async with database.pool.acquire() as conn:
        for start in range(0, n, 50):
            await count(conn, f"s-{start % 3}", 50 * (start // 150), *range(100, 150))
    relay = database.relay(kafka, topic)
    running = asyncio.create_task(relay.run())
    await until(lambda: relay.state.published == n - 1)
    running.cancel()
    inbox = inbox_of(database.pool, chosen, 1)
    await feed(inbox, kafka.bootstrap, until=lambda: inbox.vector()[topic] == n - 1)
    return chosen


async def test_a_new_build_takes_the_place_of_the_live_one(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = await filled(database, kafka, topic, 600)
    owner = await asyncpg.connect(database.owner_dsn)
    assert await rebuild(database.pool, owner, kafka.bootstrap, chosen, database.roles) == 2
    assert await live_build(owner, chosen) == 2
    assert [await table_hash(owner, s, "totals") for s in ("counters_1",)] == [
        await table_hash(owner, "counters_2", "totals")
    ]
    await owner.close()
    assert await held(database, chosen) == fold(await published(kafka, topic))


async def test_a_build_that_disagrees_stays_beside(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = await filled(database, kafka, topic, 300)
    await database.pool.execute("update counters_1.totals set amount = amount + 1 where stream = 's-0'")
    owner = await asyncpg.connect(database.owner_dsn)
    with pytest.raises(Disagreement, match="totals"):
        await rebuild(database.pool, owner, kafka.bootstrap, chosen, database.roles)
    assert await live_build(owner, chosen) == 1
    await rebuild(database.pool, owner, kafka.bootstrap, chosen, database.roles, replace_disagreeing=True)
    await owner.close()
    assert await held(database, chosen) == fold(await published(kafka, topic))


class TotalsV2(Totals):
    version = 2


async def test_a_new_version_is_read_only_once_it_is_built(database: Database, kafka: Kafka, topic: str) -> None:
    old = await filled(database, kafka, topic, 300)
    new = replace(old, projections=[TotalsV2(), Entries()])
    with pytest.raises(NotBuilt, match="run `rebuild`"):
        async with reading(database.pool, new):
            pass
    owner = await asyncpg.connect(database.owner_dsn)
    await rebuild(database.pool, owner, kafka.bootstrap, new, database.roles)
    await owner.close()
    assert await held(database, new) == await _totals(database, "counters_1")


async def test_the_live_set_goes_on_while_a_new_one_is_built(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = await filled(database, kafka, topic, 450)
    relay = database.relay(kafka, topic)
    inbox = inbox_of(database.pool, chosen, 1)
    running = [asyncio.create_task(relay.run()), asyncio.create_task(feed(inbox, kafka.bootstrap))]

    async def write() -> None:
        async with database.pool.acquire() as conn:
            for n in range(40):
                await count(conn, "during", n, 100)

    owner = await asyncpg.connect(database.owner_dsn)
    writing = asyncio.create_task(write())
    build = await rebuild(database.pool, owner, kafka.bootstrap, chosen, database.roles)
    await writing
    await until(lambda: relay.state.published == 489)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    newest = inbox_of(database.pool, chosen, build)
    await feed(newest, kafka.bootstrap, until=lambda: newest.vector()[topic] == 489)
    await owner.close()
    assert await held(database, chosen) == fold(await published(kafka, topic))


async def _totals(database: Database, schema: str) -> dict[str, tuple[int, int]]:
    rows = await database.pool.fetch(f"select * from {schema}.totals")
    return {r["stream"]: (r["n"], r["amount"]) for r in rows}


@pytest.mark.parametrize("seed", range(5))
async def test_interleavings_and_batch_sizes_make_no_difference(database: Database, seed: int) -> None:
    draw = random.Random(seed)
    events = {
        topic: [Event(topic, n, "", "", Entries_TYPE, f"s-{draw.randrange(4)}", Amounts(draw.randrange(100)))
                for n in range(60)]
        for topic in ("one", "two")
    }  # fmt: skip
    owner = await asyncpg.connect(database.owner_dsn)
    hashes = set()
    for trial in range(3):
        schema = f"trial_{trial}"
        await owner.execute(f"create schema {schema}; set search_path = {schema}; {Totals.ddl}; {Entries.ddl}")
        await _apply_randomly(owner, events, random.Random(seed * 10 + trial))
        hashes.add((await table_hash(owner, schema, "totals"), await table_hash(owner, schema, "entries")))
    await owner.close()
    assert len(hashes) == 1


class Amounts:
    def __init__(self, amount: int) -> None:
        self.amount = amount


Entries_TYPE = next(iter(Entries.decoders))


async def _apply_randomly(conn: Connection, events: dict[str, list[Event]], draw: random.Random) -> None:
    waiting = {topic: list(mine) for topic, mine in events.items()}
    while any(waiting.values()):
        batch: list[Event] = []
        for topic in draw.sample(sorted(waiting), 2):
            n = draw.randrange(0, 20)
            batch += waiting[topic][:n]
            waiting[topic] = waiting[topic][n:]
        if batch:
            await _both(conn, batch)


async def _both(conn: Connection, batch: Sequence[Event]) -> None:
    await Totals().apply(conn, batch)
    await Entries().apply(conn, batch)
