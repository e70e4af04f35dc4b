"""The screen of totals: the figures a total has, opened into exactly its events."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from unionaid.reporting.examples import logs
from unionaid.service.languages import Language
from unionaid.service.roles import Role
from unionaid.service.screens import yuan

if TYPE_CHECKING:
    from services.reporting.tests.conftest import Publish, Served

PERIOD: dict[str, Any] = {"from": "2017-01-01", "to": "2017-12-31"}
PACKAGE = Path(str(files("unionaid.reporting")))


def texts(language: Language) -> dict[str, str]:
    read: dict[str, str] = yaml.safe_load((PACKAGE / "locale" / f"{language}.yaml").read_text("utf-8"))
    return read


@pytest.fixture
async def read_history(served: Served, publish: Publish) -> None:
    given = dict(logs(division=served.reporting.division, people=150, payments_each=4, seed=3))
    last = await publish(given)
    for topic in given:
        await served.answer("/totals/relief", **PERIOD, after=f"{topic}@{last[topic]}")


async def page(served: Served, address: str, language: str = "en", role: Role = Role.AUDITOR) -> httpx.Response:
    """What a browser gets that is signed in."""
    token = served.office.token(role)["Authorization"].removeprefix("Bearer ")
    headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}
    return await served.client.get(address.removeprefix("/reporting"), headers=headers)


def links(text: str, to: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', text) if link.startswith(to)]


def event_ids(text: str) -> list[str]:
    return re.findall(r"<code>([0-9a-f-]{36})</code></td></tr>", text)


async def whole(served: Served, address: str) -> list[str]:
    """The ids of all events, page by page."""
    found: list[str] = []
    while address:
        shown = await page(served, address)
        assert shown.status_code == 200, shown.text
        found += event_ids(shown.text)
        further = re.search(r'rel="next" href="([^"]+)"', shown.text)
        address = html.unescape(further[1]) if further else ""
    return found


@pytest.mark.usefixtures("read_history")
@pytest.mark.parametrize("language", list(Language))
async def test_the_total_is_shown_in_each_language(served: Served, language: Language) -> None:
    asked = await served.answer("/totals/relief/by", **PERIOD, dimension="programme")
    shown = await page(served, "/pages/relief?from=2017-01-01&to=2017-12-31", language)
    assert shown.status_code == 200
    assert f'<html lang="{language}">' in shown.text
    told = texts(language)
    assert f"<h1>{yaml_of_shell(language)['screen-relief-total']}</h1>" in shown.text
    assert "screen-" not in shown.text.replace("screen-only", ""), "every text is there"
    total = asked["total"]
    for name, figure in (
        ("screen-people", f"{total['people']:,}"), ("screen-times", f"{total['times']:,}"),
        ("screen-yuan", yuan(total["amount_fen"])),
    ):  # fmt: skip
        assert f"<dt>{told[name]}</dt><dd>{figure}</dd>" in shown.text
    for line in asked["lines"]:
        assert yuan(line["amount_fen"]) in shown.text
    cited = total["citation"]
    assert cited["sha256"] in shown.text
    assert html.escape(cited["query"]) in shown.text
    for topic, index in cited["vector"].items():
        assert f"{topic}@{index}" in shown.text


def yaml_of_shell(language: Language) -> dict[str, str]:
    read: dict[str, str] = yaml.safe_load(
        (Path(str(files("unionaid.service"))) / "locale" / f"{language}.yaml").read_text("utf-8")
    )
    return read


@pytest.mark.usefixtures("read_history")
async def test_a_total_opens_into_exactly_its_events(served: Served) -> None:
    shown = await page(served, "/pages/relief?from=2017-01-01&to=2017-12-31")
    every, *programmes = links(shown.text, "/reporting/pages/relief/events?")
    opened = await whole(served, every)
    listed = await served.answer("/totals/relief/events", **PERIOD, limit=1000)
    assert opened == [event["event_id"] for event in listed["events"]]
    assert len(opened) > 100, "more than one page"
    by_programme = [await whole(served, link) for link in programmes]
    assert sorted(id for ids in by_programme for id in ids) == sorted(opened)
    assert len(programmes) > 1


@pytest.mark.usefixtures("read_history")
async def test_a_total_of_an_earlier_moment(served: Served) -> None:
    listed = (await served.answer("/totals/relief/events", **PERIOD, limit=1000))["events"]
    middle = listed[len(listed) // 2]["logtime"]
    asked = await served.answer("/totals/relief", **PERIOD, as_of=middle)
    now = await served.answer("/totals/relief", **PERIOD)
    assert 0 < asked["times"] < now["times"]
    address = str(httpx.URL("/pages/relief", params={**PERIOD, "as_of": middle}))
    shown = await page(served, address)
    assert f"<dd>{asked['times']:,}</dd>" in shown.text
    assert asked["citation"]["sha256"] in shown.text
    opened = await whole(served, links(shown.text, "/reporting/pages/relief/events?")[0])
    assert len(opened) == asked["times"]


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ("from=2017-13-01&to=2017-12-31", "from", "Must be a date, such as 2017-01-05."),
        ("from=2017-01-01&to=", "to", "Required."),
        ("from=2017-02-01&to=2017-01-01", "to", "The period ends before it begins."),
        ("from=2017-01-01&to=2017-01-01&as_of=soon", "as_of", "Must be a date and time, such as 2017-04-05 09:00."),
    ],
)
async def test_a_fault_stands_beside_its_field(served: Served, query: str, field: str, text: str) -> None:
    shown = await page(served, f"/pages/relief?{query}")
    assert shown.status_code == 422
    assert f'aria-describedby="{field}-fault"' in shown.text
    assert f'<span class="fault" id="{field}-fault">{text}</span>' in shown.text


@pytest.mark.parametrize("query", ["programme=x", "union=x", "upto=x", "upto=-2", "kind=X", "cursor=x"])
async def test_an_address_made_by_hand_is_refused_on_a_page(served: Served, query: str) -> None:
    shown = await page(served, f"/pages/relief/events?from=2017-01-01&to=2017-12-31&{query}")
    assert shown.status_code == 422
    assert 'role="alert"' in shown.text


async def test_who_reads_no_totals_sees_none(served: Served) -> None:
    assert (await page(served, "/pages/relief", role=Role.CASHIER)).status_code == 403
    unknown = await served.client.get("/pages/relief")
    assert (unknown.status_code, unknown.headers["location"]) == (
        303, "/reporting/pages/sign-in?next=%2Freporting%2Fpages%2Frelief",
    )  # fmt: skip


def test_every_text_of_the_screens_is_used() -> None:
    sources = [*PACKAGE.rglob("*.py"), *PACKAGE.glob("templates/*.html")]
    written = "\n".join(file.read_text("utf-8") for file in sources)
    known = {code for code in texts(Language.EN) if code.startswith("screen-")}
    by_value = tuple(f"screen-{name}-" for name in ("kind", "method", "step", "level", "cause", "union-level", "by"))
    assert {code for code in known if f'"{code}"' not in written and not code.startswith(by_value)} == set()
