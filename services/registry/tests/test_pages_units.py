"""The screens of unions, enterprises and the list of workers: what they show, to whom, and what they change."""

from __future__ import annotations

import html
import io
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
import yaml
from python_calamine import CalamineWorkbook

from unionaid.registry.examples import resident_id, uscc_code
from unionaid.registry.pages.union_tree import grown
from unionaid.registry.views.units import taken_along
from unionaid.service.roles import Role

from .naming import choose_names

if TYPE_CHECKING:
    from .conftest import Office, Units

ON = "2017-01-03"
LATER = "2017-01-04"
LOCALE = Path(str(files("unionaid.registry"))) / "locale"


class Browser:
    """A browser of somebody signed in; follows no redirect."""

    def __init__(self, office: Office, role: Role, unit: str | None = None, language: str = "en") -> None:
        self._client = office.client
        token = office.issuer.token([role], unit)
        self.headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path.removeprefix("/registry"), headers=self.headers)

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Open a page, fill in the form of an address, send it."""
        shown = await self.get(page)
        assert shown.status_code == 200, shown.text
        return await self.sent(shown, action, **fields)

    async def sent(self, shown: httpx.Response, action: str, **fields: str) -> httpx.Response:
        """Fill in the form of an address on a page that is open, send it."""
        form = shown.text.split(f'action="/registry{action}"')[1].split("</form>")[0]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        return await self._client.post(action, data=hidden | fields, headers=self.headers)


def texts(page: httpx.Response) -> str:
    """What stands on a page, without marks and doubled blanks."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.text.split("<main")[1])).split())


async def worker(office: Office, union: str, serial: int, name: str = "张三") -> str:
    body = {
        "union_org_id": union, "name": name, "resident_id": resident_id(serial), "migrant": True, "occurred_on": ON,
    }  # fmt: skip
    return await office.made("/workers", body, "person_id")


async def test_the_tree_is_read_with_its_counts(office: Office, units: Units) -> None:
    await worker(office, units.factory_union, 1)
    await worker(office, units.street, 2)
    page = await Browser(office, Role.AUDITOR).get("/pages/unions")
    told = texts(page)
    assert "样区总工会 0 workers · 2 unions directly under it, 2 workers in all" in told
    assert "样街道总工会 1 workers · 1 unions directly under it, 2 workers in all" in told
    assert told.index("样街道总工会") < told.index("样厂工会委员会")


def test_a_tree_grows_from_rows_that_begin_at_the_top() -> None:
    rows = [
        {"org_id": n, "parent_id": above, "workers": n, "name": str(n)}
        for n, above in ((1, None), (2, 1), (3, 1), (4, 3), (9, 8))
    ]
    roots = grown(rows)
    assert [(one["org_id"], one["all_workers"]) for one in roots] == [(1, 10), (9, 9)]
    assert [one["org_id"] for one in roots[0]["under"]] == [2, 3]
    assert [one["org_id"] for one in roots[0]["under"][1]["under"]] == [4]


async def test_a_union_is_moved_and_dissolved_on_its_page(office: Office, units: Units) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    page = f"/pages/unions/{units.factory_union}"
    before = await browser.send(page, f"{page}/move", parent_id=units.other_street, occurred_on=LATER)
    assert before.status_code == 200, before.text
    assert "Union above 样街道总工会" in texts(await browser.get(page)), "nothing is moved yet"
    moved = await browser.sent(before, f"{page}/move")
    assert (moved.status_code, moved.headers["location"]) == (303, f"/registry{page}?done=moved")
    shown = texts(await browser.get(moved.headers["location"]))
    assert "The union was moved." in shown
    assert "Union above 别街道总工会" in shown
    refused = await browser.send(page, f"{page}/dissolution", reason_code="merged", occurred_on=LATER)
    assert refused.status_code == 422
    assert "0 workers, 1 enterprises" in texts(refused)
    factory = f"/pages/enterprises/{units.enterprise}"
    left = await browser.send(
        factory, factory, uscc=uscc_code(), name="样厂有限公司", ownership="non_public", union_org_id="",
        reason_code="changed", occurred_on=LATER,
    )  # fmt: skip
    assert left.status_code == 303, left.text
    ended = await browser.send(page, f"{page}/dissolution", reason_code="merged", occurred_on=LATER)
    assert ended.headers["location"] == f"/registry{page}?done=dissolved"
    after = await browser.get(page)
    assert f"Dissolved on {LATER}, merged with another union" in texts(after)
    assert "<form" not in after.text.split("<main")[1]
    assert "样厂工会委员会" not in texts(await browser.get("/pages/unions"))
    assert "样厂工会委员会 dissolved on" in texts(await browser.get("/pages/unions?gone=yes"))


