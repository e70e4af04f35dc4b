"""Funds and books on the screens: entered, refused with the reason beside the field, told in three languages, saved."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from python_calamine import CalamineWorkbook

from unionaid.relief.domain.ledger.posting import BOOKED, Account
from unionaid.relief.examples import APPROVER, ENTERER, person
from unionaid.relief.pages.funds import ENTRIES
from unionaid.relief.resources import directory
from unionaid.service.languages import Language

from .conftest import ACCOUNTANT, GRASSROOTS
from .test_pages import Browser, shown

if TYPE_CHECKING:
    from .conftest import Service, Winter

FUNDS, LEDGER = "/pages/funds", "/pages/ledger"


def accountant(service: Service, language: str = "en") -> Browser:
    return Browser(service, ACCOUNTANT, "accountant", language=language)


@pytest.fixture
async def fund(service: Service) -> str:
    """The page of a fund with a budget of which some is spent."""
    winter = await service.funded(fen=1_000_000, budget_fen=500_000)
    list_id = await winter.approved([(person(1), 50_000)])
    assert (await winter.pay(list_id, 1)).status_code == 200
    return f"{FUNDS}/{winter.fund_id}"


async def entered(browser: Browser, page: str, form: str, **fields: str) -> None:
    answer = await browser.send(page, f"{page}/{form}", **fields)
    assert (answer.status_code, answer.headers.get("location")) == (303, f"/relief{page}?done={form}"), shown(answer)


async def test_a_fund_is_opened_and_money_comes_in(service: Service) -> None:
    browser = accountant(service)
    answer = await browser.send(FUNDS, source="donation", name="样例捐助金", occurred_on="2017-01-05")
    assert answer.status_code == 303, shown(answer)
    page = answer.headers["location"].removeprefix("/relief")
    await entered(browser, page, "receipts", occurred_on="2017-01-06", yuan="1,200.50", voucher="样捐〔2017〕1号")
    await entered(browser, page, "spending-plans", occurred_on="2017-01-06", yuan="100")
    told = shown(await browser.get(FUNDS))
    assert "样例捐助金 social donation 1,200.50 1,200.50 0.00 12 months; with what is promised 12" in told


async def test_everything_about_a_fund_is_entered_on_its_page(service: Service, fund: str) -> None:
    browser = accountant(service)
    page = await browser.get(fund)
    budget, programme = (
        re.search(rf'name="{name}"[^>]*>.*?<option value="([0-9a-f-]{{36}})"', page.text, re.DOTALL)
        for name in ("budget_id", "programme_id")
    )
    assert budget is not None
    assert programme is not None
    on = {"occurred_on": "2017-01-10"}
    await entered(browser, fund, "budgets", **on, programme_id=programme[1], yuan="10")
    await entered(browser, fund, "pledges", **on, yuan="300", due_on="2017-06-01", voucher="样慈认〔2017〕3号")
    await entered(browser, fund, "bank-fees", **on, yuan="15", voucher="20170110-31")
    await entered(
        browser, fund, "returns", **on, yuan="20", voucher="样退1", reason_code="entered-wrong", reference="样财预112"
    )
    await entered(browser, fund, "release", **on, budget_id=budget[1], yuan="1", reason_code="year-end")
    await entered(browser, fund, "carry-over", **on, budget_id=budget[1], year="2016")
    pledge = re.search(
        r'name="pledge_id"[^>]*>.*?<option value="([0-9a-f-]{36})"', (await browser.get(fund)).text, re.S
    )
    assert pledge is not None
    await entered(browser, fund, "withdrawal", **on, pledge_id=pledge[1], reason_code="lapsed")
    stored = {
        row["type"].split(".")[2] for row in await service.pool.fetch("SELECT DISTINCT type FROM eventlog.events")
    }
    assert stored >= {
        "PledgeMade", "BankFeeCharged", "FundsReturned", "BudgetReleased", "BudgetReduced", "BudgetCarriedOver",
        "PledgeWithdrawn",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "fields", "told"),
    [
        ("returns", {"yuan": "999999", "voucher": "1", "reason_code": "unspent"}, "yuan left"),
        ("returns", {"yuan": "1e3", "voucher": "1", "reason_code": "unspent"}, "at most two decimals"),
        ("bank-fees", {"yuan": "0.001", "voucher": "1"}, "at most two decimals"),
        ("bank-fees", {"yuan": "-5", "voucher": "1"}, ""),
        ("receipts", {"yuan": "5", "voucher": ""}, ""),
        ("carry-over", {"year": "2016"}, ""),
        ("pledges", {"yuan": "5", "voucher": "1", "due_on": "2016-01-01"}, "before the day of the promise"),
    ],
)
async def test_what_is_wrong_is_told_beside_it_and_nothing_is_stored(
    service: Service, fund: str, form: str, fields: dict[str, str], told: str
) -> None:
    before, browser = await service.events(), accountant(service)
    answer = await browser.send(fund, f"{fund}/{form}", **{"occurred_on": "2017-01-10", **fields})
    assert answer.status_code in (409, 422)
    page = shown(answer)
    assert told in page
    assert 'aria-invalid="true"' in answer.text
    assert await service.events() == before


async def test_a_form_of_another_name_is_not_there(service: Service, fund: str) -> None:
    browser = accountant(service)
    fields = await browser.fill(fund, f"{fund}/receipts")
    assert (await browser.post(f"{fund}/nothing", fields)).status_code == 404


async def test_who_is_no_accountant_sees_and_enters_nothing(service: Service, fund: str) -> None:
    approver = Browser(service, APPROVER, "approver")
    page = await approver.get(fund)
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2].partition("</main")[0]
    below = Browser(service, ENTERER, "grassroots_officer", GRASSROOTS)
    for path in (FUNDS, fund, LEDGER):
        assert (await below.get(path)).status_code == 403, path


async def test_a_statement_opens_into_its_events_and_is_saved(service: Service, fund: str) -> None:
    browser = accountant(service)
    of = f"of=fund-{fund.rpartition('/')[2]}&year=2017"
    page = await browser.get(f"{LEDGER}?{of}")
    told = shown(page)
    assert "The books are balanced" in told
    assert "Opening 10,000.00 relief paid 1 -500.00 Closing 9,500.00" in told
    events = await browser.get(f"{LEDGER}/events?{of}&kind=ReliefPaid")
    assert "relief paid application-" in shown(events)
    saved = await browser.get(f"{LEDGER}/statement.xlsx?{of}")
    assert saved.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(saved.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[2:]] == ["Opening", "relief paid", "Closing"]
    assert [row[2] for row in rows[2:]] == [10_000, -500, 9_500]


async def test_a_statement_of_nothing_is_none(service: Service, fund: str) -> None:
    browser = accountant(service)
    for of in ("of=fund-1&year=2017", "of=list-1&year=2017", "year=2017", f"of=fund-{fund.rpartition('/')[2]}&year=x"):
        assert (await browser.get(f"{LEDGER}?{of}")).status_code == 200, of
        assert (await browser.get(f"{LEDGER}/events?{of}")).status_code == 404, of
        assert (await browser.get(f"{LEDGER}/statement.xlsx?{of}")).status_code == 404, of


async def test_every_page_is_whole_in_every_language(service: Service, fund: str) -> None:
    of = f"of=fund-{fund.rpartition('/')[2]}&year=2017"
    for language in Language:
        texts = yaml.safe_load((directory("locale") / f"{language}.yaml").read_text("utf-8"))
        for path in (FUNDS, fund, LEDGER, f"{LEDGER}?{of}", f"{LEDGER}/events?{of}"):
            page = await accountant(service, language).get(path)
            assert f'<html lang="{language}">' in page.text
            assert "screen-" not in page.text.replace("screen-only", ""), (path, "every text is there")
            assert texts["screen-fund-cash" if path.startswith(FUNDS) else "screen-ledger"] in page.text
        for code in (
            *(f"screen-account-{account}" for account in Account),
            *(f"screen-kind-{kind.__name__}" for kind in BOOKED),
            *(f"screen-enter-{form}" for form in ENTRIES),
            *(f"screen-money-reason-{reason}" for entry in ENTRIES.values() for reason in entry.reasons),
        ):
            assert code in texts, code


async def test_books_that_do_not_agree_say_so_on_the_page(service: Service, winter: Winter) -> None:
    browser = accountant(service)
    await browser.get(LEDGER)
    await service.pool.execute("UPDATE views.posting SET amount_fen = amount_fen + 1 WHERE n = 1")
    told = shown(await browser.get(LEDGER))
    assert "does not add up: it is off by 0.01 yuan" in told
    assert "1 funds say another thing" in told
