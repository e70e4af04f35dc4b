"""A worker's life over HTTP: counts follow, both jurisdictions are respected, who asks learns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from unionaid.registry.examples import resident_id, uscc_code
from unionaid.service.roles import Role

from .test_http_erasing import NAME, PHONE, erased, left, registered

if TYPE_CHECKING:
    from .conftest import Office, Units

ON = "2017-01-04"
GRASSROOTS, SUB_DISTRICT = Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER


async def counts(office: Office, *unions: str) -> list[tuple[int, int]]:
    listed = {row["org_id"]: row for row in (await office.get("/union-orgs")).json()["items"]}
    return [(listed[union]["workers"], listed[union]["migrants"]) for union in unions]


async def shown(office: Office, person: str) -> dict[str, Any]:
    return dict((await office.get(f"/workers/{person}")).json())


async def test_counts_follow_a_workers_life(office: Office, units: Units) -> None:
    first, second = await registered(office, units, migrant=True), await registered(office, units, 2)
    here, there = units.factory_union, units.street
    assert await counts(office, here, there) == [(2, 1), (0, 0)]
    steps: list[tuple[str, dict[str, Any], list[tuple[int, int]]]] = [
        (f"{second}/corrections", {"migrant": True}, [(2, 2), (0, 0)]),
        (f"{first}/transfer", {"union_org_id": there}, [(1, 1), (1, 1)]),
        (f"{first}/corrections", {"migrant": False}, [(1, 1), (1, 0)]),
        (f"{first}/leaving", {"reason_code": "resigned"}, [(1, 1), (0, 0)]),
        (f"{first}/return", {"union_org_id": here, "migrant": True}, [(2, 2), (0, 0)]),
        (f"{second}/leaving", {"reason_code": "died"}, [(1, 1), (0, 0)]),
    ]
    for path, body, told in steps:
        done = await office.post(f"/workers/{path}", {**body, "occurred_on": ON})
        assert done.status_code == 200, done.text
        assert await counts(office, here, there) == told, path
    assert (await shown(office, second))["left_on"] == ON
    await erased(office, second)
    assert await counts(office, here, there) == [(1, 1), (0, 0)], "an erasure changes no total"


async def test_a_correction_leaves_what_is_not_given_and_takes_away_what_is_null(office: Office, units: Units) -> None:
    other = await office.made(
        "/enterprises",
        {"uscc": uscc_code(2), "name": "别厂有限公司", "ownership": "public", "occurred_on": "2017-01-03"},
        "enterprise_id",
    )
    person = await registered(office, units, enterprise_id=units.enterprise)
    for given, told in (
        ({"enterprise_id": other}, (other, False)),
        ({"migrant": True}, (other, True)),
        ({"enterprise_id": None}, (None, True)),
    ):
        done = await office.post(f"/workers/{person}/corrections", {**given, "occurred_on": ON})
        assert done.status_code == 200, done.text
        now = await shown(office, person)
        assert (now["enterprise_id"], now["migrant"]) == told
    same = await office.post(f"/workers/{person}/corrections", {"occurred_on": ON})
    assert (same.status_code, same.json()["code"]) == (422, "nothing-corrected")
    moved = await office.post(
        f"/workers/{person}/corrections", {"migrant": False, "occurred_on": ON}, **{"If-Match": '"2"'}
    )
    assert (moved.status_code, moved.json()["code"]) == (412, "version-moved")


async def test_an_officer_moves_within_the_own_jurisdiction_alone(office: Office, units: Units) -> None:
    person = await registered(office, units)
    before = await office.events()
    for unit, target, told in (
        (units.other_street, units.other_street, (404, "not-found")),
        (units.factory_union, units.other_street, (422, "unit-unknown")),
        (units.street, units.other_street, (422, "unit-unknown")),
    ):
        body = {"union_org_id": target, "occurred_on": ON}
        refused = await office.post(f"/workers/{person}/transfer", body, SUB_DISTRICT, unit=unit)
        assert (refused.status_code, refused.json()["code"]) == told
    others: dict[str, dict[str, Any]] = {
        "leaving": {"reason_code": "moved"},
        "corrections": {"migrant": True},
        "return": {"union_org_id": units.other_street, "migrant": False},
    }
    for path, given in others.items():
        refused = await office.post(
            f"/workers/{person}/{path}", {**given, "occurred_on": ON}, GRASSROOTS, unit=units.other_street
        )
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert await office.events() == before
    within = {"union_org_id": units.street, "occurred_on": ON}
    done = await office.post(f"/workers/{person}/transfer", within, SUB_DISTRICT, unit=units.street)
    assert (done.status_code, (await shown(office, person))["union_org_id"]) == (200, units.street)


async def requested(office: Office, units: Units, **changed: Any) -> Any:
    body = {"resident_id": resident_id(1), "union_org_id": units.other_street, "occurred_on": ON, **changed}
    return await office.post("/transfer-requests", body, GRASSROOTS, unit=units.other_street)


async def test_who_asks_for_a_transfer_learns_neither_union_nor_person(office: Office, units: Units) -> None:
    person = await registered(office, units)
    taken = await office.post(
        "/workers",
        {
            "union_org_id": units.other_street,
            "name": NAME,
            "resident_id": resident_id(1),
            "migrant": False,
            "occurred_on": ON,
        },
        GRASSROOTS,
        unit=units.other_street,
    )
    assert taken.json()["code"] == "resident-id-taken"
    answered = await requested(office, units)
    request_id = answered.json()["request_id"]
    assert (answered.status_code, answered.json()) == (201, {"request_id": request_id, "status": "requested"})
    mine = (await office.get(f"/transfer-requests/{request_id}", GRASSROOTS, unit=units.other_street)).json()
    assert (mine["status"], mine.keys() & {"person_id", "former_union_org_id"}) == ("requested", set())
    for answer in (taken, answered):
        assert not {person, units.factory_union, units.street} & set(answer.text.split('"'))
    for unit in (units.other_street, units.factory_union, units.street):
        assert (await office.get("/transfer-requests", SUB_DISTRICT, unit=unit)).json()["items"] == []
        body = {"occurred_on": ON}
        refused = await office.post(f"/transfer-requests/{request_id}/taking-up", body, SUB_DISTRICT, unit=unit)
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    hidden = await office.get(f"/transfer-requests/{request_id}", SUB_DISTRICT, unit=units.street)
    assert hidden.status_code == 404
    (waiting,) = (await office.get("/transfer-requests")).json()["items"]
    assert (waiting["request_id"], waiting["person_id"]) == (request_id, person)
    done = await office.post(f"/transfer-requests/{request_id}/taking-up", {"occurred_on": ON}, **{"If-Match": '"1"'})
    assert (done.status_code, done.json()["status"]) == (200, "taken-up")
    assert (await shown(office, person))["union_org_id"] == units.other_street
    assert (await office.get("/transfer-requests")).json()["items"] == []
    for step, more in (("taking-up", {}), ("declining", {"reason_code": "stays"})):
        ended = await office.post(f"/transfer-requests/{request_id}/{step}", {"occurred_on": ON, **more})
        assert (ended.status_code, ended.json()["code"]) == (409, "transfer-ended")
    told = await office.get(f"/transfer-requests/{request_id}", GRASSROOTS, unit=units.other_street)
    assert told.json()["status"] == "taken-up"


async def test_a_declined_request_moves_nobody(office: Office, units: Units) -> None:
    person = await registered(office, units)
    request_id = (await requested(office, units)).json()["request_id"]
    body = {"occurred_on": ON, "reason_code": "stays"}
    assert (await office.post(f"/transfer-requests/{request_id}/declining", body)).status_code == 200
    assert (await shown(office, person))["union_org_id"] == units.factory_union
    mine = await office.get(f"/transfer-requests/{request_id}", GRASSROOTS, unit=units.other_street)
    assert mine.json()["status"] == "declined"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"resident_id": resident_id(7)}, ("resident_id", "nobody-found")),
        ({"resident_id": "640302198002290"}, ("resident_id", "resident-id-15-digits")),
        ({"union_org_id": str(uuid4())}, ("union_org_id", "unit-unknown")),
        ({"occurred_on": "2017-01-06"}, ("occurred_on", "date-in-future")),
    ],
)
async def test_a_request_that_cannot_be(
    office: Office, units: Units, changed: dict[str, Any], told: tuple[str, str]
) -> None:
    await registered(office, units)
    before = await office.events()
    refused = await requested(office, units, **changed)
    assert (refused.json()["errors"][0]["field"], refused.json()["code"]) == told
    assert await office.events() == before


async def test_a_provisional_worker_waits_for_the_id_and_holds_it_then(office: Office, units: Units) -> None:
    typed = {"name": NAME, "phone": PHONE, "migrant": False, "union_org_id": units.factory_union, "occurred_on": ON}
    clerk = {"unit": units.factory_union}
    entered = await office.post("/provisional-workers", typed, GRASSROOTS, **clerk)
    assert entered.status_code == 201, entered.text
    person = entered.json()["person_id"]
    now = await shown(office, person)
    assert (now["birth_year"], now["sex"]) == (None, None)
    row = {"person_id": person, "union_org_id": units.factory_union, "registered_on": ON}
    for roles, unit, listed in (
        ((GRASSROOTS,), units.factory_union, [row]),
        ((SUB_DISTRICT,), units.street, [row]),
        ((SUB_DISTRICT,), units.other_street, []),
        ((), None, [row]),
    ):
        assert (await office.get("/provisional-workers", *roles, unit=unit)).json()["items"] == listed
    assert (await left(office, person))["reservations"] == 0
    completed = {"resident_id": resident_id(1), "reason_code": "completed", "occurred_on": ON}
    assert (await office.post(f"/persons/{person}/corrections", completed, GRASSROOTS, **clerk)).status_code == 200
    now = await shown(office, person)
    assert (now["birth_year"], now["sex"]) == (1980, "male")
    assert (await office.get("/provisional-workers")).json()["items"] == []
    assert (await left(office, person))["reservations"] == 1
    again = await office.post("/provisional-workers", typed, GRASSROOTS, **clerk)
    refused = await office.post(f"/persons/{again.json()['person_id']}/corrections", completed)
    assert (refused.status_code, refused.json()["code"]) == (409, "resident-id-taken")
