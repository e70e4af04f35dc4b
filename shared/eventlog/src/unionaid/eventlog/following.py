"""Keep what is fed from other services' topics up to date, as a member of a consumer group, until cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
from faststream.kafka import KafkaBroker

from unionaid.eventlog.inbox import Inbox
from unionaid.eventlog.projections import inbox_of, live_build
from unionaid.eventlog.subscriber import INBOX_SERVER_SETTINGS, subscribe, watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from unionaid.eventlog.handling import Handler
    from unionaid.eventlog.projections import ProjectionSet

POOL_MAX = 2
"""Connections of a follower: one writes, one looks which build is live."""
LIVE_BUILD_LOOK_S = 2.0
"""Seconds between two looks whether a rebuild has taken the place of the build that is driven."""


def follow_set(dsn: str, bootstrap: str, chosen: ProjectionSet, group_id: str) -> Callable[[], Awaitable[None]]:
    """Return what drives the live build of a set; it ends when another build has become the live one.

    What is returned raises NotBuilt where there is no build of these versions.
    """

    async def run() -> None:
        async with _pool(dsn) as pool:
            build = await _live(pool, chosen)
            await _drive(inbox_of(pool, chosen, build), bootstrap, group_id, _until_replaced(pool, chosen, build))

    return run


def follow(
    dsn: str, bootstrap: str, subscription: str, topics: Mapping[str, str], handler: Handler, *, group_id: str
) -> Callable[[], Awaitable[None]]:
    """Return what drives a subscription that is not a set: what it writes is never built anew."""

    async def run() -> None:
        async with _pool(dsn) as pool:
            await _drive(Inbox(pool, subscription, topics, handler), bootstrap, group_id, asyncio.Event().wait())

    return run


def _pool(dsn: str) -> asyncpg.Pool[asyncpg.Record]:
    return asyncpg.create_pool(dsn, min_size=0, max_size=POOL_MAX, server_settings=INBOX_SERVER_SETTINGS)


async def _drive(inbox: Inbox, bootstrap: str, group_id: str, until: Awaitable[object]) -> None:
    broker = KafkaBroker(bootstrap, apply_types=False, logger=None)
    subscriber = subscribe(broker, inbox, group_id=group_id)
    async with broker:
        await broker.start()
        watching = asyncio.create_task(watch(subscriber, inbox))
        try:
            await until
        finally:
            watching.cancel()


async def _until_replaced(pool: asyncpg.Pool[asyncpg.Record], chosen: ProjectionSet, build: int) -> None:
    while True:
        await asyncio.sleep(LIVE_BUILD_LOOK_S)
        if await _live(pool, chosen) != build:
            return


async def _live(pool: asyncpg.Pool[asyncpg.Record], chosen: ProjectionSet) -> int:
    async with pool.acquire() as conn:
        return await live_build(conn, chosen)
