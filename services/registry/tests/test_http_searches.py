"""Searching for people over HTTP: by name and number, whole and in part; nobody of another union is found."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

if TYPE_CHECKING:
    import httpx
    from services.registry.tests.conftest import Office, Units

ID = resident_id(1)


async def registered(office: Office, union: str, name: str, number: str, phone: str | None = None) -> str:
    body = {
        "union_org_id": union, "name": name, "resident_id": number, "phone": phone, "migrant": False,
        "occurred_on": "2017-01-03",
    }  # fmt: skip
    return await office.made("/workers", body, "person_id")


async def searched(office: Office, *roles: Role, unit: str | None = None, **wanted: object) -> httpx.Response:
    return await office.post("/searches", wanted, *roles, unit=unit)


def ids(answered: httpx.Response) -> list[str]:
    assert answered.status_code == 200, answered.text
    return [item["person_id"] for item in answered.json()["items"]]


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "歐陽國華"}, {"name": "ouyang guohua"}, {"name": "OYGH"}, {"resident_id": ID}, {"resident_id": ID[:6]},
        {"resident_id": ID[6:14]}, {"resident_id": ID[-4:]}, {"phone": "139 1234 5678"},
        {"born_on": f"{ID[6:10]}-{ID[10:12]}-{ID[12:14]}"}, {"name": "欧阳国华", "resident_id": ID[-4:]},
    ],
)  # fmt: skip
async def test_each_way_finds_the_person_with_the_union(office: Office, units: Units, wanted: dict[str, str]) -> None:
    person = await registered(office, units.factory_union, "欧阳国华", ID, "13912345678")
    answered = await searched(office, **wanted)
    assert answered.json()["items"] == [{"person_id": person, "union_org_id": units.factory_union}]
    assert answered.json()["next_cursor"] is None


async def test_nobody_of_another_union_is_found_and_counts_as_nobody(office: Office, units: Units) -> None:
    person = await registered(office, units.factory_union, "王伟", ID)
    for unit, seen in ((units.factory_union, [person]), (units.street, [person]), (units.other_street, [])):
        for wanted in ({"name": "王伟"}, {"resident_id": ID}, {"resident_id": ID[:6]}):
            found = await searched(office, Role.SUB_DISTRICT_OFFICER, unit=unit, **wanted)
            assert ids(found) == seen
            assert found.json()["next_cursor"] is None


async def test_pages_follow_one_another(office: Office, units: Units) -> None:
    everybody = {await registered(office, units.factory_union, "王伟", resident_id(n)) for n in range(5)}
    seen: list[str] = []
    cursor = None
    while True:
        page = await searched(office, name="ww", limit=2, cursor=cursor)
        seen += ids(page)
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 5
    assert set(seen) == everybody


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "search-empty"), ({"name": " "}, "search-empty"), ({"name": "??"}, "search-part-unclear"),
        ({"resident_id": "64030"}, "search-part-unclear"), ({"resident_id": ID[:-1] + "%"}, "resident-id-malformed"),
        ({"phone": "1"}, "phone-malformed"),
        ({"resident_id": ID[6:14], "born_on": "2001-01-01"}, "search-part-unclear"),
    ],
)  # fmt: skip
async def test_what_cannot_be_searched_for_is_refused(
    refusing: Office, standing: Units, wanted: dict[str, str], code: str
) -> None:
    answered = await searched(refusing, **wanted)
    assert answered.status_code == 422, answered.text
    assert code in answered.text


async def test_a_search_opens_nothing_and_is_counted(office: Office, units: Units) -> None:
    await registered(office, units.factory_union, "王伟", ID)
    before = await office.events()
    await searched(office, name="王伟")
    assert await office.events() == before
    told = (await office.client.get("/metrics")).text
    assert "unionaid_registry_searches_total 1.0" in told


async def test_who_enters_nobody_searches_for_nobody(office: Office, units: Units) -> None:
    assert (await searched(office, Role.CASHIER, name="王伟")).status_code == 403


async def test_an_erased_person_is_not_found(office: Office, units: Units) -> None:
    person = await registered(office, units.factory_union, "王伟", ID)
    office.issuer.person = f"person-{uuid4()}"
    erased = await office.post(
        f"/persons/{person}/erasure", {"reason_code": "entered-in-error", "occurred_on": "2017-01-04"}, Role.APPROVER
    )
    assert erased.status_code == 200, erased.text
    assert ids(await searched(office, name="王伟")) == []


async def test_who_is_entered_again_after_a_loss_is_found_at_the_union(office: Office, units: Units) -> None:
    person = await registered(office, units.factory_union, "王伟", ID)
    async with office.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT * FROM vault.forget($1)", [person])
    again = {"name": "王伟", "resident_id": ID, "reason_code": "unreadable", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/persons/{person}/identity", again)).status_code == 200
    assert ids(await searched(office, Role.GRASSROOTS_OFFICER, unit=units.factory_union, name="王伟")) == [person]


async def test_each_is_found_where_that_person_is_now_and_who_left_where_last(office: Office, units: Units) -> None:
    async def seen(wanted: str) -> list[list[str]]:
        asked = (units.factory_union, units.other_street)
        return [ids(await searched(office, Role.GRASSROOTS_OFFICER, unit=unit, name=wanted)) for unit in asked]

    person = await registered(office, units.factory_union, "王伟", ID)
    assert await seen("王伟") == [[person], []]
    moved = {"union_org_id": units.other_street, "occurred_on": "2017-01-04"}
    assert (await office.post(f"/workers/{person}/transfer", moved)).status_code == 200
    assert await seen("王伟") == [[], [person]]
    left = {"reason_code": "moved", "occurred_on": "2017-01-04"}
    assert (await office.post(f"/workers/{person}/leaving", left)).status_code == 200
    assert await seen("王伟") == [[], [person]]
    back = {"union_org_id": units.factory_union, "migrant": False, "occurred_on": "2017-01-04"}
    assert (await office.post(f"/workers/{person}/return", back)).status_code == 200
    assert await seen("王伟") == [[person], []]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/provisional-workers", {"phone": "13912345678", "migrant": False}),
        ("/persons", {"birth_date": "2001-05-06"}),
    ],
)
async def test_who_was_entered_without_an_id_is_found_by_name_at_the_union(
    office: Office, units: Units, path: str, more: dict[str, object]
) -> None:
    entered = {"union_org_id": units.factory_union, "name": "王伟", "occurred_on": "2017-01-03", **more}
    person = await office.made(path, entered, "person_id")
    for unit, seen in ((units.factory_union, [person]), (units.other_street, [])):
        assert ids(await searched(office, Role.GRASSROOTS_OFFICER, unit=unit, name="王伟")) == seen


async def test_who_asked_to_be_erased_is_not_found_until_that_is_taken_back(office: Office, units: Units) -> None:
    gone, *others = [await registered(office, units.factory_union, "王伟", resident_id(n)) for n in range(3)]
    asked = {"occurred_on": "2017-01-04"}
    assert (await office.post(f"/persons/{gone}/restriction", asked)).status_code == 200
    for wanted in ({"name": "王伟"}, {"resident_id": ID[:6]}):
        assert sorted(ids(await searched(office, **wanted))) == sorted(others)
    assert ids(await searched(office, resident_id=resident_id(0))) == []
    first = await searched(office, name="王伟", limit=1)
    second = await searched(office, name="王伟", limit=1, cursor=first.json()["next_cursor"])
    assert sorted([*ids(first), *ids(second)]) == sorted(others)
    assert second.json()["next_cursor"] is None
    assert (await office.post(f"/persons/{gone}/restriction/lifting", asked)).status_code == 200
    assert sorted(ids(await searched(office, name="王伟"))) == sorted([gone, *others])
