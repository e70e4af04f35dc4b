"""From the template to the last row in a real Chromium, by keyboard, in three languages, wide and narrow."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import language, sign_in, written
from tests.system.office import NARROW, WIDE, Office

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
IMPORT = "/registry/pages/imports/workers"
OLD = "640302800229001"
LANGUAGES = {
    "简体中文": ("检查文件", "检查结果", "下载需要改正的行"),
    "繁體中文": ("檢查檔案", "檢查結果", "下載需要改正的行"),
    "English": ("Check the file", "What the file holds", "Download the rows to correct"),
}


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.opened(screens, tmp_path_factory, town="上桥镇", trade="粮油", hundred=1)


def figures(page: Page) -> list[str]:
    return page.locator("dl.figures dd").all_inner_texts()


def test_from_the_template_to_the_last_row(office: Office, browser: BrowserContext, tmp_path: Path) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)
    sign_in(page, front, "grassroots_officer", IMPORT, office.factory)
    with page.expect_download() as saved:
        page.locator("a[download]").click()
    assert CalamineWorkbook.from_path(str(saved.value.path())).sheet_names != []
    for number, (name, (check, report, download)) in enumerate(LANGUAGES.items()):
        page.goto(front + IMPORT)
        language(page, name)
        office.look(page, f"{number}-1-choose")
        file = written(
            tmp_path / f"{number}.xlsx",
            ("姓名", "身份证号", "联系电话", "农民工"),
            ("阿依古丽•买买提", office.number(2 * number + 1), "13912345678", "是"),
            ("王样芳", 640302198002290016, "", "否"),
            ("丁样福", OLD if number == 0 else "1", "12", "也许"),
        )
        page.locator("#union_org_id").select_option(label=office.factory)
        page.locator("#file").set_input_files(file)
        page.get_by_role("button", name=check).press("Enter")
        expect(page.locator("h1")).to_contain_text(report)
        assert figures(page) == ["3", "1", "0", "2"]
        office.look(page, f"{number}-2-report")
        page.set_viewport_size(NARROW)
        office.look(page, f"{number}-3-narrow")
        page.set_viewport_size(WIDE)
        page.locator("main form button").press("Enter")
        expect(page.locator(".done")).to_contain_text("1")
        assert figures(page) == ["3", "0", "1", "2"]
        with page.expect_download() as saved:
            page.get_by_role("link", name=download).click()
        header, *left = (
            CalamineWorkbook.from_object(io.BytesIO(Path(saved.value.path()).read_bytes()))
            .get_sheet_by_index(0)
            .to_python()
        )
        assert [row[0] for row in left] == ["王样芳", "丁样福"]
        assert header[-1] != ""
        office.look(page, f"{number}-4-entered")


def test_a_damaged_file_is_told_beside_its_field(office: Office, browser: BrowserContext, tmp_path: Path) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    sign_in(page, front, "district_officer", "/registry/pages/imports/unions")
    language(page, "English")
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04rubbish")
    page.locator("#file").set_input_files(bad)
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.locator("#file-fault")).to_contain_text("The workbook is damaged")
    office.look(page, "5-damaged")
