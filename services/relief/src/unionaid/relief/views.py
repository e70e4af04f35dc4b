"""What relief shows of its own log: funds, budgets, programmes, the lines of lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import (
    BudgetAllotted,
    BudgetCommitted,
    BudgetOpened,
    BudgetSpent,
    CommitmentReleased,
    FundOpened,
    FundsReceived,
    ProgrammeOpened,
    ReliefApproved,
    ReliefPaid,
    ReliefRejected,
    ReliefRequested,
    ReliefVerified,
)
from unionaid.eventlog import Connection, Decoder, Event

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LINES_PAGE_MAX = 1_000
"""Lines of one page."""
CHOICES_MAX = 500
"""Budgets to choose from."""


class ReliefViews:
    """Writes the views. Types are taken in the order of their lives, so each stream's order is kept."""

    def __init__(self) -> None:
        self.decoders: Mapping[str, Decoder] = {kind.TYPE: _decoder(kind) for kind in (*_WRITERS, *_MOVES)}

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write what follows from events of this service."""
        by_type: dict[str, list[Any]] = {}
        for event in events:
            by_type.setdefault(event.type, []).append(event.data)
        for kind, (sql, columns) in _WRITERS.items():
            facts = by_type.get(kind.TYPE)
            if facts:
                await conn.execute(sql, *([getattr(fact, name) for fact in facts] for name in columns))
        moves = [
            (fact.budget_id, fact.amount_fen * committed, fact.amount_fen * spent)
            for kind, (committed, spent) in _MOVES.items()
            for fact in by_type.get(kind.TYPE, ())
        ]
        if moves:
            await conn.execute(_MOVE_BUDGETS, *zip(*moves, strict=True))


def _decoder(kind: type[Fact]) -> Callable[[bytes], Fact]:
    def decode(data: bytes) -> Fact:
        return kind.model_validate_json(data, extra="ignore")

    return decode


_MOVES: Mapping[type[Fact], tuple[int, int]] = {
    BudgetCommitted: (1, 0),
    BudgetSpent: (-1, 1),
    CommitmentReleased: (-1, 0),
}
"""What a movement adds to what is committed and to what is spent, times its amount.

Written as one sum per budget: what was released first may be committed again in the same batch.
"""
_MOVE_BUDGETS = """
UPDATE views.budget SET committed_fen = budget.committed_fen + moved.committed,
    spent_fen = budget.spent_fen + moved.spent
FROM (SELECT id, sum(committed)::bigint AS committed, sum(spent)::bigint AS spent
      FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS m(id, committed, spent) GROUP BY id) moved
WHERE budget.budget_id = moved.id
"""
_PROGRAMME = {
    "programme_id": "uuid",
    "kind": "text",
    "year": "integer",
    "name": "text",
    "window_from": "date",
    "window_to": "date",
    "purpose": "text",
    "standard_fen": "bigint",
    "amount_max_fen": "bigint",
    "policy_version": "text",
}
_FUND = {"fund_id": "uuid", "source": "text", "name": "text", "earmark": "text", "occurred_on": "date"}
_BUDGET = {"budget_id": "uuid", "fund_id": "uuid", "programme_id": "uuid", "amount_fen": "bigint"}
_APPLICATION = {
    "list_id": "uuid",
    "line": "integer",
    "application_id": "uuid",
    "person_id": "uuid",
    "union_org_id": "uuid",
    "amount_fen": "bigint",
}


def _inserted(table: str, columns: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    types = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), start=1))
    sql = f"INSERT INTO views.{table} ({', '.join(columns)}) SELECT * FROM unnest({types})"
    return sql, tuple(columns)


def _added(column: str) -> tuple[str, Sequence[str]]:
    sql = (
        f"UPDATE views.fund SET {column} = fund.{column} + moved.fen FROM (SELECT id, sum(fen)::bigint AS fen "
        "FROM unnest($1::uuid[], $2::bigint[]) AS m(id, fen) GROUP BY id) moved WHERE fund.fund_id = moved.id"
    )
    return sql, ("fund_id", "amount_fen")


def _stepped(status: str) -> tuple[str, Sequence[str]]:
    sql = (
        f"UPDATE views.application SET status = '{status}' FROM unnest($1::uuid[], $2::integer[]) AS s(list_id, line) "
        "WHERE application.list_id = s.list_id AND application.line = s.line"
    )
    return sql, ("list_id", "line")


_PAID = (
    "UPDATE views.application SET status = 'paid', signed_by = s.signed_by "
    "FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS s(list_id, line, signed_by) "
    "WHERE application.list_id = s.list_id AND application.line = s.line"
)
_WRITERS: Mapping[type[Fact], tuple[str, Sequence[str]]] = {
    FundOpened: _inserted("fund", _FUND),
    FundsReceived: _added("received_fen"),
    ProgrammeOpened: _inserted("programme", _PROGRAMME),
    BudgetAllotted: _added("allotted_fen"),
    BudgetOpened: _inserted("budget", _BUDGET),
    ReliefRequested: _inserted("application", _APPLICATION),
    ReliefVerified: _stepped("verified"),
    ReliefApproved: _stepped("approved"),
    ReliefRejected: _stepped("rejected"),
    ReliefPaid: (_PAID, ("list_id", "line", "signed_by")),
}
"""SQL of each event, which takes one array per named field of the events."""


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


async def stands_on(pool: Pool, list_id: UUID, person_id: UUID | None) -> bool:
    """Say whether a list has a line for a person."""
    return bool(
        await pool.fetchval(
            "SELECT EXISTS (SELECT FROM views.application WHERE list_id = $1 AND person_id = $2)", list_id, person_id
        )
    )


async def programme(pool: Pool, programme_id: UUID) -> dict[str, Any] | None:
    """Return a programme; None if there is none."""
    return _row(
        await pool.fetchrow(
            f"SELECT {', '.join(_PROGRAMME)} FROM views.programme WHERE programme_id = $1", programme_id
        )
    )


async def lines(pool: Pool, list_id: UUID, after_line: int, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` lines of a list after a line, in order."""
    rows = await pool.fetch(
        "SELECT line, application_id, person_id, union_org_id, amount_fen, status, signed_by "
        "FROM views.application WHERE list_id = $1 AND line > $2 ORDER BY line LIMIT $3",
        list_id,
        after_line,
        limit,
    )
    return [dict(row) for row in rows]


def _row(row: asyncpg.Record | None) -> dict[str, Any] | None:
    return dict(row) if row is not None else None
