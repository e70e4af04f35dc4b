"""From which budgets programmes' lists are paid that name none."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
BUDGETS_MAX = 500
"""Budgets of one programme."""


async def sources(pool: Pool, programme_id: UUID) -> list[dict[str, Any]]:
    """Return the budgets that pay a programme's lists, in their order, with what is free of each; none if unstated."""
    rows = await pool.fetch(
        "SELECT s.mode, s.stated_on, s.budget_id, s.weight, b.fund_id, f.name AS fund, "
        "b.amount_fen - b.committed_fen - b.spent_fen AS free_fen "
        "FROM views.funding s JOIN views.budget b USING (budget_id) JOIN views.fund f USING (fund_id) "
        "WHERE s.programme_id = $1 ORDER BY s.place",
        programme_id,
    )
    return [dict(row) for row in rows]


async def budgets(pool: Pool, programme_id: UUID) -> list[dict[str, Any]]:
    """Return the budgets that a programme has, with what is free of each."""
    rows = await pool.fetch(
        "SELECT b.budget_id, b.fund_id, f.name AS fund, b.amount_fen AS allotted_fen, "
        "b.amount_fen - b.committed_fen - b.spent_fen AS free_fen "
        "FROM views.budget b JOIN views.fund f USING (fund_id) WHERE b.programme_id = $1 "
        "ORDER BY f.name, b.budget_id LIMIT $2",
        programme_id,
        BUDGETS_MAX,
    )
    return [dict(row) for row in rows]


async def funded(pool: Pool) -> set[UUID]:
    """Return the programmes whose funding is stated."""
    return {row["programme_id"] for row in await pool.fetch("SELECT DISTINCT programme_id FROM views.funding")}


async def named(pool: Pool, budget_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return whose money budgets are: the names of their funds."""
    rows = await pool.fetch(
        "SELECT b.budget_id, f.name FROM views.budget b JOIN views.fund f USING (fund_id) "
        "WHERE b.budget_id = ANY($1::uuid[])",
        list(budget_ids),
    )
    return {row["budget_id"]: row["name"] for row in rows}
