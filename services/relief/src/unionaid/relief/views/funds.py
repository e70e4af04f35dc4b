"""Funds and budgets."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
CHOICES_MAX = 500
"""Budgets to choose from."""


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


def _row(row: asyncpg.Record | None) -> dict[str, Any] | None:
    return dict(row) if row is not None else None
