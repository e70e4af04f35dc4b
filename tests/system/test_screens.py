"""The screens in a real Chromium over the whole stack, through its front address, in the three languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.system.browsing import sign_in

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
LANGUAGES = {
    "简体中文": ("zh-Hans", "帮扶合计", "打开这一合计所依据的事件"),
    "繁體中文": ("zh-Hant", "幫扶合計", "打開這一合計所依據的事件"),
    "English": ("en", "Relief totals", "Open the events this total is made of"),
}
TOTAL = "/reporting/pages/relief?from=2017-01-01&to=2017-12-31&kind=WINTER_WARMTH"


def test_the_total_opens_into_its_events_in_three_languages(demo: Demo, browser: BrowserContext) -> None:
    front = demo.stack.front
    page = browser.new_page()
    sign_in(page, front, "auditor", "/reporting/pages/relief")
    session = next(cookie for cookie in browser.cookies() if cookie["name"] == "unionaid_session")
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")
    for name, (tag, title, opens) in LANGUAGES.items():
        page.get_by_role("link", name=name).click()
        page.goto(front + TOTAL)
        expect(page.locator("html")).to_have_attribute("lang", tag)
        expect(page.locator("h1")).to_have_text(title)
        expect(page.locator("dl.figures dd")).to_have_text(["4,116", "4,116", "1,997,000.00"])
        cited = demo.figures["winter-warmth-paid"]["cites"]
        expect(page.locator(".citation")).to_contain_text(cited["sha256"])
        page.get_by_role("link", name=opens).click()
        expect(page.locator("tbody tr")).to_have_count(100)
        expect(page.locator("dl.figures dd")).to_have_text(["4,116", "4,116", "1,997,000.00"])
        expect(page.locator(".citation")).to_contain_text(cited["sha256"])
    first = page.locator("tbody tr").first.inner_text()
    page.locator("a[rel=next]").click()
    expect(page.locator("tbody tr")).to_have_count(100)
    assert page.locator("tbody tr").first.inner_text() != first
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.goto(f"{front}/reporting/pages/nothing")
    expect(page.locator("h1")).to_have_text("Nothing here")
    page.goto(front + TOTAL)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{front}/reporting/pages/signed-out")
    assert not [cookie for cookie in browser.cookies() if cookie["name"] == "unionaid_session"]
    page.goto(front + TOTAL)
    assert page.url.startswith(f"{front}/issuer/authorize?"), "who has signed out is asked again"


def test_a_wrong_id_is_told_beside_its_field(demo: Demo, browser: BrowserContext) -> None:
    page = browser.new_page()
    sign_in(page, demo.stack.front, "district_officer", "/registry/pages/workers/new")
    page.get_by_label("Union", exact=True).select_option(index=1)
    page.get_by_label("Name").fill("试填")
    page.get_by_label("Resident ID").fill("110101199003070000")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.locator("#resident_id-fault")).to_contain_text("does not fit the others")
    expect(page.get_by_label("Resident ID")).to_have_attribute("aria-describedby", "resident_id-fault")
    expect(page.get_by_label("Name")).to_have_value("试填")
