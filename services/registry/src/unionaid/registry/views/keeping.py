"""Who asked to be erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from unionaid.eventlog import Connection
from unionaid.registry.views.units import Pool


async def restrictions(pool: Pool, today: date, after: UUID | None, limit: int, *, due: bool) -> list[dict[str, Any]]:
    """Return at most `limit` restricted persons after the one named, by id; `due` those whose last end has come.

    `restricted_until` is what was told then: None of who had an open record, and whom only `retention` can tell of.
    """
    rows = await pool.fetch(
        "SELECT person_id, restricted_on, restricted_until, coalesce(restricted_until <= $1, false) AS due "
        "FROM views.restriction WHERE ($2::uuid IS NULL OR person_id > $2) AND (NOT $3 OR restricted_until <= $1) "
        "ORDER BY person_id LIMIT $4",
        today,
        after,
        due,
        limit,
    )
    return [dict(row) for row in rows]


async def restricted(conn: Connection, persons: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of these persons who asked to be erased."""
    rows = await conn.fetch("SELECT person_id FROM views.restriction WHERE person_id = ANY($1::uuid[])", list(persons))
    return frozenset(row["person_id"] for row in rows)
