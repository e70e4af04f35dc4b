"""Verifications of a programme, and the payments that a sample is drawn from."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import stream_name
from unionaid.contracts.relief import PaymentReversed, ReliefPaid
from unionaid.relief.domain.verification.rules import Frame, Paid

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
LISTED_MAX = 200
"""Verifications of one programme that are listed."""


async def verifications(pool: Pool, programme_id: UUID) -> list[dict[str, Any]]:
    """Return the verifications of a programme, the latest first."""
    rows = await pool.fetch(
        "SELECT verification_id, committed_on, drawn_on, sampled, answered FROM views.verification "
        "WHERE programme_id = $1 ORDER BY committed_on DESC, verification_id LIMIT $2",
        programme_id,
        LISTED_MAX,
    )
    return [dict(row) for row in rows]


async def last_index(pool: Pool) -> int | None:
    """Return the last index of the log, None while it has none."""
    found: int | None = await pool.fetchval("SELECT max(index) FROM eventlog.log")
    return found


async def index_of(pool: Pool, verification_id: UUID) -> int | None:
    """Return the index that the commitment has in the log, None while it has none."""
    found: int | None = await pool.fetchval(
        "SELECT l.index FROM eventlog.events e JOIN eventlog.log l USING (position) "
        "WHERE e.stream = $1 AND e.version = 1",
        stream_name("verification", verification_id),
    )
    return found


async def frame(pool: Pool, programme_id: UUID, since: int, upto: int) -> Frame:
    """Return what a sample is drawn from: paid after one index and not taken back up to the other."""
    rows = await pool.fetch(_FRAME, programme_id, ReliefPaid.TYPE, PaymentReversed.TYPE, since, upto)
    return Frame(since, upto, [Paid(**row) for row in rows])


_FRAME = """
WITH moved AS (
    SELECT DISTINCT p.position, p.stream, p.type, l.index FROM views.posting p JOIN eventlog.log l USING (position)
    WHERE p.programme_id = $1 AND p.account = 'cash' AND p.type IN ($2, $3)
        AND l.index <= $5
), held AS (
    SELECT stream FROM moved GROUP BY stream
    HAVING count(*) FILTER (WHERE type = $2) > count(*) FILTER (WHERE type = $3)
        AND bool_or(type = $2 AND index > $4)
)
SELECT a.application_id, a.list_id, a.line, a.person_id, a.amount_fen
FROM held JOIN views.application a ON held.stream = 'application-' || a.application_id ORDER BY a.application_id
"""
