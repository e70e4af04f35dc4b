"""The officers' tutorial does what it says: its tables are taken as they stand, its steps in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from python_calamine import CalamineWorkbook
from tests.system.browsing import act, language, sign_in, sign_out, written

from unionaid.embedded import sample
from unionaid.embedded.history import PEOPLE, TOTAL_FEN
from unionaid.testkit.checkout import ROOT
from unionaid.testkit.demo import Demo, empty_stack

pytestmark = pytest.mark.needs("browser")
PAGE = (ROOT / "docs/tutorials/from-a-workbook-to-an-approved-dossier.md").read_text("utf-8")
HOME, DESK = "/registry/pages/imports/workers", "/registry/pages/dossiers"
PAIRS = "/registry/pages/duplicates"


def table(heading: str) -> list[list[str]]:
    """A table of the page, under its headings."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]
    return [rows[0], *rows[2:]]


def settled(stack: Demo) -> tuple[str, str]:
    """Tell as much of the demo's history as the page speaks of; return the unions' names."""
    town = sample.office(PEOPLE, TOTAL_FEN)[0]
    officer = stack.token("district_officer")

    def made(path: str, body: dict[str, object], name: str) -> str:
        answer = stack.request("POST", "registry", path, officer, {"occurred_on": "2013-01-04", **body})
        assert answer.is_success, answer.text
        return str(answer.json()[name])

    district = made("/union-orgs", {"level": "district", "name": sample.DISTRICT}, "org_id")
    street = made("/union-orgs", {"level": "sub_district", "name": town.name, "parent_id": district}, "org_id")
    unit = town.units[0]
    union = made("/union-orgs", {"level": "grassroots", "name": unit.name, "parent_id": street}, "org_id")
    for person in unit.people:
        if person.name in PAGE:
            body = {
                "union_org_id": union, "name": person.name, "resident_id": person.resident_id,
                "phone": person.phone, "migrant": person.migrant,
            }  # fmt: skip
            made("/workers", body, "person_id")
    return unit.name, town.name


def send(page: Page, kind: str, file: Path, *, on: str | None = None) -> list[str]:
    """Choose a kind of import by keyboard and send a file; return the report's figures."""
    page.get_by_role("link", name="Import", exact=True).press("Enter")
    if kind != "Import workers":
        page.get_by_role("link", name=kind).press("Enter")
    if on is not None:
        page.locator("#occurred_on").fill(on)
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.locator("h1")).to_contain_text("What the file holds")
    return page.locator("dl.figures dd").all_inner_texts()


def test_from_a_workbook_to_an_approved_dossier(browser: BrowserContext, tmp_path: Path) -> None:
    with empty_stack("officer-tutorial-test") as stack:
        grassroots, street = settled(stack)
        assert grassroots in PAGE
        assert street in PAGE
        page, front = browser.new_page(), stack.stack.front
        the_family_comes_in(page, front, tmp_path, grassroots)
        the_pair_is_decided(page, front)
        the_dossier_is_signed(page, front, tmp_path, grassroots, street)
        the_worker_reads_who_looked(page, front, grassroots)


def the_family_comes_in(page: Page, front: str, tmp_path: Path, grassroots: str) -> None:
    sign_in(page, front, "grassroots_officer", HOME, grassroots)
    language(page, "English")
    page.goto(front + DESK)
    page.get_by_role("link", name="Form a household").press("Enter")
    page.get_by_role("link", name="Register a family member").press("Enter")
    expect(page.locator("#union_org_id option:checked")).to_have_text(grassroots)
    for name, typed in (
        ("name", "萧小宁"),
        ("birth_date", "2012-06-01"),
        ("phone", "17231256834"),
        ("occurred_on", "2017-02-27"),
    ):
        assert typed in PAGE
        page.locator(f"#{name}").fill(typed)
    page.locator("#sex").select_option("female")
    page.locator("main form button").press("Enter")
    expect(page.locator("h1")).to_contain_text("household")
    expect(page.locator(".done")).to_contain_text("Registered")
    page.goto(front + HOME)
    rows = table("Number of the household")
    family = written(tmp_path / "family.xlsx", *rows)
    assert send(page, "Import households", family, on="2017-03-01") == ["4", "3", "0", "1"]
    expect(page.locator("tbody tr")).to_contain_text("Write yuan with at most two decimals")
    expect(page.locator("tbody tr td").first).to_have_text("5")
    page.get_by_role("button", name="Enter these 3 rows").press("Enter")
    expect(page.locator(".done")).to_contain_text("3")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download the rows to correct").press("Enter")
    came = CalamineWorkbook.from_path(str(saved.value.path())).get_sheet_by_index(0).to_python()
    header, left = [str(title).removesuffix(" *") for title in came[0]], came[1:]
    assert [row[1] for row in left] == [rows[4][1]] == ["刘乐"]
    left[0][header.index(rows[0][8])] = "2000"
    rest = [[str(cell) for cell in row] for row in left]
    corrected = written(tmp_path / "corrected.xlsx", header, *rest)
    assert send(page, "Import households", corrected, on="2017-03-01") == ["1", "1", "0", "0"]
    page.get_by_role("button", name="Enter these 1 rows").press("Enter")
    expect(page.locator(".done")).to_contain_text("1")
    assert send(page, "Import households", family, on="2017-03-01") == ["4", "0", "3", "1"]
    sign_out(page)


