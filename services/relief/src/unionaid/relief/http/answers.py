"""The forms of answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import Query
from starlette.responses import Response

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BankReturnRecorded,
    BankReversalRecorded,
    PaymentAccountConfirmed,
    PaymentBatchWithdrawn,
    PaymentFileMade,
    ReliefListEndorsed,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListReopened,
    ReliefListSettled,
)
from unionaid.relief.application.holding import holds
from unionaid.relief.domain.refusals import LineFault, NotFound
from unionaid.relief.domain.relief_list.facts import Act
from unionaid.relief.http.desk import Desk
from unionaid.relief.views import lists as list_views

LineCursor = Annotated[int, Query(ge=0, le=2**31 - 1)]
LinesLimit = Annotated[int, Query(ge=1, le=list_views.LINES_PAGE_MAX)]
WAITING = frozenset({"requested", "verified", "approved", "ordered", "failed"})
"""Statuses of a line that has not ended."""
_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_REASON = {"reason_code"}
_ORDER = {"batch_id", "lines", "amount_fen"}
_PARTICULARS: Mapping[type[Event], set[str]] = {
    ReliefListEndorsed: {"role"},
    ReliefListRejected: _REASON,
    ReliefListPaid: {"method", "visitors", "signed_list_sha256", "signed_list_bytes"},
    ReliefListOrdered: _ORDER,
    ReliefListOrderWithdrawn: _ORDER,
    ReliefListReopened: {"lines", "amount_fen"},
    ReliefListSettled: {"paid_lines", "paid_fen", "cancelled_lines", "cancelled_fen"},
    PaymentBatchWithdrawn: _REASON,
    PaymentAccountConfirmed: {"line", "doubts", "reason_code"},
    PaymentFileMade: {"form", "file_sha256", "file_bytes"},
    BankReversalRecorded: {"lines", "amount_fen", "file_sha256"},
    BankReturnRecorded: {"paid_lines", "paid_fen", "failed_lines", "failed_fen", "file_sha256"},
}
"""What a step tells beside who took it and when."""


async def with_held(desk: Desk, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines, each with why it is held: it has not ended and its payee is paid nothing, for now or at all."""
    async with desk.pool.acquire() as conn:
        held = await holds(conn)
    barred = {person: LineFault.PAYMENT_HELD for hold in held for person in hold.held_person_ids}
    barred |= await desk.people.barred()
    return [{**line, "held": barred.get(line["person_id"]) if line["status"] in WAITING else None} for line in lines]


def told(act: Act, at: datetime, prefix: str) -> dict[str, Any]:
    """Return an act as a step: its name is that of its event after `prefix`, `ReliefListOrdered` is `ordered`."""
    return {
        "step": _WORD.sub("-", type(act.event).__name__.removeprefix(prefix)).lower(),
        "by": act.by,
        "occurred_on": act.event.occurred_on,
        "decided_at": at,
        **act.event.model_dump(include=_PARTICULARS.get(type(act.event), set()), exclude_none=True),
    }


def shown(body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a body; without one there is no such thing. Raises NotFound."""
    if body is None:
        raise NotFound
    return Response(msgspec.json.encode(body), 200, headers, "application/json")


def shown_page(name: str, rows: Sequence[Mapping[str, Any]], limit: int, key: str) -> Response:
    """Answer with a page; `rows` holds one more than fits if there is a next, which begins after the last's `key`."""
    page = rows[:limit]
    return shown({name: page, "next_cursor": page[-1][key] if len(rows) > limit else None})
