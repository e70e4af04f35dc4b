"""Names on lists: one act that says what for, one event for each page looked at, until they are hidden."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from unionaid.contracts import decode
from unionaid.contracts.registry import IdentityOpened
from unionaid.service.roles import Role

from .dossier_story import Story, member
from .naming import choose_names
from .test_pages_dossiers import Browser

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

DESK = "/pages/dossiers"
NAME = "标记甲乙丙"


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


def officer(story: Story, language: str = "en") -> Browser:
    return Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union, language)


async def openings(office: Office) -> list[IdentityOpened]:
    rows = await office.pool.fetch(
        "SELECT body FROM eventlog.events WHERE type = $1 ORDER BY position", IdentityOpened.TYPE
    )
    events = [decode(row["body"])[1] for row in rows]
    return [event for event in events if isinstance(event, IdentityOpened)]


async def two_dossiers(story: Story) -> tuple[str, str]:
    """Open two dossiers; return their holders."""
    await story.family()
    await story.opened()
    other = await story.worker_entered(2)
    made = await story.entered(
        "/households", union_org_id=story.units.factory_union, occurred_on="2016-12-10",
        members=[member(other, "householder", 10_000)],
    )  # fmt: skip
    await story.opened(household_id=made.json()["household_id"], holder_id=other)
    return story.worker, other


async def test_all_names_of_a_page_in_one_act_and_on_the_pages_after_it(story: Story) -> None:
    holders = await two_dossiers(story)
    browser = officer(story)
    blank = await browser.get(DESK)
    assert (NAME in blank.text, len(await openings(story.office))) == (False, 0)
    options = re.findall(r'<option value="([\w-]+)"( selected)?', blank.text.split("/pages/names/")[1])
    assert options == [("verification", " selected"), ("review", ""), ("contact", "")]
    sent, headers = await choose_names(story.office.client, browser.headers, DESK, purpose="contact")
    assert (sent.status_code, sent.headers["location"]) == (303, "/registry/pages/dossiers")
    assert ("HttpOnly" in sent.headers["set-cookie"], "Max-Age=900" in sent.headers["set-cookie"]) == (True, True)
    assert await openings(story.office) == [], "nobody was shown yet"
    browser.headers = headers
    shown = await browser.get(DESK)
    assert shown.text.count(NAME) == 2
    (one,) = await openings(story.office)
    assert (one.opening_purpose, one.opened_fields, set(map(str, one.opened_person_ids))) == (
        "contact", ("name",), set(holders),
    )  # fmt: skip
    assert "Names are shown for: Contact" in shown.text
    (dossier,) = set(re.findall(rf'<a href="/registry{DESK}/([0-9a-f-]{{36}})">', shown.text)[:1])
    for page in (f"{DESK}?show=draft", f"{DESK}/{dossier}", f"/pages/households/{story.household}"):
        before = len(await openings(story.office))
        assert NAME in (await browser.get(page)).text, page
        after = await openings(story.office)
        assert (len(after) - before, after[-1].opening_purpose) == (1, "contact"), page
    assert NAME not in (await browser.get(f"{DESK}?show=closed")).text
    elsewhere = await browser.get(f"/pages/persons/{story.worker}")
    assert NAME not in elsewhere.text, "another list asks again what for"
    hidden, browser.headers = await choose_names(story.office.client, browser.headers, DESK, hide="yes")
    assert hidden.status_code == 303
    assert NAME not in (await browser.get(DESK)).text


async def test_the_purpose_offered_first_is_that_of_the_tab(story: Story) -> None:
    dossier = await story.in_force()
    for page, first in ((f"{DESK}?show=approved", "review"), (f"{DESK}/{dossier}", "review"), (DESK, None)):
        panel = (await officer(story).get(page)).text.partition("/pages/names/")[2].partition("</form>")[0]
        found = re.search(r'<option value="([\w-]+)" selected', panel)
        assert (found[1] if found else None) == first, page
    approver = (await Browser(story, "approves", Role.APPROVER).get(f"{DESK}/{dossier}")).text
    assert '<input type="hidden" name="purpose" value="approval">' in approver, "only one fits"
    auditor = (await Browser(story, "another", Role.AUDITOR).get(f"{DESK}/{dossier}")).text
    assert "/pages/names/" not in auditor


async def test_nothing_opens_but_by_an_act_of_this_session_for_a_purpose_that_fits(story: Story) -> None:
    await two_dossiers(story)
    browser, client = officer(story), story.office.client
    for purpose in ("export", "approval", "nothing", ""):
        refused, _ = await choose_names(client, browser.headers, DESK, purpose=purpose)
        assert (refused.status_code, "set-cookie" in refused.headers) == (422, False), purpose
    foreign = await client.post("/pages/names/dossiers", data={"purpose": "contact"}, headers=browser.headers)
    assert foreign.status_code == 403, "of no page of this session"
    lost, _ = await choose_names(client, browser.headers, DESK, purpose="contact", next="https://elsewhere.test/")
    assert lost.headers["location"] == "/", "never to another site"
    _, headers = await choose_names(client, browser.headers, DESK, purpose="contact")
    (kept,) = re.findall(r"unionaid_names=[^;]*", headers["Cookie"])
    another = Browser(story, "another", Role.DISTRICT_OFFICER)
    another.headers = {"Cookie": f"{another.headers['Cookie']}; {kept}"}
    forged = {"Cookie": headers["Cookie"].replace("dossiers.contact.", "dossiers.review.")}
    for given in (another.headers, forged, {"Cookie": f"{browser.headers['Cookie']}; unionaid_names=dossiers"}):
        assert NAME not in (await client.get(DESK, headers=given)).text
    assert await openings(story.office) == []
    assert NAME in (await client.get(DESK, headers=headers)).text


@pytest.mark.parametrize(
    ("language", "button", "said"),
    [
        ("zh-Hans", "显示姓名（留痕）", "正在显示姓名，用途：联系"),
        ("zh-Hant", "顯示姓名（留痕）", "正在顯示姓名，用途：聯繫"),
        ("en", "Show names (recorded)", "Names are shown for: Contact"),
    ],
)
async def test_lists_of_people_have_the_same_button(story: Story, language: str, button: str, said: str) -> None:
    made = await story.entered(
        "/provisional-workers", union_org_id=story.units.factory_union, name=NAME, migrant=False,
        occurred_on="2016-12-01",
    )  # fmt: skip
    assert made.status_code == 201, made.text
    browser = officer(story, language)
    pages = ("/pages/provisional-workers", f"/pages/persons/{made.json()['person_id']}")
    for page in pages:
        blank = await browser.get(page)
        assert (button in blank.text, NAME in blank.text) == (True, False), page
    _, browser.headers = await choose_names(story.office.client, browser.headers, pages[0], purpose="contact")
    for page in pages:
        shown = await browser.get(page)
        assert (said in shown.text, NAME in shown.text) == (True, True), page
