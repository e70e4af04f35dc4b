"""What bodies about funds and budgets command: the same for routes and screens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID, uuid4

from unionaid.relief.bodies import funds as bodies
from unionaid.relief.domain.budget.rules import CarryOver
from unionaid.relief.domain.fund.budgeting import AllotBudget, ReleaseBudget
from unionaid.relief.domain.fund.pledges import MakePledge, WithdrawPledge
from unionaid.relief.domain.fund.rules import ChargeFee, OpenFund, PlanSpending, ReceiveFunds, ReturnFunds
from unionaid.relief.http.desk import Desk
from unionaid.service.deciding import Done, Issued

Act: TypeAlias = Callable[[Issued], Awaitable[Done]]
OfFund: TypeAlias = (
    bodies.ReceiveFundsBody
    | bodies.ReturnFundsBody
    | bodies.BankFeeBody
    | bodies.SpendingPlanBody
    | bodies.PledgeBody
    | bodies.AllotBudgetBody
)


def opening(desk: Desk, body: bodies.OpenFundBody) -> Act:
    """Return what opens a fund."""
    fund_id = uuid4()
    return lambda issued: desk.commands.funds.open(
        issued, OpenFund(fund_id, body.source, body.name, body.earmark, body.occurred_on, issued.business_date)
    )


def of_fund(desk: Desk, fund_id: UUID, body: OfFund) -> Act:
    """Return what a body commands about a fund."""
    funds, on = desk.commands.funds, body.occurred_on
    match body:
        case bodies.ReceiveFundsBody(amount_fen=fen, voucher=voucher, pledge_id=pledge, reference=reference):
            donor = body.donor_organisation, body.donor_person_id
            return lambda issued: funds.receive(
                issued, fund_id, ReceiveFunds(fen, voucher, on, issued.business_date, pledge, reference, *donor)
            )
        case bodies.ReturnFundsBody(amount_fen=fen, voucher=voucher, reason_code=reason, reference=reference):
            return lambda issued: funds.return_funds(
                issued, fund_id, ReturnFunds(fen, voucher, reason, on, issued.business_date, reference)
            )
        case bodies.BankFeeBody(amount_fen=fen, voucher=voucher, reference=reference):
            return lambda issued: funds.charge_fee(
                issued, fund_id, ChargeFee(fen, voucher, on, issued.business_date, reference)
            )
        case bodies.SpendingPlanBody(monthly_fen=fen):
            return lambda issued: funds.plan_spending(issued, fund_id, PlanSpending(fen, on, issued.business_date))
        case bodies.PledgeBody(amount_fen=fen, due_on=due_on, voucher=voucher):
            pledge_id = uuid4()
            return lambda issued: funds.pledge(
                issued, fund_id, MakePledge(pledge_id, fen, due_on, voucher, on, issued.business_date)
            )
        case bodies.AllotBudgetBody(amount_fen=fen, programme_id=programme_id):
            budget_id = uuid4()
            return lambda issued: funds.allot(
                issued, fund_id, programme_id, AllotBudget(budget_id, fen, on, issued.business_date)
            )


def withdrawing(desk: Desk, fund_id: UUID, pledge_id: UUID, body: bodies.PledgeWithdrawalBody) -> Act:
    """Return what withdraws a pledge."""
    return lambda issued: desk.commands.funds.withdraw_pledge(
        issued, fund_id, WithdrawPledge(pledge_id, body.reason_code, body.occurred_on, issued.business_date)
    )


def releasing(desk: Desk, budget_id: UUID, body: bodies.ReleaseBudgetBody) -> Act:
    """Return what gives money of a budget back to its fund."""
    return lambda issued: desk.commands.funds.release_budget(
        issued, budget_id, ReleaseBudget(body.amount_fen, body.reason_code, body.occurred_on, issued.business_date)
    )


def carrying_over(desk: Desk, budget_id: UUID, body: bodies.CarryOverBody) -> Act:
    """Return what carries a budget over."""
    return lambda issued: desk.commands.funds.carry_over(
        issued, budget_id, CarryOver(body.year, body.occurred_on, issued.business_date)
    )
