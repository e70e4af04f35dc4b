"""A hardship dossier through its three levels in a real Chromium: each step its own officer, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.system.browsing import act, language, sign_in, sign_out
from tests.system.office import NARROW, WIDE, Office

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
DESK = "/registry/pages/dossiers"
NAME, CHILD = "马样贤", "马样宁"


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office.opened(screens, tmp_path_factory, town="金积镇", trade="乳业", hundred=0)
    office.worker(1, NAME)
    return office


def test_a_dossier_goes_through_its_three_levels(office: Office, browser: BrowserContext) -> None:  # noqa: PLR0915  one way
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)

    sign_in(page, front, "grassroots_officer", DESK, office.factory)
    language(page, "简体中文")
    expect(page.locator("h1")).to_have_text("困难职工档案")
    office.look(page, "01-empty-desk")
    page.get_by_role("link", name="建立家庭").press("Enter")
    page.get_by_role("link", name="登记家庭成员（非职工）").press("Enter")
    page.locator("#union_org_id").select_option(index=1)
    page.locator("#name").fill(CHILD)
    page.locator("#birth_date").fill("2008-05-06")
    page.locator("#occurred_on").fill("2026-10-08")
    office.look(page, "02-relative")
    page.get_by_role("button", name="登记").press("Enter")
    page.locator("#occurred_on").fill("2026-10-09")
    child = page.locator("#who-0").input_value()
    page.locator("#who-0").fill(office.number(1))
    page.locator("#relation-0").select_option("householder")
    page.locator("#health_code-0").select_option("serious_illness")
    page.locator("#monthly_income_yuan-0").fill("600.555")
    page.locator("#who-1").fill(child)
    page.locator("#relation-1").select_option("child")
    page.locator("#health_code-1").select_option("healthy")
    page.locator("#school_stage-1").select_option("upper_secondary")
    page.locator("#monthly_income_yuan-1").fill("0")
    page.locator("main form button").press("Enter")
    expect(page.locator("#monthly_income_yuan-0-fault")).to_contain_text("至多两位小数")
    office.look(page, "03-household-fault")
    page.locator("#monthly_income_yuan-0").fill("600")
    page.locator("main form button").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    office.look(page, "04-household")
    page.get_by_role("link", name="建立困难职工档案").press("Enter")
    page.locator("#holder_id").select_option(index=1)
    for name, value in (
        ("family_situation", "children_at_school"), ("hardship_cause", "illness"), ("state_of_mind", "worried"),
        ("employment_wish", "cannot_work"),
    ):  # fmt: skip
        page.locator(f"#{name}").select_option(value)
    page.locator("#words_hardship_cause").fill("尿毒症，每周透析三次。\n自付部分无力承担。")
    page.locator("#occurred_on").fill("2026-10-12")
    office.look(page, "05-new-dossier")
    page.get_by_role("button", name="建档").press("Enter")
    expect(page.locator("tr.wrong")).to_contain_text("技能状况")
    address = page.url.partition("?")[0].removeprefix(front)
    act(page, "assessment", "2026-10-12")
    expect(page.locator(".done")).to_contain_text("评定困难程度")
    expect(page.locator("main")).to_contain_text("深度困难不超过 100%")
    office.look(page, "06-assessed")
    sign_out(page)

    sign_in(page, front, "sub_district_officer", DESK, office.street)
    language(page, "繁體中文")
    expect(page.locator("tbody tr")).to_have_count(1)
    office.look(page, "07-verification-desk")
    page.locator("tbody a").first.press("Enter")
    expect(page.locator("form[action$='/verification']")).to_have_count(0)
    page.locator("summary", has_text="退回").press("Enter")
    page.locator("#return-reason_code").select_option("clears-missing")
    page.locator("[name=missing_clears-technical_skill]").check()
    office.look(page, "08-return")
    page.locator("form[action$='/return'] [name=occurred_on]").fill("2026-10-13")
    page.locator("form[action$='/return'] button").press("Enter")
    expect(page.locator("main")).to_contain_text("已退回：五清未清")
    sign_out(page)

    sign_in(page, front, "grassroots_officer", address, office.factory)
    language(page, "English")
    page.locator("summary", has_text="Record the five clears").press("Enter")
    page.locator("#clears-technical_skill").select_option("junior")
    act(page, "clears", "2026-10-14")
    expect(page.locator("tr.wrong")).to_have_count(0)
    sign_out(page)

    sign_in(page, front, "sub_district_officer", address, office.street)
    act(page, "verification", "2026-10-15")
    expect(page.locator(".done")).to_contain_text("Verify")
    page.locator("summary", has_text="Post the notice").press("Enter")
    page.locator("#notice-notice_place").fill("厂务公开栏")
    act(page, "notice", "2026-10-16")
    expect(page.locator("main")).to_contain_text("5 working days")
    page.get_by_role("button", name="Notice to print").press("Enter")
    expect(page.locator("main")).to_contain_text(NAME)
    office.look(page, "09-notice")
    page.go_back()
    sign_out(page)

    sign_in(page, front, "district_officer", address)
    page.locator("summary", has_text="Record an objection").press("Enter")
    page.locator("#objection-objection_ground").select_option("income")
    page.locator("#objection-words").fill("他家另有商铺。")
    act(page, "objection", "2026-10-20")
    expect(page.locator("main")).to_contain_text("Objections")
    sign_out(page)

    sign_in(page, front, "approver", DESK)
    page.set_viewport_size(NARROW)
    office.look(page, "10-approver-desk")
    page.locator("tbody a").first.press("Enter")
    page.get_by_role("button", name="Open names and words").press("Enter")
    expect(page.locator("main")).to_contain_text("他家另有商铺。")
    expect(page.locator("main")).to_contain_text("尿毒症")
    office.look(page, "11-names-and-words")
    page.locator("summary", has_text="Settle an objection").press("Enter")
    page.locator("#settlement-objection_id").select_option(index=1)
    page.locator("#settlement-objection_outcome").select_option("unfounded")
    act(page, "settlement", "2026-10-22")
    act(page, "approval", "2026-10-21")
    expect(page.locator("#approval-occurred_on-fault")).to_be_visible()
    act(page, "approval", "2026-11-02")
    expect(page.locator(".done")).to_contain_text("Approve")
    office.look(page, "12-approved")
    page.set_viewport_size(WIDE)
    page.goto(f"{front}{DESK}?show=approved")
    expect(page.locator("tbody")).to_contain_text("2027-11-02")
    office.look(page, "13-in-force")
    page.goto(f"{front}{DESK}/00000000-0000-0000-0000-000000000000")
    expect(page.locator("h1")).to_have_text("Nothing here")
