"""Funds and budgets."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.relief.domain.fund.lasting import lasting

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
CHOICES_MAX = 500
"""Budgets to choose from."""
FUNDS_MAX = 500
"""Funds of the list: it has no pages."""
PLEDGES_MAX = 500
"""Pledges told at once, those due first."""
_FUNDS = """
SELECT fund_id, source, name, earmark, occurred_on AS opened_on, received_fen, returned_fen, fees_fen, allotted_fen,
    received_fen - returned_fen - fees_fen - allotted_fen AS balance_fen,
    received_fen - returned_fen - fees_fen - spent_fen AS cash_fen, spent_fen, awaited_fen, planned_fen
FROM (
    SELECT f.*, coalesce((SELECT sum(b.spent_fen) FROM views.budget b WHERE b.fund_id = f.fund_id), 0)::bigint
            AS spent_fen,
        coalesce((SELECT sum(p.awaited_fen) FROM views.pledge p WHERE p.fund_id = f.fund_id), 0)::bigint AS awaited_fen
    FROM views.fund f
) f
"""


async def fund(pool: Pool, fund_id: UUID) -> dict[str, Any] | None:
    """Return a fund with what came in, went and is left, in fen, and how long it lasts; None if there is none."""
    found = await pool.fetchrow(f"{_FUNDS} WHERE fund_id = $1", fund_id)
    return None if found is None else _lasting(found)


async def funds(pool: Pool) -> list[dict[str, Any]]:
    """Return the funds, those opened last first, each with how long it lasts."""
    return [_lasting(row) for row in await pool.fetch(f"{_FUNDS} ORDER BY occurred_on DESC, name LIMIT $1", FUNDS_MAX)]


async def pledges(pool: Pool, fund_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return the pledges of which something is awaited, of a fund or of all, the first to be due first."""
    rows = await pool.fetch(
        "SELECT p.pledge_id, p.fund_id, f.name AS fund, p.voucher, p.made_on, p.due_on, p.amount_fen, p.awaited_fen, "
        "p.noted FROM views.pledge p JOIN views.fund f USING (fund_id) "
        "WHERE p.awaited_fen > 0 AND ($1::uuid IS NULL OR fund_id = $1) ORDER BY p.due_on, p.pledge_id LIMIT $2",
        fund_id,
        PLEDGES_MAX,
    )
    return [dict(row) for row in rows]


async def newly_due(pool: Pool, today: date) -> list[tuple[UUID, UUID]]:
    """Return fund and pledge, one of each fund, of what is awaited, has become due and is not noted yet."""
    rows = await pool.fetch(
        "SELECT DISTINCT ON (fund_id) fund_id, pledge_id FROM views.pledge "
        "WHERE awaited_fen > 0 AND NOT noted AND due_on <= $1 ORDER BY fund_id, due_on, pledge_id",
        today,
    )
    return [(row["fund_id"], row["pledge_id"]) for row in rows]


async def budget(pool: Pool, budget_id: UUID) -> dict[str, Any] | None:
    """Return a budget with what is allotted, committed, spent and free, in fen; None if there is none."""
    return _row(
        await pool.fetchrow(
            "SELECT budget_id, fund_id, programme_id, amount_fen AS allotted_fen, committed_fen, spent_fen, "
            "carried_year, amount_fen - committed_fen - spent_fen AS free_fen FROM views.budget WHERE budget_id = $1",
            budget_id,
        )
    )


async def budgets_of_fund(pool: Pool, fund_id: UUID) -> list[dict[str, Any]]:
    """Return the budgets of a fund, newest programme first, each with what is committed, spent and free, in fen."""
    rows = await pool.fetch(
        "SELECT b.budget_id, b.programme_id, p.name AS programme, p.year, b.amount_fen AS allotted_fen, "
        "b.committed_fen, b.spent_fen, b.amount_fen - b.committed_fen - b.spent_fen AS free_fen, b.carried_year "
        "FROM views.budget b JOIN views.programme p USING (programme_id) WHERE b.fund_id = $1 "
        "ORDER BY p.year DESC, p.window_from DESC, p.name, b.budget_id LIMIT $2",
        fund_id,
        CHOICES_MAX,
    )
    return [dict(row) for row in rows]


async def budgets(pool: Pool) -> list[dict[str, Any]]:
    """Return the budgets of all programmes that take lists, newest first, with names and what is free, in fen."""
    rows = await pool.fetch(
        "SELECT b.budget_id, b.programme_id, p.name AS programme, p.window_from, p.window_to, f.name AS fund, "
        "b.amount_fen - b.committed_fen - b.spent_fen AS free_fen FROM views.budget b "
        "JOIN views.programme p USING (programme_id) JOIN views.fund f USING (fund_id) WHERE p.closed_on IS NULL "
        "ORDER BY p.year DESC, p.window_from DESC, p.name, p.programme_id, f.name, b.budget_id LIMIT $1",
        CHOICES_MAX,
    )
    return [dict(row) for row in rows]


def _lasting(row: asyncpg.Record) -> dict[str, Any]:
    told = dict(row)
    planned = told.pop("planned_fen")
    found = lasting(told["cash_fen"], told["awaited_fen"], planned)
    return {**told, "lasts": None if found is None else found._asdict()}


def _row(row: asyncpg.Record | None) -> dict[str, Any] | None:
    return dict(row) if row is not None else None
