"""People's life in a real Chromium, by keyboard: provisional, completed, transferred, gone; families; what is kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.system.browsing import act, language, sign_in, sign_out
from tests.system.office import FOUNDED_ON, NARROW, WIDE, Office

from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
PAGES = "/registry/pages"
OTHER = "东塔寺乡工会委员会"


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office.opened(screens, tmp_path_factory, town="郭家桥乡", trade="建材", hundred=4, founded_on=FOUNDED_ON)
    office.union("sub_district", OTHER, office.district(), FOUNDED_ON)
    return office


def test_a_worker_without_papers_becomes_known_goes_elsewhere_and_leaves(
    office: Office, browser: BrowserContext
) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)

    sign_in(page, front, "grassroots_officer", f"{PAGES}/workers/new", office.factory)
    language(page, "简体中文")
    page.get_by_role("link", name="先行登记").press("Enter")
    expect(page.locator("h1")).to_have_text("身份证号待补的职工")
    expect(page.locator("#union_org_id option:checked")).to_have_text(office.factory)
    page.locator("#name").fill("马样贤")
    page.locator("#migrant").press("Space")
    page.locator("#occurred_on").fill("2026-10-05")
    office.look(page, "01-provisional")
    page.get_by_role("button", name="登记").press("Enter")
    expect(page.locator("main")).to_contain_text("身份证号待补")
    address = page.url.removeprefix(front)
    act(page, "correction", "2026-10-08", resident_id=office.number(1)[:-1], reason_code="completed")
    expect(page.locator("#correction-resident_id-fault")).to_be_visible()
    office.look(page, "02-number-wrong")
    act(page, "correction", "2026-10-08", resident_id=office.number(1))
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("身份证号待补")
    page.get_by_role("button", name="显示姓名").press("Enter")
    expect(page.locator("h1")).to_contain_text("马样贤")
    office.look(page, "03-named")
    sign_out(page)

    sign_in(page, front, "sub_district_officer", f"{PAGES}/transfer-requests", OTHER)
    language(page, "繁體中文")
    page.locator("#resident_id").fill(office.number(1))
    page.locator("#union_org_id").select_option(index=1)
    page.locator("#occurred_on").fill("2026-10-30")
    office.look(page, "04-ask-for")
    page.get_by_role("button", name="申請調入職工").press("Enter")
    expect(page.locator(".done")).to_have_text("已申請。")
    sign_out(page)

    sign_in(page, front, "district_officer", f"{PAGES}/transfer-requests")
    language(page, "English")
    page.set_viewport_size(NARROW)
    office.look(page, "05-to-take-up")
    page.set_viewport_size(WIDE)
    for ways in page.locator(".sections ul").all():
        rows = {place["y"] for place in (way.bounding_box() for way in ways.locator("li").all()) if place}
        assert len(rows) == 1, "the ways to a service's screens stand in one row"
    act(page, "taking-up", "2026-11-02")
    expect(page.locator(".done")).to_have_text("Taken up.")
    page.goto(front + address)
    expect(page.locator("main")).to_contain_text(OTHER)
    act(page, "restriction", "2026-11-03")
    expect(page.locator(".warned")).to_contain_text("asked to be erased")
    act(page, "leaving", "2026-11-04", reason_code="retired")
    expect(page.locator("main")).to_contain_text("2036-11-04")
    office.look(page, "06-left-and-kept")


def family(office: Office) -> tuple[str, str, str, str]:
    """A mother and her daughter in a household, the father not yet; the ids of the three, and the household's."""
    mother, father = office.worker(21, "马样芳", "2026-02-02"), office.worker(22, "马样强", "2026-02-02")
    child = {"name": "马样宁", "birth_date": "2008-05-06", "sex": "female", "occurred_on": "2026-02-02"}
    daughter = office.entered("/persons", "person_id", union_org_id=office.factory_id, **child)
    stands = {"health_code": "healthy", "monthly_income_fen": 100_000}
    members = [
        {"person_id": mother, "relation": "householder", **stands},
        {"person_id": daughter, "relation": "child", **stands},
    ]
    about = {"union_org_id": office.factory_id, "members": members, "occurred_on": "2026-02-03"}
    return mother, father, daughter, office.entered("/households", "household_id", **about)


