"""What happened in streams, from the log itself: read before a view holds it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import decode, stream_name
from unionaid.eventlog import load, load_many
from unionaid.relief.domain.relief_list.facts import Act

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def acts_of_list(pool: Pool, list_id: UUID) -> list[tuple[Act, datetime]]:
    """Return what happened to a list, each with the instant it was decided at."""
    return await acts_in(pool, stream_name("list", list_id))


async def acts_of_batch(pool: Pool, batch_id: UUID) -> list[tuple[Act, datetime]]:
    """Return what happened to a batch, each with the instant it was decided at."""
    return await acts_in(pool, stream_name("batch", batch_id))


async def acts_in(pool: Pool, stream: str) -> list[tuple[Act, datetime]]:
    """Return what happened in a stream, each with the instant it was decided at."""
    async with pool.acquire() as conn:
        stored = await load(conn, stream)
    decoded = [decode(event.body) for event in stored]
    return [(Act(event, envelope.actor), envelope.time) for envelope, event in decoded]


async def acts_in_each(pool: Pool, streams: Sequence[str]) -> dict[str, list[Act]]:
    """Return what happened in many streams."""
    async with pool.acquire() as conn:
        stored = await load_many(conn, streams)
    decoded = {stream: [decode(event.body) for event in events] for stream, events in stored.items()}
    return {stream: [Act(event, envelope.actor) for envelope, event in told] for stream, told in decoded.items()}
