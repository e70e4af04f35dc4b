"""Relief over HTTP: who may ask for what, and how refusals are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Query
from starlette.responses import Response

from unionaid.relief import views
from unionaid.relief.batches import shown as shown_batch
from unionaid.relief.bodies import (
    AllotBudgetBody,
    BankReturnBody,
    CancellationBody,
    CashPaymentBody,
    DeclaredBody,
    OpenFundBody,
    OpenProgrammeBody,
    PaymentBatchBody,
    ReceiveFundsBody,
    RejectionBody,
    StepBody,
    SubmitListBody,
    WithdrawalBody,
)
from unionaid.relief.desk import (
    LIST_READER,
    MONEY_READER,
    MONEY_READERS,
    AtDesk,
    ByAccountant,
    ByCashier,
    ListReader,
    acts_seen_by,
    jurisdiction_of,
    shown,
    shown_page,
    step_of,
    told,
    with_held,
)
from unionaid.relief.domain.fund.rules import AllotBudget, OpenFund, ReceiveFunds
from unionaid.relief.domain.payment_batch.facts import batch_of
from unionaid.relief.domain.payment_batch.returning import Answer
from unionaid.relief.domain.payment_batch.rules import existing_batch
from unionaid.relief.domain.programme.rules import OpenProgramme
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.domain.relief_list.guards import status_of
from unionaid.relief.domain.relief_list.paying import CashVisit, Signature
from unionaid.relief.domain.relief_list.submitting import Declared, Line, Submit
from unionaid.relief.holding import holds
from unionaid.service.access import require
from unionaid.service.after import after
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Role
from unionaid.service.routes import Router

LineCursor = Annotated[int, Query(ge=0, le=2**31 - 1)]
LinesLimit = Annotated[int, Query(ge=1, le=views.LINES_PAGE_MAX)]
STATUSES: Mapping[str, int] = {
    "already-opened": 409,
    "fund-insufficient": 409,
    "budget-insufficient": 409,
    "commitment-missing": 409,
    "list-wrong-status": 409,
    "batch-wrong-status": 409,
    "nothing-to-pay": 409,
    "entered-by-same": 403,
    "verified-by-same": 403,
    "approved-by-same": 403,
    "issued-by-same": 403,
    "booked-by-same": 403,
    "own-matter": 403,
}
"""Status of refusals, 422 for the others: 409 what may be right at another time, 403 what another may do."""

funds = Router(prefix="/funds", tags=["funds"])
budgets = Router(prefix="/budgets", tags=["funds"])
programmes = Router(prefix="/programmes", tags=["programmes"])
lists = Router(prefix="/lists", tags=["lists"])
payment_batches = Router(prefix="/payment-batches", tags=["payment batches"])
payment_holds = Router(prefix="/payment-holds", tags=["payments"])
ROUTERS = (funds, budgets, programmes, lists, payment_batches, payment_holds)


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
    return shown(await views.fund(desk.pool, fund_id))


@budgets.get("/{budget_id}", dependencies=[MONEY_READER])
async def show_budget(budget_id: UUID, desk: AtDesk) -> Response:
    """Show what of a budget is committed, spent and free."""
    await desk.settled()
    return shown(await views.budget(desk.pool, budget_id))


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
    return shown(await views.programme(desk.pool, programme_id))


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
        lambda issued: desk.relief.submit_list(
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
        lambda issued: desk.relief.verify_list(issued, list_id, step_of(issued, body), command.expect, jurisdiction)
    )


@lists.post("/{list_id}/approval")
async def approve_list(
    list_id: UUID, body: StepBody, command: Annotated[Command, commands(Role.APPROVER)], desk: AtDesk
) -> Response:
    """Approve a verified list."""
    return await command.run(
        lambda issued: desk.relief.approve_list(issued, list_id, step_of(issued, body), command.expect)
    )


@lists.post("/{list_id}/rejection")
async def reject_list(
    list_id: UUID, body: RejectionBody, command: Annotated[Command, commands(Role.APPROVER)], desk: AtDesk
) -> Response:
    """Reject a list of which nothing is paid or in a batch."""
    return await command.run(
        lambda issued: desk.relief.reject_list(issued, list_id, body.reason_code, step_of(issued, body), command.expect)
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
        lambda issued: desk.relief.pay_list_in_cash(issued, list_id, visit, step_of(issued, body), command.expect)
    )


@lists.post("/{list_id}/cancellation")
async def cancel_lines(
    list_id: UUID, body: CancellationBody, command: Annotated[Command, commands(Role.APPROVER)], desk: AtDesk
) -> Response:
    """Give up lines that the bank could not pay."""
    return await command.run(
        lambda issued: desk.batches.cancel(
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
        lambda issued: desk.batches.issue(
            issued,
            list_id,
            batch_id,
            declared=declared_in(body.declared),
            step=step_of(issued, body),
            expect=command.expect,
        )
    )


@payment_batches.post("/{batch_id}/release")
async def release_payment_batch(batch_id: UUID, body: StepBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Release a batch to the bank."""
    return await command.run(
        lambda issued: desk.batches.release(issued, batch_id, step_of(issued, body), command.expect)
    )


