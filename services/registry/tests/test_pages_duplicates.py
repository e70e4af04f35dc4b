"""The screens of searching and of pairs: who is found, who may be registered already, and what is decided."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from unionaid.contracts.unmerging import StandingPayment
from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .undoing import asked_about, hear, mutualaid_clears, relief_blocks, relief_clears, undone

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

ID = resident_id(1)
SEARCH, NEW, DUPLICATES = "/pages/search", "/pages/workers/new", "/pages/duplicates"


class Browser:
    """A browser of somebody signed in; follows no redirect."""

    def __init__(self, office: Office, role: Role, unit: str | None = None, language: str = "en") -> None:
        token = office.issuer.token([role], unit)
        self._client = office.client
        self._headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path.removeprefix("/registry"), headers=self._headers)

    async def send(self, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
        """Send the last of a page's forms, filled in."""
        return await self._send(page, path, -1, fields)

    async def send_first(self, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
        """Send the first of a page's forms, filled in."""
        return await self._send(page, path, 0, fields)

    async def _send(self, page: httpx.Response, path: str, part: int, fields: dict[str, str]) -> httpx.Response:
        forms = re.findall(rf'<form method="post" action="/registry{re.escape(path)}".*?</form>', page.text, re.DOTALL)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', forms[part]))
        return await self._client.post(path, data=hidden | fields, headers=self._headers)


def worker(union: str, **changed: str) -> dict[str, str]:
    given = {
        "union_org_id": union, "name": "欧阳国华", "resident_id": ID, "phone": "13912345678", "migrant": "no",
        "occurred_on": "2017-01-03",
    }  # fmt: skip
    return given | changed


async def registered(office: Office, union: str, **changed: str) -> str:
    body = {**worker(union, **changed), "migrant": False}
    return await office.made("/workers", body, "person_id")


async def openings(office: Office) -> int:
    return int(await office.pool.fetchval("SELECT count(*) FROM eventlog.events WHERE stream LIKE 'opening-%'"))


async def test_a_search_shows_names_and_opens_them_once(office: Office, units: Units) -> None:
    person = await registered(office, units.factory_union)
    browser = Browser(office, Role.GRASSROOTS_OFFICER, units.factory_union)
    blank = await browser.get(SEARCH)
    assert await openings(office) == 0
    shown = await browser.send(blank, SEARCH, name="oygh")
    assert shown.status_code == 200, shown.text
    assert "欧阳国华" in shown.text
    assert f"/registry/pages/persons/{person}" in shown.text
    assert f"{ID[:6]}********{ID[-4:]}" in shown.text
    assert ID not in shown.text
    assert await openings(office) == 1


async def test_nobody_of_another_union_is_shown_nor_opened(office: Office, units: Units) -> None:
    await registered(office, units.factory_union)
    browser = Browser(office, Role.SUB_DISTRICT_OFFICER, units.other_street)
    shown = await browser.send(await browser.get(SEARCH), SEARCH, name="欧阳国华")
    assert "Nobody was found in your jurisdiction." in shown.text
    assert await openings(office) == 0


@pytest.mark.parametrize(
    ("typed", "field", "reason"),
    [
        ({"resident_id": "12"}, "resident_id", "Give the whole of it"), ({"phone": "1"}, "phone", "Enter a mobile"),
        ({"born_on": "x"}, "born_on", ""),
    ],
)  # fmt: skip
async def test_what_cannot_be_searched_for_is_told_beside_its_field(
    office: Office, units: Units, typed: dict[str, str], field: str, reason: str
) -> None:
    browser = Browser(office, Role.DISTRICT_OFFICER)
    shown = await browser.send(await browser.get(SEARCH), SEARCH, **typed)
    assert shown.status_code == 422
    assert re.search(rf'<span class="fault" id="{field}-fault">{reason}', shown.text)


async def test_pages_of_a_search_follow_one_another(office: Office, units: Units) -> None:
    for n in range(22):
        await registered(office, units.factory_union, name="王伟", resident_id=resident_id(n), phone=f"139000000{n:02}")
    browser = Browser(office, Role.DISTRICT_OFFICER)
    first = await browser.send(await browser.get(SEARCH), SEARCH, name="王伟")
    assert first.text.count('<th scope="row">') == 20
    second = await browser.send(first, SEARCH)
    assert second.text.count('<th scope="row">') == 2
    assert "Next page" not in second.text


async def test_who_may_be_registered_already_is_shown_before_anybody_is_entered(office: Office, units: Units) -> None:
    await registered(office, units.factory_union)
    browser = Browser(office, Role.GRASSROOTS_OFFICER, units.factory_union)
    again = worker(units.factory_union, name="歐陽國華", resident_id=resident_id(3))
    before = await office.pool.fetchval("SELECT count(*) FROM eventlog.events WHERE stream LIKE 'person-%'")
    asked = await browser.send(await browser.get(NEW), NEW, **again)
    assert asked.status_code == 200
    assert "These may be the same person." in asked.text
    assert "欧阳国华" in asked.text
    assert await office.pool.fetchval("SELECT count(*) FROM eventlog.events WHERE stream LIKE 'person-%'") == before
    entered = await browser.send(asked, NEW, **again)
    assert entered.status_code == 303, entered.text
    district = Browser(office, Role.DISTRICT_OFFICER)
    listed = await district.get(DUPLICATES)
    assert "surely one person" in listed.text


async def side_by_side(office: Office, units: Units) -> tuple[Browser, str, str, str]:
    one = await registered(office, units.factory_union)
    other = await registered(office, units.other_street, name="歐陽國華", resident_id=resident_id(3))
    browser = Browser(office, Role.DISTRICT_OFFICER)
    (path,) = re.findall(r'href="/registry(/pages/duplicates/[0-9a-f-]{36})"', (await browser.get(DUPLICATES)).text)
    return browser, path, one, other


async def test_two_are_compared_side_by_side_and_kept_apart(office: Office, units: Units) -> None:
    browser, path, _, _ = await side_by_side(office, units)
    shown = await browser.get(path)
    for value in ("欧阳国华", "歐陽國華", "样厂工会委员会", "别街道总工会", "1980-02-29"):
        assert value in shown.text
    decided = await browser.send_first(shown, path, reason_code="relatives")
    assert (decided.status_code, decided.headers["location"]) == (303, "/registry/pages/duplicates"), decided.text
    assert "No possible duplicates are waiting." in (await browser.get(DUPLICATES)).text
    assert "Decided: two persons." in (await browser.get(path)).text


async def test_a_merge_says_what_must_be_settled_first(office: Office, units: Units) -> None:
    browser, path, one, other = await side_by_side(office, units)
    refused = await browser.send(await browser.get(path), path, survivor_id=one, reason_code="asked-in-person")
    assert refused.status_code == 422
    assert "Both have a resident ID." in refused.text
    settled = {"resident_id": None, "reason_code": "number-invalid", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/persons/{other}/corrections", settled)).status_code == 200
    before = await browser.send(await browser.get(path), path, survivor_id=one, reason_code="asked-in-person")
    assert before.status_code == 200, before.text
    told = " ".join(re.sub("<[^>]+>", " ", before.text).split())
    assert "stands for both 欧阳国华" in told
    assert "歐陽國華, " in told
    assert "The two count as one person from now on." in told
    assert "Merged." not in (await browser.get(path)).text, "nothing is merged yet"
    done = await browser.send(before, path)
    assert done.status_code == 303, done.text
    assert "Merged." in (await browser.get(path)).text


async def test_a_number_here_and_a_household_there_come_together_by_the_steps_the_page_names(
    office: Office, units: Units
) -> None:
    browser, path, one, other = await side_by_side(office, units)
    settled = {"resident_id": None, "reason_code": "number-invalid", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/persons/{other}/corrections", settled)).status_code == 200
    home = {
        "union_org_id": units.other_street, "occurred_on": "2017-01-04",
        "members": [
            {"person_id": other, "relation": "householder", "health_code": "healthy", "monthly_income_fen": 0}
        ],
    }  # fmt: skip
    await office.made("/households", home, "household_id")
    for survivor in (one, other):
        refused = await browser.send(await browser.get(path), path, survivor_id=survivor, reason_code="asked-in-person")
        assert refused.status_code == 422
        assert "One has the resident ID, the other lives in a household." in refused.text
    steps = re.findall(r'<li><a href="/registry(/pages/persons/[0-9a-f-]{36})"', (await browser.get(path)).text)
    assert steps == [f"/pages/persons/{one}", f"/pages/persons/{other}"]
    taken = await browser.send(await browser.get(steps[0]), f"{steps[0]}/number", occurred_on="2017-01-04")
    assert taken.status_code == 303, taken.text
    given = {"resident_id": ID, "reason_code": "completed", "occurred_on": "2017-01-04"}
    assert (await browser.send(await browser.get(steps[1]), f"{steps[1]}/correction", **given)).status_code == 303
    shown = await browser.get(path)
    assert "Take the ID number away from" not in shown.text
    before = await browser.send(shown, path, survivor_id=other, reason_code="asked-in-person")
    assert (await browser.send(before, path)).status_code == 303
    assert "Merged." in (await browser.get(path)).text


async def test_who_decides_scans_on_the_page_and_is_told_what_was_found(
    office: Office, units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await registered(office, units.factory_union)
    rows = [{"name": "歐陽國華", "resident_id": resident_id(3), "phone": "13912345678", "migrant": False}]
    roster = {"union_org_id": units.factory_union, "occurred_on": "2017-01-03", "rows": rows}
    assert (await office.post("/rosters", roster)).status_code == 201
    browser = Browser(office, Role.DISTRICT_OFFICER)
    page, scans = await browser.get(DUPLICATES), f"{DUPLICATES}/scans"
    assert "No possible duplicates are waiting." in page.text
    monkeypatch.setattr("unionaid.registry.pages.scanning.SCAN_S", 0.0)
    parts = []
    while "Not all is done yet" in (page := await browser.send(page, scans)).text:
        assert page.status_code == 200, page.text
        parts += re.findall(r"Part (\d) of 4", page.text)
    assert parts == ["2", "3", "4"]
    assert re.search(r"All compared: [1-9]\d* pairs, 1 new possible duplicates found", page.text), page.text
    assert "surely one person" in page.text
    again = await browser.send(page, scans)
    monkeypatch.setattr("unionaid.registry.pages.scanning.SCAN_S", 60.0)
    again = await browser.send(await browser.get(DUPLICATES), scans)
    assert "0 new possible duplicates found" in again.text
    assert f"{one}" not in again.text
    auditor = Browser(office, Role.AUDITOR)
    seen = await auditor.get(DUPLICATES)
    assert scans not in seen.text
    for told in ({"kind": "made-up"}, {"after": "x"}, {"found": "-1"}):
        assert (await browser.send(await browser.get(DUPLICATES), scans, **told)).status_code == 422


async def merged(office: Office, units: Units) -> tuple[Browser, str, str]:
    """Two who were merged on the page; its path, and the pair."""
    browser, path, one, other = await side_by_side(office, units)
    settled = {"resident_id": None, "reason_code": "number-invalid", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/persons/{other}/corrections", settled)).status_code == 200
    before = await browser.send(await browser.get(path), path, survivor_id=one, reason_code="asked-in-person")
    done = await browser.send(before, path)
    assert done.status_code == 303, done.text
    return browser, path, path.rpartition("/")[2]


async def test_a_merge_is_asked_to_be_undone_waited_for_and_done(office: Office, units: Units) -> None:
    browser, path, pair = await merged(office, units)
    asked = await browser.send(await browser.get(path), f"{path}/undoing", reason_code="different-people")
    assert (asked.status_code, asked.headers["location"]) == (303, f"/registry{path}"), asked.text
    request = await asked_about(office, pair)
    await hear(office, mutualaid_clears(request))
    waiting = (await browser.get(path)).text
    for told in ("An answer comes by 2017-01-08", "Relief: has not answered yet", "Mutual aid: nothing stands"):
        assert told in " ".join(waiting.split()), told
    assert f"{path}/undoing" not in waiting
    assert "Merged, to be undone" in (await browser.get(DUPLICATES)).text
    await hear(office, relief_clears(request))
    done = (await browser.get(path)).text
    assert "The merge was undone on 2017-01-05." in done
    assert "Keep apart, and do not ask again" in done
    assert path in (await browser.get(DUPLICATES)).text


async def test_payments_that_stand_against_it_are_shown_and_ticked(office: Office, units: Units) -> None:
    browser, path, pair = await merged(office, units)
    await browser.send(await browser.get(path), f"{path}/undoing", reason_code="merged-in-error")
    request = await asked_about(office, pair)
    paid = StandingPayment(
        application_id=UUID(int=7), list_id=UUID(int=8), line=3, person_id=request.survivor_id, amount_fen=123_456,
        status="paid", on=date(2017, 1, 4),
    )  # fmt: skip
    await hear(office, relief_blocks(request, paid))
    shown = await browser.get(path)
    for told in (
        "The merge stays: payments stand against",
        "1,234.56",
        f"/relief/pages/lists/{paid.list_id}",
        "line 3",
    ):
        assert told in shown.text, told
    await browser.send(shown, f"{path}/undoing", reason_code="merged-in-error")
    assert (await asked_about(office, pair)).seen_payments == ()
    await hear(office, relief_blocks(await asked_about(office, pair), paid))
    shown = await browser.get(path)
    await browser.send(shown, f"{path}/undoing", reason_code="merged-in-error", looked="yes")
    assert (await asked_about(office, pair)).seen_payments == (paid.application_id,)


async def test_what_was_entered_since_the_merge_is_listed(office: Office, units: Units) -> None:
    browser, path, pair = await merged(office, units)
    nothing = (await browser.get(path)).text
    assert "Entered since the merge" not in nothing
    survivor = (await office.get(f"/duplicates/{pair}")).json()["other_person_id"]
    body = {"phone": "13900009999", "reason_code": "changed", "occurred_on": "2017-01-05"}
    assert (await office.post(f"/persons/{survivor}/corrections", body)).status_code == 200
    shown = " ".join((await browser.get(path)).text.split())
    assert "Entered since the merge" in shown
    assert re.search(rf'persons/{survivor}">File of the person</a></th><td class="number">1</td><td>2017-01-05', shown)


async def test_an_undoing_that_cannot_be_is_told_on_the_page(office: Office, units: Units) -> None:
    _, path, pair = await merged(office, units)
    office.issuer.person = f"person-{(await office.get(f'/duplicates/{pair}')).json()['person_id']}"
    own = Browser(office, Role.DISTRICT_OFFICER)
    refused = await own.send(await own.get(path), f"{path}/undoing", reason_code="different-people")
    assert refused.status_code == 403
    assert 'role="alert"' in refused.text


async def test_a_pair_that_was_merged_unfound_and_undone_is_still_shown(office: Office, units: Units) -> None:
    one = await registered(office, units.factory_union)
    other = await registered(office, units.factory_union, name="赵六", resident_id=resident_id(5), phone="13900000000")
    settled = {"resident_id": None, "reason_code": "number-invalid", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/persons/{other}/corrections", settled)).status_code == 200
    body = {"person_id": other, "survivor_id": one, "reason_code": "documents-agree", "occurred_on": "2017-01-04"}
    pair = (await office.post("/merges", body)).json()["pair_id"]
    browser, path = Browser(office, Role.DISTRICT_OFFICER), f"{DUPLICATES}/{pair}"
    await browser.send(await browser.get(path), f"{path}/undoing", reason_code="different-people")
    await undone(office, pair)
    assert "The merge was undone on 2017-01-05." in (await browser.get(path)).text


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_every_text_of_an_undoing_is_there_in_three_languages(
    office: Office, units: Units, language: str
) -> None:
    _, path, pair = await merged(office, units)
    browser = Browser(office, Role.DISTRICT_OFFICER, language=language)
    for answer in (relief_blocks, None):
        shown = await browser.get(path)
        await browser.send(shown, f"{path}/undoing", reason_code="different-people")
        pages = [shown, await browser.get(path), await browser.get(DUPLICATES)]
        if answer:
            await hear(office, answer(await asked_about(office, pair)))
        for page in pages:
            assert "screen-" not in re.sub(r'class="[^"]*"', "", page.text)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("path", [SEARCH, DUPLICATES, NEW])
async def test_every_text_is_there_in_three_languages(
    refusing: Office, standing: Units, language: str, path: str
) -> None:
    shown = await Browser(refusing, Role.DISTRICT_OFFICER, language=language).get(path)
    assert shown.status_code == 200
    assert f'lang="{language}"' in shown.text
    assert "screen-" not in re.sub(r'class="[^"]*"', "", shown.text)
