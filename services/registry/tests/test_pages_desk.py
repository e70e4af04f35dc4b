"""The desk as an officer meets it: what waits, forms that know the officer's own union, warnings before the button."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from unionaid.registry.examples import uscc_code
from unionaid.service.keys import Keys
from unionaid.service.roles import Role

from .conftest import ON, established, opened
from .dossier_story import Story
from .sheets import workbook
from .test_http_imported_households import HOUSEHOLDS, child, head
from .test_pages_dossiers import Browser

if TYPE_CHECKING:
    from unionaid.testkit.stack import Postgres

    from .conftest import Office, Units

DESK = "/pages/dossiers"


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


def officer(story: Story, language: str = "en") -> Browser:
    return Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union, language)


def chosen(shown: httpx.Response, name: str) -> str | None:
    """What a list to choose from has chosen."""
    (select,) = re.findall(rf'<select id="{name}".*?</select>', shown.text, re.DOTALL)
    found = re.search(r'value="([^"]*)" selected', select)
    return found[1] if found else None


def offered(shown: httpx.Response, name: str) -> list[str]:
    """What a list offers, by its texts, in order."""
    (select,) = re.findall(rf'<select id="{name}".*?</select>', shown.text, re.DOTALL)
    return [text for text in re.findall(r"<option[^>]*>([^<]*)</option>", select) if text]


async def waiting(browser: Browser) -> int:
    """How many dossiers the first tab counts; it lists as many."""
    shown = await browser.get(DESK)
    counted = re.search(r'<a href="/registry/pages/dossiers\?show=waiting"[^>]*>[^(<]*\((\d+)\)', shown.text)
    assert counted is not None, shown.text
    assert shown.text.count('<th scope="row">') == int(counted[1])
    return int(counted[1])


async def test_reviews_that_come_near_or_are_late_wait_for_who_holds_them(postgres: Postgres) -> None:
    keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32))
    counted = []
    async with opened(postgres, keys=keys) as first:
        story = Story(first, await established(first))
        dossier = await story.in_force()  # its next review: 2017-12-30
    for day in ("2017-11-29", "2017-12-01", "2018-01-02"):
        now = datetime.fromisoformat(f"{day}T04:00:00+00:00")
        async with opened(postgres, first.database, keys, now) as later:
            story.office = later
            counted.append(
                [
                    await waiting(officer(story)),
                    await waiting(Browser(story, "verifies", Role.SUB_DISTRICT_OFFICER, story.units.street)),
                    await waiting(Browser(story, "posts", Role.DISTRICT_OFFICER)),
                    await waiting(Browser(story, "another", Role.SUB_DISTRICT_OFFICER, story.units.other_street)),
                    await waiting(Browser(story, "approves", Role.APPROVER)),
                ]
            )
            late = await officer(story).get(DESK)
            assert ("review overdue" in late.text, "to be reviewed soon" in late.text) == (
                now.year == 2018, now.month == 12,
            )  # fmt: skip
            if now.year < 2018:
                continue
            path = f"/households/{story.household}/members/{story.worker}/changes"
            change = {"relation": "householder", "health_code": "chronic", "monthly_income_fen": 20_000}
            await story.good(await story.entered(path, occurred_on="2018-01-02", **change))
            await story.good(await story.entered(f"/dossiers/{dossier}/reviews", occurred_on="2018-01-02"))
            assert await waiting(officer(story)) == 0, "it was reviewed"
            assert await waiting(Browser(story, "approves", Role.APPROVER)) == 1, "the review found another level"
    assert counted == [[0, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0]]
    await postgres.drop(first.database)


@pytest.mark.parametrize(
    ("language", "done", "more"),
    [
        ("zh-Hans", "已登记，并已填入下方成员栏", "再加一名成员"),
        ("zh-Hant", "已登記，並已填入下方成員欄", "再加一名成員"),
        ("en", "Registered, and put among the members below", "Add a member"),
    ],
)
async def test_a_family_member_is_told_as_registered_and_the_form_grows(
    story: Story, language: str, done: str, more: str
) -> None:
    browser = officer(story, language)
    page = "/pages/persons/new"
    assert chosen(await browser.get(page), "union_org_id") == story.units.factory_union, "the only one there is"
    assert chosen(await browser.get("/pages/households/new"), "union_org_id") == story.units.factory_union
    sent = await browser.send(
        page, page, union_org_id=story.units.factory_union, name="标记小孩", birth_date="2001-05-06", sex="female",
        occurred_on="2016-12-01",
    )  # fmt: skip
    household = sent.headers["location"]
    shown = await browser.get(household)
    assert done in shown.text
    assert (shown.text.count("<fieldset>"), more in shown.text) == (2, True)
    before = await story.office.events()
    typed = {"union_org_id": story.units.factory_union, "occurred_on": "2016-12-10", "relation-1": "spouse"}
    grown = await browser.send(household, "/pages/households/new", **typed, more="yes")
    assert (grown.status_code, grown.text.count("<fieldset>"), done in grown.text) == (200, 3, False)
    assert chosen(grown, "relation-1") == "spouse"
    assert await story.office.events() == before
    whole = await browser.send(household, "/pages/households/new", **typed, more="yes", rows="11")
    assert (whole.text.count("<fieldset>"), more in whole.text) == (12, False)


async def test_who_has_several_unions_chooses(story: Story) -> None:
    street = Browser(story, "verifies", Role.SUB_DISTRICT_OFFICER, story.units.street)
    for page in ("/pages/persons/new", "/pages/households/new", "/pages/workers/new"):
        assert chosen(await street.get(page), "union_org_id") in (None, ""), page


async def test_an_officer_chooses_among_the_enterprises_of_the_own_unions(story: Story) -> None:
    office, units = story.office, story.units

    async def enterprise(serial: int, name: str, union: str | None) -> None:
        body = {
            "uscc": uscc_code(serial), "name": name, "ownership": "non_public", "occurred_on": ON,
            **({"union_org_id": union} if union else {}),
        }  # fmt: skip
        await office.made("/enterprises", body, "enterprise_id")

    assert chosen(await officer(story).get("/pages/workers/new"), "enterprise_id") == units.enterprise
    await enterprise(2, "别厂有限公司", units.other_street)
    await enterprise(3, "无会公司", None)
    form = await officer(story).get("/pages/workers/new")
    assert offered(form, "enterprise_id")[1:] == ["样厂有限公司", "无会公司"], "another union's is not offered"
    assert chosen(form, "enterprise_id") == units.enterprise, "the only one of the own union"
    for page in ("/pages/provisional-workers", "/pages/transfer-requests", "/pages/imports/workers"):
        assert "别厂有限公司" not in (await officer(story).get(page)).text, page
    elsewhere = Browser(story, "another", Role.SUB_DISTRICT_OFFICER, units.other_street)
    assert offered(await elsewhere.get("/pages/workers"), "enterprise_id")[1:] == ["别厂有限公司", "无会公司"]
    district = Browser(story, "posts", Role.DISTRICT_OFFICER)
    form = await district.get("/pages/workers/new")
    assert (len(offered(form, "enterprise_id")), chosen(form, "enterprise_id")) == (4, "")


async def test_what_a_file_is_warned_of_stands_before_its_button(story: Story) -> None:
    await story.child_entered("标记小孩")
    rows = workbook(HOUSEHOLDS, head("1", 1), child("1", "标记小孩", "2001-05-06"))
    browser = officer(story)
    blank = await browser.get("/pages/imports/households")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', blank.text.split("<main")[1]))
    sent = await story.office.client.post(
        "/pages/imports/households",
        data=hidden | {"union_org_id": story.units.factory_union, "occurred_on": ON},
        files={"file": ("家庭.xlsx", rows)}, headers=browser.headers,
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    report = (await browser.get(sent.headers["location"])).text.split("<main")[1]
    assert 0 < report.index("Somebody of this name") < report.index("<button")
