"""What relief's routes share: who reads what, what they work with, how an answer is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BankReturnRecorded,
    PaymentBatchWithdrawn,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListSettled,
    ReliefListSubmitted,
)
from unionaid.eventlog import OwnViews, Unsettled
from unionaid.relief.application import Relief
from unionaid.relief.batches import Batches
from unionaid.relief.bodies import StepBody
from unionaid.relief.domain.refusals import LineFault, NotFound
from unionaid.relief.domain.relief_list.facts import Act
from unionaid.relief.domain.relief_list.guards import Step
from unionaid.relief.holding import holds
from unionaid.relief.identities import Identities
from unionaid.relief.people import People
from unionaid.service.access import require
from unionaid.service.deciding import Issued
from unionaid.service.idempotency import Command, commands
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role

WAITING = frozenset({"requested", "verified", "approved", "ordered", "failed"})
"""Statuses of a line that has not ended."""
NOWHERE = UUID(int=0)
"""Jurisdiction of an officer below the district whose token names no union."""
MONEY_READERS = (Role.ACCOUNTANT, Role.CASHIER, Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR)
LIST_READERS = (*MONEY_READERS, Role.SUB_DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with; at `app.state.desk`."""

    relief: Relief
    batches: Batches
    people: People
    own_views: OwnViews
    pool: asyncpg.Pool[asyncpg.Record]
    identities: Identities

    async def settled(self) -> None:
        """Wait until the views hold what was written before. Raises Problem (503)."""
        try:
            await self.own_views.settled()
        except Unsettled:
            raise Problem.moment("not-yet-visible") from None


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
ByAccountant = Annotated[Command, commands(Role.ACCOUNTANT)]
ByCashier = Annotated[Command, commands(Role.CASHIER)]
MONEY_READER = require(*MONEY_READERS)
LIST_READER = require(*LIST_READERS)
ListReader = Annotated[Actor, LIST_READER]
_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_REASON = {"reason_code"}
_ORDER = {"batch_id", "lines", "amount_fen"}
_PARTICULARS: Mapping[type[Event], set[str]] = {
    ReliefListRejected: _REASON,
    ReliefListPaid: {"method", "visitors", "signed_list_sha256", "signed_list_bytes"},
    ReliefListOrdered: _ORDER,
    ReliefListOrderWithdrawn: _ORDER,
    ReliefListSettled: {"paid_lines", "paid_fen", "cancelled_lines", "cancelled_fen"},
    PaymentBatchWithdrawn: _REASON,
    BankReturnRecorded: {"paid_lines", "paid_fen", "failed_lines", "failed_fen"},
}
"""What a step tells beside who took it and when."""


def jurisdiction_of(actor: Actor, *over_all: Role) -> UUID | None:
    """Return the union whose subtree an actor may touch, None for one who holds a role over the district."""
    return None if actor.roles.intersection(over_all) else actor.unit or NOWHERE


def step_of(issued: Issued, body: StepBody) -> Step:
    """Return who takes a step, on which business date."""
    return Step(issued.actor, body.occurred_on, issued.business_date)


async def acts_seen_by(reader: Actor, desk: Desk, list_id: UUID) -> list[tuple[Act, datetime]]:
    """What happened to a list. Raises NotFound, also where it is another union's."""
    acts = await desk.relief.acts_of(list_id)
    if not acts:
        raise NotFound
    jurisdiction = jurisdiction_of(reader, *MONEY_READERS)
    submitted = acts[0][0].event
    if jurisdiction is not None and (
        not isinstance(submitted, ReliefListSubmitted)
        or submitted.union_org_id not in await desk.people.subtree(jurisdiction)
    ):
        raise NotFound
    return acts


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
