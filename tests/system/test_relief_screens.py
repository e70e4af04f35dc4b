"""A relief list from request to paid in a real Chromium: each step its own officer, on wide and narrow screens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.system.browsing import language, sign_in, sign_out
from tests.system.office import NARROW, ON, WIDE, Office

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
LISTS = "/relief/pages/lists"
NAMES = ("马样贤", "王样芳", "阿卜杜热合曼·买买提依明江", "丁样福")


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office.opened(screens, tmp_path_factory, town="金银滩镇", trade="家具", hundred=5)
    office.in_hardship(*[office.worker(serial, name, on=ON) for serial, name in enumerate(NAMES)])
    office.funded()
    return office


def enter(page: Page, rows: str, lines: str, yuan: str) -> None:
    page.locator("#budget_id").select_option(index=1)
    page.locator("#occurred_on").fill("2026-02-05")
    page.locator("#declared_lines").fill(lines)
    page.locator("#declared_yuan").fill(yuan)
    page.locator("#lines").fill(rows)


def test_a_list_goes_from_request_to_paid(office: Office, browser: BrowserContext) -> None:  # noqa: PLR0915  one way
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)

    sign_in(page, front, "grassroots_officer", LISTS, office.factory)
    language(page, "简体中文")
    office.look(page, "01-no-lists")
    page.get_by_role("link", name="录入名单").press("Enter")
    office.look(page, "02-blank")
    rows = [f"{office.number(number)}\t{name}\t500" for number, name in enumerate(NAMES[:3])]
    enter(page, "\n".join([*rows, f"{office.number(77)} 800.555", "丁样福 500"]), "4", "2,000")
    page.get_by_role("button", name="核对").click()
    expect(page.locator("tr.wrong")).to_have_count(2)
    expect(page.locator("#declared_lines-fault")).to_contain_text("5")
    expect(page.locator("tr", has_text=NAMES[2])).to_have_count(1)
    office.look(page, "03-faults")
    enter(page, "\n".join(rows), "3", "1,500.00")
    page.get_by_role("button", name="核对").click()
    expect(page.locator(".done")).to_contain_text("核对一致")
    office.look(page, "04-agrees")
    page.get_by_role("button", name="提交名单").click()
    expect(page.locator(".done")).to_have_text("名单已提交。")
    office.look(page, "05-submitted")
    address = page.url.partition("?")[0].removeprefix(front)
    sign_out(page)

    sign_in(page, front, "sub_district_officer", LISTS, office.street)
    language(page, "繁體中文")
    expect(page.locator("h2").first).to_have_text("等您辦理")
    office.look(page, "06-waiting")
    page.locator("tbody a").first.press("Enter")
    page.locator("#occurred_on").fill("2026-02-06")
    page.locator("#occurred_on").press("Enter")
    expect(page.locator(".done")).to_have_text("已核實。")
    office.look(page, "07-verified")
    sign_out(page)

    sign_in(page, front, "approver", address)
    language(page, "English")
    page.set_viewport_size(NARROW)
    expect(page.locator("td", has_text=NAMES[1])).to_have_count(1)
    office.look(page, "08-approver")
    page.locator("form[action$=approval] #occurred_on").fill("2026-02-07")
    page.get_by_role("button", name="Approve").press("Enter")
    expect(page.locator(".done")).to_contain_text("Approved")
    sign_out(page)

    sign_in(page, front, "cashier", address)
    office.look(page, "09-cashier")
    page.locator("form[action$=payment-batches] #occurred_on").fill("2026-02-08")
    page.get_by_role("button", name="Make a payment batch").press("Enter")
    expect(page.locator(".done")).to_contain_text("The batch is made")
    batch = page.url.partition("?")[0].removeprefix(front)
    sign_out(page)

    sign_in(page, front, "accountant", batch)
    office.look(page, "10-release")
    page.locator("form[action$=release] #occurred_on").fill("2026-02-09")
    page.get_by_role("button", name="Release").press("Enter")
    expect(page.locator(".done")).to_have_text("Released.")
    page.set_viewport_size(WIDE)
    page.locator("select[name=outcome_2]").select_option("account-closed")
    page.locator("form[action$=bank-return] #occurred_on").fill("2026-02-10")
    office.look(page, "11-return")
    page.get_by_role("button", name="Record the return").click()
    expect(page.locator(".done")).to_contain_text("recorded")
    expect(page.locator("tr", has_text=NAMES[1])).to_contain_text("account closed")
    office.look(page, "12-returned")
    sign_out(page)

    sign_in(page, front, "approver", address)
    language(page, "简体中文")
    page.locator("summary", has_text="不再发放").press("Enter")
    page.locator("[name=line_2]").check()
    page.locator("#cancelled_on").fill("2026-02-11")
    page.locator("#cancellation").select_option("moved-away")
    office.look(page, "13-cancel")
    page.locator("form[action$=cancellation] button").click()
    expect(page.locator(".done")).to_have_text("所选各行不再发放。")
    office.look(page, "14-settled")


def test_cash_is_recorded_line_by_line(office: Office, browser: BrowserContext, tmp_path: Path) -> None:
    front, page, scan = office.stack.stack.front, browser.new_page(), tmp_path / "signed.pdf"
    scan.write_bytes(b"%PDF a scan")
    sign_in(page, front, "grassroots_officer", f"{LISTS}/new", office.factory)
    enter(page, f"{office.number(3)} 600", "1", "600")
    page.get_by_role("button", name="Submit the list").click()
    address = page.url.partition("?")[0].removeprefix(front)
    for role, unit, button, on in (
        ("sub_district_officer", office.street, "Verify", "2026-02-06"), ("approver", None, "Approve", "2026-02-07"),
    ):  # fmt: skip
        sign_out(page)
        sign_in(page, front, role, address, unit)
        page.locator("#occurred_on").first.fill(on)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator(".done")).to_be_visible()
    sign_out(page)
    sign_in(page, front, "cashier", address)
    page.get_by_role("link", name="Record cash handed out").click()
    language(page, "繁體中文")
    page.set_viewport_size(NARROW)
    page.locator("#occurred_on").fill("2026-02-12")
    page.locator("#visitor_1").fill(office.number(0))
    page.locator("#visitor_2").fill(office.number(3))
    page.locator("#scan").set_input_files(scan)
    page.locator("[name=signed_1]").select_option("thumbprint")
    page.locator("main form button").click()
    expect(page.locator("#visitor_2-fault")).to_be_visible()
    office.look(page, "20-cash-fault")
    page.locator("#visitor_2").fill(office.number(1))
    page.locator("main form button").click()
    expect(page.locator(".done")).to_have_text("發放已登記。")
    expect(page.locator("main")).to_contain_text("本人按手印")
    expect(page.locator("main")).to_contain_text(NAMES[0])
    office.look(page, "21-cash-paid")
    page.goto(f"{front}{LISTS}/00000000-0000-0000-0000-000000000000")
    expect(page.locator("h1")).to_have_text("沒有找到")
    office.look(page, "22-not-found")
    page.goto(f"{front}/reporting/pages/relief")
    expect(page.locator("h1")).to_have_text("您不能辦理")
    assert re.search(r"[0-9a-f-]{36}", page.locator(".fine code").inner_text())
