"""The screen of dossier totals: as the routes tell them, opened into exactly their events."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from unionaid.contracts import topic_name
from unionaid.service.languages import Language
from unionaid.service.roles import Role

from .histories import written
from .test_dossier_totals import STORY
from .test_pages import event_ids, links, page, texts

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Publish, Served

TAKEN: dict[str, Any] = {"from_": "2016-01-01", "to": "2016-12-31"}
PERIOD = "/pages/dossiers?from=2016-01-01&to=2016-12-31"
STANDING = "/pages/dossiers?from=&to=2016-12-31"


@pytest.fixture
async def read_story(served: Served, publish: Publish) -> None:
    registry = topic_name(served.reporting.division, "registry")
    last = await publish({registry: written(served.reporting.division, (STORY, []))[registry]})
    await served.answer("/totals/dossiers", to="2016-12-31", after=f"{registry}@{last[registry]}")


@pytest.mark.usefixtures("read_story")
@pytest.mark.parametrize("language", list(Language))
async def test_a_total_of_dossiers_is_shown_in_each_language(served: Served, language: Language) -> None:
    told = texts(language)
    for address, asked in ((PERIOD, TAKEN), (STANDING, {"to": "2016-12-31"})):
        total = await served.answer("/totals/dossiers", **asked)
        shown = await page(served, address, language)
        assert shown.status_code == 200, shown.text
        assert "screen-" not in shown.text.replace("screen-only", ""), "every text is there"
        assert f"<dt>{told['screen-holders']}</dt><dd>{total['people']}</dd>" in shown.text
        assert f"<dt>{told['screen-cited-events']}</dt><dd>{total['times']}</dd>" in shown.text
        assert total["citation"]["sha256"] in shown.text
        assert told["screen-cause-illness"] in shown.text
        events = await page(served, links(shown.text, "/reporting/pages/dossiers/events?")[0], language)
        assert "screen-" not in events.text.replace("screen-only", "")


@pytest.mark.usefixtures("read_story")
async def test_each_line_opens_into_exactly_its_events(served: Served) -> None:
    shown = await page(served, PERIOD)
    every, *lines = links(shown.text, "/reporting/pages/dossiers/events?")
    listed = await served.answer("/totals/dossiers/events", **TAKEN)
    assert event_ids((await page(served, every)).text) == [event["event_id"] for event in listed["events"]]
    by_step = [link for link in lines if "step=" in link]
    opened = [event_ids((await page(served, link)).text) for link in by_step]
    assert sorted(id for ids in opened for id in ids) == sorted(event["event_id"] for event in listed["events"])
    assert len(by_step) == 4
    union = links(shown.text, "/reporting/pages/dossiers?")
    narrowed = await page(served, next(link for link in union if "union=" in link))
    assert narrowed.status_code == 200
    cause = re.search(r'<select id="cause".*?</select>', shown.text, re.DOTALL)
    assert cause is not None
    assert 'value="unknown"' in html.unescape(cause[0])


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ("from=2017-13-01&to=2017-12-31", "from", "Must be a date, such as 2017-01-05."),
        ("to=", "to", "Required."),
        ("from=2017-02-01&to=2017-01-01", "to", "The period ends before it begins."),
    ],
)
async def test_a_fault_of_a_question_stands_beside_its_field(served: Served, query: str, field: str, text: str) -> None:
    shown = await page(served, f"/pages/dossiers?{query}")
    assert shown.status_code == 422
    assert f'<span class="fault" id="{field}-fault">{text}</span>' in shown.text
    for odd in ("union=x", "upto=x", "step=x", "level=x", "cursor=x"):
        refused = await page(served, f"/pages/dossiers/events?to=2017-01-01&{odd}")
        assert refused.status_code == 422, odd
    assert (await page(served, "/pages/dossiers", role=Role.CASHIER)).status_code == 403
