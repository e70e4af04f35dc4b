"""Where a gift went, in a real Chromium: the giver's statement, by keyboard, in three languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.system.browsing import language, sign_in
from tests.system.office import Office

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
LANGUAGES = {"简体中文": "这笔钱的去向", "繁體中文": "這筆錢的去向", "English": "Where the money went"}
FUND = "助学互助会资金（样例）"


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a fund of two gifts, of which a fee was paid and a part of the second went back."""
    office = Office.opened(screens, tmp_path_factory, town="扁担沟镇", trade="酿造", hundred=9)
    opened = {"occurred_on": "2026-03-01", "source": "donation", "name": FUND}
    fund = f"/funds/{office.made('relief', '/funds', 'accountant', 'fund_id', **opened)}"
    for entry in (
        {"to": "receipts", "occurred_on": "2026-03-02", "amount_fen": 120_050, "voucher": "助收字2026-001",
         "donor_organisation": "样例乳业股份有限公司"},
        {"to": "receipts", "occurred_on": "2026-03-03", "amount_fen": 50_000, "voucher": "助收字2026-002"},
        {"to": "bank-fees", "occurred_on": "2026-03-31", "amount_fen": 1_550, "voucher": "20260331-7"},
        {
            "to": "returns", "occurred_on": "2026-04-01", "amount_fen": 20_000, "voucher": "助退字2026-001",
            "reason_code": "giver-asked", "reference": "助收字2026-002",
        },
    ):  # fmt: skip
        office.made("relief", f"{fund}/{entry.pop('to')}", "accountant", "fund_id", **entry)
    return office


def test_a_giver_is_told_where_each_yuan_went(office: Office, browser: BrowserContext) -> None:
    page = browser.new_page()
    sign_in(page, office.stack.stack.front, "accountant", "/relief/pages/funds")
    page.get_by_role("link", name=FUND).press("Enter")
    language(page, "English")
    page.get_by_role("link", name="What came in and where it went").press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(2)
    expect(page.locator("main tbody tr").last).to_contain_text("300.00")
    office.look_twice(page, "1-receipts")
    page.get_by_role("link", name="助收字2026-001").press("Enter")
    for name, title in LANGUAGES.items():
        language(page, name)
        expect(page.locator("h1")).to_have_text(title)
        expect(page.locator("main")).to_contain_text("1,185.00")
        expect(page.locator("main dl")).to_contain_text("样例乳业股份有限公司")
        office.look_twice(page, f"2-{name}-statement")
    page.emulate_media(media="print")
    office.look(page, "3-printed")
    page.emulate_media(media="screen")
    page.go_back()
    page.goto(page.url.rpartition("/receipts")[0] + "/receipts")
    page.get_by_role("link", name="助收字2026-002").press("Enter")
    expect(page.locator("main tbody").first).to_contain_text("200.00")
