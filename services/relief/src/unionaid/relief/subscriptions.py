"""What relief listens to: registry's topic, for who is known and under which union. It writes tables, no commands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from faststream.kafka import KafkaBroker

from unionaid.eventlog import INBOX_SERVER_SETTINGS, ProjectionSet, inbox_of, live_build, subscribe, watch

POOL_MAX = 2
"""Connections of the subscription: one writes, one looks which build is live."""
LIVE_BUILD_LOOK_S = 2.0
"""Seconds between two looks whether a rebuild has taken the place of the build that is driven."""


def following(dsn: str, bootstrap: str, chosen: ProjectionSet) -> Callable[[], Awaitable[None]]:
    """Return what keeps the live build of a set up to date; it ends when another build has become the live one."""

    async def follow() -> None:
        async with asyncpg.create_pool(
            dsn, min_size=0, max_size=POOL_MAX, server_settings=INBOX_SERVER_SETTINGS
        ) as pool:
            build = await _live(pool, chosen)
            broker = KafkaBroker(bootstrap, apply_types=False)
            inbox = inbox_of(pool, chosen, build)
            subscriber = subscribe(broker, inbox, group_id=f"relief.{chosen.name}")
            async with broker:
                await broker.start()
                watching = asyncio.create_task(watch(subscriber, inbox))
                try:
                    await _until_replaced(pool, chosen, build)
                finally:
                    watching.cancel()

    return follow


async def _until_replaced(pool: asyncpg.Pool[asyncpg.Record], chosen: ProjectionSet, build: int) -> None:
    while True:
        await asyncio.sleep(LIVE_BUILD_LOOK_S)
        if await _live(pool, chosen) != build:
            return


async def _live(pool: asyncpg.Pool[asyncpg.Record], chosen: ProjectionSet) -> int:
    async with pool.acquire() as conn:
        return await live_build(conn, chosen)
