"""Unions while something is entered in them: none is dissolved meanwhile, and none is filled while it is dissolved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.registry import UnionOrgDissolved
from unionaid.eventlog import Busy, Connection, WrongVersion
from unionaid.registry.identities import Write

Store: TypeAlias = Callable[[Connection, Sequence[Any]], Awaitable[None]]
"""`store` of a `Beside`."""
SETTLE_TRIES_MAX = 500
"""Looks at the queue of the own views, `SETTLE_PAUSE_S` apart, before a dissolution is put off."""
SETTLE_PAUSE_S = 0.01


def holding(*org_ids: UUID) -> Write:
    """Return what holds unions open until the transaction of an append ends: `also` of `carry_out`."""

    async def hold(conn: Connection) -> None:
        await hold_open(conn, org_ids)

    return hold


async def hold_open(conn: Connection, org_ids: Collection[UUID]) -> None:
    """Hold unions open until the transaction ends.

    Raises:
        WrongVersion: one was dissolved since it was looked at; decided again, the command is refused.
    """
    if not org_ids:
        return
    streams = sorted({stream_name("union", org_id) for org_id in org_ids})
    ended = await conn.fetchval("SELECT views.hold_open($1::text[], $2)", streams, UnionOrgDissolved.TYPE)
    if ended is not None:
        raise WrongVersion(ended)


async def hold_closed(conn: Connection, org_id: UUID) -> None:
    """Wait for whoever enters something in a union, keep others out, and let the views catch up.

    Raises:
        Busy: the views do not catch up.
    """
    stream = stream_name("union", org_id)
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", stream)
    last = await conn.fetchval("SELECT max(first_position) FROM eventlog.own_queue")
    for _ in range(SETTLE_TRIES_MAX):
        if not await conn.fetchval(
            "SELECT EXISTS (SELECT FROM eventlog.own_queue WHERE first_position <= $1)", last or -1
        ):
            return
        await asyncio.sleep(SETTLE_PAUSE_S)
    raise Busy(stream, SETTLE_TRIES_MAX)


def held_open(store: Store) -> Store:
    """Return `store` of a `Beside` whose items name the union they are entered in, and which is held open."""

    async def both(conn: Connection, items: Sequence[tuple[UUID, Any]]) -> None:
        await hold_open(conn, {org_id for org_id, _ in items})
        await store(conn, [item for _, item in items])

    return both