def test_a_family_grows_splits_and_sends_a_child_to_college(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)
    mother, father, daughter, household = family(office)

    sign_in(page, front, "grassroots_officer", f"{PAGES}/households/{household}", office.factory)
    language(page, "简体中文")
    told = {"relation": "spouse", "health_code": "chronic", "monthly_income_yuan": "2600"}
    act(page, "joining", "2026-03-02", who=office.number(22), **told)
    expect(page.locator("tbody tr")).to_have_count(3)
    letter = office.pictures / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 a letter of admission" * 50_000)
    form = page.locator(f"form[action$='/admissions/{household}']")
    page.locator("details", has=form).locator("summary").press("Enter")
    form.locator("[name=letter]").set_input_files(letter)
    form.locator("[name=person_id]").select_option(daughter)
    form.locator("[name=school_stage]").select_option("college")
    form.locator("[name=school]").fill("宁夏样例学院")
    office.look(page, "11-admission")
    form.locator("button").press("Enter")
    expect(page.locator("tbody")).to_contain_text("已登记录取通知书")
    page.get_by_role("link", name="建立困难职工档案").press("Enter")
    page.locator("#holder_id").select_option(mother)
    page.locator("#occurred_on").fill("2026-09-01")
    page.get_by_role("button", name="建档").press("Enter")
    expect(page.locator("main")).to_contain_text("五清")
    dossier = page.url.removeprefix(front).partition("?")[0]
    page.goto(f"{front}{PAGES}/households/{household}")
    page.get_by_role("button", name="显示姓名").press("Enter")
    expect(page.locator("tbody")).to_contain_text("马样芳")
    office.look(page, "12-family")
    page.get_by_role("link", name="分户").press("Enter")
    page.locator("#reason_code").select_option("divorce")
    page.locator("#occurred_on").fill("2026-10-09")
    page.locator("#goes-0").press("Space")
    page.locator("#relation-0").select_option("householder")
    page.locator("#monthly_income_yuan-0").fill("1000")
    page.get_by_role("button", name="分户").press("Enter")
    expect(page.locator("#new_holder_id-fault")).to_be_visible()
    office.look(page, "13-split-needs-a-holder")
    page.locator("#new_holder_id").select_option(father)
    page.set_viewport_size(NARROW)
    office.look(page, "14-split-narrow")
    page.set_viewport_size(WIDE)
    page.get_by_role("button", name="分户").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(front + dossier)
    expect(page.locator("main")).to_contain_text("持档人已变更")
    office.look(page, "15-dossier-passed-on")


def test_what_is_kept_no_more_is_erased_from_the_list(office: Office, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)
    worker = office.worker(31, "马样旧", "2004-03-01")
    alone = [{"person_id": worker, "relation": "householder", "health_code": "healthy", "monthly_income_fen": 0}]
    at = {"occurred_on": "2005-03-01"}
    household = office.entered("/households", "household_id", union_org_id=office.factory_id, members=alone, **at)
    dossier = office.entered("/dossiers", "dossier_id", household_id=household, holder_id=worker, **at)
    closing = {"reason_code": "moved", "occurred_on": "2006-03-01"}
    office.entered(f"/dossiers/{dossier}/closing", "dossier_id", **closing)
    leaving = {"reason_code": "retired", "occurred_on": "2006-03-01"}
    office.entered(f"/workers/{worker}/leaving", "person_id", **leaving)

    sign_in(page, front, "approver", f"{PAGES}/dossiers")
    language(page, "English")
    page.get_by_role("link", name="Retention").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Show names").press("Enter")
    expect(page.locator("tbody")).to_contain_text("马样旧")
    office.look(page, "21-persons")
    page.get_by_role("link", name="Dossiers whose period has ended").press("Enter")
    office.look(page, "22-dossiers")
    page.locator("tbody a").first.press("Enter")
    act(page, "erasure", "2026-11-02")
    expect(page.locator("main")).to_contain_text("Its words were destroyed on 2026-11-02.")
    office.look(page, "23-dossier-erased")
    page.goto(f"{front}{PAGES}/retention")
    page.locator("tbody a").first.press("Enter")
    act(page, "erasing", "2026-11-02", reason_code="retention-ended")
    expect(page.locator(".done")).to_contain_text("Erase for good")
    expect(page.locator("main")).to_contain_text("Nobody here.")
    language(page, "繁體中文")
    page.get_by_role("link", name="要求刪除的人員").press("Enter")
    office.look(page, "24-asked")
