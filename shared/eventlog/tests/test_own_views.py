"""Own views: they follow the events of their own database, with Kafka or without."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from unionaid.eventlog import OwnViews, StreamAppend, Unsettled, append, list_parked
from unionaid.eventlog.check import check_database
from unionaid.testkit.log import Database, OwnTotals, count, counted


@pytest.fixture
async def views(database: Database) -> OwnViews:
    await OwnTotals.create(database.owner_dsn, database.roles)
    return OwnViews(database.pool, OwnTotals())


async def totals(database: Database) -> dict[str, tuple[int, int]]:
    return {r["stream"]: (r["n"], r["amount"]) for r in await database.pool.fetch("select * from views.totals")}


async def test_they_advance_without_an_index(database: Database, views: OwnViews) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        last = await count(conn, "b", 0, 3)
    running = asyncio.create_task(views.run())
    await views.wait_for(last)
    running.cancel()
    assert await totals(database) == {"a": (2, 3), "b": (1, 3)}
    assert await database.pool.fetchval("select count(*) from eventlog.log") == 0


async def test_two_replicas_apply_each_event_once_and_in_order(database: Database, views: OwnViews) -> None:
    async def write(stream: str) -> int:
        last = 0
        async with database.pool.acquire() as conn:
            for n in range(50):
                last = await count(conn, stream, n, 1)
        return last

    other = OwnViews(database.pool, OwnTotals())
    running = [asyncio.create_task(v.run()) for v in (views, other)]
    lasts = await asyncio.gather(*[write(f"s-{n}") for n in range(8)])
    await views.wait_for(max(lasts))
    for task in running:
        task.cancel()
    assert await totals(database) == {f"s-{n}": (50, 50) for n in range(8)}


async def test_a_bad_event_is_parked_and_blocks_its_stream_alone(database: Database, views: OwnViews) -> None:
    async with database.pool.acquire() as conn:
        await append(
            conn, [StreamAppend(f"c-{n}", 0, [counted(f"c-{n}", 1, 13131 if n == 5 else 1)]) for n in range(20)]
        )
        await count(conn, "c-5", 1, 0)
        await views.step()
        await count(conn, "c-5", 2, 1)
        await count(conn, "c-6", 1, 1)
        await views.step()
        parked = await list_parked(conn)
    assert [p["blocks"] for p in parked] == ["c-5"] * 3
    held = await totals(database)
    assert "c-5" not in held
    assert held["c-6"] == (2, 2)
    assert await views.retry() == (0, 3)
    owner = await asyncpg.connect(database.owner_dsn)
    await owner.execute("alter table views.totals drop constraint totals_amount_check")
    await owner.close()
    assert await views.retry() == (3, 0)
    assert (await totals(database))["c-5"] == (3, 13132)
    async with database.pool.acquire() as conn:
        assert await list_parked(conn) == []
        await count(conn, "c-5", 3, 1)
    assert await views.step() == 1
    assert (await totals(database))["c-5"] == (4, 13133)


async def test_waiting_ends_with_a_named_error(database: Database, views: OwnViews) -> None:
    async with database.pool.acquire() as conn:
        last = await count(conn, "a", 0, 1)
    with pytest.raises(Unsettled):
        await views.wait_for(last, timeout_s=0.05)


async def test_check_names_the_first_breach(database: Database) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        assert (await check_database(conn)).ok
    owner = await asyncpg.connect(database.owner_dsn)
    await owner.execute("alter table eventlog.outbox disable trigger all; delete from eventlog.outbox")
    report = await check_database(owner)
    await owner.close()
    assert set(report.breaches) == {"lost-event"}
    assert "position" in report.breaches["lost-event"]
