"""The books: trial balance as of any index of the log, statements of a fund or a programme, and what they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.eventlog import Connection
from unionaid.relief.domain.ledger.posting import BUDGETARY, Account

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Of: TypeAlias = Literal["fund", "programme"]
"""Of what a statement is."""
CLOSED_MAX = 1_000
"""Closed years of funds told at once."""
ENTRIES_PAGE_MAX = 500
"""Events of one page."""
_ORDER = {account.value: place for place, account in enumerate(Account)}
_ACCOUNTS: dict[Of, tuple[list[str], int]] = {
    "fund": ([Account.CASH.value], 1),
    "programme": ([Account.FREE.value, Account.COMMITTED.value], -1),
}
"""Which accounts a statement is of, and the sign with which they grow.

Of a fund its cash; of a programme what it may still spend.
"""


async def trial_balance(pool: Pool, until_index: int | None = None) -> list[dict[str, Any]]:
    """Return the balance of each account in fen, debit above zero, up to an index of the log, or of all there is."""
    rows = await pool.fetch(
        "SELECT p.account, sum(greatest(p.amount_fen, 0))::bigint AS debit_fen, "
        "sum(greatest(-p.amount_fen, 0))::bigint AS credit_fen, sum(p.amount_fen)::bigint AS balance_fen "
        "FROM views.posting p WHERE $1::bigint IS NULL OR p.position IN "
        "(SELECT l.position FROM eventlog.log l WHERE l.index <= $1) GROUP BY p.account",
        until_index,
    )
    told = [{**dict(row), "budgetary": row["account"] in BUDGETARY} for row in rows]
    return sorted(told, key=lambda row: _ORDER[row["account"]])


async def out_of_balance(pool: Pool) -> dict[str, Any] | None:
    """Return the first entry that does not add up to zero, with its index in the log; None if each one does."""
    row = await pool.fetchrow(
        "SELECT p.position, l.index, min(p.type) AS type, sum(p.amount_fen)::bigint AS off_by_fen "
        "FROM views.posting p LEFT JOIN eventlog.log l USING (position) "
        "GROUP BY p.position, l.index HAVING sum(p.amount_fen) <> 0 ORDER BY p.position LIMIT 1"
    )
    return None if row is None else dict(row)


async def disagreements(pool: Pool) -> list[dict[str, Any]]:
    """Return the funds whose books say another thing than their own sums, or owe something after their last step."""
    rows = await pool.fetch(_DISAGREEMENTS)
    return [dict(row) for row in rows]


async def statement(pool: Pool, of: Of, id: UUID, year: int) -> dict[str, Any]:
    """Return opening, what came in and went by kind of event, and closing of a year, in fen."""
    accounts, sign = _ACCOUNTS[of]
    rows = await pool.fetch(
        "SELECT CASE WHEN occurred_on < $3 THEN '' ELSE split_part(type, '.', 3) END AS kind, "
        "sum(amount_fen)::bigint AS fen, count(DISTINCT position) AS events FROM views.posting "
        f"WHERE {of}_id = $1 AND account = ANY($2::text[]) AND occurred_on < $4 GROUP BY 1",
        id,
        accounts,
        date(year, 1, 1),
        date(year + 1, 1, 1),
    )
    found = {row["kind"]: (sign * int(row["fen"]), int(row["events"])) for row in rows}
    opening, _ = found.pop("", (0, 0))
    moved = [
        {"kind": kind, "amount_fen": fen, "events": events} for kind, (fen, events) in sorted(found.items()) if fen
    ]
    return {
        "of": of,
        "id": id,
        "year": year,
        "opening_fen": opening,
        "in": [row for row in moved if row["amount_fen"] > 0],
        "out": [row for row in moved if row["amount_fen"] < 0],
        "closing_fen": opening + sum(row["amount_fen"] for row in moved),
    }


async def entries(
    pool: Pool, of: Of, id: UUID, year: int, *, kind: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return at most `limit` events after a position that moved what the statement is of, in the order of the log."""
    accounts, sign = _ACCOUNTS[of]
    rows = await pool.fetch(
        "SELECT p.position, l.index, p.event_id, split_part(p.type, '.', 3) AS kind, p.stream, p.occurred_on, "
        "sum(p.amount_fen)::bigint AS fen FROM views.posting p LEFT JOIN eventlog.log l USING (position) "
        f"WHERE p.{of}_id = $1 AND p.account = ANY($2::text[]) AND p.occurred_on >= $3 AND p.occurred_on < $4 "
        "AND ($5::text IS NULL OR split_part(p.type, '.', 3) = $5) AND p.position > $6 "
        "GROUP BY p.position, l.index, p.event_id, p.type, p.stream, p.occurred_on HAVING sum(p.amount_fen) <> 0 "
        "ORDER BY p.position LIMIT $7",
        id,
        accounts,
        date(year, 1, 1),
        date(year + 1, 1, 1),
        kind,
        after,
        limit,
    )
    return [{**{k: v for k, v in row.items() if k != "fen"}, "amount_fen": sign * row["fen"]} for row in rows]


