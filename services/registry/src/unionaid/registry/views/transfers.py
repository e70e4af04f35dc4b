"""Transfers that are asked for."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.eventlog import Connection
from unionaid.registry.views.streams import history
from unionaid.registry.views.units import Pool

WAITING_MAX = 2_000
"""Requests that are looked through for those that somebody may take up."""


async def transfer(conn: Connection, request_id: UUID) -> list[Fact]:
    """Return the events of a request, oldest first; none where there is none."""
    return await history(conn, "transfer", request_id)


async def waiting(pool: Pool, limit: int = WAITING_MAX) -> list[UUID]:
    """Return at most `limit` requests that wait, oldest first."""
    rows = await pool.fetch(
        "SELECT request_id FROM views.transfer WHERE status = 'requested' ORDER BY requested_on, request_id LIMIT $1",
        limit,
    )
    return [row["request_id"] for row in rows]
