"""What relief shows of its own log: funds, budgets, programmes, lists and their lines, the lines of batches.

`own_views` writes it.
"""

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
CHOICES_MAX = 500
"""Budgets, or programmes, to choose from."""


async def fund(pool: Pool, fund_id: UUID) -> dict[str, Any] | None:
    """Return a fund with what it received, allotted and has left, in fen; None if there is none."""
    return _row(
        await pool.fetchrow(
            "SELECT fund_id, source, name, earmark, occurred_on AS opened_on, received_fen, allotted_fen, "
            "received_fen - allotted_fen AS balance_fen FROM views.fund WHERE fund_id = $1",
            fund_id,
        )
    )


async def budget(pool: Pool, budget_id: UUID) -> dict[str, Any] | None:
    """Return a budget with what is allotted, committed, spent and free, in fen; None if there is none."""
    return _row(
        await pool.fetchrow(
            "SELECT budget_id, fund_id, programme_id, amount_fen AS allotted_fen, committed_fen, spent_fen, "
            "amount_fen - committed_fen - spent_fen AS free_fen FROM views.budget WHERE budget_id = $1",
            budget_id,
        )
    )


async def budgets(pool: Pool) -> list[dict[str, Any]]:
    """Return the budgets of all programmes, newest first, each with names and with what is free, in fen."""
    rows = await pool.fetch(
        "SELECT b.budget_id, b.programme_id, p.name AS programme, p.window_from, p.window_to, f.name AS fund, "
        "b.amount_fen - b.committed_fen - b.spent_fen AS free_fen FROM views.budget b "
        "JOIN views.programme p USING (programme_id) JOIN views.fund f USING (fund_id) "
        "ORDER BY p.year DESC, p.window_from DESC, p.name, p.programme_id, f.name, b.budget_id LIMIT $1",
        CHOICES_MAX,
    )
    return [dict(row) for row in rows]


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
            "policy_version FROM views.programme WHERE programme_id = $1",
            programme_id,
        )
    )


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


def _row(row: asyncpg.Record | None) -> dict[str, Any] | None:
    return dict(row) if row is not None else None
