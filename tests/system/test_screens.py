"""The screens in a real Chromium over the whole stack, through its front address, in the three languages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
LANGUAGES = {
    "简体中文": ("zh-Hans", "帮扶合计", "打开这一合计所依据的事件"),
    "繁體中文": ("zh-Hant", "幫扶合計", "打開這一合計所依據的事件"),
    "English": ("en", "Relief totals", "Open the events this total is made of"),
}
TOTAL = "/reporting/pages/relief?from=2017-01-01&to=2017-12-31&kind=WINTER_WARMTH"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[BrowserContext]:
    """A Chromium that has never been used; what its console says of pages must be nothing."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=program, args=FLAGS, locale="en-US"
        )
        said: list[str] = []
        context.on("console", lambda message: said.append(message.text))
        context.on("weberror", lambda error: said.append(str(error.error)))
        yield context
        context.close()
    assert [text for text in said if "status of 422" not in text] == [], "a page breaks its own security policy"


def sign_in(page: Page, front: str, role: str, address: str) -> None:
    """Ask for a page, choose a role by keyboard, and be brought to the page."""
    page.goto(front + address)
    expect(page).to_have_url(f"{front}/issuer/sign-in?next=" + address.split("?", maxsplit=1)[0].replace("/", "%2F"))
    page.locator("#role").select_option(role)
    page.locator("main button").press("Enter")
    expect(page).to_have_url(front + address)


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
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{front}/issuer/sign-in")
    page.goto(front + TOTAL)
    assert page.url.startswith(f"{front}/issuer/sign-in?next=")


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
