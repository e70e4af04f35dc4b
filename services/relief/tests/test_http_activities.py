"""Activities over HTTP: sessions and their trainees under one's own union, once each; fairs and competitions."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from unionaid.contracts.registry import PersonRestricted
from unionaid.relief.examples import ENTERER, VERIFIER, person

from .conftest import GRASSROOTS, OFFICER, OTHER, PROGRAMME

if TYPE_CHECKING:
    import httpx

    from .conftest import Service

SKILLS = {
    **PROGRAMME, "kind": "SPRING_SKILLS", "name": "2017年春送技能", "window_from": "2017-01-05",
    "window_to": "2017-02-28", "purpose": "training-allowance",
}  # fmt: skip
PEOPLE = [person(n) for n in range(4)]
RESTRICTED = PersonRestricted(occurred_on=date(2017, 1, 5), person_id=PEOPLE[0], policy_version="retention-2017.1")


@pytest.fixture
async def programme(service: Service) -> str:
    await service.register(PEOPLE)
    answer = await service.post("/programmes", SKILLS, OFFICER, "district_officer")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["programme_id"])


async def post(
    service: Service, path: str, unit: UUID = GRASSROOTS, key: str | None = None, **body: Any
) -> httpx.Response:
    given = {"occurred_on": "2017-01-09", **body}
    return await service.post(path, given, ENTERER, "grassroots_officer", unit=unit, key=key)


async def held(service: Service, programme: str, **changed: Any) -> httpx.Response:
    body: dict[str, Any] = {"last_on": "2017-01-20", "programme_id": programme, "union_org_id": str(GRASSROOTS),
            "name": "家政服务员培训班第一期", "hours": 60, "places": 50}  # fmt: skip
    return await post(service, "/skills-sessions", **{**body, **changed})


def ids(*numbers: int) -> list[str]:
    return [str(PEOPLE[n]) for n in numbers]


async def test_a_session_from_the_first_day_to_the_work_found(service: Service, programme: str) -> None:
    session = await held(service, programme)
    assert session.status_code == 201, session.text
    path = session.headers["location"]
    enrolled = await post(service, f"{path}/enrolments", person_ids=ids(0, 1, 2))
    assert (enrolled.status_code, enrolled.json()["trainees"]) == (201, 3)
    completed = await post(service, f"{path}/completions", person_ids=ids(0, 1), occurred_on="2017-01-20")
    assert completed.status_code == 201
    found: dict[str, Any] = {"person_ids": ids(1), "occurred_on": "2017-02-01", "employer": "样例家政公司"}
    assert (await post(service, f"{path}/placements", **found)).status_code == 201
    shown = (await service.get(path, OFFICER, "auditor")).json()
    assert [shown[name] for name in ("trainees", "completed", "placed")] == [3, 2, 1]
    assert {one["person_id"]: one["employer"] for one in shown["people"]} == {
        **dict.fromkeys(ids(0, 2)), ids(1)[0]: "样例家政公司",
    }  # fmt: skip
    refused = await post(service, f"{path}/placements", **{**found, "person_ids": ids(2)})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not-completed")
    [listed] = (await service.get("/skills-sessions", OFFICER, "auditor")).json()["sessions"]
    assert listed["session_id"] == shown["session_id"]


async def test_somebody_enrolled_from_many_hands_is_enrolled_once(service: Service, programme: str) -> None:
    path = (await held(service, programme)).headers["location"]

    async def enrol(n: int) -> httpx.Response:
        answer = await post(service, f"{path}/enrolments", key=f"enrol {n}", person_ids=ids(0))
        return await enrol(n) if answer.status_code == 503 else answer

    answers = await asyncio.gather(*(enrol(n) for n in range(6)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 5}
    [won] = [n for n, answer in enumerate(answers) if answer.status_code == 201]
    events = await service.events()
    assert (await enrol(won)).json()["trainees"] == 1, "the same request again is answered as before"
    assert await service.events() == events


async def test_an_officer_enrols_and_sees_the_own_people_only(service: Service, programme: str) -> None:
    path = (await held(service, programme)).headers["location"]
    stranger = person(9)
    await service.register([stranger], OTHER)
    unknown = await post(service, f"{path}/enrolments", person_ids=[str(stranger), *ids(0)])
    assert [one["code"] for one in unknown.json()["errors"]] == ["person-unknown"]
    assert (await held(service, programme, unit=OTHER)).status_code == 422
    reader = (VERIFIER, "grassroots_officer")
    assert (await service.get(path, *reader, unit=OTHER)).status_code == 404
    assert (await post(service, f"{path}/enrolments", unit=OTHER, person_ids=ids(0))).status_code == 404
    assert (await service.get("/skills-sessions", *reader, unit=OTHER)).json()["sessions"] == []


async def test_who_asked_to_be_restricted_is_enrolled_no_more(service: Service, programme: str) -> None:
    path = (await held(service, programme)).headers["location"]
    await service.hear([RESTRICTED])
    refused = await post(service, f"{path}/enrolments", person_ids=ids(0))
    assert [one["code"] for one in refused.json()["errors"]] == ["person-restricted"]


async def test_fairs_and_competitions_are_told_and_shown(service: Service) -> None:
    about: dict[str, Any] = {"union_org_id": str(GRASSROOTS), "name": "专场招聘会"}
    numbers: dict[str, Any] = {"employers": 30, "vacancies": 800, "visitor_count": 1_200, "placements": 200}
    fair = await post(service, "/job-fairs", **about, **numbers)
    assert fair.status_code == 201, fair.text
    wrong = await post(service, "/job-fairs", **about, **{**numbers, "placements": 801})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "counts-disagree")
    contest: dict[str, Any] = {**about, "name": "职工技能竞赛", "trade": "焊工", "contestants": 48, "awards": 9}
    assert (await post(service, "/competitions", **contest)).status_code == 201
    assert (await post(service, "/competitions", **{**contest, "awards": 49})).status_code == 422
    assert (await post(service, "/competitions", unit=OTHER, **contest)).status_code == 422
    [shown] = (await service.get("/job-fairs", OFFICER, "auditor")).json()["job_fairs"]
    assert {name: shown[name] for name in numbers} == numbers
    [shown] = (await service.get("/competitions", OFFICER, "auditor")).json()["competitions"]
    assert (shown["trade"], shown["contestants"], shown["awards"]) == ("焊工", 48, 9)
    for role in ("accountant", "approver", "worker"):
        assert (await service.post("/job-fairs", {}, OFFICER, role)).status_code == 403
