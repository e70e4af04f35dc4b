"""Lists and their lines."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
LINES_PAGE_MAX = 1_000
"""Lines of one page."""
LISTS_PAGE_MAX = 500
"""Lists of one page."""


async def lines(pool: Pool, list_id: UUID, after_line: int, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` lines of a list after a line, in order."""
    rows = await pool.fetch(
        "SELECT line, application_id, person_id, union_org_id, amount_fen, status, signed_by, reason_code "
        "FROM views.application WHERE list_id = $1 AND line > $2 ORDER BY line LIMIT $3",
        list_id,
        after_line,
        limit,
    )
    return [dict(row) for row in rows]


async def lists(
    pool: Pool,
    programme_id: UUID | None,
    unions: Collection[UUID] | None,
    after: UUID | None,
    limit: int,
    *,
    waiting: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Return at most `limit` lists after the one named, the latest first: of a programme, of unions, or all.

    `waiting` are the statuses in which a list may wait for somebody in the office; while the bank pays it, it does so
    only where a line came back.
    """
    rows = await pool.fetch(
        "SELECT list_id, programme_id, budget_id, union_org_id, lines, amount_fen, submitted_on, status "
        "FROM views.list WHERE ($1::uuid IS NULL OR programme_id = $1) "
        "AND ($2::uuid[] IS NULL OR union_org_id = ANY($2)) AND ($3::uuid IS NULL OR (submitted_on, list_id) < "
        "(SELECT a.submitted_on, a.list_id FROM views.list a WHERE a.list_id = $3)) "
        "AND ($5::text[] IS NULL OR status = ANY($5) AND (status <> 'ordered' OR EXISTS "
        "(SELECT FROM views.application a WHERE a.list_id = list.list_id AND a.status = 'failed'))) "
        "ORDER BY submitted_on DESC, list_id DESC LIMIT $4",
        programme_id,
        None if unions is None else list(unions),
        after,
        limit,
        None if waiting is None else list(waiting),
    )
    return [dict(row) for row in rows]


async def stood_on(pool: Pool, lists: Collection[UUID], person_id: UUID | None) -> set[UUID]:
    """Return those of the lists that have a line for a person."""
    rows = await pool.fetch(
        "SELECT DISTINCT list_id FROM views.application WHERE list_id = ANY($1) AND person_id = $2",
        list(lists),
        person_id,
    )
    return {row["list_id"] for row in rows}


async def statuses(pool: Pool, lists: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return of each list the statuses that its lines have."""
    rows = await pool.fetch(
        "SELECT DISTINCT list_id, status FROM views.application WHERE list_id = ANY($1)", list(lists)
    )
    found: dict[UUID, set[str]] = {list_id: set() for list_id in lists}
    for row in rows:
        found[row["list_id"]].add(row["status"])
    return found


async def payable(pool: Pool, list_id: UUID) -> list[tuple[int, UUID, int]]:
    """Return line, person and fen of what a payment batch would take: what was approved, or came back."""
    rows = await pool.fetch(
        "SELECT line, person_id, amount_fen FROM views.application "
        "WHERE list_id = $1 AND status IN ('approved', 'failed') ORDER BY line",
        list_id,
    )
    return [(row["line"], row["person_id"], row["amount_fen"]) for row in rows]
