"""A real Chromium in front of the stack."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def chromium(profile: Path) -> Iterator[BrowserContext]:
    """Open a Chromium that has never been used; what its console says of pages must be nothing."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=program, args=FLAGS, locale="en-US"
        )
        said: list[str] = []
        context.on("console", lambda message: said.append(message.text))
        context.on("weberror", lambda error: said.append(str(error.error)))
        yield context
        context.close()
    told = [text for text in said if not re.search("status of (403|404|412|422)", text)]
    assert told == [], "a page breaks its own security policy"


def sign_in(page: Page, front: str, role: str, address: str, unit: str | None = None) -> None:
    """Ask for a page, choose a role by keyboard, and be brought to the page."""
    page.goto(front + address)
    expect(page).to_have_url(re.compile(f"^{re.escape(front)}/issuer/authorize\\?response_type=code&"))
    page.locator("#role").select_option(role)
    if unit is not None:
        page.locator("#unit").select_option(label=unit)
    page.locator("main button").press("Enter")
    expect(page).to_have_url(front + address)


def sign_out(page: Page) -> None:
    """Leave, in whatever language the page is."""
    page.locator("form.session button").click()
    expect(page).to_have_url(re.compile("/pages/signed-out$"))


def language(page: Page, name: str) -> None:
    """Choose the language of the page by keyboard."""
    page.get_by_role("link", name=name).press("Enter")


def act(page: Page, name: str, on: str, **told: str) -> None:
    """Open an act by keyboard, fill it in, date it, and carry it out."""
    form = page.locator(f"form[action$='/{name}']")
    if not form.is_visible():
        page.locator("details", has=form).locator("summary").press("Enter")
    for field, value in told.items():
        where = form.locator(f"[name={field}]")
        if where.evaluate("one => one.tagName") == "SELECT":
            where.select_option(value)
        else:
            where.fill(value)
    form.locator("[name=occurred_on]").fill(on)
    form.locator("button").press("Enter")


def written(path: Path, *rows: Sequence[object]) -> Path:
    """Write a workbook as an officer would have it; an empty text is an empty cell."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value != "":
                    sheet.write(r, c, value)
    return path
