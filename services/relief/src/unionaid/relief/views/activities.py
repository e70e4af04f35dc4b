"""Training sessions, job fairs and competitions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
ACTIVITIES_MAX = 500
"""Activities of one kind told at once, the latest first."""
_SESSIONS = """
SELECT s.*, p.name AS programme, count(t.person_id) AS trainees, count(t.completed_on) AS completed,
    count(t.placed_on) AS placed
FROM views.skills_session s JOIN views.programme p USING (programme_id) LEFT JOIN views.trainee t USING (session_id)
"""


async def sessions(pool: Pool, within: Collection[UUID] | None) -> list[dict[str, Any]]:
    """Return the sessions of these unions, or of all, each with how many enrolled, completed and found work."""
    return await _latest(
        pool,
        f"{_SESSIONS} WHERE ($1::uuid[] IS NULL OR s.union_org_id = ANY($1)) "
        "GROUP BY s.session_id, p.name ORDER BY s.occurred_on DESC, s.session_id",
        within,
    )


async def session(pool: Pool, session_id: UUID) -> dict[str, Any] | None:
    """Return a session with its trainees, by day of enrolment; None if there is none."""
    row = await pool.fetchrow(f"{_SESSIONS} WHERE s.session_id = $1 GROUP BY s.session_id, p.name", session_id)
    if row is None:
        return None
    trainees = await pool.fetch(
        "SELECT person_id, enrolled_on, completed_on, placed_on, employer FROM views.trainee WHERE session_id = $1 "
        "ORDER BY enrolled_on, person_id",
        session_id,
    )
    return {**row, "people": [dict(one) for one in trainees]}


async def fairs(pool: Pool, within: Collection[UUID] | None) -> list[dict[str, Any]]:
    """Return the job fairs of these unions, or of all."""
    return await _latest(
        pool,
        "SELECT * FROM views.job_fair WHERE ($1::uuid[] IS NULL OR union_org_id = ANY($1)) "
        "ORDER BY occurred_on DESC, fair_id",
        within,
    )


async def competitions(pool: Pool, within: Collection[UUID] | None) -> list[dict[str, Any]]:
    """Return the competitions of these unions, or of all."""
    return await _latest(
        pool,
        "SELECT * FROM views.competition WHERE ($1::uuid[] IS NULL OR union_org_id = ANY($1)) "
        "ORDER BY occurred_on DESC, competition_id",
        within,
    )


async def _latest(pool: Pool, query: str, within: Collection[UUID] | None) -> list[dict[str, Any]]:
    rows = await pool.fetch(f"{query} LIMIT $2", None if within is None else list(within), ACTIVITIES_MAX)
    return [dict(row) for row in rows]
