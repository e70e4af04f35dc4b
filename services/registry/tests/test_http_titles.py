"""In-house titles over HTTP and on their screen."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .conftest import ON

if TYPE_CHECKING:
    from .conftest import Office, Units

NAME = "纺织技师"


async def adopted(office: Office, units: Units) -> str:
    return await office.made(
        "/title-schemes",
        {"enterprise_id": units.enterprise, "titles": [{"title_name": NAME, "grades": 3}], "occurred_on": ON},
        "scheme_id",
    )


async def registered(office: Office, units: Units, serial: int = 1) -> str:
    body = {
        "union_org_id": units.factory_union, "enterprise_id": units.enterprise, "name": "标记", "migrant": False,
        "resident_id": resident_id(serial), "occurred_on": ON,
    }  # fmt: skip
    return await office.made("/workers", body, "person_id")


def evaluation(scheme: str, person: str, **changed: Any) -> dict[str, Any]:
    return {
        "scheme_id": scheme, "person_id": person, "title_name": NAME, "grade": 2, "occurred_on": ON, **changed
    }  # fmt: skip


async def test_from_the_scheme_to_the_end_of_an_appointment(office: Office, units: Units) -> None:
    scheme, person = await adopted(office, units), await registered(office, units)
    mine = (Role.GRASSROOTS_OFFICER,)
    made = await office.post("/titles", evaluation(scheme, person), *mine, unit=units.factory_union)
    assert made.status_code == 201, made.text
    title = made.json()["title_id"]
    appointment = {"allowance_fen": 30_000, "occurred_on": ON}
    done = await office.post(f"/titles/{title}/appointment", appointment, *mine, unit=units.factory_union)
    assert (done.status_code, done.headers["etag"]) == (201, '"2"')
    [row] = (await office.get("/title-schemes", Role.AUDITOR)).json()["items"]
    assert (row["enterprise"], row["titles"]) == ("样厂有限公司", [{"title_name": NAME, "grades": 3}])
    assert (row["evaluated"], row["appointed"]) == (1, 1)
    ended = await office.post(f"/titles/{title}/end", {"reason_code": "left", "occurred_on": ON})
    assert ended.status_code == 200
    shown = (await office.get(f"/titles/{title}")).json()
    assert shown["title_number"] == 1
    assert (shown["grade"], shown["allowance_fen"], shown["ended_on"]) == (2, 30_000, ON)
    assert (await office.get(f"/title-schemes/{scheme}")).json()["grades"] == {NAME: 3}
    assert (await office.get("/title-schemes")).json()["items"][0]["appointed"] == 0


async def test_one_scheme_an_enterprise_and_only_the_district_enters_it(office: Office, units: Units) -> None:
    scheme = {"enterprise_id": units.enterprise, "titles": [{"title_name": NAME, "grades": 3}], "occurred_on": ON}
    assert (await office.post("/title-schemes", scheme, Role.GRASSROOTS_OFFICER)).status_code == 403
    both = await asyncio.gather(office.post("/title-schemes", scheme), office.post("/title-schemes", scheme))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert next(answer for answer in both if answer.status_code == 409).json()["code"] == "scheme-exists"


async def test_one_title_at_a_time(office: Office, units: Units) -> None:
    scheme, person = await adopted(office, units), await registered(office, units)
    titles = [
        (await office.post("/titles", evaluation(scheme, person, grade=grade))).json()["title_id"] for grade in (1, 2)
    ]
    appointment = {"allowance_fen": 0, "occurred_on": ON}
    done = await asyncio.gather(*(office.post(f"/titles/{title}/appointment", appointment) for title in titles))
    assert sorted(answer.status_code for answer in done) == [201, 409]
    held, other = titles if done[0].status_code == 201 else titles[::-1]
    end = {"reason_code": "promoted", "occurred_on": ON}
    assert (await office.post(f"/titles/{held}/end", end)).status_code == 200
    assert (await office.post(f"/titles/{other}/appointment", appointment)).status_code == 201


async def test_outside_the_jurisdiction_there_is_no_such_worker_and_no_such_title(office: Office, units: Units) -> None:
    scheme, person = await adopted(office, units), await registered(office, units)
    title = (await office.post("/titles", evaluation(scheme, person))).json()["title_id"]
    other = {"unit": units.other_street}
    answers = [
        await office.post("/titles", evaluation(scheme, person), Role.SUB_DISTRICT_OFFICER, **other),
        await office.post(
            f"/titles/{title}/appointment", {"allowance_fen": 0, "occurred_on": ON}, Role.SUB_DISTRICT_OFFICER, **other
        ),
        await office.get(f"/titles/{title}", Role.SUB_DISTRICT_OFFICER, **other),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not-found")] * 3


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_a_scheme_is_entered_on_the_screen(office: Office, units: Units, language: str) -> None:
    token = office.issuer.token([Role.DISTRICT_OFFICER])
    headers = {"Cookie": f"unionaid_session={token}; unionaid_language={language}"}
    await office.get("/enterprises")
    blank = await office.client.get("/pages/title-schemes", headers=headers)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', blank.text.split("<main")[1]))
    given = hidden | {"enterprise_id": units.enterprise, "titles": "纺织技师，3\n挡车工 , x", "occurred_on": ON}
    wrong = await office.client.post("/pages/title-schemes", data=given, headers=headers)
    assert wrong.status_code == 422
    assert 'id="titles-fault"' in wrong.text
    assert "挡车工 , x" in wrong.text
    given["titles"] = "纺织技师，3\n挡车工 , 5\n"
    done = await office.client.post("/pages/title-schemes", data=given, headers=headers)
    assert done.status_code == 303, done.text
    shown = await office.client.get("/pages/title-schemes", headers=headers)
    assert "纺织技师 (3); 挡车工 (5)" in shown.text
    assert "screen-" not in shown.text.replace("screen-only", "")
