"""Fills what `views` shows, from relief's own log.

What is only added is written by type. What becomes of a list, of its lines and of the lines of its batches is folded
in the order of the events: a line may fail, be ordered again and be paid within one step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import (
    BudgetAllotted,
    BudgetCommitted,
    BudgetOpened,
    BudgetSpent,
    CommitmentReleased,
    FundOpened,
    FundsReceived,
    PaymentFailed,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    ProgrammeOpened,
    ReliefApproved,
    ReliefCancelled,
    ReliefListApproved,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListSettled,
    ReliefListSubmitted,
    ReliefListVerified,
    ReliefPaid,
    ReliefRejected,
    ReliefRequested,
    ReliefVerified,
)
from unionaid.eventlog import Connection, Decoder, Event


class ReliefViews:
    """Writes the views. What is added is taken in the order of lives, what changes after it."""

    def __init__(self) -> None:
        kinds = {*_WRITERS, *_MOVES, *_LIST_STEPS, *_LINE_STEPS}
        self.decoders: Mapping[str, Decoder] = {kind.TYPE: _decoder(kind) for kind in kinds}

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
        for sql, rows in (
            (_STEP_LISTS, _steps_of_lists(events)),
            (_STEP_LINES, _steps_of_lines(events)),
            (_STEP_BATCH_LINES, _steps_of_batch_lines(events)),
        ):
            if rows:
                await conn.execute(sql, *zip(*rows, strict=True))


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
_BATCH_LINE = {"batch_id": "uuid", "line": "integer", "list_id": "uuid"}


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


_ADD_LISTS = """
INSERT INTO views.list (list_id, programme_id, budget_id, union_org_id, lines, amount_fen, submitted_on)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::bigint[], $7::date[])
ON CONFLICT DO NOTHING
"""
"""The migration that made the table may have read a list from the log already."""
_LIST = ("list_id", "programme_id", "budget_id", "union_org_id", "lines", "amount_fen", "occurred_on")
_WRITERS: Mapping[type[Fact], tuple[str, Sequence[str]]] = {
    FundOpened: _inserted("fund", _FUND),
    FundsReceived: _added("received_fen"),
    ProgrammeOpened: _inserted("programme", _PROGRAMME),
    BudgetAllotted: _added("allotted_fen"),
    BudgetOpened: _inserted("budget", _BUDGET),
    ReliefListSubmitted: (_ADD_LISTS, _LIST),
    ReliefRequested: _inserted("application", _APPLICATION),
    PaymentOrdered: _inserted("batch_line", _BATCH_LINE),
}
"""SQL of each event, which takes one array per named field of the events."""

_LIST_STEPS: Mapping[type[Fact], tuple[str, int]] = {
    ReliefListVerified: ("verified", 0),
    ReliefListApproved: ("approved", 0),
    ReliefListRejected: ("rejected", 0),
    ReliefListOrdered: ("ordered", 1),
    ReliefListOrderWithdrawn: ("ordered", -1),
    ReliefListSettled: ("settled", 0),
    ReliefListPaid: ("paid", 0),
}
"""What a list becomes, and what is added to its number of batches; with none left it is approved again."""
_LINE_STEPS: Mapping[type[Fact], str] = {
    ReliefVerified: "verified",
    ReliefApproved: "approved",
    ReliefRejected: "rejected",
    PaymentOrdered: "ordered",
    PaymentOrderWithdrawn: "withdrawn",
    PaymentFailed: "failed",
    ReliefCancelled: "cancelled",
    ReliefPaid: "paid",
}
"""What a line becomes. Its order withdrawn it is what it was before: failed if the bank has given a reason."""
_LIST_STEP_OF = {kind.TYPE: step for kind, step in _LIST_STEPS.items()}
_LINE_STEP_OF = {kind.TYPE: step for kind, step in _LINE_STEPS.items()}
_STEP_LISTS = """
UPDATE views.list SET orders = list.orders + s.added,
    status = CASE WHEN s.status = 'ordered' AND list.orders + s.added = 0 THEN 'approved' ELSE s.status END
FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS s(list_id, status, added) WHERE list.list_id = s.list_id
"""
_STEP_LINES = """
UPDATE views.application a SET signed_by = s.signed_by,
    status = CASE WHEN s.status <> 'withdrawn' THEN s.status
                  WHEN coalesce(s.reason, a.reason_code) IS NULL THEN 'approved' ELSE 'failed' END,
    reason_code = CASE WHEN s.status <> 'paid' THEN coalesce(s.reason, a.reason_code) END
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[])
    AS s(list_id, line, status, signed_by, reason)
WHERE a.list_id = s.list_id AND a.line = s.line
"""
_STEP_BATCH_LINES = """
UPDATE views.batch_line b SET status = s.status, reason_code = s.reason
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[]) AS s(batch_id, line, status, reason)
WHERE b.batch_id = s.batch_id AND b.line = s.line
"""


def _steps_of_lists(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Return of each list what it becomes last, and what is added to its number of batches."""
    found: dict[UUID, tuple[str, int]] = {}
    for event in events:
        if event.type in _LIST_STEP_OF:
            status, added = _LIST_STEP_OF[event.type]
            _, before = found.get(event.data.list_id, ("", 0))
            found[event.data.list_id] = (status, before + added)
    return [(list_id, *step) for list_id, step in found.items()]


def _steps_of_lines(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Return of each line what it becomes last, who signed, and the last reason given."""
    found: dict[tuple[UUID, int], tuple[str, str | None, str | None]] = {}
    for event in events:
        if event.type in _LINE_STEP_OF:
            fact = event.data
            _, _, before = found.get((fact.list_id, fact.line), ("", None, None))
            reason = getattr(fact, "reason_code", before)
            found[fact.list_id, fact.line] = (_LINE_STEP_OF[event.type], getattr(fact, "signed_by", None), reason)
    return [(*line, *step) for line, step in found.items()]


def _steps_of_batch_lines(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Return of each line of a batch how it ended there."""
    ends = {PaymentOrderWithdrawn.TYPE, PaymentFailed.TYPE, ReliefPaid.TYPE}
    facts = [(_LINE_STEP_OF[event.type], event.data) for event in events if event.type in ends]
    return [
        (fact.batch_id, fact.line, status, getattr(fact, "reason_code", None))
        for status, fact in facts
        if fact.batch_id is not None
    ]
