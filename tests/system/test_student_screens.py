"""Students, and the totals of dossiers, in a real Chromium, by keyboard, in three languages."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FilePayload, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import language, sign_in
from tests.system.office import ON, Office

from unionaid.registry.examples import resident_id
from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
LANGUAGES = ("简体中文", "繁體中文", "English")
STUDENTS = (
    ("买买提江·艾力", date(2008, 6, 2), "upper_secondary"),
    ("王样芳", date(2012, 1, 5), "lower_secondary"),
    ("王样明", date(2018, 9, 9), "primary"),
)
SERIAL = 604


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a family of three students and an open dossier."""
    office = Office.opened(screens, tmp_path_factory, town="古城镇", trade="饲料", hundred=6)
    worker = office.worker(2, "阿依古丽·买买提", on=ON)
    members: list[dict[str, Any]] = [{"person_id": worker, "relation": "householder", "monthly_income_fen": 90_000}]
    at = {"union_org_id": office.factory_id, "occurred_on": ON}
    for name, born, stage in STUDENTS:
        child = office.entered("/persons", "person_id", name=name, resident_id=resident_id(SERIAL, born), **at)
        members.append({"person_id": child, "relation": "child", "school_stage": stage, "monthly_income_fen": 0})
    told = [{**member, "health_code": "healthy"} for member in members]
    household = office.entered("/households", "household_id", members=told, **at)
    dossier = {"household_id": household, "holder_id": worker, "hardship_cause": "schooling", "occurred_on": ON}
    office.entered("/dossiers", "dossier_id", **dossier)
    return office


def test_a_student_is_found_admitted_and_saved(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    sign_in(page, front, "grassroots_officer", "/registry/pages/students", office.factory)
    page.locator("form.names button").press("Enter")
    for name in LANGUAGES:
        language(page, name)
        expect(page.locator("main")).to_contain_text("买买提江·艾力")
        office.look_twice(page, f"{name}-1-students")
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
    office.look_twice(page, "2-under-14")
    page.goto(f"{front}/registry/pages/students?school_stage=upper_secondary")
    page.get_by_role("link", name="Record a letter of admission").press("Enter")
    expect(page.locator("details[open] summary")).to_have_text("Record a letter of admission")
    page.locator("#admission-school_stage").select_option("college")
    page.locator("#admission-school").fill("宁夏样例大学")
    scan = FilePayload(name="letter.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 scan")
    page.locator("#admission-letter").set_input_files(scan)
    office.look_twice(page, "3-letter")
    page.locator("details[open] button").press("Enter")
    expect(page.locator(".done")).to_be_visible()
    page.goto(f"{front}/registry/pages/students?letter=yes")
    expect(page.locator("main table").last.locator("tbody tr")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("买买提江·艾力")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a workbook").press("Enter")
    saved = Path(download.value.path()).read_bytes()
    with CalamineWorkbook.from_object(io.BytesIO(saved)) as book:
        (row,) = book.get_sheet_by_index(0).to_python()[1:]
    assert row[:3] == ["买买提江·艾力", resident_id(SERIAL, STUDENTS[0][1]), "2008-06-02"]


def test_a_total_of_dossiers_opens_into_its_events(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    asked = f"/reporting/pages/dossiers?union={office.factory_id}"
    sign_in(page, front, "auditor", asked)
    for name in LANGUAGES:
        language(page, name)
        expect(page.locator("dl.figures dd").first).to_have_text("1")
        office.look_twice(page, f"{name}-4-dossiers")
    page.get_by_role("link", name="schooling").press("Enter")
    expect(page.locator("h1")).to_have_text("The events of the total of dossiers")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    for name in LANGUAGES:
        language(page, name)
        office.look_twice(page, f"{name}-5-events")
    page.goto(front + asked)
    page.locator("#from").fill("2026-01-01")
    page.locator("#step").select_option("approved")
    page.locator("main form button").press("Enter")
    expect(page.locator("dl.figures dd").first).to_have_text("0")
    office.look_twice(page, "6-nothing")
