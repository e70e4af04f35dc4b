"""Streams as facts."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode, stream_name
from unionaid.eventlog import Connection, load


async def history(conn: Connection, kind: str, id: UUID) -> list[Fact]:
    """Return the events of a stream, oldest first; none where nobody wrote it."""
    return [decode(stored.body)[1] for stored in await load(conn, stream_name(kind, id))]
