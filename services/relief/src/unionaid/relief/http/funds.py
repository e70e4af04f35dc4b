"""Funds and budgets over HTTP."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.relief.bodies.funds import AllotBudgetBody, OpenFundBody, ReceiveFundsBody
from unionaid.relief.domain.fund.rules import AllotBudget, OpenFund, ReceiveFunds
from unionaid.relief.http.access import (
    MONEY_READER,
    ByAccountant,
)
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.views import funds as fund_views
from unionaid.service.routes import Router

funds = Router(prefix="/funds", tags=["funds"])
budgets = Router(prefix="/budgets", tags=["funds"])


@funds.post("", status_code=201)
async def open_fund(body: OpenFundBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Open a fund."""
    fund_id = uuid4()
    return await command.run(
        lambda issued: desk.commands.funds.open(
            issued,
            OpenFund(fund_id, body.source, body.name, body.earmark, body.occurred_on, issued.business_date),
        )
    )


@funds.post("/{fund_id}/receipts", status_code=201)
async def receive_funds(fund_id: UUID, body: ReceiveFundsBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Record money that came in."""
    return await command.run(
        lambda issued: desk.commands.funds.receive(
            issued, fund_id, ReceiveFunds(body.amount_fen, body.voucher, body.occurred_on, issued.business_date)
        )
    )


@funds.post("/{fund_id}/budgets", status_code=201)
async def allot_budget(fund_id: UUID, body: AllotBudgetBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Allot a budget to a programme."""
    budget_id = uuid4()
    return await command.run(
        lambda issued: desk.commands.funds.allot(
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
    return shown(await fund_views.fund(desk.pool, fund_id))


@budgets.get("/{budget_id}", dependencies=[MONEY_READER])
async def show_budget(budget_id: UUID, desk: AtDesk) -> Response:
    """Show what of a budget is committed, spent and free."""
    await desk.settled()
    return shown(await fund_views.budget(desk.pool, budget_id))
