"""Where the money of a receipt went, over HTTP and on its screens, on a real PostgreSQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from unionaid.relief.examples import person
from unionaid.service.languages import Language

from .conftest import ACCOUNTANT, GRASSROOTS
from .test_http_ledger import number, post, shown
from .test_pages import Browser
from .test_pages import shown as text

if TYPE_CHECKING:
    from .conftest import Service, Winter


@pytest.fixture
async def given_twice(service: Service) -> Winter:
    """A fund of two gifts, of which two lines and a fee are paid, and a part goes back to the second giver."""
    winter = await service.funded(fen=60_000, budget_fen=50_000)
    cash = await winter.approved([(person(1), 30_000), (person(2), 20_000)])
    fund = f"/funds/{winter.fund_id}"
    await post(service, f"{fund}/receipts", amount_fen=40_000, voucher="助收字2017-002")
    assert (await winter.pay(cash, 2)).status_code == 200
    await post(
        service, f"{fund}/returns", amount_fen=5_000, voucher="助退1", reason_code="giver-asked",
        reference="助收字2017-002",
    )  # fmt: skip
    await post(service, f"{fund}/bank-fees", amount_fen=11_000, voucher="20170120-31")
    await number(service)
    return winter


async def test_every_fen_of_a_receipt_is_told(service: Service, given_twice: Winter) -> None:
    path = f"/funds/{given_twice.fund_id}/receipts"
    first, second = (await shown(service, path))["receipts"]
    assert (first["amount_fen"], first["used_fen"], first["left_fen"]) == (60_000, 60_000, 0)
    assert (second["voucher"], second["used_fen"], second["left_fen"]) == ("助收字2017-002", 6_000, 34_000)
    told = await shown(service, f"{path}/{first['receipt_id']}")
    assert [(use["kind"], use["events"], use["amount_fen"]) for use in told["uses"]] == [
        ("ReliefPaid", 2, 50_000), ("BankFeeCharged", 1, 10_000),
    ]  # fmt: skip
    assert sum(use["amount_fen"] for use in told["uses"]) + told["left_fen"] == told["amount_fen"]
    other = await shown(service, f"{path}/{second['receipt_id']}")
    assert [(use["kind"], use["amount_fen"]) for use in other["uses"]] == [
        ("FundsReturned", 5_000), ("BankFeeCharged", 1_000),
    ]  # fmt: skip


async def test_the_events_are_cited_by_index_and_name_nobody(service: Service, given_twice: Winter) -> None:
    path = f"/funds/{given_twice.fund_id}/receipts"
    first = (await shown(service, path))["receipts"][0]
    events: list[dict[str, Any]] = []
    cursor: int | None = 0
    while cursor is not None:
        page = await shown(service, f"{path}/{first['receipt_id']}?limit=1&cursor={cursor}")
        events, cursor = [*events, *page["events"]], page["next_cursor"]
    logged = await service.pool.fetch(
        "SELECT l.index, e.id FROM eventlog.log l JOIN eventlog.events e USING (position) "
        "WHERE e.type ~ 'ReliefPaid|BankFeeCharged' ORDER BY l.index"
    )
    assert [(one["index"], UUID(one["event_id"])) for one in events] == [(row[0], row[1]) for row in logged]
    assert sum(one["amount_fen"] for one in events) == first["used_fen"]
    told = (await service.get(f"{path}/{first['receipt_id']}", ACCOUNTANT, "accountant")).text
    assert all(hidden not in told for hidden in ('"person_id"', "application", str(person(1)), str(person(2))))


async def test_a_gift_names_its_giver_by_public_name_or_id(service: Service) -> None:
    opened = {"occurred_on": "2016-11-01", "source": "donation", "name": "助学互助会资金", "earmark": "society-aid"}
    fund = (await service.post("/funds", opened, ACCOUNTANT, "accountant")).json()["fund_id"]
    path = f"/funds/{fund}/receipts"
    await service.register([person(1)])
    company, giver = "样例乳业有限公司", str(person(1))
    await post(service, path, amount_fen=1_000, voucher="1", donor_organisation=company)
    await post(service, path, amount_fen=2_000, voucher="2", donor_person_id=giver)
    await post(service, path, amount_fen=3_000, voucher="3")
    await post(service, path, amount_fen=4_000, voucher="4", donor_organisation=company)
    for asked, amounts in (
        ("", [1_000, 2_000, 3_000, 4_000]),
        (f"?donor_organisation={company}", [1_000, 4_000]),
        (f"?donor_person_id={giver}", [2_000]),
        (f"?donor_person_id={person(2)}", []),
    ):
        assert [one["amount_fen"] for one in (await shown(service, path + asked))["receipts"]] == amounts, asked


async def test_a_giver_is_one_is_known_and_gives_to_a_fund_of_donations(service: Service, given_twice: Winter) -> None:
    opened = {"occurred_on": "2016-11-01", "source": "donation", "name": "助学互助会资金"}
    fund = (await service.post("/funds", opened, ACCOUNTANT, "accountant")).json()["fund_id"]
    body = {"occurred_on": "2017-01-20", "amount_fen": 1_000, "voucher": "1"}
    for to, more, code, field in (
        (fund, {"donor_organisation": "甲", "donor_person_id": str(person(1))}, "donor-missing", "donor_organisation"),
        (fund, {"donor_person_id": str(person(77))}, "reference-unknown", "donor_person_id"),
        (given_twice.fund_id, {"donor_organisation": "甲"}, "fund-not-of-donations", "donor_organisation"),
    ):
        answer = await service.post(f"/funds/{to}/receipts", {**body, **more}, ACCOUNTANT, "accountant")
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_pages_of_receipts_follow_one_another(service: Service, given_twice: Winter) -> None:
    path = f"/funds/{given_twice.fund_id}/receipts"
    first = await shown(service, f"{path}?limit=1")
    second = await shown(service, f"{path}?limit=1&cursor={first['next_cursor']}")
    assert [one["amount_fen"] for page in (first, second) for one in page["receipts"]] == [60_000, 40_000]
    assert second["next_cursor"] is None


async def test_another_funds_receipt_and_an_unknown_one_are_not_found(service: Service, given_twice: Winter) -> None:
    first = (await shown(service, f"/funds/{given_twice.fund_id}/receipts"))["receipts"][0]["receipt_id"]
    other = (await service.funded()).fund_id
    for path in (
        f"/funds/{other}/receipts/{first}",
        f"/funds/{given_twice.fund_id}/receipts/{UUID(int=0)}",
        f"/funds/{UUID(int=0)}/receipts",
    ):
        assert (await service.get(path, ACCOUNTANT, "accountant")).status_code == 404, path


@pytest.mark.parametrize("language", [language.value for language in Language])
async def test_the_statement_is_printed_in_three_languages(
    service: Service, given_twice: Winter, language: str
) -> None:
    browser = Browser(service, ACCOUNTANT, "accountant", language=language)
    page = f"/pages/funds/{given_twice.fund_id}/receipts"
    overview = await browser.get(page)
    assert "助收字2017-002 2017-01-20 400.00 60.00 340.00" in text(overview)
    links = re.findall(rf'href="/relief({page}/[^"]+)"', overview.text)
    told = [text(await browser.get(link)) for link in links]
    assert len(told) == 2
    assert "500.00" in told[0]
    assert ("340.00" in told[0], "340.00" in told[1]) == (False, True)
    assert all("screen-" not in one for one in told)


async def test_who_handles_no_money_sees_no_statement(service: Service, given_twice: Winter) -> None:
    page = f"/pages/funds/{given_twice.fund_id}/receipts"
    browser = Browser(service, "person-00000000-0000-4000-8000-000000000009", "grassroots_officer", GRASSROOTS)
    assert (await browser.get(page)).status_code == 403
