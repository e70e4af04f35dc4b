"""Closing the books of a year: what is written down, and that nothing is booked in it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from unionaid.contracts.relief import (
    BOOKS,
    BankFeeCharged,
    BudgetCarriedOver,
    FundYearClosed,
    PledgeDue,
    YearClosed,
    fund_year_id,
)
from unionaid.contracts.samples import FUND, SAMPLES
from unionaid.relief.domain.ledger.years import CloseYear, FundYear, close_year, closed_through, refuse_closed
from unionaid.relief.domain.refusals import BudgetsUndecided, DateInFuture, YearIsClosed, YearNotOver
from unionaid.relief.examples import APPROVER, TODAY, person
from unionaid.relief.views import ledger as ledger_views
from unionaid.service.refusals import BrokenHistory

from .conftest import ACCOUNTANT
from .test_pages import Browser, shown

if TYPE_CHECKING:
    import httpx

    from .conftest import Service, Winter

TRIES_MAX = 20
CLOSE = CloseYear(2016, date(2017, 1, 15), TODAY)
YEAR = FundYear(FUND, 100, 50, 20, 1, 30)


def closed(year: int) -> YearClosed:
    return YearClosed(occurred_on=CLOSE.on, books_id=BOOKS, year=year)


def test_a_year_is_closed_with_what_each_fund_had_got_gave_and_kept() -> None:
    assert close_year(0, [YEAR], 0, CLOSE) == [
        closed(2016),
        FundYearClosed(
            occurred_on=CLOSE.on,
            fund_year_id=fund_year_id(FUND, 2016),
            fund_id=FUND,
            year=2016,
            opening_fen=100,
            received_fen=50,
            returned_fen=20,
            fees_fen=1,
            paid_fen=30,
            closing_fen=99,
        ),
    ]


def test_a_year_that_is_not_over_or_was_closed_is_not_closed() -> None:
    for year in (2017, 2018):
        with pytest.raises(YearNotOver):
            close_year(0, [], 0, replace(CLOSE, year=year))
    for year in (2015, 2016):
        with pytest.raises(YearIsClosed):
            close_year(2016, [], 0, replace(CLOSE, year=year))
    with pytest.raises(DateInFuture):
        close_year(0, [], 0, replace(CLOSE, on=date(2017, 3, 2)))


def test_what_budgets_have_left_is_decided_before() -> None:
    with pytest.raises(BudgetsUndecided) as refused:
        close_year(0, [YEAR], 2, CLOSE)
    assert refused.value.params == {"count": 2, "year": 2016}


def test_years_are_closed_one_after_the_other() -> None:
    assert (closed_through([]), closed_through([closed(2014), closed(2016)])) == (0, 2016)
    with pytest.raises(BrokenHistory):
        closed_through([closed(2016), closed(2016)])


def test_nothing_is_booked_in_a_closed_year() -> None:
    fee, carried = SAMPLES[BankFeeCharged].event, SAMPLES[BudgetCarriedOver].event
    assert (fee.occurred_on.year, carried.occurred_on.year) == (2017, 2017)
    for event in (fee, carried):
        refuse_closed([event], 2016)
        with pytest.raises(YearIsClosed):
            refuse_closed([event], 2017)
    refuse_closed([SAMPLES[PledgeDue].event], 2017)


async def post(service: Service, path: str, on: str = "2017-01-15", **body: Any) -> httpx.Response:
    return await service.post(path, {"occurred_on": on, **body}, ACCOUNTANT, "accountant")


async def test_the_books_are_closed_and_corrected_in_the_open_year(service: Service) -> None:
    winter = await service.funded(fen=1_000_000, budget_fen=400_000)
    fund = f"/funds/{winter.fund_id}"
    fee = {"amount_fen": 100, "voucher": "20161220-1"}
    assert (await post(service, f"{fund}/bank-fees", "2016-12-20", **fee)).status_code == 201
    answer = await post(service, "/ledger/years/2016/closing")
    assert answer.status_code == 201, answer.text
    late = await post(service, f"{fund}/bank-fees", "2016-12-31", **fee)
    assert (late.status_code, late.json()["code"]) == (422, "year-closed")
    corrected = {"amount_fen": 40, "voucher": "20170116-1", "reference": "20161220-1"}
    assert (await post(service, f"{fund}/bank-fees", "2017-01-16", **corrected)).status_code == 201
    (year,) = (await service.get("/ledger/years", ACCOUNTANT, "accountant")).json()["fund_years"]
    assert {name: year[f"{name}_fen"] for name in ("opening", "received", "returned", "fees", "paid", "closing")} == {
        "opening": 0, "received": 1_000_000, "returned": 0, "fees": 100, "paid": 0, "closing": 999_900,
    }  # fmt: skip
    again = await post(service, "/ledger/years/2016/closing")
    assert again.json()["code"] == "year-closed"


async def test_what_came_back_a_year_later_is_booked_in_the_open_year(service: Service, winter: Winter) -> None:
    list_id = await winter.approved([(person(1), 1_000)])
    issued = await winter.issue(list_id, winter.batch_body([(1, person(1), 1_000)], on="2016-12-28"))
    batch_id = issued.json()["batch_id"]
    path, first = f"/payment-batches/{batch_id}", {"line": 1, "reason_code": "account-closed"}
    assert (await post(service, f"{path}/release", "2016-12-29")).status_code == 200
    paid = [{"line": 1, "outcome": "paid"}]
    assert (await post(service, f"{path}/bank-return", "2016-12-30", lines=paid)).status_code == 200
    assert (await post(service, "/ledger/years/2016/closing")).status_code == 201
    late = await post(service, f"{path}/reversals", "2016-12-31", lines=[first])
    assert (late.status_code, late.json()["code"]) == (422, "year-closed")
    assert (await post(service, f"{path}/reversals", "2017-01-20", lines=[first])).status_code == 200
    assert (await service.get("/ledger/check", ACCOUNTANT, "accountant")).json()["balanced"] is True
    async with service.pool.acquire() as conn:
        (year,) = await ledger_views.fund_years(conn, 2017)
    assert (year["paid_fen"], year["came_back_fen"]) == (0, 1_000)
    made = close_year(2016, [FundYear(**year)], 0, CloseYear(2017, date(2018, 1, 9), date(2018, 1, 9)))
    assert [one.closing_fen for one in made if isinstance(one, FundYearClosed)] == [year["opening_fen"] + 1_000]


async def test_no_list_is_approved_or_paid_on_a_day_of_a_closed_year(service: Service, winter: Winter) -> None:
    await service.register([person(1), person(2)])
    approved = await winter.approved([(person(1), 1_000)])
    waiting = await winter.submitted([(person(2), 1_000)])
    assert (await winter.verify(waiting)).status_code == 200
    assert (await post(service, "/ledger/years/2016/closing")).status_code == 201
    refused = await winter.approve(waiting)
    assert (refused.status_code, refused.json()["code"]) == (422, "year-closed")
    assert (await winter.pay(approved, 1)).status_code == 200


async def test_a_budget_of_the_year_with_something_left_holds_the_closing(service: Service) -> None:
    winter = await service.funded(fen=1_000, budget_fen=1_000)
    await service.get(f"/budgets/{winter.budget_id}", ACCOUNTANT, "accountant")  # when the views hold it
    held = await service.pool.execute("UPDATE views.programme SET year = 2016")
    assert held == "UPDATE 1"
    refused = await post(service, "/ledger/years/2016/closing")
    assert (refused.status_code, refused.json()["code"]) == (409, "budgets-undecided")
    assert (await post(service, f"/budgets/{winter.budget_id}/carry-over", "2016-12-31", year=2016)).status_code == 201
    assert (await post(service, "/ledger/years/2016/closing")).status_code == 201


async def test_who_books_and_who_closes_at_once_never_both_have_their_way(service: Service) -> None:
    """Whatever was booked in the year stands in what was written down of it."""
    winter = await service.funded(fen=1_000_000, budget_fen=1_000)
    fund = f"/funds/{winter.fund_id}/bank-fees"

    async def booking(n: int) -> int:
        await asyncio.sleep(0.01 * n)
        body = {"occurred_on": "2016-12-31", "amount_fen": 1, "voucher": f"2016-{n}"}
        for _ in range(TRIES_MAX):
            answer = await service.post(fund, body, ACCOUNTANT, "accountant", key=f"fee {n}")
            if answer.status_code != 503:
                return answer.status_code
        raise AssertionError("still busy")

    async def closing() -> int:
        await asyncio.sleep(0.08)
        return (await post(service, "/ledger/years/2016/closing")).status_code

    acts: list[Callable[[], Awaitable[int]]] = [closing, *((lambda n=n: booking(n)) for n in range(16))]
    done, *booked = await asyncio.gather(*(act() for act in acts))
    assert done == 201
    assert set(booked) <= {201, 422}
    (year,) = (await service.get("/ledger/years", ACCOUNTANT, "accountant")).json()["fund_years"]
    assert year["fees_fen"] == booked.count(201)


async def test_a_year_is_closed_on_the_screen(service: Service, winter: Winter) -> None:
    browser = Browser(service, ACCOUNTANT, "accountant")
    refused = await browser.send("/pages/ledger", "/pages/ledger/closing", closing="2017", occurred_on="2017-01-15")
    assert (refused.status_code, "The year 2017 is not over" in shown(refused)) == (422, True)
    assert (
        await browser.send("/pages/ledger", "/pages/ledger/closing", closing="last", occurred_on="2017-01-15")
    ).status_code == 422
    answer = await browser.send("/pages/ledger", "/pages/ledger/closing", closing="2016", occurred_on="2017-01-15")
    assert (answer.status_code, answer.headers["location"]) == (303, "/relief/pages/ledger")
    assert "Closed years" in shown(await browser.get("/pages/ledger"))
    assert "Close the books" not in shown(await Browser(service, APPROVER, "approver").get("/pages/ledger"))