async def test_before_a_move_its_page_says_what_goes_along(office: Office, units: Units) -> None:
    for serial in (1, 2):
        await worker(office, units.factory_union, serial)
    await worker(office, units.street, 3)
    browser = Browser(office, Role.DISTRICT_OFFICER)
    page = f"/pages/unions/{units.street}"
    nowhere = await browser.get(page)
    assert "There is no other union of the level above." in texts(nowhere)
    page = f"/pages/unions/{units.factory_union}"
    before = await browser.send(page, f"{page}/move", parent_id=units.other_street, occurred_on=LATER)
    told = texts(before)
    assert f"From {LATER} on, this union stands under 别街道总工会, no more under 样街道总工会." in told
    assert "Unions under it 0 Workers 2 Enterprises 1 Open dossiers 0" in told
    too_early = await browser.send(page, f"{page}/move", parent_id=units.other_street, occurred_on="2016-01-01")
    assert (too_early.status_code, "occurred_on-fault" in too_early.text) == (422, True)
    assert (await office.get(f"/union-orgs/{units.factory_union}")).headers["etag"] == '"1"'
    along = await taken_along(office.pool, UUID(units.street))
    assert (along.unions, along.workers, along.enterprises) == (1, 3, 1)


async def test_a_union_is_called_otherwise_on_its_page_and_shows_what_it_was_called(
    office: Office, units: Units
) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    page = f"/pages/unions/{units.district}"
    wrong = await browser.send(page, f"{page}/name", name="新区总工会", occurred_on=LATER)
    assert (wrong.status_code, "name_reason-fault" in wrong.text) == (422, True)
    assert 'value="新区总工会"' in wrong.text
    sent = await browser.send(page, f"{page}/name", name="新区总工会", reason_code="entered-wrong", occurred_on=LATER)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/registry{page}?done=renamed"), sent.text
    shown = texts(await browser.get(sent.headers["location"]))
    assert "The union has its new name." in shown
    assert f"{ON} entered wrong 样区总工会 新区总工会" in shown
    assert "新区总工会" in texts(await browser.get(f"/pages/unions/{units.street}"))
    auditor = await Browser(office, Role.AUDITOR).get(page)
    assert "<form" not in auditor.text.split("<main")[1]


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(office: Office, units: Units) -> None:
    page = f"/pages/unions/{units.factory_union}"
    browser = Browser(office, Role.DISTRICT_OFFICER)
    shown = await browser.get(page)
    form = shown.text.split("/move")[1].split("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    body = {"parent_id": units.other_street, "occurred_on": LATER}
    assert (await office.post(f"/union-orgs/{units.factory_union}/move", body)).status_code == 200
    confirmed = {"confirmed": "yes"}
    late = await office.client.post(f"{page}/move", data=hidden | body | confirmed, headers=browser.headers)
    assert late.status_code == 412


async def test_an_enterprise_shows_what_it_was_said_to_be(office: Office, units: Units) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    page = f"/pages/enterprises/{units.enterprise}"
    fields = {"uscc": uscc_code(), "name": "样厂集团", "ownership": "public", "union_org_id": units.factory_union}
    wrong = await browser.send(page, page, **fields | {"uscc": "9164"}, reason_code="entered-wrong", occurred_on=LATER)
    assert wrong.status_code == 422
    assert 'id="uscc-fault"' in wrong.text
    sent = await browser.send(page, page, **fields, reason_code="entered-wrong", occurred_on=LATER)
    told = texts(await browser.get(sent.headers["location"]))
    assert "The correction was entered." in told
    assert f"{ON} entered wrong Name 样厂有限公司 样厂集团" in told
    assert f"{ON} entered wrong Ownership non-public public" in told


async def test_who_may_not_change_sees_no_form(office: Office, units: Units) -> None:
    browser = Browser(office, Role.GRASSROOTS_OFFICER, units.factory_union)
    for page in (f"/pages/unions/{units.factory_union}", f"/pages/enterprises/{units.enterprise}"):
        assert "<form" not in (await browser.get(page)).text.split("<main")[1]
    assert (await browser.get(f"/pages/unions/{units.enterprise}")).status_code == 404


async def test_the_list_of_workers_is_the_readers_own_and_goes_out_as_it_is(office: Office, units: Units) -> None:
    await worker(office, units.factory_union, 1, "标记甲")
    await worker(office, units.other_street, 3, "标记乙")
    browser = Browser(office, Role.SUB_DISTRICT_OFFICER, units.street)
    assert "标记甲" not in (await browser.get("/pages/workers")).text, "it is not said yet what for"
    _, browser.headers = await choose_names(office.client, browser.headers, "/pages/workers", purpose="verification")
    page = await browser.get("/pages/workers")
    assert "标记甲" in page.text
    assert "标记乙" not in page.text
    assert f"{resident_id(1)[:6]}********{resident_id(1)[-4:]}" in page.text
    elsewhere = await browser.get(f"/pages/workers?union_org_id={units.other_street}")
    assert "No worker in this list." in texts(elsewhere)
    saved = await browser.send("/pages/workers", "/pages/workers/export")
    assert saved.headers["content-disposition"] == 'attachment; filename="workers.xlsx"'
    with CalamineWorkbook.from_object(io.BytesIO(saved.content)) as book:
        rows = book.get_sheet_by_index(0).to_python()
    assert [row[:2] for row in rows[1:]] == [["标记甲", resident_id(1)]]
    for path in ("/pages/unions/export", "/pages/enterprises/export"):
        assert (await browser.get(path)).headers["content-disposition"].startswith("attachment")


async def test_a_tab_of_dossiers_goes_out_with_who_holds_them(office: Office, units: Units) -> None:
    person = await worker(office, units.factory_union, 1, "标记甲")
    member = {
        "person_id": person, "relation": "householder", "health_code": "healthy", "monthly_income_fen": 0,
    }  # fmt: skip
    formed = {"union_org_id": units.factory_union, "occurred_on": ON, "members": [member]}
    household = await office.made("/households", formed, "household_id")
    body = {"household_id": household, "holder_id": person, "occurred_on": ON}
    await office.made("/dossiers", body, "dossier_id")
    browser = Browser(office, Role.SUB_DISTRICT_OFFICER, units.street)
    saved = await browser.send("/pages/dossiers?show=draft", "/pages/exports/dossiers")
    with CalamineWorkbook.from_object(io.BytesIO(saved.content)) as book:
        rows = book.get_sheet_by_index(0).to_python()
    assert [row[:2] for row in rows[1:]] == [["标记甲", resident_id(1)]]
    assert "/exports/dossiers" not in (await browser.get("/pages/dossiers?show=approved")).text


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_every_page_speaks_the_readers_language(office: Office, units: Units, language: str) -> None:
    await worker(office, units.factory_union, 1)
    told = yaml.safe_load((LOCALE / f"{language}.yaml").read_text(encoding="utf-8"))
    browser = Browser(office, Role.DISTRICT_OFFICER, None, language)
    for path, code in (
        ("/pages/unions", "screen-export"),
        (f"/pages/unions/{units.factory_union}", "screen-union-dissolve"),
        ("/pages/enterprises", "screen-enterprises"),
        (f"/pages/enterprises/{units.enterprise}", "screen-enterprise-correct"),
        ("/pages/workers", "screen-export-hint"),
    ):
        page = await browser.get(path)
        assert page.status_code == 200, page.text
        assert told[code] in html.unescape(page.text)