async def closed_years(pool: Pool) -> list[dict[str, Any]]:
    """Return what was written down of each fund when a year was closed, the latest year first."""
    rows = await pool.fetch(
        "SELECT y.*, f.name AS fund FROM views.fund_year y JOIN views.fund f USING (fund_id) "
        "ORDER BY y.year DESC, f.name, y.fund_id LIMIT $1",
        CLOSED_MAX,
    )
    return [dict(row) for row in rows]


async def fund_years(conn: Connection, year: int) -> list[dict[str, Any]]:
    """Return of each fund with entries what it had, got, gave and paid in a year, in fen."""
    rows = await conn.fetch(_FUND_YEARS, date(year, 1, 1), date(year + 1, 1, 1))
    return [dict(row) for row in rows]


async def undecided(conn: Connection, year: int) -> int:
    """Count the budgets of programmes of a year, or of one before, that have something left nobody has decided on."""
    return int(
        await conn.fetchval(
            "SELECT count(*) FROM views.budget b JOIN views.programme p USING (programme_id) "
            "WHERE p.year <= $1 AND b.amount_fen > b.spent_fen AND coalesce(b.carried_year, 0) < $1",
            year,
        )
    )


async def years(pool: Pool) -> Sequence[int]:
    """Return the years with entries, the latest first."""
    rows = await pool.fetch(
        "SELECT DISTINCT extract(year FROM occurred_on)::integer AS year FROM views.posting ORDER BY 1 DESC"
    )
    return [row["year"] for row in rows]


_FUND_YEARS = """
SELECT fund_id, coalesce(sum(amount_fen) FILTER (WHERE occurred_on < $1), 0)::bigint AS opening_fen,
    coalesce(sum(amount_fen) FILTER (WHERE occurred_on >= $1
        AND split_part(type, '.', 3) IN ('FundsReceived', 'GoodsRefunded')), 0)::bigint AS received_fen,
    coalesce(-sum(amount_fen) FILTER (WHERE occurred_on >= $1 AND type LIKE '%.FundsReturned.%'), 0)::bigint
        AS returned_fen,
    coalesce(-sum(amount_fen) FILTER (WHERE occurred_on >= $1 AND type LIKE '%.BankFeeCharged.%'), 0)::bigint
        AS fees_fen,
    coalesce(-sum(amount_fen) FILTER (WHERE occurred_on >= $1
        AND split_part(type, '.', 3) IN ('ReliefPaid', 'GoodsPaid')), 0)::bigint AS paid_fen,
    coalesce(sum(amount_fen) FILTER (WHERE occurred_on >= $1
        AND split_part(type, '.', 3) IN ('PaymentReversed', 'GoodsRefunded')), 0)::bigint AS came_back_fen
FROM views.posting WHERE account = 'cash' AND occurred_on < $2 GROUP BY fund_id ORDER BY fund_id
"""
_DISAGREEMENTS = """
WITH booked AS (
    SELECT fund_id, coalesce(sum(amount_fen) FILTER (WHERE account = 'cash'), 0) AS cash,
        coalesce(-sum(amount_fen) FILTER (WHERE account = 'payable'), 0) AS payable,
        coalesce(sum(amount_fen) FILTER (WHERE account = 'allotted'), 0) AS allotted,
        coalesce(-sum(amount_fen) FILTER (WHERE account = 'spent'), 0) AS spent,
        coalesce(sum(amount_fen) FILTER (WHERE account = 'goods'), 0) AS goods
    FROM views.posting GROUP BY fund_id
), summed AS (
    SELECT f.fund_id, f.received_fen - f.returned_fen - f.fees_fen - coalesce(sum(b.spent_fen), 0) AS cash,
        f.allotted_fen AS allotted, coalesce(sum(b.spent_fen), 0) AS spent, coalesce((
            SELECT sum(l.left_quantity * l.unit_value_fen) FROM views.stock_lot l JOIN views.stock s USING (stock_id)
            WHERE s.fund_id = f.fund_id), 0) AS goods
    FROM views.fund f LEFT JOIN views.budget b USING (fund_id) GROUP BY f.fund_id
)
SELECT s.fund_id, s.cash::bigint AS cash_fen, coalesce(b.cash, 0)::bigint AS booked_cash_fen,
    coalesce(b.payable, 0)::bigint AS payable_fen
FROM summed s LEFT JOIN booked b USING (fund_id)
WHERE coalesce(b.payable, 0) <> 0 OR (s.cash, s.allotted, s.spent, s.goods)
    <> (coalesce(b.cash, 0), coalesce(b.allotted, 0), coalesce(b.spent, 0), coalesce(b.goods, 0))
ORDER BY s.fund_id LIMIT 100
"""
