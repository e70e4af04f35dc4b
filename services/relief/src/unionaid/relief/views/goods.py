"""Stocks of goods, and where goods were handed out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
STOCKS_MAX = 500
"""Stocks of the list: it has no pages."""
ISSUES_PAGE_MAX = 200
"""Issues of one page."""
_STOCKS = """
SELECT s.stock_id, s.fund_id, f.name AS fund, s.item, s.unit, s.occurred_on AS opened_on,
    coalesce(sum(l.left_quantity), 0)::bigint AS quantity,
    coalesce(sum(l.left_quantity * l.unit_value_fen), 0)::bigint AS value_fen
FROM views.stock s JOIN views.fund f USING (fund_id) LEFT JOIN views.stock_lot l USING (stock_id)
WHERE $1::uuid IS NULL OR s.stock_id = $1 GROUP BY s.stock_id, f.fund_id ORDER BY s.item, f.name, s.stock_id LIMIT $2
"""
_ISSUES = """
SELECT i.issue_id, i.programme_id, p.name AS programme, i.union_org_id, i.site, i.occurred_on,
    i.head_count - i.returned_heads AS head_count, i.amount_fen - i.returned_fen AS amount_fen,
    i.returned_heads, i.returned_fen, i.signed_list_sha256
FROM views.goods_issue i JOIN views.programme p USING (programme_id)
"""


async def stocks(pool: Pool) -> list[dict[str, Any]]:
    """Return the stocks by item, each with what is left and what that is worth, in fen."""
    return [dict(row) for row in await pool.fetch(_STOCKS, None, STOCKS_MAX)]


async def stock(pool: Pool, stock_id: UUID) -> dict[str, Any] | None:
    """Return a stock with its receipts, the oldest first; None if there is none."""
    row = await pool.fetchrow(_STOCKS, stock_id, 1)
    if row is None:
        return None
    lots = await pool.fetch(
        "SELECT receipt_id, origin, quantity, left_quantity, unit_value_fen, voucher, budget_id, donor_organisation, "
        "donor_person_id, valuation, occurred_on FROM views.stock_lot WHERE stock_id = $1 "
        "ORDER BY occurred_on, receipt_id",
        stock_id,
    )
    return {**row, "receipts": [dict(lot) for lot in lots]}


async def issues(
    pool: Pool, within: Collection[UUID] | None, before: tuple[date, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Return at most `limit` issues, the latest first, of these unions or of all; `before` is the last of a page."""
    on, issue_id = before or (None, None)
    rows = await pool.fetch(
        f"{_ISSUES} WHERE ($1::uuid[] IS NULL OR i.union_org_id = ANY($1)) "
        "AND ($2::date IS NULL OR (i.occurred_on, i.issue_id) < ($2, $3::uuid)) "
        "ORDER BY i.occurred_on DESC, i.issue_id DESC LIMIT $4",
        None if within is None else list(within),
        on,
        issue_id,
        limit,
    )
    return [dict(row) for row in rows]


async def issue(pool: Pool, issue_id: UUID) -> dict[str, Any] | None:
    """Return an issue with its parts: item, how much went out and came back, and what a unit is worth."""
    row = await pool.fetchrow(f"{_ISSUES} WHERE i.issue_id = $1", issue_id)
    if row is None:
        return None
    parts = await pool.fetch(
        "SELECT p.stock_id, p.receipt_id, s.item, s.unit, p.quantity, p.returned, p.unit_value_fen "
        "FROM views.goods_issue_part p JOIN views.stock s USING (stock_id) WHERE p.issue_id = $1 "
        "ORDER BY s.item, p.stock_id, p.receipt_id",
        issue_id,
    )
    return {**row, "parts": [dict(part) for part in parts]}
