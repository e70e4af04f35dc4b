"""Give indexes to what waits, and read what has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unionaid.eventlog.limits import SEQUENCE_EVENTS_MAX
from unionaid.eventlog.records import Published

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from unionaid.eventlog.lease import Lease
    from unionaid.eventlog.store import Connection

_STORED = """
SELECT l.index, e.stream, l.logtime, eventlog.value(l.index, l.logtime, e.body) AS value
FROM eventlog.log l JOIN eventlog.events e ON e.position = l.position
"""


async def sequence(
    lease: Lease, clock: Callable[[], datetime], events_max: int = SEQUENCE_EVENTS_MAX
) -> list[Published]:
    """Give the next indexes to waiting events, in one transaction, and return them in index order.

    Takes whole appends until `events_max` is reached. Empty: nothing waits.

    Raises:
        LeaseLost: this session leads no longer; nothing was numbered.
    """
    async with lease.session() as conn:
        if not await conn.fetchval("SELECT EXISTS (SELECT FROM eventlog.outbox)"):
            return []  # far cheaper to see than by numbering nothing, and it is looked often
        rows = await conn.fetch("SELECT * FROM eventlog.sequence($1, $2, $3)", lease.key, clock(), events_max)
    return [Published(*row) for row in rows]


async def published_after(conn: Connection, index: int, limit: int) -> list[Published]:
    """Return the values above an index, rebuilt from what is stored, in order."""
    return [
        Published(*row)
        for row in await conn.fetch(_STORED + "WHERE l.index > $1 ORDER BY l.index LIMIT $2", index, limit)
    ]


async def published_at(conn: Connection, indexes: list[int]) -> dict[int, bytes]:
    """Return the values of some indexes; an index not given yet is absent."""
    rows = await conn.fetch(_STORED + "WHERE l.index = ANY($1::bigint[])", indexes)
    return {row["index"]: row["value"] for row in rows}


async def last_index(conn: Connection) -> int:
    """Return the highest index given, -1 when there is none."""
    return int(await conn.fetchval("SELECT coalesce(max(index), -1) FROM eventlog.log"))
