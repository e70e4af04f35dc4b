"""Relief lists over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Path, Query
from starlette.responses import Response

from unionaid.contracts.fields import LINES_MAX
from unionaid.contracts.relief import ReliefListApproved
from unionaid.relief.bodies.lists import CancellationBody, CashPaymentBody, RejectionBody, SubmitListBody
from unionaid.relief.bodies.payment_batches import PaymentBatchBody
from unionaid.relief.bodies.typed import DeclaredBody, StepBody
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.domain.relief_list.facts import Act, list_of
from unionaid.relief.domain.relief_list.guards import status_of
from unionaid.relief.domain.relief_list.paying import CashVisit, Signature
from unionaid.relief.domain.relief_list.submitting import Declared, Line, Submit
from unionaid.relief.http.access import (
    APPROVING,
    MONEY_READERS,
    ByCashier,
    ListReader,
    acts_seen_by,
    approving,
    jurisdiction_of,
    step_of,
)
from unionaid.relief.http.answers import LineCursor, LinesLimit, shown, shown_page, told, with_held
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.previews import PREVIEWING, told_explanation
from unionaid.relief.views import lists as list_views
from unionaid.relief.views.explaining import explained_line
from unionaid.service.access import require
from unionaid.service.after import after
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

ExplainedLine = Annotated[int, Path(ge=1, le=LINES_MAX)]

lists = Router(prefix="/lists", tags=["lists"])


@lists.post("", status_code=201)
async def submit_list(
    body: SubmitListBody,
    command: Annotated[Command, commands(Role.DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)],
    desk: AtDesk,
    _: Annotated[None, after],
) -> Response:
    """Submit a list: all lines, or none and every line at fault named."""
    list_id = uuid4()
    jurisdiction = jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)
    lines = [Line(line.person_id, line.amount_fen) for line in body.lines]
    return await command.run(
        lambda issued: desk.commands.lists.submit(
            issued,
            body.programme_id,
            body.budget_id,
            Submit(
                list_id=list_id,
                union_org_id=body.union_org_id,
                declared=declared_in(body.declared),
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
    jurisdiction = jurisdiction_of(command.actor)
    return await command.run(
        lambda issued: desk.commands.lists.verify(issued, list_id, step_of(issued, body), command.expect, jurisdiction)
    )


@lists.post("/{list_id}/approval")
async def approve_list(
    list_id: UUID, body: StepBody, command: Annotated[Command, commands(*APPROVING)], desk: AtDesk
) -> Response:
    """Approve a verified list, or give one of the approvals that it needs."""
    roles = approving(command.actor)
    return await command.run(
        lambda issued: desk.commands.lists.approve(issued, list_id, step_of(issued, body), command.expect, roles)
    )


@lists.post("/{list_id}/rejection")
async def reject_list(
    list_id: UUID, body: RejectionBody, command: Annotated[Command, commands(Role.APPROVER)], desk: AtDesk
) -> Response:
    """Reject a list of which nothing is paid or in a batch."""
    return await command.run(
        lambda issued: desk.commands.lists.reject(
            issued, list_id, body.reason_code, step_of(issued, body), command.expect
        )
    )


@lists.post("/{list_id}/cash-payment")
async def pay_list_in_cash(list_id: UUID, body: CashPaymentBody, command: ByCashier, desk: AtDesk) -> Response:
    """Record that a list was handed out in cash and signed for."""
    first, second = body.visitors
    visit = CashVisit(
        visitors=(first, second),
        signed_list_sha256=body.signed_list_sha256,
        signed_list_bytes=body.signed_list_bytes,
        signatures=[Signature(line.line, line.signed_by, line.proxy_person_id) for line in body.lines],
    )
    return await command.run(
        lambda issued: desk.commands.lists.pay_in_cash(issued, list_id, visit, step_of(issued, body), command.expect)
    )


@lists.post("/{list_id}/cancellation")
async def cancel_lines(
    list_id: UUID, body: CancellationBody, command: Annotated[Command, commands(Role.APPROVER)], desk: AtDesk
) -> Response:
    """Give up lines that the bank could not pay."""
    return await command.run(
        lambda issued: desk.commands.batches.cancel(
            issued,
            list_id,
            lines=body.lines,
            reason=body.reason_code,
            step=step_of(issued, body),
            expect=command.expect,
        )
    )


@lists.post("/{list_id}/payment-batches", status_code=201)
async def issue_payment_batch(list_id: UUID, body: PaymentBatchBody, command: ByCashier, desk: AtDesk) -> Response:
    """Make a payment batch of the lines that wait: all of an approved list, later those that the bank returned."""
    batch_id = uuid4()
    return await command.run(
        lambda issued: desk.commands.batches.issue(
            issued,
            list_id,
            batch_id,
            declared=declared_in(body.declared),
            step=step_of(issued, body),
            expect=command.expect,
        )
    )


@lists.get("")
async def show_lists(
    reader: ListReader,
    desk: AtDesk,
    programme_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=list_views.LISTS_PAGE_MAX)] = 100,
) -> Response:
    """Show a page of the lists the reader may see, the latest first; `next_cursor` is null on the last one."""
    jurisdiction = jurisdiction_of(reader, *MONEY_READERS)
    unions = None if jurisdiction is None else await desk.people.subtree(jurisdiction)
    await desk.settled()
    found = await list_views.lists(desk.pool, programme_id, unions, cursor, limit + 1)
    return shown_page("lists", found, limit, "list_id")


@lists.get("/{list_id}")
async def show_list(list_id: UUID, reader: ListReader, desk: AtDesk) -> Response:
    """Show where a list is, and who did what when."""
    acts = await acts_seen_by(reader, desk, list_id)
    return shown(
        {
            **acts[0][0].event.model_dump(exclude={"occurred_on"}),
            **_shares(acts),
            "status": status_of(list_of(act for act, _ in acts)),
            "steps": [told(act, at, "ReliefList") for act, at in acts],
        },
        {"ETag": f'"{len(acts)}"'},
    )


@lists.get("/{list_id}/lines")
async def show_lines(
    list_id: UUID,
    reader: ListReader,
    desk: AtDesk,
    cursor: LineCursor = 0,
    limit: LinesLimit = 100,
) -> Response:
    """Show a page of a list's lines, each with why it is held; `next_cursor` is null on the last one."""
    await acts_seen_by(reader, desk, list_id)
    await desk.settled()
    found = await list_views.lines(desk.pool, list_id, cursor, limit + 1)
    return shown_page("lines", await with_held(desk, found), limit, "line")


@lists.get("/{list_id}/lines/{line}/explanation")
async def explain_line(
    list_id: UUID, line: ExplainedLine, reader: Annotated[Actor, require(*PREVIEWING)], desk: AtDesk
) -> Response:
    """Explain why a line was taken, by the facts frozen with it; without conditions there is no `explanation`."""
    await acts_seen_by(reader, desk, list_id)
    found = await explained_line(desk.pool, list_id, line)
    if found is None:
        raise NotFound
    return shown(
        {
            **found.requested.model_dump(include={"line", "person_id", "amount_fen", "standard_fen", "policy_version"}),
            "explanation": None if found.explanation is None else told_explanation(found.explanation),
        }
    )


def _shares(acts: Sequence[tuple[Act, datetime]]) -> dict[str, object]:
    """Return which budget gives which part, of an approved list that names none."""
    approved = next((act.event for act, _ in acts if isinstance(act.event, ReliefListApproved)), None)
    if approved is None or not approved.shares:
        return {}
    return approved.model_dump(include={"shares", "funding_version"})


def declared_in(body: DeclaredBody) -> Declared:
    """Return what a body declares its lines to be."""
    return Declared(body.lines, body.amount_fen, body.lines_hash)
