"""What a decision rests on, in a real Chromium: preview, funding, approvals in turn, the line explained, the books."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.system.browsing import language, sign_in, sign_out
from tests.system.office import Office

from unionaid.contracts.relief import lines_hash
from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
PAGES = "/relief/pages"
NAMES = ("马样和", "王样春")
SERIALS = 70
"""The gifts have the lower numbers of the hundred."""
FEN = 1_200_000


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.opened(screens, tmp_path_factory, town="巴浪湖农场", trade="陶瓷", hundred=9)


def ill(office: Office) -> list[str]:
    """Two of the factory's people, seriously ill, with open dossiers; their ids."""
    persons = [office.worker(serial, name, on="2026-01-05") for serial, name in enumerate(NAMES, start=SERIALS)]
    office.in_hardship(*persons)
    return persons


def programme(office: Office) -> str:
    """A programme of major-illness relief with two funds' budgets; its id."""
    made = office.made(
        "relief", "/programmes", "district_officer", "programme_id", occurred_on="2026-02-03",
        kind="MAJOR_ILLNESS_RELIEF", year=2026, name="2026年大病医疗救助", window_from="2026-02-01",
        window_to="2026-12-31", purpose="medical-cost",
    )  # fmt: skip
    for source, name in (("appropriation", "2026年医疗救助专项资金"), ("donation", "吴忠某企业定向捐助金")):
        opened = {"occurred_on": "2026-02-01", "source": source, "name": name}
        fund = office.made("relief", "/funds", "accountant", "fund_id", **opened)
        receipt = {"occurred_on": "2026-02-02", "amount_fen": 10_000_000, "voucher": "样医〔2026〕8号"}
        office.made("relief", f"/funds/{fund}/receipts", "accountant", "fund_id", **receipt)
        allotment = {"occurred_on": "2026-02-03", "programme_id": made, "amount_fen": 5_000_000}
        office.made("relief", f"/funds/{fund}/budgets", "accountant", "budget_id", **allotment)
    return made


def verified(office: Office, programme_id: str, persons: list[str]) -> str:
    """A list that names no budget, submitted and verified; its id."""
    lines: list[Any] = [(n, one, FEN) for n, one in enumerate(persons, start=1)]
    declared = {"lines": len(lines), "amount_fen": FEN * len(lines), "lines_hash": lines_hash(lines)}
    list_id = office.made(
        "relief", "/lists", "district_officer", "list_id", occurred_on="2026-02-05", programme_id=programme_id,
        union_org_id=office.factory_id, declared=declared,
        lines=[{"person_id": one, "amount_fen": fen} for _, one, fen in lines],
    )  # fmt: skip
    street = office.stack.token("sub_district_officer", unit=office.unions[office.street])
    path, on = f"/lists/{list_id}/verification", {"occurred_on": "2026-02-06"}
    assert office.stack.request("POST", "relief", path, street, on).is_success
    return list_id


def test_two_funds_pay_what_two_approve(office: Office, browser: BrowserContext) -> None:  # noqa: PLR0915  one way
    front, page = office.stack.stack.front, browser.new_page()
    persons = ill(office)
    sign_in(page, front, "district_officer", f"{PAGES}/programmes/preview")
    language(page, "简体中文")
    page.locator("#matter").select_option("MAJOR_ILLNESS_RELIEF:medical-cost")
    page.locator("#window_from").fill("2026-02-01")
    page.locator("#rule").fill("dossier.income_percent <= 1 / 0")
    page.locator("main form button").first.click()
    expect(page.locator("#rule-fault")).to_be_visible()
    office.look_twice(page, "01-preview-fault")
    page.locator("#rule").fill("dossier.income_percent <= 150")
    page.locator("main form button").first.click()
    expect(page.locator("p[role=status]")).to_be_visible()
    office.look_twice(page, "02-preview")
    sign_out(page)

    programme_id = programme(office)
    sign_in(page, front, "accountant", f"{PAGES}/programmes/{programme_id}")
    language(page, "繁體中文")
    office.look_twice(page, "03-programme")
    page.get_by_role("link", name="資金安排").press("Enter")
    page.locator("#mode").select_option("split")
    numbers = page.locator("input[name^=number_]")
    numbers.nth(0).fill("7")
    numbers.nth(1).fill("drei")
    page.get_by_role("button", name="確定資金安排").click()
    expect(page.locator("td .fault")).to_have_count(1)
    office.look_twice(page, "04-funding-fault")
    numbers.nth(1).fill("3")
    page.locator("#occurred_on").fill("2026-02-04")
    page.get_by_role("button", name="確定資金安排").click()
    expect(page.locator(".done")).to_contain_text("已確定")
    office.look_twice(page, "05-funding")
    sign_out(page)

    address = f"{PAGES}/lists/{verified(office, programme_id, persons)}"
    first = office.stack.token("approver")
    approval = (address.removeprefix(PAGES) + "/approval", first, {"occurred_on": "2026-02-09"})
    sign_in(page, front, "approver", address)
    language(page, "简体中文")
    expect(page.locator("#now ~ p").first).to_contain_text("审批已作 0 道，共需 2 道")
    office.look_twice(page, "06-needs-two")
    assert office.stack.request("POST", "relief", *approval).is_success
    page.reload()
    expect(page.locator("#now ~ p").first).to_contain_text("审批已作 1 道，共需 2 道")
    page.locator("#occurred_on").fill("2026-02-09")
    page.locator("#occurred_on").press("Enter")
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("main")).to_contain_text("16,800.00")
    expect(page.locator("main")).to_contain_text("7,200.00")
    office.look_twice(page, "07-approved")
    page.goto(f"{front}{address}/lines/1")
    expect(page.locator("main")).to_contain_text("30,000.00")
    office.look_twice(page, "08-explained")
    sign_out(page)

    sign_in(page, front, "accountant", f"{PAGES}/funds")
    language(page, "English")
    office.look_twice(page, "09-funds")
    page.get_by_role("link", name="2026年医疗救助专项资金").press("Enter")
    office.look_twice(page, "10-fund")
    page.goto(f"{front}{PAGES}/ledger")
    expect(page.locator(".done")).to_be_visible()
    office.look_twice(page, "11-ledger")
    sign_out(page)

    sign_in(page, front, "district_officer", f"{PAGES}/programmes/{programme_id}")
    page.locator("summary").nth(1).click()
    page.locator("#closed_on").fill("2026-02-10")
    page.locator("#closed_on").press("Enter")
    expect(page.locator(".done")).to_be_visible()
    office.look_twice(page, "12-closed")
    sign_out(page)
    page.close()
