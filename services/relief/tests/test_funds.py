"""A fund never goes below zero, and what is earmarked keeps to its purpose."""

from dataclasses import replace
from datetime import date

import pytest

from unionaid.contracts import Event
from unionaid.contracts.fields import AMOUNT_FEN_MAX
from unionaid.contracts.samples import BUDGET, FUND
from unionaid.relief.domain.broken_history import BrokenHistory
from unionaid.relief.domain.fund.facts import Open, fund_of
from unionaid.relief.domain.fund.rules import (
    AllotBudget,
    OpenFund,
    ReceiveFunds,
    allot_budget,
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

OPEN = OpenFund(FUND, "appropriation", "2017年送温暖专项资金", None, date(2016, 11, 1), TODAY)
RECEIVE = ReceiveFunds(200_000, "样财预〔2016〕112号", date(2016, 11, 20), TODAY)
ALLOT = AllotBudget(BUDGET, 70_000, date(2016, 12, 2), TODAY)
PROGRAMME = programme_of([programme_opened()])


def test_a_fund_is_opened() -> None:
    assert open_fund(fund_of([]), OPEN) == [fund_opened()]


def test_a_fund_is_opened_once() -> None:
    with pytest.raises(AlreadyOpened):
        open_fund(fund_of([fund_opened()]), OPEN)


def test_money_comes_in() -> None:
    assert receive_funds(fund_of([fund_opened()]), RECEIVE) == [funds_received(200_000)]


def test_money_for_no_fund_is_refused() -> None:
    with pytest.raises(NotFound):
        receive_funds(fund_of([]), RECEIVE)


def test_a_sum_beyond_the_bounds_of_an_amount_is_refused() -> None:
    fund = fund_of([fund_opened(), funds_received(AMOUNT_FEN_MAX)])
    with pytest.raises(SumTooLarge):
        receive_funds(fund, replace(RECEIVE, amount_fen=1))


def test_a_budget_is_allotted_and_opened_in_the_same_breath() -> None:
    fund = fund_of([fund_opened(), funds_received(70_000)])
    assert allot_budget(fund, PROGRAMME, ALLOT) == [budget_allotted(70_000), budget_opened(70_000)]


def test_more_than_the_balance_is_refused() -> None:
    fund = fund_of([fund_opened(), funds_received(139_999), budget_allotted(70_000)])
    with pytest.raises(FundInsufficient) as refusal:
        allot_budget(fund, PROGRAMME, ALLOT)
    assert refusal.value.params == {"balance": "699.99", "wanted": "700.00"}


def test_an_earmarked_fund_serves_its_purpose() -> None:
    fund = fund_of([fund_opened("festival-visit"), funds_received(70_000)])
    assert len(allot_budget(fund, PROGRAMME, ALLOT)) == 2


def test_an_earmarked_fund_serves_no_other_purpose() -> None:
    fund = fund_of([fund_opened("tuition"), funds_received(70_000)])
    with pytest.raises(EarmarkedOtherwise):
        allot_budget(fund, PROGRAMME, ALLOT)


def test_a_budget_for_no_programme_is_refused() -> None:
    with pytest.raises(ReferenceUnknown):
        allot_budget(fund_of([fund_opened(), funds_received(70_000)]), programme_of([]), ALLOT)


def test_a_budget_of_no_fund_is_refused() -> None:
    with pytest.raises(NotFound):
        allot_budget(fund_of([]), PROGRAMME, ALLOT)


@pytest.mark.parametrize(("on", "refusal"), [(date(2017, 3, 2), DateInFuture), (date(1999, 12, 31), DateTooEarly)])
def test_a_date_that_cannot_be_meant_is_refused(on: date, refusal: type[Refusal]) -> None:
    fund = fund_of([fund_opened(), funds_received(70_000)])
    with pytest.raises(refusal):
        open_fund(fund_of([]), replace(OPEN, on=on))
    with pytest.raises(refusal):
        receive_funds(fund, replace(RECEIVE, on=on))
    with pytest.raises(refusal):
        allot_budget(fund, PROGRAMME, replace(ALLOT, on=on))


def test_today_is_not_in_the_future() -> None:
    assert open_fund(fund_of([]), replace(OPEN, on=TODAY))


def test_what_a_fund_has_is_what_came_in_without_what_was_allotted() -> None:
    fund = fund_of([fund_opened(), funds_received(100), funds_received(50), budget_allotted(30)])
    assert isinstance(fund, Open)
    assert (fund.received_fen, fund.allotted_fen, fund.balance_fen) == (150, 30, 120)


@pytest.mark.parametrize("history", [[funds_received(1)], [fund_opened(), fund_opened()], [budget_opened(1)]])
def test_a_history_that_cannot_be_is_no_state(history: list[Event]) -> None:
    with pytest.raises(BrokenHistory):
        fund_of(history)
