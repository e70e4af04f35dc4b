"""What becomes of a programme: amended for what comes later, closed to what is new; what was asked for goes on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from unionaid.contracts.relief import ProgrammeAmended, ProgrammeClosed
from unionaid.contracts.samples import PROGRAMME
from unionaid.relief.domain.programme.course import AmendProgramme, CloseProgramme, amend_programme, close_programme
from unionaid.relief.domain.programme.facts import Closed, Open, programme_of
from unionaid.relief.domain.refusals import (
    DateInFuture,
    NotFound,
    NothingAmended,
    ProgrammeIsClosed,
    Refusal,
    WindowReversed,
)
from unionaid.relief.examples import TODAY, WINDOW_FROM, WINDOW_TO, person, programme_opened
from unionaid.service.refusals import BrokenHistory

from .conftest import ACCOUNTANT, OFFICER, SUB_DISTRICT
from .test_pages import Browser, shown

if TYPE_CHECKING:
    import httpx

    from .conftest import Service, Winter

ON = date(2017, 2, 6)
LATER = date(2017, 2, 28)
AMENDED = ProgrammeAmended(occurred_on=ON, programme_id=PROGRAMME, window_to=LATER)
CLOSED = ProgrammeClosed(occurred_on=ON, programme_id=PROGRAMME)


def amend(name: str | None = None, window_to: date | None = None, on: date = ON) -> AmendProgramme:
    return AmendProgramme(name, window_to, on, TODAY)


def test_a_programme_is_amended_and_its_terms_stay() -> None:
    opened = programme_opened()
    assert amend_programme(programme_of([opened]), amend(opened.name, LATER)) == [AMENDED]
    renamed = ProgrammeAmended(occurred_on=ON, programme_id=PROGRAMME, name="2017年春节送温暖")
    programme = programme_of([opened, AMENDED, renamed])
    assert isinstance(programme, Open)
    assert (programme.terms.window_to, programme.terms.name) == (LATER, "2017年春节送温暖")
    assert programme.terms == opened.model_copy(update={"window_to": LATER, "name": "2017年春节送温暖"})


@pytest.mark.parametrize(
    ("history", "command", "refusal"),
    [
        ([], amend("x"), NotFound),
        ([programme_opened()], amend(), NothingAmended),
        ([programme_opened()], amend(window_to=WINDOW_TO), NothingAmended),
        ([programme_opened()], amend(window_to=WINDOW_FROM.replace(year=2015)), WindowReversed),
        ([programme_opened()], amend("x", on=TODAY.replace(year=2018)), DateInFuture),
        ([programme_opened(), CLOSED], amend("x"), ProgrammeIsClosed),
    ],
    ids=["not-there", "nothing", "the-same", "reversed", "future", "closed"],
)
def test_what_is_not_amended(history: list[Any], command: AmendProgramme, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        amend_programme(programme_of(history), command)


def test_a_programme_is_closed_once() -> None:
    command = CloseProgramme(ON, TODAY)
    assert close_programme(programme_of([programme_opened()]), command) == [CLOSED]
    assert isinstance(programme_of([programme_opened(), CLOSED]), Closed)
    with pytest.raises(ProgrammeIsClosed):
        close_programme(programme_of([programme_opened(), CLOSED]), command)


def test_a_history_that_cannot_be() -> None:
    with pytest.raises(BrokenHistory):
        programme_of([programme_opened(), CLOSED, AMENDED])
    with pytest.raises(ValidationError):
        ProgrammeAmended(occurred_on=ON, programme_id=PROGRAMME)


async def post(service: Service, path: str, **body: Any) -> httpx.Response:
    return await service.post(path, {"occurred_on": "2017-02-06", **body}, OFFICER, "district_officer")


async def test_a_closed_programme_takes_nothing_new_and_what_was_asked_for_goes_on(
    service: Service, winter: Winter
) -> None:
    programme = f"/programmes/{winter.programme_id}"
    await service.register([person(1), person(2)])
    late = winter.list_body([(person(2), 40_000)]) | {"occurred_on": "2017-02-20"}
    assert (await winter.submit(late)).json()["code"] == "outside-window"
    amended = await post(service, f"{programme}/amendment", window_to="2017-02-28", name="2017年春节送温暖")
    assert amended.status_code == 200, amended.text
    waiting = (await winter.submit(late)).json()["list_id"]
    paid = await winter.approved([(person(1), 50_000)])
    assert (await post(service, f"{programme}/closing")).status_code == 200
    assert (await post(service, f"{programme}/closing")).json()["code"] == "programme-closed"
    told = (await service.get(programme, ACCOUNTANT, "accountant")).json()
    assert (told["name"], told["window_to"], told["closed_on"]) == ("2017年春节送温暖", "2017-02-28", "2017-02-06")
    refused = await winter.submit(winter.list_body([(person(3), 1)]))
    assert (refused.status_code, refused.json()["code"]) == (409, "programme-closed")
    more = {"occurred_on": "2017-02-07", "programme_id": winter.programme_id, "amount_fen": 1}
    allotted = await service.post(f"/funds/{winter.fund_id}/budgets", more, ACCOUNTANT, "accountant")
    assert allotted.json()["code"] == "programme-closed"
    assert (await winter.pay(paid, 1)).status_code == 200
    on = {"occurred_on": "2017-02-21"}
    verified = await service.post(
        f"/lists/{waiting}/verification", on, f"person-{uuid4()}", "sub_district_officer", unit=SUB_DISTRICT
    )
    assert verified.status_code == 200, verified.text
    assert (await service.post(f"/lists/{waiting}/approval", on, f"person-{uuid4()}", "approver")).status_code == 200
    release = {"occurred_on": "2017-02-22", "amount_fen": 1, "reason_code": "year-end"}
    freed = await service.post(f"/budgets/{winter.budget_id}/release", release, ACCOUNTANT, "accountant")
    assert freed.status_code == 201


async def test_the_officer_amends_and_closes_on_the_page(service: Service, winter: Winter) -> None:
    page = f"/pages/programmes/{winter.programme_id}"
    browser = Browser(service, OFFICER, "district_officer")
    wrong = await browser.send(page, f"{page}/amendment", window_to="2015-01-01")
    assert wrong.status_code == 422
    assert "The window ends before it begins." in shown(wrong)
    done = await browser.send(page, f"{page}/amendment", window_to="2017-02-28")
    assert (done.status_code, done.headers["location"]) == (303, f"/relief{page}?done=amended"), shown(done)
    assert "2016-12-15 – 2017-02-28" in shown(await browser.get(page))
    reader = await Browser(service, ACCOUNTANT, "accountant").get(page)
    assert "Amend" not in shown(reader)
    done = await browser.send(page, f"{page}/closing", occurred_on="2017-03-01")
    assert done.status_code == 303
    told = shown(await browser.get(page))
    assert "Closed since 2017-03-01" in told
    assert "Its budgets have something left" in told
    assert (await browser.get(f"/pages/programmes/{uuid4()}")).status_code == 404
