"""Funds and budgets over HTTP."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from unionaid.relief.bodies.funds import (
    AllotBudgetBody,
    BankFeeBody,
    CarryOverBody,
    OpenFundBody,
    PledgeBody,
    PledgeWithdrawalBody,
    ReceiveFundsBody,
    ReleaseBudgetBody,
    ReturnFundsBody,
    SpendingPlanBody,
)
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READER, ByAccountant
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.fund_acts import carrying_over, of_fund, opening, releasing, withdrawing
from unionaid.relief.views import funds as fund_views
from unionaid.service.routes import Router

funds = Router(prefix="/funds", tags=["funds"])
budgets = Router(prefix="/budgets", tags=["funds"])


@funds.post("", status_code=201)
async def open_fund(body: OpenFundBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Open a fund."""
    return await command.run(opening(desk, body))


@funds.post("/{fund_id}/receipts", status_code=201)
async def receive_funds(fund_id: UUID, body: ReceiveFundsBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Record money that came in."""
    return await command.run(of_fund(desk, fund_id, body))


@funds.post("/{fund_id}/returns", status_code=201)
async def return_funds(fund_id: UUID, body: ReturnFundsBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Record money that went back to where it came from."""
    return await command.run(of_fund(desk, fund_id, body))


@funds.post("/{fund_id}/bank-fees", status_code=201)
async def charge_fee(fund_id: UUID, body: BankFeeBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Book what the bank took."""
    return await command.run(of_fund(desk, fund_id, body))


@funds.post("/{fund_id}/spending-plans", status_code=201)
async def plan_spending(fund_id: UUID, body: SpendingPlanBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Plan what a month is to cost: for how many months the fund lasts follows."""
    return await command.run(of_fund(desk, fund_id, body))


@funds.post("/{fund_id}/pledges", status_code=201)
async def make_pledge(fund_id: UUID, body: PledgeBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Record a promise of money."""
    return await command.run(of_fund(desk, fund_id, body))


@funds.post("/{fund_id}/pledges/{pledge_id}/withdrawal", status_code=201)
async def withdraw_pledge(
    fund_id: UUID, pledge_id: UUID, body: PledgeWithdrawalBody, command: ByAccountant, desk: AtDesk
) -> Response:
    """Record that what is awaited of a pledge will not come."""
    return await command.run(withdrawing(desk, fund_id, pledge_id, body))


@funds.post("/{fund_id}/budgets", status_code=201)
async def allot_budget(fund_id: UUID, body: AllotBudgetBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Allot a budget to a programme."""
    return await command.run(of_fund(desk, fund_id, body))


@funds.get("", dependencies=[MONEY_READER])
async def show_funds(desk: AtDesk) -> Response:
    """Show all funds, each with for how many months it lasts, and the pledges that are awaited."""
    await desk.settled()
    return shown({"funds": await fund_views.funds(desk.pool), "pledges": await fund_views.pledges(desk.pool)})


@funds.get("/{fund_id}", dependencies=[MONEY_READER])
async def show_fund(fund_id: UUID, desk: AtDesk) -> Response:
    """Show what a fund received, allotted and has left, for how many months, its budgets and what is awaited."""
    await desk.settled()
    fund = await fund_views.fund(desk.pool, fund_id)
    if fund is None:
        raise NotFound
    budgets = await fund_views.budgets_of_fund(desk.pool, fund_id)
    return shown({**fund, "budgets": budgets, "pledges": await fund_views.pledges(desk.pool, fund_id)})


@budgets.post("/{budget_id}/release", status_code=201)
async def release_budget(budget_id: UUID, body: ReleaseBudgetBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Give what is free in a budget back to its fund."""
    return await command.run(releasing(desk, budget_id, body))


@budgets.post("/{budget_id}/carry-over", status_code=201)
async def carry_over(budget_id: UUID, body: CarryOverBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Leave what a budget has not spent at the end of a year to it for the next."""
    return await command.run(carrying_over(desk, budget_id, body))


@budgets.get("/{budget_id}", dependencies=[MONEY_READER])
async def show_budget(budget_id: UUID, desk: AtDesk) -> Response:
    """Show what of a budget is committed, spent and free."""
    await desk.settled()
    return shown(await fund_views.budget(desk.pool, budget_id))
