"""Workers, households and dossiers from Excel in a real Chromium, by keyboard: faults told, the good rows entered."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import sign_in, written
from tests.system.office import WIDE, Office

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
IMPORT = "/registry/pages/imports"
LANGUAGES = ("简体中文", "繁體中文", "English")
WORDS = {
    "简体中文": ("户主", "子女", "配偶", "健康", "重大疾病", "小学"),
    "繁體中文": ("戶主", "子女", "配偶", "健康", "重大疾病", "小學"),
    "English": ("householder", "child", "spouse", "healthy", "seriously ill", "primary"),
}


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.opened(screens, tmp_path_factory, town="板桥乡", trade="果蔬", hundred=2)


def template(page: Page) -> list[str]:
    """Save the template of the page; return its headings."""
    with page.expect_download() as saved:
        page.locator("a[download]").press("Enter")
    return [
        str(cell) for cell in CalamineWorkbook.from_path(str(saved.value.path())).get_sheet_by_index(0).to_python()[0]
    ]


def sent(office: Office, page: Page, table: str, file: Path) -> None:
    """Choose union, file and day, and send it, all by keyboard."""
    if table != "dossiers":
        page.locator("#union_org_id").select_option(label=office.factory)
    page.locator("#file").set_input_files(file)
    page.locator("main form button").press("Enter")
    expect(page.locator("dl.figures")).to_be_visible()


def figures(page: Page) -> list[str]:
    return page.locator("dl.figures dd").all_inner_texts()


def test_families_and_their_dossiers_come_in_from_excel(
    office: Office, browser: BrowserContext, tmp_path: Path
) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)
    sign_in(page, front, "grassroots_officer", f"{IMPORT}/workers", office.factory)
    people = [(f"马样{c}", office.number(n)) for n, c in enumerate("甲乙丙", start=1)]
    workers = written(tmp_path / "workers.xlsx", ("姓名", "身份证号"), *people)
    sent(office, page, "workers", workers)
    page.locator("main form button").press("Enter")
    expect(page.locator(".done")).to_contain_text("3")

    for number, (language, name) in enumerate(zip(LANGUAGES, "甲乙丙", strict=True), start=1):
        head, child, spouse, well, ill, primary = WORDS[language]
        page.goto(f"{front}{IMPORT}/households")
        page.get_by_role("link", name=language).press("Enter")
        header = template(page)
        office.look_twice(page, f"{number}-1-choose")
        family = (
            ("1", f"马样{name}", office.number(number), "", "", head, ill, "", 900.5, "", ""),
            ("1", "马样小", "", "2016-05-17", "", child, well, primary, 0, "", ""),
        )
        wrong = (
            ("2", "丁样福", office.number(10 * number), "", "", head, well, "", 500, "", ""),
            ("2", "丁样福", office.number(10 * number), "", "", spouse, well, "", "", "", ""),
            ("3", "王样芳", 640302198002290016, "", "", head, well, "", 500, "", ""),
        )
        sent(office, page, "households", written(tmp_path / f"{number}.xlsx", header, *family, *wrong))
        assert figures(page) == ["5", "2", "0", "3"]
        rows = page.locator("tbody tr")
        expect(rows).to_have_count(4)
        assert rows.locator("td:first-child").all_inner_texts() == ["4", "5", "5", "6"]
        office.look_twice(page, f"{number}-2-report")
        page.locator("main form button").press("Enter")
        expect(page.locator(".done")).to_contain_text("2")
        assert figures(page) == ["5", "0", "2", "3"]
        with page.expect_download() as saved:
            page.locator("a.button[download]").press("Enter")
        _, *left = CalamineWorkbook.from_path(str(saved.value.path())).get_sheet_by_index(0).to_python()
        assert [row[1] for row in left] == ["丁样福", "丁样福", "王样芳"]

    page.goto(f"{front}{IMPORT}/dossiers")
    header = template(page)
    office.look_twice(page, "4-1-dossiers")
    clears = ("children at school", "illness", "worried", "seeks work", "junior")
    sent(office, page, "dossiers", written(
        tmp_path / "dossiers.xlsx", header,
        ("马样甲", office.number(1), *clears, "尿毒症", "", "", "2026-11-02"),
        ("马样乙", office.number(2), *clears, "", "", "", ""),
        ("马样丁", office.number(3), *clears, "", "", "", ""),
        ("无样人", office.number(77), *clears, "", "", "", ""),
    ))  # fmt: skip
    assert figures(page) == ["4", "2", "0", "2"]
    office.look_twice(page, "4-2-report")
    page.locator("main form button").press("Enter")
    expect(page.locator(".done")).to_contain_text("2")
    office.look_twice(page, "4-3-entered")
    page.goto(f"{front}/registry/pages/dossiers")
    expect(page.locator("tbody tr")).to_have_count(2)
    office.look_twice(page, "4-4-desk")


def test_who_is_no_worker_of_the_office_is_not_imported_by_others(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    sign_in(page, front, "grassroots_officer", f"{IMPORT}/dossiers", office.factory)
    ways = page.locator("p.ways a").all_inner_texts()
    assert len(ways) == 2, "workers and households; units are the district officer's"
