"""What funds, budgets and programmes become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
)
from unionaid.eventlog import Connection
from unionaid.relief.views.adding import Writers, inserted, write

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


def _added(column: str) -> tuple[str, Sequence[str]]:
    sql = (
        f"UPDATE views.fund SET {column} = fund.{column} + moved.fen FROM (SELECT id, sum(fen)::bigint AS fen "
        "FROM unnest($1::uuid[], $2::bigint[]) AS m(id, fen) GROUP BY id) moved WHERE fund.fund_id = moved.id"
    )
    return sql, ("fund_id", "amount_fen")


_WRITERS: Writers = {
    FundOpened: inserted("fund", _FUND),
    FundsReceived: _added("received_fen"),
    ProgrammeOpened: inserted("programme", _PROGRAMME),
    BudgetAllotted: _added("allotted_fen"),
    BudgetOpened: inserted("budget", _BUDGET),
}
SHOWN: tuple[type[Fact], ...] = (*_WRITERS, *_MOVES)


async def write_funds(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows: what is added in the order of lives, what is moved after it."""
    await write(conn, facts, _WRITERS)
    moves = [
        (fact.budget_id, fact.amount_fen * committed, fact.amount_fen * spent)
        for fact in facts
        if isinstance(fact, BudgetCommitted | BudgetSpent | CommitmentReleased)
        for committed, spent in (_MOVES[type(fact)],)
    ]
    if moves:
        await conn.execute(_MOVE_BUDGETS, *zip(*moves, strict=True))
