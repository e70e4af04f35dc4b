"""State of long streams, kept so that a command need not read them whole. Rebuildable, never published."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unionaid.eventlog.store import Connection


async def load_snapshot(conn: Connection, stream: str, name: str) -> tuple[int, bytes] | None:
    """Return the stream version a snapshot stands at, and its state. `name` names the form of the state."""
    row = await conn.fetchrow(
        "SELECT stream_version, state FROM eventlog.snapshots WHERE stream = $1 AND name = $2", stream, name
    )
    return (row["stream_version"], row["state"]) if row else None


async def save_snapshot(conn: Connection, stream: str, name: str, stream_version: int, state: bytes) -> None:
    """Keep a state; one that stands at a higher version is not replaced by an older one."""
    await conn.execute(
        "INSERT INTO eventlog.snapshots AS s (stream, name, stream_version, state) VALUES ($1,$2,$3,$4) "
        "ON CONFLICT (stream, name) DO UPDATE SET stream_version = $3, state = $4 WHERE s.stream_version < $3",
        stream,
        name,
        stream_version,
        state,
    )
