"""Students, and the totals of dossiers, in a real Chromium, by keyboard, in three languages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, ViewportSize, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import sign_in

from unionaid.registry.examples import resident_id
from unionaid.testkit.demo import Demo, empty_stack

pytestmark = pytest.mark.needs("browser")
ON = "2026-01-05"
LANGUAGES = ("简体中文", "繁體中文", "English")
UNION = "利通区总工会"


@dataclass
class Office:
    """A stack with a family of three students and an open dossier; where the pictures of its pages go."""

    stack: Demo
    pictures: Path

    def look(self, page: Page, name: str) -> None:
        """Keep a picture, wide and narrow, and see that nothing stands out of the window."""
        for width in (1280, 390):
            page.set_viewport_size(ViewportSize(width=width, height=900))
            page.screenshot(path=self.pictures / f"{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        page.set_viewport_size(ViewportSize(width=1280, height=900))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with empty_stack("student-screens-test") as stack:

        def made(path: str, id: str, /, **body: Any) -> str:
            answer = stack.request(
                "POST", "registry", path, stack.token("district_officer"), {"occurred_on": ON, **body}
            )
            assert answer.is_success, answer.text
            return str(answer.json()[id])

        union = made("/union-orgs", "org_id", level="district", name=UNION)
        worker = made(
            "/workers",
            "person_id",
            union_org_id=union,
            name="阿依古丽·买买提",
            resident_id=resident_id(2),
            migrant=False,
        )
        members: list[dict[str, Any]] = [{"person_id": worker, "relation": "householder", "monthly_income_fen": 90_000}]
        for name, born, stage in (
            ("买买提江·艾力", date(2008, 6, 2), "upper_secondary"), ("王样芳", date(2012, 1, 5), "lower_secondary"),
            ("王样明", date(2018, 9, 9), "primary"),
        ):  # fmt: skip
            child = made("/persons", "person_id", union_org_id=union, name=name, resident_id=resident_id(4, born))
            members.append({"person_id": child, "relation": "child", "school_stage": stage, "monthly_income_fen": 0})
        told = [{**member, "health_code": "healthy"} for member in members]
        household = made("/households", "household_id", union_org_id=union, members=told)
        made("/dossiers", "dossier_id", household_id=household, holder_id=worker, hardship_cause="schooling")
        yield Office(stack, tmp_path_factory.mktemp("pictures"))


def choose(page: Page, language: str) -> None:
    page.get_by_role("link", name=language).click()


def test_a_student_is_found_admitted_and_saved(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    sign_in(page, front, "district_officer", "/registry/pages/students")
    for language in LANGUAGES:
        choose(page, language)
        expect(page.locator("main")).to_contain_text("买买提江·艾力")
        office.look(page, f"{language}-1-students")
    page.locator("#under_age").fill("14")
    page.locator("#on").fill("2026-01-04")
    page.locator("main form[method=get] button").press("Enter")
    expect(page.locator("main")).to_contain_text("王样芳")
    expect(page.locator("main")).not_to_contain_text("买买提江")
    page.locator("#on").fill("2026-01-05")
    page.locator("#open_dossier").select_option("yes")
    page.locator("main form[method=get] button").press("Enter")
    expect(page.locator("main")).not_to_contain_text("王样芳")
    expect(page.locator("main")).to_contain_text("王样明")
    office.look(page, "2-under-14")
    page.goto(f"{front}/registry/pages/students?school_stage=upper_secondary")
    page.get_by_role("link", name="Record a letter of admission").press("Enter")
    expect(page.locator("details[open] summary")).to_have_text("Record a letter of admission")
    page.locator("#admission-school_stage").select_option("college")
    page.locator("#admission-school").fill("宁夏样例大学")
    scan = FilePayload(name="letter.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 scan")
    page.locator("#admission-letter").set_input_files(scan)
    office.look(page, "3-letter")
    page.locator("details[open] button").press("Enter")
    expect(page.locator(".done")).to_be_visible()
    page.goto(f"{front}/registry/pages/students?letter=yes")
    expect(page.locator("main")).to_contain_text("买买提江·艾力")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a workbook").press("Enter")
    saved = Path(download.value.path()).read_bytes()
    with CalamineWorkbook.from_object(io.BytesIO(saved)) as book:
        (row,) = book.get_sheet_by_index(0).to_python()[1:]
    assert row[:3] == ["买买提江·艾力", resident_id(4, date(2008, 6, 2)), "2008-06-02"]


def test_a_total_of_dossiers_opens_into_its_events(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    sign_in(page, front, "auditor", "/reporting/pages/dossiers")
    for language in LANGUAGES:
        choose(page, language)
        expect(page.locator("dl.figures dd").first).to_have_text("1")
        office.look(page, f"{language}-4-dossiers")
    page.get_by_role("link", name="schooling").press("Enter")
    expect(page.locator("h1")).to_have_text("The events of the total of dossiers")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    for language in LANGUAGES:
        choose(page, language)
        office.look(page, f"{language}-5-events")
    page.goto(f"{front}/reporting/pages/dossiers")
    page.locator("#from").fill("2026-01-01")
    page.locator("#step").select_option("approved")
    page.locator("main form button").press("Enter")
    expect(page.locator("dl.figures dd").first).to_have_text("0")
    office.look(page, "6-nothing")
