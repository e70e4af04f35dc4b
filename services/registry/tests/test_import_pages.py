"""The screens of imports: what is wrong stands on the page, what is good is entered once, in three languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .sheets import WORKERS, rows_of, workbook
from .test_http_imported_dossiers import DOSSIERS
from .test_http_imported_households import HOUSEHOLDS

if TYPE_CHECKING:
    from .conftest import Office, Units

NEW = "/pages/imports/workers"
OLD = "640302800229001"
TABLE = workbook(WORKERS, ("甲", resident_id(3)), ("乙<b>", 640302198002290016), ("丙", OLD))


class Browser:
    """A browser of somebody signed in; follows no redirect."""

    def __init__(self, office: Office, role: Role, unit: str | None = None, language: str = "en") -> None:
        self._client = office.client
        token = office.issuer.token([role], unit)
        self._headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path.removeprefix("/registry"), headers=self._headers)

    async def send(self, path: str, file: bytes | None = None, **fields: str) -> httpx.Response:
        """Open a form, fill it in, send it."""
        blank = await self.get(path)
        assert blank.status_code == 200, blank.text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', blank.text.split("<main")[1]))
        files = {"file": ("花名册.xlsx", file)} if file is not None else None
        return await self._client.post(
            path.removeprefix("/registry"), data=hidden | fields, files=files, headers=self._headers
        )


def figures(page: httpx.Response) -> list[int]:
    return [int(figure.replace(",", "")) for figure in re.findall(r"<dd>([\d,]+)</dd>", page.text)]


async def looked(browser: Browser, units: Units, file: bytes = TABLE) -> str:
    """Send a file; return the address of its report."""
    sent = await browser.send(NEW, file, union_org_id=units.factory_union, occurred_on="2017-01-03")
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_from_the_template_to_the_last_row(office: Office, units: Units, language: str) -> None:
    browser = Browser(office, Role.GRASSROOTS_OFFICER, units.factory_union, language)
    blank = await browser.get(NEW)
    assert f'value="{units.factory_union}"' in blank.text
    assert f'value="{units.other_street}"' not in blank.text
    assert "screen-" not in blank.text.replace("screen-only", "")
    assert len(rows_of((await browser.get(f"{NEW}/template")).content)) == 1
    report = await looked(browser, units)
    shown = await browser.get(report)
    assert figures(shown) == [3, 1, 0, 2]
    assert "screen-" not in shown.text.replace("screen-only", "")
    for number in (OLD, resident_id(3)):
        assert number not in shown.text, "whom a row is about is told by the name that was typed, not by the number"
    assert re.findall('<th scope="row">([^<]*)</th>', shown.text) == ["乙&lt;b&gt;", "丙"]
    assert shown.headers["cache-control"] == "no-store"
    before = await office.events()
    done = await browser.send(report)
    assert (done.status_code, done.headers["location"]) == (303, f"{report}?entered=1")
    assert await office.events() == before + 3
    again = await browser.get(done.headers["location"])
    assert figures(again) == [3, 0, 1, 2]
    left = rows_of((await browser.get(f"{report}/corrections")).content)
    assert [(row[0], row[1]) for row in left[1:]] == [("乙<b>", ""), ("丙", OLD)]


async def test_old_numbers_are_entered_when_that_is_ticked(office: Office, units: Units) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    report = await looked(browser, units)
    done = await browser.send(report, convert_old_ids="yes")
    assert done.headers["location"].endswith("?entered=2")
    assert figures(await browser.get(report)) == [3, 0, 2, 1]


async def test_the_same_form_sent_twice_enters_once(office: Office, units: Units) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    report = await looked(browser, units)
    first = await browser.send(report)
    before = await office.events()
    headers = {"Cookie": first.request.headers["cookie"], "Content-Type": first.request.headers["content-type"]}
    again = await office.client.post(report.removeprefix("/registry"), content=first.request.content, headers=headers)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert await office.events() == before


async def test_what_changed_meanwhile_is_told_on_the_page(office: Office, units: Units) -> None:
    browser, other = Browser(office, Role.DISTRICT_OFFICER), Browser(office, Role.DISTRICT_OFFICER)
    report = await looked(browser, units)
    two = await looked(other, units, workbook(WORKERS, ("甲", resident_id(3)), ("丁", resident_id(5))))
    await other.send(two)
    shown = await browser.get(report)
    assert figures(shown) == [3, 0, 1, 2]
    stale = await browser.send(report, good="1")
    assert stale.status_code == 422
    assert "No row of this file can be entered." in stale.text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("file", "changed", "told"),
    [
        (b"PK\x03\x04", {}, "The workbook is damaged"),
        (workbook(("姓名", "电话"), ("甲", "1")), {}, "身份证号 / 身分證號 / Resident ID"),
        (b"no table", {}, "The name ends in .xlsx, but this is plain text"),
        (TABLE, {"union_org_id": ""}, "Required."),
        (TABLE, {"occurred_on": "x"}, "Must be a date"),
    ],
    ids=["damaged", "columns", "text", "union", "date"],
)
async def test_a_refused_file_is_told_beside_its_field(
    refusing: Office, standing: Units, file: bytes, changed: dict[str, str], told: str
) -> None:
    browser = Browser(refusing, Role.DISTRICT_OFFICER)
    given = {"union_org_id": standing.factory_union, "occurred_on": "2017-01-03"} | changed
    refused = await browser.send(NEW, file, **given)
    assert refused.status_code == 422
    assert told in refused.text
    assert re.search('id="(file|union_org_id|occurred_on)-fault"', refused.text)


async def test_units_are_the_district_officers(office: Office, units: Units) -> None:
    street = Browser(office, Role.SUB_DISTRICT_OFFICER, units.street)
    for table in ("enterprises", "unions"):
        assert (await street.get(f"/pages/imports/{table}")).status_code == 403
        assert f"/imports/{table}" not in (await street.get(NEW)).text
        assert (await Browser(office, Role.DISTRICT_OFFICER).get(f"/pages/imports/{table}")).status_code == 200
    assert (await Browser(office, Role.CASHIER).get(NEW)).status_code == 403


async def test_dossiers_without_a_level_are_told_after_the_entry(office: Office, units: Units) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    await browser.send(await looked(browser, units, workbook(WORKERS, ("甲", resident_id(1)), ("乙", resident_id(2)))))
    rows = [
        (name, name, resident_id(n), "", "", "户主", "健康", "", income)
        for n, name, income in ((1, "甲", 400), (2, "乙", 9000))
    ]
    families = workbook(HOUSEHOLDS, *rows)
    given = {"union_org_id": units.factory_union, "occurred_on": "2017-01-03"}
    report = (await browser.send("/pages/imports/households", families, **given)).headers["location"]
    assert (await browser.send(report)).headers["location"] == f"{report}?entered=2"
    table = workbook(DOSSIERS[:2], ("甲", resident_id(1)), ("乙", resident_id(2)))
    blank = await browser.get("/pages/imports/dossiers")
    assert 'name="union_org_id"' not in blank.text
    report = (await browser.send("/pages/imports/dossiers", table, occurred_on="2017-01-03")).headers["location"]
    done = await browser.send(report)
    assert done.headers["location"] == f"{report}?entered=2&unassessed=1"
    shown = (await browser.get(done.headers["location"])).text
    assert "1 of these dossiers have no level yet" in shown
    assert 'href="/registry/pages/dossiers"' in shown
