"""Payment batches and their lines."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def open_batches(pool: Pool, programme_id: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` batches with a line that the bank has not answered for, each with its list."""
    rows = await pool.fetch(
        "SELECT DISTINCT b.batch_id, l.list_id, l.programme_id, l.union_org_id, l.submitted_on FROM views.batch_line b "
        "JOIN views.list l USING (list_id) WHERE b.status = 'ordered' AND ($1::uuid IS NULL OR l.programme_id = $1) "
        "ORDER BY l.submitted_on, b.batch_id LIMIT $2",
        programme_id,
        limit,
    )
    return [dict(row) for row in rows]


async def batch_lines(pool: Pool, batch_id: UUID, after_line: int, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` lines of a batch after a line, in order, each as the bank answered."""
    rows = await pool.fetch(
        "SELECT b.line, a.application_id, a.person_id, a.union_org_id, a.amount_fen, b.status, b.reason_code "
        "FROM views.batch_line b JOIN views.application a USING (list_id, line) "
        "WHERE b.batch_id = $1 AND b.line > $2 ORDER BY b.line LIMIT $3",
        batch_id,
        after_line,
        limit,
    )
    return [dict(row) for row in rows]
