"""A fund never goes below zero, and what is earmarked keeps to its purpose."""

from dataclasses import replace
from datetime import date

import pytest

from unionaid.contracts import Event
from unionaid.contracts.fields import AMOUNT_FEN_MAX
from unionaid.contracts.samples import BUDGET, FUND
from unionaid.relief.domain.fund.budgeting import AllotBudget, allot_budget
from unionaid.relief.domain.fund.facts import INITIAL, Open, evolve, fund_of
from unionaid.relief.domain.fund.rules import (
    OpenFund,
    ReceiveFunds,
    open_fund,
    receive_funds,
)
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    DateInFuture,
    DateTooEarly,
    EarmarkedOtherwise,
    FundInsufficient,
    NotFound,
    ReferenceUnknown,
    Refusal,
    SumTooLarge,
)
from unionaid.relief.examples import (
    TODAY,
    budget_allotted,
    budget_opened,
    fund_opened,
    funds_received,
    programme_opened,
)
from unionaid.service.refusals import BrokenHistory
from unionaid.testkit.rules import telling

given = telling(evolve, INITIAL)
OPEN = OpenFund(FUND, "appropriation", "2017年送温暖专项资金", None, date(2016, 11, 1), TODAY)
RECEIVE = ReceiveFunds(200_000, "样财预〔2016〕112号", date(2016, 11, 20), TODAY)
ALLOT = AllotBudget(BUDGET, 70_000, date(2016, 12, 2), TODAY)
PROGRAMME = programme_of([programme_opened()])


def test_a_fund_is_opened() -> None:
    given().when(open_fund, OPEN).then(fund_opened())


def test_a_fund_is_opened_once() -> None:
    given(fund_opened()).when(open_fund, OPEN).refused(AlreadyOpened)


def test_money_comes_in() -> None:
    given(fund_opened()).when(receive_funds, RECEIVE).then(funds_received(200_000))


def test_money_for_no_fund_is_refused() -> None:
    given().when(receive_funds, RECEIVE).refused(NotFound)


def test_a_sum_beyond_the_bounds_of_an_amount_is_refused() -> None:
    one_more = replace(RECEIVE, amount_fen=1)
    full = given(fund_opened(), funds_received(AMOUNT_FEN_MAX))
    full.when(receive_funds, one_more).refused(SumTooLarge, field="amount_fen")


def test_a_budget_is_allotted_and_opened_in_the_same_breath() -> None:
    fund = given(fund_opened(), funds_received(70_000))
    fund.when(allot_budget, PROGRAMME, ALLOT).then(budget_allotted(70_000), budget_opened(70_000))


def test_more_than_the_balance_is_refused() -> None:
    fund = given(fund_opened(), funds_received(139_999), budget_allotted(70_000))
    refusal = fund.when(allot_budget, PROGRAMME, ALLOT).refused(FundInsufficient, field="amount_fen")
    assert refusal.params == {"balance": "699.99", "wanted": "700.00"}


def test_an_earmarked_fund_serves_its_purpose() -> None:
    fund = given(fund_opened("festival-visit"), funds_received(70_000))
    fund.when(allot_budget, PROGRAMME, ALLOT).then(budget_allotted(70_000), budget_opened(70_000))


def test_an_earmarked_fund_serves_no_other_purpose() -> None:
    fund = given(fund_opened("tuition"), funds_received(70_000))
    fund.when(allot_budget, PROGRAMME, ALLOT).refused(EarmarkedOtherwise)


def test_a_budget_for_no_programme_is_refused() -> None:
    fund = given(fund_opened(), funds_received(70_000))
    fund.when(allot_budget, programme_of([]), ALLOT).refused(ReferenceUnknown, field="programme_id")


def test_a_budget_of_no_fund_is_refused() -> None:
    given().when(allot_budget, PROGRAMME, ALLOT).refused(NotFound)


@pytest.mark.parametrize(("on", "refusal"), [(date(2017, 3, 2), DateInFuture), (date(1999, 12, 31), DateTooEarly)])
def test_a_date_that_cannot_be_meant_is_refused(on: date, refusal: type[Refusal]) -> None:
    fund = given(fund_opened(), funds_received(70_000))
    given().when(open_fund, replace(OPEN, on=on)).refused(refusal, field="occurred_on")
    fund.when(receive_funds, replace(RECEIVE, on=on)).refused(refusal, field="occurred_on")
    fund.when(allot_budget, PROGRAMME, replace(ALLOT, on=on)).refused(refusal, field="occurred_on")


def test_today_is_not_in_the_future() -> None:
    opened = fund_opened().model_copy(update={"occurred_on": TODAY})
    given().when(open_fund, replace(OPEN, on=TODAY)).then(opened)


def test_what_a_fund_has_is_what_came_in_without_what_was_allotted() -> None:
    fund = fund_of([fund_opened(), funds_received(100), funds_received(50), budget_allotted(30)])
    assert isinstance(fund, Open)
    assert (fund.received_fen, fund.allotted_fen, fund.balance_fen) == (150, 30, 120)


@pytest.mark.parametrize("history", [[funds_received(1)], [fund_opened(), fund_opened()], [budget_opened(1)]])
def test_a_history_that_cannot_be_is_no_state(history: list[Event]) -> None:
    with pytest.raises(BrokenHistory):
        fund_of(history)
