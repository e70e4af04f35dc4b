"""In-house titles as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import TitleAppointed, TitleEnded, TitleEvaluated, TitleSchemeAdopted
from unionaid.eventlog import Connection
from unionaid.registry.domain.title.facts import Title, title_of
from unionaid.registry.domain.title_scheme.facts import TitleScheme, title_scheme_of
from unionaid.registry.views.streams import history

SHOWN = (TitleSchemeAdopted, TitleEvaluated, TitleAppointed, TitleEnded)
"""The events these views are written from."""


async def title(conn: Connection, title_id: UUID) -> tuple[Title, int]:
    """Return a title as it stands now, and its stream's version."""
    told = await history(conn, "title", title_id)
    return title_of(told), len(told)


async def scheme(conn: Connection, scheme_id: UUID) -> tuple[TitleScheme, int]:
    """Return a scheme as it stands now, and its stream's version."""
    told = await history(conn, "scheme", scheme_id)
    return title_scheme_of(told), len(told)


async def schemes(pool: asyncpg.Pool[asyncpg.Record], after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` schemes after the one named, oldest first, with how many were evaluated and hold one."""
    rows = await pool.fetch(
        "SELECT s.scheme_id, s.enterprise_id, e.name AS enterprise, s.adopted_on, s.title_names, s.grades, "
        "count(t.title_id) AS evaluated, count(t.title_id) FILTER (WHERE t.status = 'appointed') AS appointed "
        "FROM views.title_scheme s JOIN views.enterprise e USING (enterprise_id) "
        "LEFT JOIN views.title t USING (scheme_id) WHERE $1::uuid IS NULL OR (s.adopted_on, s.scheme_id) > "
        "(SELECT a.adopted_on, a.scheme_id FROM views.title_scheme a WHERE a.scheme_id = $1) "
        "GROUP BY s.scheme_id, e.name ORDER BY s.adopted_on, s.scheme_id LIMIT $2",
        after,
        limit,
    )
    return [
        {
            **{name: row[name] for name in ("scheme_id", "enterprise_id", "enterprise", "adopted_on")},
            "titles": [
                {"title_name": name, "grades": grades}
                for name, grades in zip(row["title_names"], row["grades"], strict=True)
            ],
            "evaluated": row["evaluated"],
            "appointed": row["appointed"],
        }
        for row in rows
    ]


async def write(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows from events, in their order within a stream."""
    for fact in facts:
        match fact:
            case TitleSchemeAdopted():
                await conn.execute(
                    "INSERT INTO views.title_scheme (scheme_id, enterprise_id, adopted_on, title_names, grades) "
                    "VALUES ($1, $2, $3, $4, $5)",
                    fact.scheme_id,
                    fact.enterprise_id,
                    fact.occurred_on,
                    [one.title_name for one in fact.titles],
                    [one.grades for one in fact.titles],
                )
            case TitleEvaluated():
                await conn.execute(
                    "INSERT INTO views.title (title_id, scheme_id, status) VALUES ($1, $2, 'evaluated')",
                    fact.title_id,
                    fact.scheme_id,
                )
            case TitleAppointed() | TitleEnded():
                status = "appointed" if isinstance(fact, TitleAppointed) else "ended"
                await conn.execute("UPDATE views.title SET status = $2 WHERE title_id = $1", fact.title_id, status)
            case _:
                pass
