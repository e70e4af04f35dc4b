"""The tree of unions, an enterprise and the list of workers in a real Chromium, by keyboard, in three languages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import language, sign_in
from tests.system.office import ON, Office

from unionaid.registry.examples import uscc_code
from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
ELSEWHERE = "孙家滩工会委员会"
NAMES = ("阿依古丽·买买提", "王样芳", "丁样福")
LANGUAGES = ("简体中文", "繁體中文", "English")


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office.opened(screens, tmp_path_factory, town="马莲渠乡", trade="纺织", hundred=3)
    office.union("sub_district", ELSEWHERE, office.district())
    enterprise = office.entered(
        "/enterprises", "enterprise_id",
        uscc=uscc_code(), name="样例纺织股份有限公司", ownership="non_public", occurred_on=ON,
        union_org_id=office.factory_id,
    )  # fmt: skip
    for serial, name in enumerate(NAMES):
        office.worker(serial, name, ON, enterprise_id=enterprise, migrant=serial == 1)
    return office


def test_a_union_goes_elsewhere_and_its_workers_go_out_as_a_workbook(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    sign_in(page, front, "district_officer", "/registry/pages/unions")
    for name in LANGUAGES:
        language(page, name)
        expect(page.locator("section.tree")).to_contain_text(office.factory)
        office.look_twice(page, f"{name}-1-tree")
    page.get_by_role("link", name=office.factory).press("Enter")
    expect(page.locator("h1")).to_have_text(office.factory)
    for name in LANGUAGES:
        language(page, name)
        office.look_twice(page, f"{name}-2-union")
    page.locator("#reason_code").select_option("merged")
    page.locator("form[action$='dissolution'] button").press("Enter")
    expect(page.locator("p.fault")).to_contain_text("3 workers, 1 enterprises")
    office.look_twice(page, "3-not-empty")
    page.locator("#parent_id").select_option(label=ELSEWHERE)
    page.locator("form[action$='move'] button").press("Enter")
    expect(page.locator("main")).to_contain_text("With it go:")
    office.look_twice(page, "3-before-the-move")
    page.get_by_role("button", name="Move it now").press("Enter")
    expect(page.locator(".done")).to_have_text("The union was moved.")
    expect(page.locator("main dl")).to_contain_text(ELSEWHERE)
    page.goto(f"{front}/registry/pages/enterprises")
    office.look_twice(page, "4-enterprises")
    page.get_by_role("link", name="样例纺织股份有限公司").press("Enter")
    page.locator("#name").fill("样例纺织集团有限公司")
    page.locator("#reason_code").select_option("changed")
    page.locator("main form button").press("Enter")
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("main table")).to_contain_text("样例纺织股份有限公司")
    office.look_twice(page, "5-enterprise")
    page.goto(f"{front}/registry/pages/workers?union_org_id={office.unions[ELSEWHERE]}")
    page.locator("#names-purpose").select_option("verification")
    page.locator("form.names button").press("Enter")
    expect(page.locator("main table")).to_contain_text("阿依古丽·买买提")
    for name in LANGUAGES:
        language(page, name)
        office.look_twice(page, f"{name}-6-workers")
    with page.expect_download() as saved:
        page.locator("form[action$='export'] button").press("Enter")
    content = Path(saved.value.path()).read_bytes()
    rows = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sorted(row[1] for row in rows[1:]) == sorted(office.number(n) for n in range(3))
