"""A hardship dossier through its three levels in a real Chromium: each step its own officer, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect
from tests.system.browsing import sign_in, sign_out

from unionaid.registry.examples import resident_id
from unionaid.testkit.demo import Demo, empty_stack

pytestmark = pytest.mark.needs("browser")
DESK = "/registry/pages/dossiers"
STREET, FACTORY = "金积镇工会委员会", "利通区样例乳业股份有限公司精细加工与冷链物流联合基层工会委员会"
NAME, CHILD = "马样贤", "马样宁"
WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=390, height=844)


@dataclass
class Office:
    """A stack with one union of one worker; where the pictures of its pages go."""

    stack: Demo
    pictures: Path

    def made(self, path: str, wanted: str, /, **body: Any) -> str:
        answer = self.stack.request("POST", "registry", path, self.stack.token("district_officer"), body)
        assert answer.is_success, answer.text
        return str(answer.json()[wanted])

    def look(self, page: Page, name: str) -> None:
        """Keep a picture, and see that nothing stands out of the window."""
        page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with empty_stack("dossiers-test") as stack:
        made = Office(stack, tmp_path_factory.mktemp("pictures"))
        union, parent = "", None
        for level, name in (("district", "利通区总工会"), ("sub_district", STREET), ("grassroots", FACTORY)):
            union = made.made(
                "/union-orgs", "org_id", level=level, name=name, parent_id=parent, occurred_on="2026-01-05"
            )
            parent = union
        made.made(
            "/workers", "person_id", union_org_id=union, name=NAME, resident_id=resident_id(1), migrant=False,
            occurred_on="2026-02-01",
        )  # fmt: skip
        yield made


def language(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()


def act(page: Page, name: str, on: str) -> None:
    """Open an act by keyboard, date it, and carry it out."""
    form = page.locator(f"form[action$='/{name}']")
    if not form.is_visible():
        page.locator("details", has=form).locator("summary").press("Enter")
    form.locator("[name=occurred_on]").fill(on)
    form.locator("button").press("Enter")


def test_a_dossier_goes_through_its_three_levels(office: Office, browser: BrowserContext) -> None:  # noqa: PLR0915  one way
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)

    sign_in(page, front, "grassroots_officer", DESK, FACTORY)
    language(page, "简体中文")
    expect(page.locator("h1")).to_have_text("困难职工档案")
    office.look(page, "01-empty-desk")
    page.get_by_role("link", name="建立家庭").press("Enter")
    page.get_by_role("link", name="登记家庭成员（非职工）").press("Enter")
    expect(page.locator("#union_org_id option:checked")).to_have_text(FACTORY)
    page.locator("#name").fill(CHILD)
    page.locator("#birth_date").fill("2008-05-06")
    page.locator("#occurred_on").fill("2026-10-08")
    office.look(page, "02-relative")
    page.get_by_role("button", name="登记").press("Enter")
    expect(page.locator(".done")).to_contain_text("已登记，并已填入下方成员栏")
    expect(page.locator("fieldset")).to_have_count(2)
    page.get_by_role("button", name="显示姓名").press("Enter")
    expect(page.locator("legend").first).to_contain_text(CHILD)
    page.get_by_role("button", name="再加一名成员").press("Enter")
    expect(page.locator("fieldset")).to_have_count(3)
    office.look(page, "02-household-grows")
    page.locator("#occurred_on").fill("2026-10-09")
    child = page.locator("#who-0").input_value()
    page.locator("#who-0").fill(resident_id(1))
    page.locator("#relation-0").select_option("householder")
    page.locator("#health_code-0").select_option("serious_illness")
    page.locator("#monthly_income_yuan-0").fill("600.555")
    page.locator("#who-1").fill(child)
    page.locator("#relation-1").select_option("child")
    page.locator("#health_code-1").select_option("healthy")
    page.locator("#school_stage-1").select_option("upper_secondary")
    page.locator("#monthly_income_yuan-1").fill("0")
    page.get_by_role("button", name="建立家庭").press("Enter")
    expect(page.locator("#monthly_income_yuan-0-fault")).to_contain_text("至多两位小数")
    office.look(page, "03-household-fault")
    page.locator("#monthly_income_yuan-0").fill("600")
    page.get_by_role("button", name="建立家庭").press("Enter")
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

    sign_in(page, front, "sub_district_officer", DESK, STREET)
    language(page, "繁體中文")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).not_to_contain_text(NAME)
    page.locator("#names-purpose").select_option("verification")
    page.get_by_role("button", name="顯示姓名").press("Enter")
    expect(page.locator("tbody a").first).to_have_text(NAME)
    expect(page.locator(".names")).to_contain_text("用途：核實")
    office.look(page, "07-verification-desk")
    page.set_viewport_size(NARROW)
    office.look(page, "07-verification-desk-narrow")
    page.set_viewport_size(WIDE)
    page.locator("tbody a").first.press("Enter")
    expect(page.locator("h1")).to_contain_text(NAME)
    expect(page.locator("form[action$='/verification']")).to_have_count(0)
    page.locator("summary", has_text="退回").press("Enter")
    page.locator("#return-reason_code").select_option("clears-missing")
    page.locator("[name=missing_clears-technical_skill]").check()
    office.look(page, "08-return")
    page.locator("form[action$='/return'] [name=occurred_on]").fill("2026-10-13")
    page.locator("form[action$='/return'] button").press("Enter")
    expect(page.locator("main")).to_contain_text("已退回：五清未清")
    sign_out(page)

    sign_in(page, front, "grassroots_officer", address, FACTORY)
    language(page, "English")
    page.locator("summary", has_text="Record the five clears").press("Enter")
    page.locator("#clears-technical_skill").select_option("junior")
    act(page, "clears", "2026-10-14")
    expect(page.locator("tr.wrong")).to_have_count(0)
    sign_out(page)

    sign_in(page, front, "sub_district_officer", address, STREET)
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
