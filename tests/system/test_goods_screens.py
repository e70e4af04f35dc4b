"""Goods in a real Chromium: the accountant takes them in, an officer hands them out and takes some back."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.system.browsing import act, language, sign_in, sign_out
from tests.system.office import WIDE, Office

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
STOCKS, ISSUES = "/relief/pages/stocks", "/relief/pages/goods-issues"


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office.opened(screens, tmp_path_factory, town="东塔寺乡", trade="冷饮", hundred=7)
    office.funded()
    return office


def test_goods_go_from_the_store_to_a_site_and_back(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)

    sign_in(page, front, "accountant", STOCKS)
    language(page, "简体中文")
    office.look_twice(page, "01-no-stocks")
    page.locator("summary").press("Enter")
    page.locator("#fund_id").select_option(label=office.fund)
    page.locator("#item").fill("矿泉水")
    page.locator("#unit").select_option("box")
    page.locator("#occurred_on").fill("2026-02-04")
    page.locator("main form button").press("Enter")
    expect(page.locator("h1")).to_have_text("矿泉水")
    stock = page.url.rpartition("/")[2]
    bought = page.locator("form[action$='/purchases'] [name=budget_id] option").nth(1).get_attribute("value")
    given = {"quantity": "0", "yuan": "24.00", "budget_id": str(bought), "voucher": "样购〔2026〕3号"}
    act(page, "purchases", "2026-02-05", **given)
    expect(page.locator(".fault").first).to_be_visible()
    office.look(page, "02-stock-fault")
    act(page, "purchases", "2026-02-05", **{**given, "quantity": "120"})
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("dl")).to_contain_text("2,880.00")
    office.look_twice(page, "03-stock")
    sign_out(page)

    sign_in(page, front, "grassroots_officer", ISSUES, office.factory)
    page.locator("summary").press("Enter")
    handed = {
        "site": "样例环卫三队", "head_count": "55", "union_org_id": office.factory_id, "stock_1": stock,
        "quantity_1": "121",
    }  # fmt: skip
    page.locator("#programme_id").select_option(label=office.programme_name)
    act(page, "goods-issues", "2026-02-06", **handed)
    expect(page.locator("#quantity_1-fault")).to_contain_text("120")
    office.look_twice(page, "04-too-many")
    act(page, "goods-issues", "2026-02-06", quantity_1="110")
    expect(page.locator("h1")).to_have_text("样例环卫三队")
    office.look_twice(page, "05-handed-out")
    act(page, "returns", "2026-02-07", **{f"back_{stock}": "10", "head_count": "5", "reason_code": "unused"})
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("dl")).to_contain_text("2,400.00")
    page.get_by_role("link", name="物资发放").first.press("Enter")
    expect(page.locator("tbody tr", has_text="样例环卫三队")).to_contain_text("50")
    office.look_twice(page, "06-issues")
