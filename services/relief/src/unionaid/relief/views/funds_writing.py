"""What funds, budgets and programmes become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import (
    BankFeeCharged,
    BudgetAllotted,
    BudgetCarriedOver,
    BudgetCommitted,
    BudgetOpened,
    BudgetReduced,
    BudgetReleased,
    BudgetSpent,
    CommitmentReleased,
    FundOpened,
    FundsReceived,
    FundsReturned,
    GoodsPaid,
    GoodsRefunded,
    PledgeDue,
    PledgeMade,
    PledgeWithdrawn,
    ProgrammeOpened,
    SpendingPlanned,
    SpendingReversed,
)
from unionaid.eventlog import Connection
from unionaid.relief.views.adding import Writers, inserted, write

_FUND_MOVES: Mapping[type[Fact], tuple[int, int, int, int]] = {
    FundsReceived: (1, 0, 0, 0),
    FundsReturned: (0, 1, 0, 0),
    BankFeeCharged: (0, 0, 1, 0),
    BudgetAllotted: (0, 0, 0, 1),
    BudgetReleased: (0, 0, 0, -1),
}
"""What an event adds to what a fund received, returned, paid the bank and allotted, times its amount.

Written as one sum per fund: what was released first may be returned in the same batch.
"""
_MOVE_FUNDS = """
UPDATE views.fund SET received_fen = fund.received_fen + moved.received,
    returned_fen = fund.returned_fen + moved.returned, fees_fen = fund.fees_fen + moved.fees,
    allotted_fen = fund.allotted_fen + moved.allotted
FROM (SELECT id, sum(received)::bigint AS received, sum(returned)::bigint AS returned, sum(fees)::bigint AS fees,
             sum(allotted)::bigint AS allotted
      FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
          AS m(id, received, returned, fees, allotted) GROUP BY id) moved
WHERE fund.fund_id = moved.id
"""
_BUDGET_MOVES: Mapping[type[Fact], tuple[int, int, int]] = {
    BudgetReduced: (-1, 0, 0),
    BudgetCommitted: (0, 1, 0),
    BudgetSpent: (0, -1, 1),
    SpendingReversed: (0, 1, -1),
    CommitmentReleased: (0, -1, 0),
    GoodsPaid: (0, 0, 1),
    GoodsRefunded: (0, 0, -1),
}
"""What a movement adds to what a budget has, to what is committed and to what is spent, times its amount.

Written as one sum per budget: what was released first may be committed again in the same batch.
"""
_MOVE_BUDGETS = """
UPDATE views.budget SET amount_fen = budget.amount_fen + moved.amount,
    committed_fen = budget.committed_fen + moved.committed, spent_fen = budget.spent_fen + moved.spent
FROM (SELECT id, sum(amount)::bigint AS amount, sum(committed)::bigint AS committed, sum(spent)::bigint AS spent
      FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) AS m(id, amount, committed, spent)
      GROUP BY id) moved
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


_PLAN = """
UPDATE views.fund SET planned_fen = s.fen FROM (
    SELECT DISTINCT ON (id) id, fen FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS m(id, fen, n)
    ORDER BY id, n DESC
) s WHERE fund.fund_id = s.id
"""
"""The last plan holds."""
_CARRY = """
UPDATE views.budget SET carried_year = greatest(carried_year, s.year) FROM (
    SELECT id, max(year) AS year FROM unnest($1::uuid[], $2::integer[]) AS m(id, year) GROUP BY id
) s WHERE budget.budget_id = s.id
"""
_PLEDGE = """
INSERT INTO views.pledge (pledge_id, fund_id, amount_fen, awaited_fen, due_on, voucher, made_on)
SELECT id, fund_id, fen, fen, due_on, voucher, made_on
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::date[], $5::text[], $6::date[])
    AS m(id, fund_id, fen, due_on, voucher, made_on)
"""
_NOTE_DUE = "UPDATE views.pledge SET noted = true WHERE pledge_id = ANY($1::uuid[])"
_AWAIT_LESS = """
UPDATE views.pledge SET awaited_fen = greatest(awaited_fen - s.fen, 0) FROM (
    SELECT id, sum(fen)::bigint AS fen FROM unnest($1::uuid[], $2::bigint[]) AS m(id, fen) GROUP BY id
) s WHERE pledge.pledge_id = s.id
"""
"""More may come in than was promised."""
_WRITERS: Writers = {
    FundOpened: inserted("fund", _FUND),
    SpendingPlanned: (_PLAN, ("fund_id", "monthly_fen")),
    ProgrammeOpened: inserted("programme", _PROGRAMME),
    BudgetOpened: inserted("budget", _BUDGET),
    BudgetCarriedOver: (_CARRY, ("budget_id", "year")),
    PledgeMade: (_PLEDGE, ("pledge_id", "fund_id", "amount_fen", "due_on", "voucher", "occurred_on")),
    PledgeDue: (_NOTE_DUE, ("pledge_id",)),
    PledgeWithdrawn: (_AWAIT_LESS, ("pledge_id", "amount_fen")),
}
SHOWN: tuple[type[Fact], ...] = (*_WRITERS, *_FUND_MOVES, *_BUDGET_MOVES)


async def write_funds(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows: what is added in the order of lives, what is moved after it."""
    await write(conn, facts, _WRITERS)
    kept = [fact for fact in facts if isinstance(fact, FundsReceived) and fact.pledge_id is not None]
    if kept:
        await conn.execute(_AWAIT_LESS, [fact.pledge_id for fact in kept], [fact.amount_fen for fact in kept])
    for sql, of_kind, id in ((_MOVE_FUNDS, _FUND_MOVES, "fund_id"), (_MOVE_BUDGETS, _BUDGET_MOVES, "budget_id")):
        if rows := list(_moves(facts, of_kind, id)):
            await conn.execute(sql, *zip(*rows, strict=True))


def _moves(facts: Sequence[Any], of_kind: Mapping[type[Fact], tuple[int, ...]], id: str) -> Iterator[tuple[Any, ...]]:
    for fact in facts:
        if signs := of_kind.get(type(fact)):
            yield (getattr(fact, id), *(fact.amount_fen * sign for sign in signs))
