"""Relief over HTTP: who may ask for what, and how refusals are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts import Event
from unionaid.contracts.relief import ReliefListPaid, ReliefListRejected, ReliefListSubmitted
from unionaid.eventlog import OwnViews, Unsettled
from unionaid.relief import views
from unionaid.relief.application import Relief
from unionaid.relief.bodies import (
    AllotBudgetBody,
    CashPaymentBody,
    OpenFundBody,
    OpenProgrammeBody,
    ReceiveFundsBody,
    RejectionBody,
    StepBody,
    SubmitListBody,
)
from unionaid.relief.domain.fund.rules import AllotBudget, OpenFund, ReceiveFunds
from unionaid.relief.domain.programme.rules import OpenProgramme
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.domain.relief_list.facts import Act, list_of
from unionaid.relief.domain.relief_list.guards import Step, status_of
from unionaid.relief.domain.relief_list.paying import CashVisit, Signature
from unionaid.relief.domain.relief_list.submitting import Declared, Line, Submit
from unionaid.relief.people import People
from unionaid.service.access import require
from unionaid.service.after import after
from unionaid.service.deciding import Issued
from unionaid.service.idempotency import Command, commands
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

STATUSES: Mapping[str, int] = {
    "already-opened": 409,
    "fund-insufficient": 409,
    "budget-insufficient": 409,
    "commitment-missing": 409,
    "list-wrong-status": 409,
    "entered-by-same": 403,
    "verified-by-same": 403,
    "approved-by-same": 403,
    "own-matter": 403,
}
"""Status of refusals, 422 for the others: 409 what may be right at another time, 403 what another may do."""

NOWHERE = UUID(int=0)
"""Jurisdiction of an officer below the district whose token names no union."""
MONEY_READERS = (Role.ACCOUNTANT, Role.CASHIER, Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR)
LIST_READERS = (*MONEY_READERS, Role.SUB_DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with; at `app.state.desk`."""

    relief: Relief
    people: People
    own_views: OwnViews
    pool: asyncpg.Pool[asyncpg.Record]

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
MONEY_READER = require(*MONEY_READERS)
LIST_READER = require(*LIST_READERS)
ListReader = Annotated[Actor, LIST_READER]

funds = Router(prefix="/funds", tags=["funds"])
budgets = Router(prefix="/budgets", tags=["funds"])
programmes = Router(prefix="/programmes", tags=["programmes"])
lists = Router(prefix="/lists", tags=["lists"])
ROUTERS = (funds, budgets, programmes, lists)


