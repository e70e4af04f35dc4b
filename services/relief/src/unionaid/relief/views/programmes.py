"""Programmes."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
CHOICES_MAX = 500
"""Programmes to choose from."""


async def programmes(pool: Pool) -> dict[UUID, str]:
    """Return the names of the programmes, newest first."""
    rows = await pool.fetch(
        "SELECT programme_id, name FROM views.programme ORDER BY year DESC, window_from DESC, name LIMIT $1",
        CHOICES_MAX,
    )
    return {row["programme_id"]: row["name"] for row in rows}


async def programme(pool: Pool, programme_id: UUID) -> dict[str, Any] | None:
    """Return a programme; None if there is none."""
    return _row(
        await pool.fetchrow(
            "SELECT programme_id, kind, year, name, window_from, window_to, purpose, standard_fen, amount_max_fen, "
            "policy_version, closed_on FROM views.programme WHERE programme_id = $1",
            programme_id,
        )
    )


def _row(row: asyncpg.Record | None) -> dict[str, Any] | None:
    return dict(row) if row is not None else None