@payment_batches.post("/{batch_id}/withdrawal")
async def withdraw_payment_batch(batch_id: UUID, body: WithdrawalBody, command: ByCashier, desk: AtDesk) -> Response:
    """Withdraw a batch that is not released."""
    return await command.run(
        lambda issued: desk.batches.withdraw(issued, batch_id, body.reason_code, step_of(issued, body), command.expect)
    )


@payment_batches.post("/{batch_id}/bank-return")
async def record_bank_return(batch_id: UUID, body: BankReturnBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Book what the bank answered: each line it names is paid, or failed for a reason."""
    answers = [Answer(line.line, line.outcome, line.reason_code) for line in body.lines]
    return await command.run(
        lambda issued: desk.batches.record_return(issued, batch_id, answers, step_of(issued, body), command.expect)
    )


@payment_batches.get("/{batch_id}", dependencies=[MONEY_READER])
async def show_payment_batch(batch_id: UUID, desk: AtDesk) -> Response:
    """Show where a batch is, what the bank has answered for, and who did what when."""
    acts = await desk.batches.acts_of(batch_id)
    batch = existing_batch(batch_of(act for act, _ in acts))
    steps = [told(act, at, "PaymentBatch") for act, at in acts]
    return shown({**shown_batch(batch), "steps": steps}, {"ETag": f'"{len(acts)}"'})


@payment_batches.get("/{batch_id}/lines", dependencies=[MONEY_READER])
async def show_payment_batch_lines(
    batch_id: UUID, desk: AtDesk, cursor: LineCursor = 0, limit: LinesLimit = 100
) -> Response:
    """Show a page of a batch's lines; `next_cursor` is null on the last one."""
    if not await desk.batches.acts_of(batch_id):
        raise NotFound
    await desk.settled()
    return shown_page("lines", await views.batch_lines(desk.pool, batch_id, cursor, limit + 1), limit, "line")


@lists.get("")
async def show_lists(
    reader: ListReader,
    desk: AtDesk,
    programme_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=views.LISTS_PAGE_MAX)] = 100,
) -> Response:
    """Show a page of the lists the reader may see, the latest first; `next_cursor` is null on the last one."""
    jurisdiction = jurisdiction_of(reader, *MONEY_READERS)
    unions = None if jurisdiction is None else await desk.people.subtree(jurisdiction)
    await desk.settled()
    found = await views.lists(desk.pool, programme_id, unions, cursor, limit + 1)
    return shown_page("lists", found, limit, "list_id")


@lists.get("/{list_id}")
async def show_list(list_id: UUID, reader: ListReader, desk: AtDesk) -> Response:
    """Show where a list is, and who did what when."""
    acts = await acts_seen_by(reader, desk, list_id)
    return shown(
        {
            **acts[0][0].event.model_dump(exclude={"occurred_on"}),
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
    found = await views.lines(desk.pool, list_id, cursor, limit + 1)
    return shown_page("lines", await with_held(desk, found), limit, "line")


def declared_in(body: DeclaredBody) -> Declared:
    """Return what a body declares its lines to be."""
    return Declared(body.lines, body.amount_fen, body.lines_hash)


@payment_holds.get("", dependencies=[require(*MONEY_READERS, Role.OPERATOR)])
async def list_holds(desk: AtDesk) -> Response:
    """List who is paid nothing at the moment because a merge may be undone, the oldest first; they are few."""
    async with desk.pool.acquire() as conn:
        held = await holds(conn)
    return shown({"payment_holds": [hold.model_dump(mode="json") for hold in held]})