def the_pair_is_decided(page: Page, front: str) -> None:
    sign_in(page, front, "district_officer", PAIRS)
    page.get_by_role("button", name="Look for possible duplicates now").press("Enter")
    expect(page.locator("p[role=status]").first).to_contain_text("1 new possible duplicates found")
    page.get_by_role("link", name="Compare the two").first.press("Enter")
    assert page.locator("thead th").all_inner_texts() == ["A: 萧小宁", "B: 萧小宁"]
    kept = page.locator("#survivor_id option", has_text="lives in a household").get_attribute("value")
    page.locator("#survivor_id").select_option(kept)
    page.locator("#merge_reason").select_option("asked-in-person")
    page.get_by_role("button", name="See what the merge changes").press("Enter")
    expect(page.locator("h1")).to_have_text("One person")
    page.get_by_role("button", name="Merge them now").press("Enter")
    expect(page.locator("main")).to_contain_text("Merged")
    sign_out(page)


def the_dossier_is_signed(page: Page, front: str, tmp_path: Path, grassroots: str, street: str) -> None:
    sign_in(page, front, "grassroots_officer", HOME, grassroots)
    dossier = written(tmp_path / "dossier.xlsx", *table("Name of the holder"))
    assert send(page, "Import dossiers", dossier) == ["1", "1", "0", "0"]
    page.locator("main form button").press("Enter")
    expect(page.locator(".done")).to_contain_text("1")
    page.goto(f"{front}{DESK}?show=draft")
    page.locator("#names-purpose").select_option(label="Verification")
    page.get_by_role("button", name="Show names").press("Enter")
    expect(page.locator("tbody a")).to_have_text(["萧文"])
    page.locator("tbody a").first.press("Enter")
    expect(page.locator("dl.figures")).to_contain_text("deep hardship")
    expect(page.locator("form[action$='/verification']")).to_have_count(0)
    address = page.url.partition("?")[0].removeprefix(front)
    sign_out(page)

    sign_in(page, front, "sub_district_officer", address, street)
    act(page, "verification", "2017-03-06")
    expect(page.locator(".done")).to_contain_text("Verify")
    page.locator("summary", has_text="Post the notice").press("Enter")
    page.locator("#notice-notice_place").fill("街道公示栏")
    act(page, "notice", "2017-03-08")
    expect(page.locator("main")).to_contain_text("2017-03-15")
    sign_out(page)

    sign_in(page, front, "approver", address)
    act(page, "approval", "2017-03-15")
    expect(page.locator("#approval-occurred_on-fault")).to_be_visible()
    act(page, "approval", "2017-03-16")
    expect(page.locator(".done")).to_contain_text("Approve")
    expect(page.locator("dl.figures")).to_contain_text("2018-03-16")


def the_worker_reads_who_looked(page: Page, front: str, grassroots: str) -> None:
    sign_out(page)
    sign_in(page, front, "grassroots_officer", "/registry/pages/search", grassroots)
    page.locator("#name").fill("萧文")
    page.locator("main form button").press("Enter")
    page.locator("tbody a").first.press("Enter")
    person = page.locator("dl.citation code").first.inner_text()
    sign_out(page)
    page.goto(f"{front}/registry/pages/own-file")
    page.locator("#role").select_option("worker")
    page.locator("#person").fill(person)
    page.locator("main button").press("Enter")
    expect(page.locator("h1")).to_have_text("Own file")
    looked = page.locator("tbody tr", has_text="Verification").first
    expect(looked).to_contain_text("grassroots officer")
    expect(looked).to_contain_text(grassroots)
