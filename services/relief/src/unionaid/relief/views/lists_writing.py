"""What becomes of lists, of their lines, and of the lines of payment batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import (
    PaymentFailed,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    PaymentReversed,
    ReliefApproved,
    ReliefCancelled,
    ReliefListApproved,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListReopened,
    ReliefListSettled,
    ReliefListSubmitted,
    ReliefListVerified,
    ReliefPaid,
    ReliefRejected,
    ReliefRequested,
    ReliefVerified,
)
from unionaid.eventlog import Connection
from unionaid.relief.views.adding import Writers, inserted, write

_APPLICATION = {
    "list_id": "uuid",
    "line": "integer",
    "application_id": "uuid",
    "person_id": "uuid",
    "union_org_id": "uuid",
    "amount_fen": "bigint",
}
_BATCH_LINE = {"batch_id": "uuid", "line": "integer", "list_id": "uuid"}
_ADD_LISTS = """
INSERT INTO views.list (list_id, programme_id, budget_id, union_org_id, lines, amount_fen, submitted_on)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::bigint[], $7::date[])
ON CONFLICT DO NOTHING
"""
"""The migration that made the table may have read a list from the log already."""
_LIST = ("list_id", "programme_id", "budget_id", "union_org_id", "lines", "amount_fen", "occurred_on")
_WRITERS: Writers = {
    ReliefListSubmitted: (_ADD_LISTS, _LIST),
    ReliefRequested: inserted("application", _APPLICATION),
    PaymentOrdered: inserted("batch_line", _BATCH_LINE),
}
_LIST_STEPS: Mapping[type[Fact], tuple[str, int]] = {
    ReliefListVerified: ("verified", 0),
    ReliefListApproved: ("approved", 0),
    ReliefListRejected: ("rejected", 0),
    ReliefListOrdered: ("ordered", 1),
    ReliefListOrderWithdrawn: ("ordered", -1),
    ReliefListSettled: ("settled", 0),
    ReliefListPaid: ("paid", 0),
    ReliefListReopened: ("ordered", 0),
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
    PaymentReversed: "failed",
}
"""What a line becomes. Its order withdrawn it is what it was before: failed if the bank has given a reason."""
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
SHOWN: tuple[type[Fact], ...] = (*_WRITERS, *_LIST_STEPS, *_LINE_STEPS)


async def write_lists(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what follows: what is added first, then what becomes of it."""
    await write(conn, facts, _WRITERS)
    for sql, rows in (
        (_STEP_LISTS, _steps_of_lists(facts)),
        (_STEP_LINES, _steps_of_lines(facts)),
        (_STEP_BATCH_LINES, _steps_of_batch_lines(facts)),
    ):
        if rows:
            await conn.execute(sql, *zip(*rows, strict=True))


def _steps_of_lists(facts: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return of each list what it becomes last, and what is added to its number of batches."""
    found: dict[UUID, tuple[str, int]] = {}
    for fact in facts:
        if type(fact) in _LIST_STEPS:
            status, added = _LIST_STEPS[type(fact)]
            _, before = found.get(fact.list_id, ("", 0))
            found[fact.list_id] = (status, before + added)
    return [(list_id, *step) for list_id, step in found.items()]


def _steps_of_lines(facts: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return of each line what it becomes last, who signed, and the last reason given."""
    found: dict[tuple[UUID, int], tuple[str, str | None, str | None]] = {}
    for fact in facts:
        if type(fact) in _LINE_STEPS:
            _, _, before = found.get((fact.list_id, fact.line), ("", None, None))
            reason = getattr(fact, "reason_code", before)
            found[fact.list_id, fact.line] = (_LINE_STEPS[type(fact)], getattr(fact, "signed_by", None), reason)
    return [(*line, *step) for line, step in found.items()]


def _steps_of_batch_lines(facts: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return of each line of a batch how it ended there."""
    ends = (PaymentOrderWithdrawn, PaymentFailed, ReliefPaid, PaymentReversed)
    last: dict[tuple[UUID, int], tuple[str, str | None]] = {}
    for fact in facts:
        if isinstance(fact, ends) and fact.batch_id is not None:
            last[fact.batch_id, fact.line] = (_LINE_STEPS[type(fact)], getattr(fact, "reason_code", None))
    return [(*line, *end) for line, end in last.items()]
