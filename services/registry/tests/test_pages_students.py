"""The screen of students: narrowed, counted by stage, saved, and the way to a letter or another stage."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from unionaid.registry.application import exporting
from unionaid.service.languages import Language
from unionaid.service.roles import Role

from .dossier_story import Story
from .naming import choose_names
from .test_http_exports import cells
from .test_pages_dossiers import PACKAGE, Browser

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

STUDENTS = "/pages/students"


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


def told(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


async def test_who_enters_them_sees_names_and_what_to_do_next(story: Story) -> None:
    dossier = await story.in_force()
    officer = Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union)
    assert "标记小孩" not in (await officer.get(STUDENTS)).text, "it is not said yet what for"
    _, officer.headers = await choose_names(story.office.client, officer.headers, STUDENTS, purpose="verification")
    before = await story.office.events()
    shown = await officer.get(STUDENTS)
    assert shown.status_code == 200, shown.text
    assert await story.office.events() == before + 1  # one opening for the page
    text = told(shown.text)
    for one in ("标记小孩", "2001-05-06", "upper secondary known since 2016-12-10", "Hardship dossier: In force"):
        assert one in text, one
    household = f"/pages/households/{story.household}"
    assert f'href="/registry{household}"' in shown.text
    assert f'href="/registry/pages/dossiers/{dossier}"' in shown.text
    links = re.findall(r'href="/registry(/pages/households/[^"]*member=[^"]*)#now"', shown.text)
    letter, stage = map(html.unescape, links)
    form = (await officer.get(letter)).text
    assert re.search(r"<details open>\s*<summary>Record a letter of admission", form)
    assert f'<option value="{story.child}" selected>' in form
    admission = f"/pages/admissions/{story.household}"
    sent = await officer.send(
        letter, admission, b"scan", person_id=story.child, school_stage="college", school="标记大学",
        occurred_on="2017-01-03",
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    text = told((await officer.get(f"{STUDENTS}?letter=yes")).text)
    assert "college known since 2017-01-03" in text
    form = (await officer.get(stage)).text
    assert re.search(r"<details open>\s*<summary>How a member stands now", form)
    assert '<option value="college" selected>' in form
    assert "No student in this list." in (await officer.get(f"{STUDENTS}?letter=no")).text
    assert "标记小孩" in (await officer.get(f"{STUDENTS}?under_age=16&on=2017-05-05&open_dossier=yes")).text
    assert "标记小孩" not in (await officer.get(f"{STUDENTS}?under_age=16&on=2017-05-06")).text
    saved = await officer.send(STUDENTS, "/pages/exports/students")
    assert [row[0] for row in cells(saved)[1:]] == ["标记小孩"]


@pytest.mark.parametrize("language", list(Language))
async def test_a_list_too_large_to_save_says_so_and_what_to_do(
    story: Story, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    """The lists of persons and those of units alike; nobody was opened, and the list is there to be narrowed."""
    await story.family()
    await story.opened()
    monkeypatch.setattr(exporting, "EXPORT_ROWS_MAX", 0)
    officer = Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union, language.value)
    refusal = yaml.safe_load((PACKAGE / "locale" / f"{language.value}.yaml").read_text("utf-8"))["export-too-large"]
    for page, action in (
        ("/pages/workers", "/pages/workers/export"),
        ("/pages/dossiers?show=draft", "/pages/exports/dossiers"),
        (STUDENTS, "/pages/exports/students"),
    ):
        refused = await officer.send(page, action)
        assert (refused.status_code, refusal.format(limit=0) in html.unescape(refused.text)) == (422, True), action
    purposes = await story.office.pool.fetch("SELECT body FROM eventlog.events WHERE type LIKE '%IdentityOpened%'")
    assert all(b'"export"' not in row["body"] for row in purposes)


async def test_what_cannot_be_read_is_told_beside_its_field(story: Story) -> None:
    await story.family()
    officer = Browser(story, "enters", Role.GRASSROOTS_OFFICER, story.units.factory_union)
    shown = await officer.get(f"{STUDENTS}?under_age=fourteen")
    assert shown.status_code == 422
    assert re.findall(r'<span class="fault" id="([\w-]+)-fault">', shown.text) == ["under_age"]


async def test_who_only_reads_sees_no_names_and_another_union_nobody(story: Story) -> None:
    await story.family()
    auditor = Browser(story, "another", Role.AUDITOR)
    shown = (await auditor.get(STUDENTS)).text
    assert (story.child[:8] in shown, "标记" in shown, "/exports/students" in shown) == (True, False, False)
    elsewhere = Browser(story, "another", Role.SUB_DISTRICT_OFFICER, story.units.other_street)
    assert "No student in this list." in (await elsewhere.get(STUDENTS)).text


async def test_the_page_has_its_texts_in_every_language(story: Story) -> None:
    await story.in_force()
    for language in Language:
        officer = Browser(story, "enters", Role.DISTRICT_OFFICER, language=language.value)
        for page in (STUDENTS, f"{STUDENTS}?letter=yes", f"{STUDENTS}?school_stage=upper_secondary"):
            shown = await officer.get(page)
            assert shown.status_code == 200, shown.text
            assert re.findall(r"\b(?:screen|field|value|act|export)-[\w-]+", told(shown.text)) == [], page
