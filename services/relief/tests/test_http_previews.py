"""Previews of programmes over HTTP and on the screen: who may ask, what is told, what is refused."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import pytest

from unionaid.contracts import decode
from unionaid.relief.domain.eligibility.terms import explained
from unionaid.relief.policies.programmes import read_programmes
from unionaid.relief.resources import directory
from unionaid.relief.views import eligible
from unionaid.service.languages import Language

from .registry_story import Story, plainly
from .test_pages import Browser, shown

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service

OFFICER, GRASSROOTS_OFFICER = f"person-{uuid4()}", f"person-{uuid4()}"
GRASSROOTS, OTHER = (uuid5(UUID(int=0), name) for name in ("g", "o"))
EVENTS = Story(Random(8), [GRASSROOTS, OTHER]).lives(25).events
ON = date(2018, 12, 20)
WINTER = {"kind": "WINTER_WARMTH", "purpose": "festival-visit", "window_from": ON.isoformat()}
OWN = {"condition": "large", "rule": "household.size >= 2"}
PAGE = "/relief/pages/programmes/preview"
MATTER = f"{PAGE}?matter=WINTER_WARMTH:festival-visit&window_from={ON}"


async def ask(service: Service, path: str = "", **changed: Any) -> Any:
    return await service.post(f"/programmes/previews{path}", {**WINTER, **changed}, OFFICER, "district_officer")


@pytest.fixture
async def told(service: Service) -> Service:
    await service.hear(EVENTS)
    return service


async def test_a_preview_says_how_many_and_how_much_and_why_not(told: Service) -> None:
    before = await told.events()
    terms = read_programmes(directory("policy"))["WINTER_WARMTH"][-1].terms_of("festival-visit")
    cases = [explained(terms, facts) for facts in plainly(EVENTS, ON).values()]
    answer = (await ask(told)).json()
    assert answer["policy_version"] == "winter-warmth-2019.1"
    assert [one["condition"] for one in answer["conditions"]] == ["open-dossier", "holds-dossier", "not-restricted"]
    due = [case.amount_fen for case in cases if case.amount_fen is not None]
    assert (answer["persons"], answer["qualify"], answer["amount_fen"]) == (len(cases), len(due), sum(due))
    assert len(due) > 3
    assert sum(one["persons"] for one in answer["standards"]) == len(due)
    assert [one["reason"] for one in answer["reasons"]] == [
        "open-dossier", "holds-dossier", "not-restricted", "no-standard",
    ]  # fmt: skip
    assert answer["reasons"][0]["not_met"] == sum(case.conditions[0].met is False for case in cases)
    assert await told.events() == before


async def test_a_preview_that_takes_too_long_is_given_up(told: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligible, "PREVIEW_SECONDS_MAX", 0.000_1)
    answer = await ask(told)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (503, "preview-given-up")
    page = await Browser(told, OFFICER, "district_officer").get(MATTER)
    assert "This takes too long at the moment" in shown(page)
    monkeypatch.undo()
    assert (await ask(told)).status_code == 200


async def test_a_programmes_own_condition_narrows(told: Service) -> None:
    whole, narrowed = (await ask(told)).json(), (await ask(told, conditions=[OWN])).json()
    assert 0 < narrowed["qualify"] < whole["qualify"]
    assert narrowed["conditions"][-1] == OWN


async def test_who_qualifies_and_who_does_not_come_in_pages(told: Service) -> None:
    counted = (await ask(told)).json()
    seen: list[str] = []
    cursor = None
    while True:
        page = (await ask(told, "/persons", limit=2, cursor=cursor)).json()
        seen += [one["person_id"] for one in page["persons"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(set(seen)) == len(seen) == counted["qualify"]
    without = (await ask(told, "/persons", reason="open-dossier")).json()["persons"]
    assert len(without) == counted["reasons"][0]["not_met"]
    assert set(seen).isdisjoint(one["person_id"] for one in without)
    unfit = (await ask(told, "/persons", reason="no-standard")).json()["persons"]
    assert len(unfit) == counted["reasons"][-1]["not_met"]
    unknown = await ask(told, "/persons", reason="rich")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "condition-unknown")


async def test_a_case_is_explained_line_by_line(told: Service) -> None:
    qualifying = (await ask(told, "/persons", limit=1)).json()["persons"][0]["person_id"]
    case = (await ask(told, "/explanations", person_id=qualifying, conditions=[OWN])).json()
    facts = plainly(EVENTS, ON)[UUID(qualifying)]
    assert case["policy_version"] == "winter-warmth-2019.1"
    assert case["conditions"][0] == {
        "condition": "open-dossier", "rule": "dossier.open", "met": True,
        "facts": {"dossier.open": True}, "lacking": [],
    }  # fmt: skip
    size = case["conditions"][-1]
    assert (size["met"], size["facts"]) == (
        int(str(facts["household.size"])) >= 2,
        {"household.size": facts["household.size"]},
    )
    fitting = [one["standard"] for one in case["standards"] if one["met"]]
    assert fitting == [facts["dossier.level"]]
    nobody = await ask(told, "/explanations", person_id=str(uuid4()))
    assert nobody.status_code == 404


async def test_below_the_district_only_the_own_unions_are_seen(told: Service) -> None:
    whole = (await ask(told)).json()["persons"]

    async def of(unit: UUID, path: str = "", **more: Any) -> Any:
        body = {**WINTER, **more}
        return await told.post(f"/programmes/previews{path}", body, GRASSROOTS_OFFICER, "grassroots_officer", unit=unit)

    parts = {unit: (await of(unit)).json()["persons"] for unit in (GRASSROOTS, OTHER)}
    assert 0 < parts[GRASSROOTS] < whole
    listed = (await of(OTHER, "/persons", reason="open-dossier")).json()["persons"]
    assert {one["union_org_id"] for one in listed} == {str(OTHER)}
    elsewhere = await of(GRASSROOTS, "/explanations", person_id=listed[0]["person_id"])
    assert elsewhere.status_code == 404


@pytest.mark.parametrize("role", ["cashier", "accountant", "worker", "donor", "operator"])
async def test_who_may_not_ask_is_refused(told: Service, role: str) -> None:
    answer = await told.post("/programmes/previews", WINTER, OFFICER, role)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("rule", "code", "line", "column"),
    [
        ("dossier.open &&", "rule-syntax", 1, 14),
        ("[1].all(x, x > 0)", "rule-loops", 1, 5),
        ("1 / dossier.income_percent > 1", "rule-divides-by-zero", 1, 5),
        ("true &&\nperson.name == 'x'", "rule-attribute-unknown", 2, 1),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_where_it_stands(
    told: Service, rule: str, code: str, line: int, column: int
) -> None:
    conditions = [OWN, {"condition": "odd", "rule": rule}]
    programme = {**WINTER, "occurred_on": "2017-02-01", "year": 2019, "name": "2019年送温暖", "window_to": "2019-02-01"}
    before = await told.events()
    for answer in (
        await ask(told, conditions=conditions),
        await told.post("/programmes", {**programme, "conditions": conditions}, OFFICER, "district_officer"),
    ):
        assert answer.status_code == 422
        faults = {(one["field"], one["code"]): one["reason"] for one in answer.json()["errors"]}
        assert f"ine {line}, column {column}" in faults["conditions.1.rule", code]
    assert await told.events() == before


async def test_a_programme_keeps_the_terms_it_was_opened_on(told: Service) -> None:
    programme = {**WINTER, "occurred_on": "2017-02-01", "year": 2019, "name": "2019年送温暖", "window_to": "2019-02-01"}
    answer = await told.post("/programmes", {**programme, "conditions": [OWN]}, OFFICER, "district_officer")
    assert answer.status_code == 201, answer.text
    body = await told.pool.fetchval("SELECT body FROM eventlog.events ORDER BY position DESC LIMIT 1")
    _, opened = decode(body)
    data = opened.model_dump(mode="json")
    assert data["eligibility"][0] == {"condition": "open-dossier", "rule": "dossier.open"}
    assert data["eligibility"][-1] == OWN
    assert [one["standard"] for one in data["standards"]] == ["deep", "sudden", "relative"]


async def test_the_screen_shows_what_it_comes_to_without_storing_or_opening_names(told: Service) -> None:
    browser, before = Browser(told, OFFICER, "district_officer"), await told.events()
    blank = await browser.get(PAGE)
    assert blank.status_code == 200
    assert "dossier.income_percent" in blank.text
    counted = (await ask(told)).json()
    page = await browser.get(MATTER)
    text = shown(page)
    assert f"Of {counted['persons']} people, {counted['qualify']} would qualify" in text
    assert "winter-warmth-2019.1" in text
    who = await browser.get(f"{MATTER}&reason=qualifies")
    person_id = (await ask(told, "/persons", limit=1)).json()["persons"][0]["person_id"]
    assert person_id in who.text
    assert told.registry.asked == []
    told.registry.names[UUID(person_id)] = "马样贤"
    assert "马样贤" in (await browser.get(f"{MATTER}&reason=qualifies&names=yes")).text
    case = shown(await browser.get(f"{MATTER}&person={person_id}"))
    assert "qualifies, for" in case
    assert "The household has an open dossier met" in case
    assert await told.events() == before


async def test_the_screen_tells_what_is_wrong_with_a_rule_and_keeps_it(told: Service) -> None:
    page = await Browser(told, OFFICER, "district_officer").get(f"{MATTER}&rule=household.size+%3E+%27%3Cb%3E%27")
    assert page.status_code == 422
    assert "Line 1, column 18: the types do not fit." in shown(page)
    assert "household.size &gt; &#39;&lt;b&gt;&#39;" in page.text
    for odd in (
        "matter=WINTER_WARMTH:none",
        "matter=x",
        "matter=:",
        "matter=WINTER_WARMTH:festival-visit&window_from=x",
    ):
        assert (await Browser(told, OFFICER, "district_officer").get(f"{PAGE}?{odd}")).status_code == 422


@pytest.mark.parametrize("language", list(Language))
async def test_the_screen_is_told_in_every_language(told: Service, language: Language) -> None:
    page = await Browser(told, OFFICER, "district_officer", language=language).get(f"{MATTER}&reason=open-dossier")
    assert page.status_code == 200
    for code in ("screen-", "condition-", "standard-", "attribute-", "coded-", "kind-", "purpose-", "unit-"):
        assert code not in shown(page)
