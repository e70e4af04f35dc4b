"""From the template to the last row in a real Chromium, by keyboard, in three languages, wide and narrow."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import sign_in

from unionaid.registry.examples import resident_id
from unionaid.testkit.demo import Demo, empty_stack

pytestmark = pytest.mark.needs("browser")
IMPORT = "/registry/pages/imports/workers"
FACTORY = "利通区样例乳业股份有限公司精细加工与冷链物流联合基层工会委员会"
OLD = "640302800229001"
LANGUAGES = {
    "简体中文": ("检查文件", "检查结果", "下载需要改正的行"),
    "繁體中文": ("檢查檔案", "檢查結果", "下載需要改正的行"),
    "English": ("Check the file", "What the file holds", "Download the rows to correct"),
}


@dataclass
class Office:
    """A stack with one grassroots union; where the pictures of its pages go."""

    stack: Demo
    pictures: Path

    def look(self, page: Page, name: str) -> None:
        """Keep a picture, and see that nothing stands out of the window."""
        page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with empty_stack("import-screens-test") as stack:
        parent = None
        for level, name in (
            ("district", "利通区总工会"),
            ("sub_district", "金积镇工会委员会"),
            ("grassroots", FACTORY),
        ):
            body = {"level": level, "name": name, "parent_id": parent, "occurred_on": "2026-01-05"}
            answer = stack.request("POST", "registry", "/union-orgs", stack.token("district_officer"), body)
            assert answer.is_success, answer.text
            parent = answer.json()["org_id"]
        yield Office(stack, tmp_path_factory.mktemp("pictures"))


def written(path: Path, *rows: tuple[object, ...]) -> Path:
    """Write a workbook as an officer would have it."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate((("姓名", "身份证号", "联系电话", "农民工"), *rows)):
            for c, value in enumerate(row):
                sheet.write(r, c, value)
    return path


def figures(page: Page) -> list[str]:
    return page.locator("dl.figures dd").all_inner_texts()


def test_from_the_template_to_the_last_row(office: Office, browser: BrowserContext, tmp_path: Path) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(ViewportSize(width=1280, height=900))
    sign_in(page, front, "grassroots_officer", IMPORT, FACTORY)
    with page.expect_download() as saved:
        page.locator("a[download]").click()
    assert CalamineWorkbook.from_path(str(saved.value.path())).sheet_names != []
    for number, (language, (check, report, download)) in enumerate(LANGUAGES.items()):
        page.goto(front + IMPORT)
        page.get_by_role("link", name=language).click()
        office.look(page, f"{number}-1-choose")
        file = written(
            tmp_path / f"{number}.xlsx",
            ("阿依古丽•买买提", resident_id(2 * number + 1), "13912345678", "是"),
            ("王样芳", 640302198002290016, "", "否"),
            ("丁样福", OLD if number == 0 else "1", "12", "也许"),
        )
        page.locator("#union_org_id").select_option(label=FACTORY)
        page.locator("#file").set_input_files(file)
        page.get_by_role("button", name=check).press("Enter")
        expect(page.locator("h1")).to_contain_text(report)
        assert figures(page) == ["3", "1", "0", "2"]
        office.look(page, f"{number}-2-report")
        page.set_viewport_size(ViewportSize(width=390, height=844))
        office.look(page, f"{number}-3-narrow")
        page.set_viewport_size(ViewportSize(width=1280, height=900))
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
    page.get_by_role("link", name="English").click()
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04rubbish")
    page.locator("#file").set_input_files(bad)
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.locator("#file-fault")).to_contain_text("The workbook is damaged")
    office.look(page, "5-damaged")
