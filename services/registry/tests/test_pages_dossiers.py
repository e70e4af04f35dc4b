"""The screens of families and dossiers: each offers what its reader may do now, and tells what is wrong in place."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import httpx
import pytest
import yaml

from unionaid.contracts.fields import DissolutionReason, UnionLevel, UnitCorrectionReason
from unionaid.registry.domain.person.retention import KINDS
from unionaid.registry.pages.dossier_acts import ACTS
from unionaid.registry.pages.dossier_desk import DUE, STATUSES
from unionaid.registry.pages.household_acts import HOUSEHOLD_ACTS
from unionaid.registry.pages.keeping import TABS
from unionaid.registry.pages.person_acts import PERSON_ACTS
from unionaid.registry.pages.splitting import SPLIT
from unionaid.registry.pages.transfers import ASKING, DECLINE, PROVISIONAL
from unionaid.registry.pages.typed import OPTIONS
from unionaid.service.languages import Language
from unionaid.service.roles import Role

from .dossier_story import APPROVED, CODES, OPENED, POSTED, VERIFIED, Story

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

PACKAGE = Path(str(files("unionaid.registry")))


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


class Browser:
    """A browser of somebody of the story; follows no redirect."""

    def __init__(self, story: Story, by: str, role: Role, unit: str | None = None, language: str = "en") -> None:
        story.office.issuer.person = story.people[by]
        token = story.office.issuer.token([role], unit)
        self._client = story.office.client
        self.headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path.removeprefix("/registry"), headers=self.headers)

    async def send(self, page: str, action: str, letter: bytes | None = None, /, **fields: str) -> httpx.Response:
        """Open the page, fill in the form that leads to `action`, send it; `letter` is a file it takes."""
        shown = await self.get(page)
        assert shown.status_code == 200, shown.text
        (form,) = re.findall(rf'<form [^>]*action="/registry{re.escape(action)}".*?</form>', shown.text, re.DOTALL)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        assert {"csrf", "key"} <= set(hidden)
        files = {"letter": ("letter.pdf", letter)} if letter is not None else None
        return await self._client.post(html.unescape(action), data=hidden | fields, files=files, headers=self.headers)


def acts(shown: httpx.Response) -> set[str]:
    """What the page offers."""
    return set(re.findall(r"<summary>(.*?)</summary>", shown.text))


def faults(shown: httpx.Response) -> dict[str, str]:
    return {
        name: html.unescape(text)
        for name, text in re.findall(r'<span class="fault" id="([\w-]+)-fault">([^<]*)</span>', shown.text)
    }


async def test_from_the_family_to_the_dossier_by_screens_alone(story: Story) -> None:
    officer = Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union)
    worker = await story.worker_entered(1)
    found = f"/pages/persons/new?who={worker}"
    sent = await officer.send(
        found, "/pages/persons/new", union_org_id=story.units.factory_union, name="标记小孩", birth_date="2001-05-06",
        sex="female", occurred_on="2016-12-01",
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    where = sent.headers["location"]
    blank = await officer.get(where)
    assert f'value="{worker}"' in blank.text
    child = re.search(r'name="who-1"[^>]*value="([0-9a-f-]{36})"', blank.text)
    assert child is not None
    lines = {
        "union_org_id": story.units.factory_union, "occurred_on": "2016-12-10",
        "who-0": worker, "relation-0": "householder", "health_code-0": "serious_illness",
        "monthly_income_yuan-0": "600.00", "health_note-0": "标记透析",
        "who-1": child[1], "relation-1": "child", "health_code-1": "healthy", "monthly_income_yuan-1": "0",
    }  # fmt: skip
    wrong = await officer.send(where, "/pages/households/new", **lines | {"monthly_income_yuan-1": "0.005"})
    assert (wrong.status_code, faults(wrong)) == (
        422, {"monthly_income_yuan-1": "Enter an amount with at most two decimals."},
    )  # fmt: skip
    twice = await officer.send(where, "/pages/households/new", **lines | {"who-1": worker})
    assert faults(twice) == {"who-1": "The same person stands twice among the members."}
    sent = await officer.send(where, "/pages/households/new", **lines)
    assert sent.status_code == 303, sent.text
    household = await officer.get(sent.headers["location"])
    (new,) = re.findall(r'href="/registry(/pages/dossiers/new\?household_id=[0-9a-f-]{36})"', household.text)
    sent = await officer.send(
        new, new, holder_id=worker, occurred_on=OPENED, words_hardship_cause="标记尿毒症", **CODES
    )
    assert sent.status_code == 303, sent.text
    shown = await officer.get(sent.headers["location"])
    assert "标记" not in shown.text
    assert "being entered" in shown.text.lower()


async def test_each_page_offers_what_its_reader_may_do_now(story: Story) -> None:
    await story.family()
    dossier = await story.opened(state_of_mind=None)
    page = f"/pages/dossiers/{dossier}"
    officer = Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union)
    street = Browser(story, "verifies", Role.SUB_DISTRICT_OFFICER, story.units.street)
    approver = Browser(story, "approves", Role.APPROVER)
    assert acts(await officer.get(page)) == {
        "Record the five clears", "Assess the hardship", "Change the holder", "Close",
    }  # fmt: skip
    assert "Verify" not in acts(await street.get(page)), "a clear is missing, and nothing is assessed"
    sent = await officer.send(page, f"{page}/clears", state_of_mind="stable", occurred_on=OPENED)
    assert sent.headers["location"] == f"/registry{page}?done=clears"
    bad = await officer.send(page, f"{page}/assessment", shock_yuan="x", occurred_on=OPENED)
    assert (bad.status_code, set(faults(bad))) == (422, {"assessment-shock_yuan"})
    assert (await officer.send(page, f"{page}/assessment", occurred_on=OPENED)).status_code == 303
    assert "Verify" in acts(await street.get(page))
    assert (await street.send(page, f"{page}/verification", occurred_on=VERIFIED)).status_code == 303
    posting = Browser(story, "posts", Role.DISTRICT_OFFICER)
    assert (await posting.send(page, f"{page}/notice", occurred_on=POSTED, notice_place="公开栏")).status_code == 303
    sheet = await posting.send(page, f"{page}/sheet")
    assert (sheet.status_code, "标记甲乙丙" in sheet.text, "标记透析" in sheet.text) == (200, True, False)
    early = await approver.send(page, f"{page}/approval", occurred_on=POSTED)
    assert faults(early)["approval-occurred_on"].startswith("The notice is up until 2016-12-29")
    assert (await approver.send(page, f"{page}/approval", occurred_on=APPROVED)).status_code == 303
    assert "Close" in acts(await approver.get(page))
    assert "Close" not in acts(await officer.get(page))
    desk = await officer.get("/pages/dossiers?show=approved")
    assert page in desk.text
    assert "2017-12-30" in desk.text


async def test_names_and_words_are_shown_on_request_and_recorded(story: Story) -> None:
    dossier = await story.in_force()
    page = f"/pages/dossiers/{dossier}"
    officer = Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union)
    before = await story.office.events()
    assert "标记" not in (await officer.get(page)).text
    unsaid = await officer.send(page, f"{page}/names", purpose="nothing")
    assert (unsaid.status_code, "标记" in unsaid.text) == (422, False)
    opened = await officer.send(page, f"{page}/names", purpose="review")
    assert "unionaid_names=dossiers.review." in opened.headers["set-cookie"], "names stay open on this list"
    for shown in ("标记甲乙丙", "标记小孩", "标记尿毒症", "标记透析", "600.00"):
        assert shown in opened.text
    assert await story.office.events() == before + 3  # identity, the dossier's words, the household's
    elsewhere = Browser(story, "another", Role.SUB_DISTRICT_OFFICER, story.units.other_street)
    assert (await elsewhere.get(page)).status_code == 404
    assert dossier not in (await elsewhere.get("/pages/dossiers?show=approved")).text


async def test_a_member_of_the_family_is_offered_nothing(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    story.people["kin"] = f"person-{story.child}"
    shown = await Browser(story, "kin", Role.DISTRICT_OFFICER).get(f"/pages/dossiers/{dossier}")
    assert acts(shown) == set()
    assert "Nothing for you to do now" in shown.text


async def test_every_page_has_its_texts_in_every_language(story: Story) -> None:
    dossier = await story.in_force()
    for language in Language:
        officer = Browser(story, "enters", Role.DISTRICT_OFFICER, language=language)
        for page in (
            "/pages/dossiers", f"/pages/dossiers/{dossier}", f"/pages/households/{story.household}",
            "/pages/households/new", "/pages/persons/new", f"/pages/dossiers/new?household_id={story.household}",
            f"/pages/households/{story.household}/split", f"/pages/persons/{story.worker}",
            f"/pages/persons/{story.child}", "/pages/provisional-workers", "/pages/transfer-requests",
            "/pages/own-relatives",
            *(f"/pages/retention?show={tab}" for tab in TABS),
        ):  # fmt: skip
            shown = await officer.get(page)
            assert shown.status_code == 200, (page, shown.text)
            visible = re.sub(r"<[^>]*>", " ", shown.text)
            assert re.findall(r"\b(?:screen|field|value|act|explain)-[\w-]+", visible) == [], page


def test_every_value_has_a_text_and_every_text_a_value() -> None:
    known = set(yaml.safe_load((PACKAGE / "locale" / "en.yaml").read_text("utf-8")))
    wanted = {f"value-{name}-{value}" for name, values in OPTIONS.items() for value in values}
    wanted |= {f"value-tab-{tab}" for tab in ("waiting", *DUE, *STATUSES)}
    wanted |= {f"value-kept-{kind}" for kind in KINDS} | {f"value-retention-{tab}" for tab in TABS}
    shown = {"level": UnionLevel, "dissolution": DissolutionReason, "unit-correction": UnitCorrectionReason}
    wanted |= {f"value-{name}-{value}" for name, values in shown.items() for value in get_args(values)}
    assert wanted <= known
    assert {code for code in known if code.startswith("value-") and not code.startswith("value-step-")} == wanted
    names = {*ACTS, *PERSON_ACTS, *HOUSEHOLD_ACTS, "splitting"}
    assert {f"act-{name}" for name in names} == {code for code in known if code.startswith("act-")}
    asked = [*ASKING, *PROVISIONAL, *DECLINE, *SPLIT]
    asked += [ask for doings in (ACTS, PERSON_ACTS, HOUSEHOLD_ACTS) for doing in doings.values() for ask in doing.asked]
    assert {f"field-{ask.name}" for ask in asked} <= known
