"""Unions moved and dissolved, enterprises corrected, over HTTP: and who sees whom afterwards."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest

from unionaid.contracts.registry import UnionOrgDissolved
from unionaid.registry.examples import resident_id, uscc_code
from unionaid.service.roles import Role

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

ON = "2017-01-03"
LATER = "2017-01-04"
SUB_DISTRICT = Role.SUB_DISTRICT_OFFICER


async def worker(office: Office, union: str, serial: int = 1, **more: object) -> str:
    body = {
        "union_org_id": union,
        "name": "张三",
        "resident_id": resident_id(serial),
        "migrant": True,
        "occurred_on": ON,
    }
    return await office.made("/workers", body | more, "person_id")


async def moved(office: Office, union: str, to: str, **headers: str) -> Any:
    return await office.post(f"/union-orgs/{union}/move", {"parent_id": to, "occurred_on": LATER}, **headers)


async def dissolved(office: Office, union: str) -> Any:
    body = {"reason_code": "enterprise-closed", "occurred_on": LATER}
    return await office.post(f"/union-orgs/{union}/dissolution", body)


def remaining(refused: httpx.Response) -> list[int]:
    """How many unions, workers, enterprises, dossiers and requests a refusal names."""
    return [int(number) for number in re.findall(r"[0-9]+", refused.json()["detail"])]


async def sees(office: Office, unit: str, person: str) -> dict[str, bool]:
    """What an officer of a unit sees of a worker, wherever one may ask."""
    opened = await office.post(
        "/identities/open", {"purpose": "verification", "fields": ["name"], "person_ids": [person]},
        SUB_DISTRICT, unit=unit,
    )  # fmt: skip
    found = await office.post("/searches", {"name": "张三"}, SUB_DISTRICT, unit=unit)
    matched = await office.post(
        "/matches", {"kind": "resident_id", "values": [resident_id()]}, Role.GRASSROOTS_OFFICER, unit=unit
    )
    provisional = await office.get("/provisional-workers", SUB_DISTRICT, unit=unit)
    dossiers = await office.get("/dossiers", SUB_DISTRICT, unit=unit)
    entered = await office.post(
        f"/workers/{person}/leaving", {"reason_code": "moved", "occurred_on": "2030-01-01"}, SUB_DISTRICT, unit=unit
    )
    return {
        "shown": (await office.get(f"/workers/{person}", SUB_DISTRICT, unit=unit)).status_code == 200,
        "opened": opened.json()["persons"][0]["code"] is None,
        "found": [one["person_id"] for one in found.json()["items"]] == [person],
        "matched": matched.json()["matches"][0]["person_id"] == person,
        "provisional": len(provisional.json()["items"]) == 1,
        "dossiers": len(dossiers.json()["items"]) == 1,
        "acted for": entered.status_code != 404,
    }


async def household_with_dossier(office: Office, units: Units, person: str) -> None:
    formed = await office.post(
        "/households",
        {
            "union_org_id": units.factory_union,
            "occurred_on": ON,
            "members": [
                {"person_id": person, "relation": "householder", "health_code": "healthy", "monthly_income_fen": 0}
            ],
        },
    )
    assert formed.status_code == 201, formed.text
    opened = await office.post(
        "/dossiers", {"household_id": formed.json()["household_id"], "holder_id": person, "occurred_on": ON}
    )
    assert opened.status_code == 201, opened.text


async def test_after_a_move_those_above_see_at_once_and_those_before_no_more(office: Office, units: Units) -> None:
    person = await worker(office, units.factory_union)
    await household_with_dossier(office, units, person)
    provisional = {"union_org_id": units.factory_union, "name": "李四", "migrant": False, "occurred_on": ON}
    await office.made("/provisional-workers", provisional, "person_id")
    every = await sees(office, units.street, person)
    assert every == dict.fromkeys(every, True)
    nothing = dict.fromkeys(every, False)
    assert await sees(office, units.other_street, person) == nothing
    # the unions above are remembered by whoever entered a worker before
    answered = await moved(office, units.factory_union, units.other_street)
    assert (answered.status_code, answered.headers["etag"]) == (200, '"2"')
    assert await sees(office, units.street, person) == nothing
    assert await sees(office, units.other_street, person) == every
    assert await sees(office, units.factory_union, person) == every
    for unit, status in ((units.street, 422), (units.other_street, 201)):
        body = {"union_org_id": units.factory_union, "name": "王五", "migrant": True, "occurred_on": ON}
        entered = await office.post("/workers", body | {"resident_id": resident_id(5)}, SUB_DISTRICT, unit=unit)
        assert entered.status_code == status
    assert (await moved(office, units.factory_union, units.street)).status_code == 200
    assert await sees(office, units.street, person) == every
    below = (await office.get(f"/union-orgs?parent_id={units.street}")).json()["items"]
    assert [(one["org_id"], one["workers"]) for one in below] == [(units.factory_union, 3)]


async def test_a_circle_is_refused_whoever_asks_at_once(office: Office, units: Units) -> None:
    circle = await moved(office, units.street, units.factory_union)
    assert (circle.status_code, circle.json()["code"]) == (422, "union-under-itself")
    both = await asyncio.gather(
        moved(office, units.street, units.other_street), moved(office, units.other_street, units.street)
    )
    assert {one.json()["code"] for one in both} == {"parent-wrong-level"}


async def test_the_version_that_was_read_is_the_one_that_is_changed(office: Office, units: Units) -> None:
    stale = await moved(office, units.factory_union, units.other_street, **{"If-Match": '"7"'})
    assert stale.status_code == 412
    assert (await moved(office, units.factory_union, units.other_street, **{"If-Match": '"1"'})).status_code == 200
    shown = (await office.get(f"/union-orgs/{units.factory_union}")).json()
    assert (shown["parent_id"], shown["moved_on"], shown["dissolved_on"]) == (units.other_street, LATER, None)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DISTRICT_OFFICER])
async def test_units_are_changed_by_the_district_alone(refusing: Office, role: Role) -> None:
    for path in ("/union-orgs/{}/move", "/union-orgs/{}/dissolution", "/enterprises/{}/corrections"):
        refused = await refusing.post(path.format("e0000000-0000-4000-8000-000000000001"), {}, role)
        assert (refused.status_code, refused.json()["code"]) == (403, "role-missing")


async def test_a_union_is_dissolved_when_nothing_is_left_in_it(office: Office, units: Units) -> None:
    person = await worker(office, units.factory_union)
    await household_with_dossier(office, units, person)
    refused = await dissolved(office, units.factory_union)
    assert (refused.status_code, refused.json()["code"]) == (409, "union-not-empty")
    assert remaining(refused) == [0, 1, 1, 1, 0]
    assert remaining(await dissolved(office, units.street)) == [1, 0, 0, 0, 0]

    corrected = {"union_org_id": units.street, "reason_code": "changed", "occurred_on": LATER}
    assert (await office.post(f"/enterprises/{units.enterprise}/corrections", corrected)).status_code == 200
    (dossier,) = (await office.get("/dossiers")).json()["items"]
    closing = {"reason_code": "entered-in-error", "occurred_on": LATER}
    closed = await office.post(f"/dossiers/{dossier['dossier_id']}/closing", closing)
    assert closed.status_code == 200, closed.text
    gone = await office.post(f"/workers/{person}/transfer", {"union_org_id": units.street, "occurred_on": LATER})
    assert gone.status_code == 200, gone.text
    assert (await dissolved(office, units.factory_union)).status_code == 200
    again = await dissolved(office, units.factory_union)
    assert (again.status_code, again.json()["code"]) == (409, "union-dissolved")

    listed = [one["org_id"] for one in (await office.get("/union-orgs")).json()["items"]]
    assert units.factory_union not in listed
    (ended,) = (await office.get(f"/union-orgs?dissolved=true&parent_id={units.street}")).json()["items"]
    assert (ended["org_id"], ended["dissolved_on"], ended["workers"]) == (units.factory_union, LATER, 0)
    for path, body in (
        ("/workers", {"union_org_id": units.factory_union, "name": "王五", "resident_id": resident_id(5),
                      "migrant": True, "occurred_on": LATER}),
        ("/enterprises", {"uscc": uscc_code(2), "name": "新厂", "ownership": "public",
                          "union_org_id": units.factory_union, "occurred_on": LATER}),
    ):  # fmt: skip
        answered = await office.post(path, body)
        assert (answered.status_code, answered.json()["code"]) == (409, "union-dissolved")


async def test_who_left_a_union_that_was_dissolved_is_seen_from_above(office: Office, units: Units) -> None:
    person = await worker(office, units.factory_union)
    left = await office.post(f"/workers/{person}/leaving", {"reason_code": "retired", "occurred_on": LATER})
    assert left.status_code == 200
    await office.post(
        f"/enterprises/{units.enterprise}/corrections",
        {"union_org_id": None, "reason_code": "changed", "occurred_on": LATER},
    )
    assert (await dissolved(office, units.factory_union)).status_code == 200
    assert (await office.get(f"/workers/{person}", SUB_DISTRICT, unit=units.street)).status_code == 200
    assert (await office.get(f"/workers/{person}", SUB_DISTRICT, unit=units.other_street)).status_code == 404


async def test_nobody_is_entered_in_a_union_while_it_is_dissolved(office: Office, units: Units) -> None:
    await office.post(
        f"/enterprises/{units.enterprise}/corrections",
        {"union_org_id": None, "reason_code": "changed", "occurred_on": LATER},
    )
    body = {"union_org_id": units.factory_union, "name": "张三", "migrant": True, "occurred_on": ON}
    entering = [office.post("/workers", body | {"resident_id": resident_id(n)}) for n in range(12)]
    *entered, ended = await asyncio.gather(*entering, dissolved(office, units.factory_union))
    came = [one for one in entered if one.status_code == 201]
    assert {one.json()["code"] for one in entered if one.status_code != 201} <= {"union-dissolved"}
    assert (ended.status_code == 200) == (not came)
    if came:
        assert ended.json()["code"] == "union-not-empty"
        assert remaining(ended)[1] > 0


async def test_who_is_about_to_enter_somebody_is_waited_for(office: Office, units: Units) -> None:
    """An entry that has looked and not yet committed holds the union open; what comes after it is refused by name."""
    held = await asyncpg.connect(office.database.app_dsn)
    under_way = held.transaction()
    await under_way.start()
    stream = f"union-{units.other_street}"
    await held.fetchval("SELECT views.hold_open($1::text[], $2)", [stream], UnionOrgDissolved.TYPE)
    ending = asyncio.create_task(dissolved(office, units.other_street))
    done, _ = await asyncio.wait([ending], timeout=0.5)
    assert not done
    await under_way.rollback()
    assert (await ending).status_code == 200
    assert await held.fetchval("SELECT views.hold_open($1::text[], $2)", [stream], UnionOrgDissolved.TYPE) == stream
    await held.close()


async def test_an_enterprise_is_corrected_and_its_code_goes_along(office: Office, units: Units) -> None:
    path = f"/enterprises/{units.enterprise}/corrections"
    body = {"uscc": uscc_code(2), "name": "样厂集团", "reason_code": "entered-wrong", "occurred_on": LATER}
    corrected = await office.post(path, body)
    assert (corrected.status_code, corrected.headers["etag"]) == (200, '"2"')
    shown = (await office.get(f"/enterprises/{units.enterprise}")).json()
    assert (shown["uscc"], shown["name"], shown["ownership"]) == (uscc_code(2), "样厂集团", "non_public")
    (listed,) = (await office.get("/enterprises")).json()["items"]
    assert (listed["uscc"], listed["name"]) == (uscc_code(2), "样厂集团")
    other = {"uscc": uscc_code(2), "name": "别厂", "ownership": "public", "occurred_on": ON}
    assert (await office.post("/enterprises", other)).json()["code"] == "uscc-taken"
    free = await office.made("/enterprises", other | {"uscc": uscc_code(1)}, "enterprise_id")
    taken = await office.post(f"/enterprises/{free}/corrections", body)
    assert (taken.status_code, taken.json()["code"]) == (409, "uscc-taken")
    same = await office.post(path, body)
    assert (same.status_code, same.json()["code"]) == (422, "nothing-corrected")


async def test_a_union_is_called_otherwise_wherever_its_name_stands(office: Office, units: Units) -> None:
    person = await worker(office, units.factory_union)
    path = f"/union-orgs/{units.factory_union}"
    told = {"name": "新厂工会委员会", "reason_code": "changed", "occurred_on": LATER}
    answered = await office.post(f"{path}/corrections", told, **{"If-Match": '"1"'})
    assert (answered.status_code, answered.headers["etag"]) == (200, '"2"'), answered.text
    shown = (await office.get(path)).json()
    assert (shown["name"], shown["renamed_on"], shown["established_on"]) == ("新厂工会委员会", LATER, ON)
    listed = (await office.get("/union-orgs")).json()["items"]
    assert {row["name"] for row in listed if row["org_id"] == units.factory_union} == {"新厂工会委员会"}
    assert (await office.get(f"/workers/{person}")).json()["union_org_id"] == units.factory_union
    for body, code in (
        (told, "nothing-corrected"),
        ({**told, "name": "别名", "occurred_on": ON}, "before-registered"),
        ({**told, "name": "张三 640302198603011134"}, "invalid-input"),
        ({**told, "reason_code": "completed"}, "invalid-input"),
    ):
        assert (await office.post(f"{path}/corrections", body)).json()["code"] == code
    stale = await office.post(f"{path}/corrections", {**told, "name": "别名"}, **{"If-Match": '"1"'})
    assert stale.status_code == 412
    for role in (Role.SUB_DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR):
        assert (await office.post(f"{path}/corrections", told, role, unit=units.street)).status_code == 403
