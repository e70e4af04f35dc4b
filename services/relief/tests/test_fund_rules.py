"""What leaves a fund beside relief, what is promised to it, and what a budget gives back or keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BankFeeCharged,
    BudgetCarriedOver,
    BudgetCommitted,
    BudgetReduced,
    BudgetReleased,
    BudgetSpent,
    FundsReceived,
    FundsReturned,
    PledgeDue,
    PledgeMade,
    PledgeWithdrawn,
)
from unionaid.contracts.samples import BUDGET, FUND, LIST, PLEDGE, PROGRAMME
from unionaid.relief.domain.budget import facts as budget_facts
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.budget.rules import CarryOver, carry_over
from unionaid.relief.domain.fund.budgeting import ReleaseBudget, release_budget
from unionaid.relief.domain.fund.facts import INITIAL, Open, evolve, fund_of
from unionaid.relief.domain.fund.lasting import Lasting, lasting
from unionaid.relief.domain.fund.pledges import MakePledge, WithdrawPledge, make_pledge, note_due, withdraw_pledge
from unionaid.relief.domain.fund.rules import (
    ChargeFee,
    ReceiveFunds,
    ReturnFunds,
    charge_fee,
    receive_funds,
    return_funds,
)
from unionaid.relief.domain.refusals import (
    AlreadyCarriedOver,
    AlreadyOpened,
    BudgetInsufficient,
    DateInFuture,
    DueBeforePledge,
    FundInsufficient,
    NotFound,
    NothingLeft,
    ReferenceUnknown,
    YearNotBegun,
)
from unionaid.relief.examples import TODAY, budget_allotted, budget_opened, fund_opened, funds_received
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

given = telling(evolve, INITIAL)
given_budget = telling(budget_facts.evolve, budget_facts.INITIAL)
ON, DUE = date(2017, 1, 10), date(2017, 2, 1)
RETURN = ReturnFunds(30_000, "样财退〔2017〕1号", "unspent", ON, TODAY)
FEE = ChargeFee(1_500, "20170110-0031", ON, TODAY)
PROMISE = MakePledge(PLEDGE, 50_000, DUE, "样慈认〔2017〕3号", ON, TODAY)
RECEIVE = ReceiveFunds(20_000, "样财预〔2017〕9号", ON, TODAY, PLEDGE)
RELEASE = ReleaseBudget(40_000, "year-end", date(2016, 12, 30), TODAY)
CARRY = CarryOver(2016, date(2016, 12, 30), TODAY)


def returned(fen: int) -> Event:
    return FundsReturned(occurred_on=ON, fund_id=FUND, amount_fen=fen, voucher=RETURN.voucher, reason_code="unspent")


def fee(fen: int) -> Event:
    return BankFeeCharged(occurred_on=ON, fund_id=FUND, amount_fen=fen, voucher=FEE.voucher)


def promised(fen: int = 50_000) -> Event:
    return PledgeMade(
        occurred_on=ON, fund_id=FUND, pledge_id=PLEDGE, amount_fen=fen, due_on=DUE, voucher=PROMISE.voucher
    )


def kept(fen: int) -> Event:
    return FundsReceived(occurred_on=ON, fund_id=FUND, amount_fen=fen, voucher=RECEIVE.voucher, pledge_id=PLEDGE)


def due(fen: int, on: date = DUE) -> Event:
    return PledgeDue(occurred_on=on, fund_id=FUND, pledge_id=PLEDGE, amount_fen=fen)


def released(fen: int) -> list[Event]:
    about = {
        "occurred_on": RELEASE.on,
        "fund_id": FUND,
        "budget_id": BUDGET,
        "programme_id": PROGRAMME,
        "amount_fen": fen,
    }
    return [BudgetReleased.model_validate(about | {"reason_code": "year-end"}), BudgetReduced.model_validate(about)]


def committed(fen: int) -> Event:
    return BudgetCommitted(occurred_on=RELEASE.on, budget_id=BUDGET, list_id=LIST, amount_fen=fen, lines=1)


def spent(fen: int) -> Event:
    return BudgetSpent(occurred_on=RELEASE.on, budget_id=BUDGET, list_id=LIST, amount_fen=fen, lines=1)


def carried(fen: int, year: int = 2016) -> Event:
    return BudgetCarriedOver(
        occurred_on=CARRY.on, budget_id=BUDGET, fund_id=FUND, programme_id=PROGRAMME, year=year, amount_fen=fen
    )


def test_money_goes_back_and_the_bank_takes_a_fee() -> None:
    fund = given(fund_opened(), funds_received(31_500))
    fund.when(return_funds, RETURN).then(returned(30_000))
    fund.when(charge_fee, FEE).then(fee(1_500))


def test_neither_takes_what_is_allotted_or_gone() -> None:
    fund = given(fund_opened(), funds_received(100_000), budget_allotted(60_000), returned(5_000), fee(5_001))
    refusal = fund.when(return_funds, RETURN).refused(FundInsufficient, field="amount_fen")
    assert refusal.params == {"balance": "299.99", "wanted": "300.00"}
    fund.when(charge_fee, replace(FEE, amount_fen=30_000)).refused(FundInsufficient, field="amount_fen")


def test_a_return_may_name_the_document_it_corrects() -> None:
    corrects = replace(RETURN, reason="entered-wrong", reference="样财预〔2016〕112号")
    (event,) = return_funds(fund_of([fund_opened(), funds_received(30_000)]), corrects)
    assert isinstance(event, FundsReturned)
    assert (event.reason_code, event.reference) == ("entered-wrong", "样财预〔2016〕112号")


def test_a_promise_counts_as_nothing_until_it_is_kept() -> None:
    given(fund_opened()).when(make_pledge, PROMISE).then(promised())
    fund = fund_of([fund_opened(), promised()])
    assert isinstance(fund, Open)
    assert fund.balance_fen == 0
    given(fund_opened(), promised()).when(receive_funds, RECEIVE).then(kept(20_000))


def test_a_promise_for_a_day_before_it_is_refused() -> None:
    given(fund_opened()).when(make_pledge, replace(PROMISE, due_on=date(2017, 1, 9))).refused(
        DueBeforePledge, field="due_on"
    )


def test_a_promise_is_made_once() -> None:
    given(fund_opened(), promised()).when(make_pledge, PROMISE).refused(AlreadyOpened)


def test_money_for_a_promise_that_is_not_there_or_was_kept_is_refused() -> None:
    given(fund_opened()).when(receive_funds, RECEIVE).refused(ReferenceUnknown, field="pledge_id")
    given(fund_opened(), promised(), kept(50_000)).when(receive_funds, RECEIVE).refused(
        ReferenceUnknown, field="pledge_id"
    )


def test_what_is_awaited_is_withdrawn_and_no_more() -> None:
    withdraw = WithdrawPledge(PLEDGE, "giver-withdrew", ON, TODAY)
    withdrawn = PledgeWithdrawn(
        occurred_on=ON, fund_id=FUND, pledge_id=PLEDGE, amount_fen=30_000, reason_code="giver-withdrew"
    )
    fund = given(fund_opened(), promised(), kept(20_000))
    fund.when(withdraw_pledge, withdraw).then(withdrawn)
    given(fund_opened(), promised(), kept(20_000), withdrawn).when(withdraw_pledge, withdraw).refused(NotFound)


@pytest.mark.parametrize(
    ("history", "today", "noted"),
    [
        ([promised()], date(2017, 1, 31), []),
        ([promised()], DUE, [due(50_000)]),
        ([promised(), kept(20_000)], date(2017, 2, 9), [due(30_000, date(2017, 2, 9))]),
        ([promised(), kept(60_000)], DUE, []),
        ([promised(), due(50_000)], date(2017, 2, 2), []),
    ],
)
def test_a_pledge_is_noted_once_its_day_has_come(history: list[Event], today: date, noted: list[Event]) -> None:
    assert note_due(fund_of([fund_opened(), *history]), today) == noted


def test_what_is_free_goes_back_to_the_fund() -> None:
    fund = fund_of([fund_opened(), funds_received(100_000), budget_allotted(100_000)])
    budget = budget_of([budget_opened(100_000), committed(60_000)])
    assert release_budget(fund, budget, RELEASE) == released(40_000)
    fund = evolve(fund, released(40_000)[0])
    assert isinstance(fund, Open)
    assert fund.balance_fen == 40_000


def test_what_is_bound_or_spent_is_not_released() -> None:
    fund = fund_of([fund_opened(), funds_received(100_000), budget_allotted(100_000)])
    for bound in ([committed(60_001)], [committed(60_001), spent(60_001)]):
        with pytest.raises(BudgetInsufficient) as refused:
            release_budget(fund, budget_of([budget_opened(100_000), *bound]), RELEASE)
        assert refused.value.params == {"free": "399.99", "wanted": "400.00"}


def test_a_budget_that_is_not_there_is_not_released() -> None:
    with pytest.raises(NotFound):
        release_budget(fund_of([fund_opened()]), budget_of([]), RELEASE)


def test_what_was_released_is_bound_no_more() -> None:
    budget = budget_of([budget_opened(100_000), committed(60_000), released(40_000)[1]])
    assert isinstance(budget, budget_facts.Open)
    assert (budget.free_fen, budget.left_fen) == (0, 60_000)
    with pytest.raises(BrokenHistory):
        budget_facts.evolve(budget, released(1)[1])


def test_a_budget_keeps_what_it_has_not_spent_bound_or_free() -> None:
    budget = given_budget(budget_opened(100_000), committed(60_000), spent(25_000))
    budget.when(carry_over, CARRY).then(carried(75_000))


def test_it_is_carried_over_once_a_year_and_not_before_its_time() -> None:
    budget = given_budget(budget_opened(100_000), carried(100_000))
    budget.when(carry_over, CARRY).refused(AlreadyCarriedOver, field="year")
    given_budget(budget_opened(1)).when(carry_over, replace(CARRY, year=2017)).refused(YearNotBegun, field="year")
    given_budget(budget_opened(1)).when(carry_over, replace(CARRY, on=date(2017, 3, 2))).refused(DateInFuture)
    given_budget().when(carry_over, CARRY).refused(NotFound)


def test_an_empty_budget_has_nothing_to_carry_over() -> None:
    given_budget(budget_opened(5), committed(5), spent(5)).when(carry_over, CARRY).refused(NothingLeft)


def test_a_fund_lasts_as_many_whole_months_as_its_money_pays_for() -> None:
    assert lasting(1_199, 2, 100) == Lasting(100, 11, 12)
    assert lasting(99, 0, 100) == Lasting(100, 0, 0)
    assert lasting(1, 1, None) is None


def test_a_promise_of_another_fund_does_not_belong_to_this_history() -> None:
    with pytest.raises(BrokenHistory):
        fund_of([fund_opened(), due(1)])
    with pytest.raises(BrokenHistory):
        fund_of([fund_opened(), promised(), promised()])
