"""The tree of unions, an enterprise and the list of workers in a real Chromium, by keyboard, in three languages."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import sign_in

from unionaid.registry.examples import resident_id, uscc_code
from unionaid.testkit.demo import Demo, empty_stack

pytestmark = pytest.mark.needs("browser")
ON = "2026-01-05"
FACTORY = "利通区样例乳业股份有限公司精细加工与冷链物流联合基层工会委员会"
LANGUAGES = ("简体中文", "繁體中文", "English")


@dataclass
class Office:
    """A stack with a tree; where the pictures of its pages go."""

    stack: Demo
    pictures: Path
    unions: dict[str, str]

    def look(self, page: Page, name: str) -> None:
        """Keep a picture, wide and narrow, and see that nothing stands out of the window."""
        for width in (1280, 390):
            page.set_viewport_size(ViewportSize(width=width, height=900))
            page.screenshot(path=self.pictures / f"{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        page.set_viewport_size(ViewportSize(width=1280, height=900))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with empty_stack("union-screens-test") as stack:
        unions: dict[str, str] = {}

        def made(path: str, body: Mapping[str, object], name: str) -> str:
            answer = stack.request("POST", "registry", path, stack.token("district_officer"), dict(body))
            assert answer.is_success, answer.text
            return str(answer.json()[name])

        for level, name, above in (
            ("district", "利通区总工会", None),
            ("sub_district", "金积镇工会委员会", "利通区总工会"),
            ("sub_district", "古城镇工会委员会", "利通区总工会"),
            ("grassroots", FACTORY, "金积镇工会委员会"),
        ):
            body = {"level": level, "name": name, "parent_id": unions.get(above or ""), "occurred_on": ON}
            unions[name] = made("/union-orgs", body, "org_id")
        enterprise = {
            "uscc": uscc_code(), "name": "样例乳业股份有限公司", "ownership": "non_public",
            "union_org_id": unions[FACTORY], "occurred_on": ON,
        }  # fmt: skip
        unions["enterprise"] = made("/enterprises", enterprise, "enterprise_id")
        for serial, name in enumerate(("阿依古丽·买买提", "王样芳", "丁样福")):
            worker = {
                "union_org_id": unions[FACTORY], "enterprise_id": unions["enterprise"], "name": name,
                "resident_id": resident_id(serial), "migrant": serial == 1, "occurred_on": ON,
            }  # fmt: skip
            made("/workers", worker, "person_id")
        yield Office(stack, tmp_path_factory.mktemp("pictures"), unions)


def choose(page: Page, language: str) -> None:
    page.get_by_role("link", name=language).click()


def test_a_union_goes_elsewhere_and_its_workers_go_out_as_a_workbook(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    sign_in(page, front, "district_officer", "/registry/pages/unions")
    for language in LANGUAGES:
        choose(page, language)
        expect(page.locator("section.tree")).to_contain_text(FACTORY)
        office.look(page, f"{language}-1-tree")
    page.get_by_role("link", name=FACTORY).press("Enter")
    expect(page.locator("h1")).to_have_text(FACTORY)
    for language in LANGUAGES:
        choose(page, language)
        office.look(page, f"{language}-2-union")
    page.locator("#reason_code").select_option("merged")
    page.locator("form[action$='dissolution'] button").press("Enter")
    expect(page.locator("p.fault")).to_contain_text("3 workers, 1 enterprises")
    office.look(page, "3-not-empty")
    page.locator("#parent_id").select_option(label="古城镇工会委员会")
    page.locator("form[action$='move'] button").press("Enter")
    expect(page.locator(".done")).to_have_text("The union was moved.")
    expect(page.locator("main dl")).to_contain_text("古城镇工会委员会")
    page.goto(f"{front}/registry/pages/enterprises")
    office.look(page, "4-enterprises")
    page.get_by_role("link", name="样例乳业股份有限公司").press("Enter")
    page.locator("#name").fill("样例乳业集团有限公司")
    page.locator("#reason_code").select_option("changed")
    page.locator("main form button").press("Enter")
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("main table")).to_contain_text("样例乳业股份有限公司")
    office.look(page, "5-enterprise")
    page.goto(f"{front}/registry/pages/workers?union_org_id={office.unions['古城镇工会委员会']}")
    page.locator("#names-purpose").select_option("verification")
    page.locator("form.names button").press("Enter")
    expect(page.locator("main table")).to_contain_text("阿依古丽·买买提")
    for language in LANGUAGES:
        choose(page, language)
        office.look(page, f"{language}-6-workers")
    with page.expect_download() as saved:
        page.locator("form[action$='export'] button").press("Enter")
    content = Path(saved.value.path()).read_bytes()
    rows = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sorted(row[1] for row in rows[1:]) == sorted(resident_id(n) for n in range(3))