@funds.post("", status_code=201)
async def open_fund(body: OpenFundBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Open a fund."""
    fund_id = uuid4()
    return await command.run(
        lambda issued: desk.relief.open_fund(
            issued,
            OpenFund(fund_id, body.source, body.name, body.earmark, body.occurred_on, issued.business_date),
        )
    )


@funds.post("/{fund_id}/receipts", status_code=201)
async def receive_funds(fund_id: UUID, body: ReceiveFundsBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Record money that came in."""
    return await command.run(
        lambda issued: desk.relief.receive_funds(
            issued, fund_id, ReceiveFunds(body.amount_fen, body.voucher, body.occurred_on, issued.business_date)
        )
    )


@funds.post("/{fund_id}/budgets", status_code=201)
async def allot_budget(fund_id: UUID, body: AllotBudgetBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Allot a budget to a programme."""
    budget_id = uuid4()
    return await command.run(
        lambda issued: desk.relief.allot_budget(
            issued,
            fund_id,
            body.programme_id,
            AllotBudget(budget_id, body.amount_fen, body.occurred_on, issued.business_date),
        )
    )


@funds.get("/{fund_id}", dependencies=[MONEY_READER])
async def show_fund(fund_id: UUID, desk: AtDesk) -> Response:
    """Show what a fund received, allotted and has left."""
    await desk.settled()
    return _shown(await views.fund(desk.pool, fund_id))


@budgets.get("/{budget_id}", dependencies=[MONEY_READER])
async def show_budget(budget_id: UUID, desk: AtDesk) -> Response:
    """Show what of a budget is committed, spent and free."""
    await desk.settled()
    return _shown(await views.budget(desk.pool, budget_id))


@programmes.post("", status_code=201)
async def open_programme(
    body: OpenProgrammeBody, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)], desk: AtDesk
) -> Response:
    """Open a programme on the policy in force."""
    programme_id = uuid4()
    return await command.run(
        lambda issued: desk.relief.open_programme(
            issued,
            OpenProgramme(
                programme_id=programme_id,
                kind=body.kind,
                year=body.year,
                name=body.name,
                window_from=body.window_from,
                window_to=body.window_to,
                purpose=body.purpose,
                on=body.occurred_on,
                today=issued.business_date,
            ),
        )
    )


@programmes.get("/{programme_id}", dependencies=[LIST_READER])
async def show_programme(programme_id: UUID, desk: AtDesk) -> Response:
    """Show a programme."""
    await desk.settled()
    return _shown(await views.programme(desk.pool, programme_id))


@lists.post("", status_code=201)
async def submit_list(
    body: SubmitListBody,
    command: Annotated[Command, commands(Role.DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)],
    desk: AtDesk,
    _: Annotated[None, after],
) -> Response:
    """Submit a list: all lines, or none and every line at fault named."""
    list_id = uuid4()
    jurisdiction = _jurisdiction(command.actor, Role.DISTRICT_OFFICER)
    declared = Declared(body.declared.lines, body.declared.amount_fen, body.declared.lines_hash)
    lines = [Line(line.person_id, line.amount_fen) for line in body.lines]
    return await command.run(
        lambda issued: desk.relief.submit_list(
            issued,
            body.programme_id,
            body.budget_id,
            Submit(
                list_id=list_id,
                union_org_id=body.union_org_id,
                declared=declared,
                lines=lines,
                by=issued.actor,
                on=body.occurred_on,
                today=issued.business_date,
            ),
            jurisdiction,
        )
    )


@lists.post("/{list_id}/verification")
async def verify_list(
    list_id: UUID,
    body: StepBody,
    command: Annotated[Command, commands(Role.SUB_DISTRICT_OFFICER)],
    desk: AtDesk,
) -> Response:
    """Verify a list of one's own unions."""
    jurisdiction = _jurisdiction(command.actor)
    return await command.run(
        lambda issued: desk.relief.verify_list(issued, list_id, _step(issued, body), command.expect, jurisdiction)
    )


@lists.post("/{list_id}/approval")
async def approve_list(
    list_id: UUID, body: StepBody, command: Annotated[Command, commands(Role.APPROVER)], desk: AtDesk
) -> Response:
    """Approve a verified list."""
    return await command.run(
        lambda issued: desk.relief.approve_list(issued, list_id, _step(issued, body), command.expect)
    )


@lists.post("/{list_id}/rejection")
async def reject_list(
    list_id: UUID, body: RejectionBody, command: Annotated[Command, commands(Role.APPROVER)], desk: AtDesk
) -> Response:
    """Reject a list that is not yet paid."""
    return await command.run(
        lambda issued: desk.relief.reject_list(issued, list_id, body.reason_code, _step(issued, body), command.expect)
    )


@lists.post("/{list_id}/cash-payment")
async def pay_list_in_cash(
    list_id: UUID, body: CashPaymentBody, command: Annotated[Command, commands(Role.CASHIER)], desk: AtDesk
) -> Response:
    """Record that a list was handed out in cash and signed for."""
    first, second = body.visitors
    visit = CashVisit(
        visitors=(first, second),
        signed_list_sha256=body.signed_list_sha256,
        signed_list_bytes=body.signed_list_bytes,
        signatures=[Signature(line.line, line.signed_by, line.proxy_person_id) for line in body.lines],
    )
    return await command.run(
        lambda issued: desk.relief.pay_list_in_cash(issued, list_id, visit, _step(issued, body), command.expect)
    )


@lists.get("/{list_id}")
async def show_list(list_id: UUID, reader: ListReader, desk: AtDesk) -> Response:
    """Show where a list is, and who did what when."""
    acts = await _acts_seen_by(reader, desk, list_id)
    status = status_of(list_of(act for act, _ in acts))
    shown = {
        **acts[0][0].event.model_dump(exclude={"occurred_on"}),
        "status": status,
        "steps": [
            {
                "step": type(act.event).__name__.removeprefix("ReliefList").lower(),
                "by": act.by,
                "occurred_on": act.event.occurred_on,
                "decided_at": at,
                **_particulars(act.event),
            }
            for act, at in acts
        ],
    }
    return _shown(shown, {"ETag": f'"{len(acts)}"'})


@lists.get("/{list_id}/lines")
async def show_lines(
    list_id: UUID,
    reader: ListReader,
    desk: AtDesk,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=views.LINES_PAGE_MAX)] = 100,
) -> Response:
    """Show a page of a list's lines; `next_cursor` is null on the last one."""
    await _acts_seen_by(reader, desk, list_id)
    await desk.settled()
    found = await views.lines(desk.pool, list_id, cursor, limit + 1)
    page = found[:limit]
    return _shown({"lines": page, "next_cursor": page[-1]["line"] if len(found) > limit else None})


def _jurisdiction(actor: Actor, *over_all: Role) -> UUID | None:
    """Return the union whose subtree an actor may touch, None for one who holds a role over the district."""
    return None if actor.roles.intersection(over_all) else actor.unit or NOWHERE


def _step(issued: Issued, body: StepBody) -> Step:
    return Step(issued.actor, body.occurred_on, issued.business_date)


async def _acts_seen_by(reader: Actor, desk: Desk, list_id: UUID) -> list[tuple[Act, datetime]]:
    """What happened to a list. Raises NotFound, also where it is another union's."""
    acts = await desk.relief.acts_of(list_id)
    if not acts:
        raise NotFound
    jurisdiction = _jurisdiction(reader, *MONEY_READERS)
    submitted = acts[0][0].event
    if jurisdiction is not None and (
        not isinstance(submitted, ReliefListSubmitted)
        or submitted.union_org_id not in await desk.people.subtree(jurisdiction)
    ):
        raise NotFound
    return acts


def _particulars(event: Event) -> dict[str, Any]:
    match event:
        case ReliefListRejected():
            return {"reason_code": event.reason_code}
        case ReliefListPaid():
            return event.model_dump(include={"method", "visitors", "signed_list_sha256", "signed_list_bytes"})
        case _:
            return {}


def _shown(body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None) -> Response:
    if body is None:
        raise NotFound
    return Response(msgspec.json.encode(body), 200, headers, "application/json")
