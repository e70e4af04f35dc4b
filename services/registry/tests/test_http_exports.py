"""Lists as workbooks: ID numbers as text, only what the caller may see, each an opening that is written down first."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook

from unionaid.contracts import decode
from unionaid.contracts.registry import IdentityOpened
from unionaid.registry.application import exporting
from unionaid.registry.examples import resident_id, uscc_code
from unionaid.service.roles import Role
from unionaid.sheets import MEDIA_TYPE

if TYPE_CHECKING:
    import httpx
    from services.registry.tests.conftest import Office, Units

ON = "2017-01-03"
LATER = "2017-01-04"
GRASSROOTS = Role.GRASSROOTS_OFFICER


async def worker(office: Office, union: str, serial: int, name: str = "张三", **more: object) -> str:
    body = {
        "union_org_id": union, "name": name, "resident_id": resident_id(serial), "migrant": serial % 2 == 0,
        "phone": f"1380000{serial:04d}", "occurred_on": ON,
    }  # fmt: skip
    return await office.made("/workers", body | more, "person_id")


def cells(answered: httpx.Response) -> list[list[Any]]:
    assert (answered.status_code, answered.headers["content-type"]) == (200, MEDIA_TYPE), answered.text
    assert answered.headers["cache-control"] == "no-store"
    with CalamineWorkbook.from_object(io.BytesIO(answered.content)) as book:
        return book.get_sheet_by_index(0).to_python()


async def openings(office: Office) -> list[tuple[IdentityOpened, str, Any]]:
    rows = await office.pool.fetch(
        "SELECT body FROM eventlog.events WHERE type = $1 ORDER BY position", IdentityOpened.TYPE
    )
    read = [decode(row["body"]) for row in rows]
    return [(event, envelope.actor, envelope.correlationid) for envelope, event in read]  # type: ignore[misc]


async def test_a_list_of_workers_has_the_rows_of_the_list_and_their_numbers_as_text(
    office: Office, units: Units
) -> None:
    first = await worker(office, units.factory_union, 1, enterprise_id=units.enterprise)
    second = await worker(office, units.street, 2, "买买提·艾力")
    elsewhere = await worker(office, units.other_street, 3, "李四")
    listed = (await office.get("/workers", Role.SUB_DISTRICT_OFFICER, unit=units.street)).json()["items"]
    assert {one["person_id"] for one in listed} == {first, second}
    answered = await office.post("/exports/workers", {}, Role.SUB_DISTRICT_OFFICER, unit=units.street)
    header, *rows = cells(answered)
    assert header[:5] == ["Name", "Resident ID", "Phone", "Migrant worker", "Union"]
    by_person = {
        first: ["张三", resident_id(1), "13800000001", "no", "样厂工会委员会", "样厂有限公司", uscc_code(), ON, ""],
        second: ["买买提·艾力", resident_id(2), "13800000002", "yes", "样街道总工会", "", "", ON, ""],
    }
    assert rows == [by_person[one["person_id"]] for one in listed]
    assert all(isinstance(row[1], str) and len(row[1]) == 18 for row in rows)
    ((event, actor, _),) = await openings(office)
    assert (event.opening_purpose, event.opened_fields) == ("export", ("name", "phone", "resident_id"))
    assert {str(one) for one in event.opened_person_ids} == {first, second}
    assert actor == office.issuer.person
    whole = cells(await office.post("/exports/workers", {}))
    assert len(whole) == 4
    narrowed = cells(await office.post("/exports/workers", {"union_org_id": units.other_street}))
    assert [row[0] for row in narrowed[1:]] == ["李四"]
    of_factory = (await office.get(f"/workers?enterprise_id={units.enterprise}")).json()["items"]
    assert [one["person_id"] for one in of_factory] == [first]
    assert len(cells(await office.post("/exports/workers", {"enterprise_id": units.enterprise}))) == 2
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await office.get("/workers?limit=1" + (f"&cursor={cursor}" if cursor else ""))).json()
        pages += [one["person_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(pages) == sorted([first, second, elsewhere])


async def test_the_list_follows_a_workers_life(office: Office, units: Units) -> None:
    person = await worker(office, units.factory_union, 1)

    async def there() -> list[tuple[str, bool]]:
        items = (await office.get("/workers")).json()["items"]
        return [(one["union_org_id"], one["migrant"]) for one in items]

    assert await there() == [(units.factory_union, False)]
    await office.post(f"/workers/{person}/corrections", {"migrant": True, "occurred_on": LATER})
    await office.post(f"/workers/{person}/transfer", {"union_org_id": units.street, "occurred_on": LATER})
    assert await there() == [(units.street, True)]
    await office.post(f"/workers/{person}/leaving", {"reason_code": "moved", "occurred_on": LATER})
    assert await there() == []
    back = {"union_org_id": units.other_street, "migrant": False, "occurred_on": LATER}
    await office.post(f"/workers/{person}/return", back)
    assert await there() == [(units.other_street, False)]


async def test_who_asked_to_be_erased_is_in_the_list_and_not_told(office: Office, units: Units) -> None:
    person = await worker(office, units.factory_union, 1)
    restricted = await office.post(f"/persons/{person}/restriction", {"occurred_on": LATER})
    assert restricted.status_code == 200, restricted.text
    _, row = cells(await office.post("/exports/workers", {}))
    assert (row[:3], row[-1]) == (["", "", ""], "Asked to be erased: not told")
    ((event, _, _),) = await openings(office)
    assert (event.opened_person_ids, event.asked_persons) == ((), 1)


async def test_a_name_that_begins_like_a_formula_is_text(office: Office, units: Units) -> None:
    name = '=HYPERLINK("x")'
    await office.made(
        "/enterprises", {"uscc": uscc_code(2), "name": name, "ownership": "public", "occurred_on": ON}, "enterprise_id"
    )
    answered = await office.get("/exports/enterprises", Role.AUDITOR)
    rows = {row[1]: row for row in cells(answered)[1:]}
    assert rows[name][0] == uscc_code(2)
    assert b"<f>" not in _sheet_of(answered.content)


def _sheet_of(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read("xl/worksheets/sheet1.xml")


async def test_unions_are_listed_with_those_above_and_their_workers(office: Office, units: Units) -> None:
    await worker(office, units.factory_union, 2)
    rows = cells(await office.get("/exports/unions", Role.GRASSROOTS_OFFICER))
    assert rows[-1] == ["样厂工会委员会", "样街道总工会", "grassroots union", "1", "1", ON]
    assert len(rows) == 5


async def test_a_large_list_is_many_openings_and_one_export(
    office: Office, units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "OPENED_PERSONS_MAX", 2)
    for serial in range(5):
        await worker(office, units.factory_union, serial, "王五")
    assert len(cells(await office.post("/exports/workers", {}))) == 6
    told = await openings(office)
    assert [len(event.opened_person_ids) for event, _, _ in told] == [2, 2, 1]
    assert len({correlation for _, _, correlation in told}) == 1
    assert len({event.opening_id for event, _, _ in told}) == 3


async def test_a_list_of_nothing_or_too_much_is_refused_and_nothing_is_opened(
    office: Office, units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = await office.post("/exports/workers", {}, GRASSROOTS, unit=units.other_street)
    assert (nothing.status_code, nothing.json()["code"]) == (422, "export-empty")
    for serial in range(3):
        await worker(office, units.factory_union, serial)
    monkeypatch.setattr(exporting, "EXPORT_ROWS_MAX", 2)
    large = await office.post("/exports/workers", {})
    assert (large.status_code, large.json()["code"]) == (422, "export-too-large")
    assert await openings(office) == []


async def test_a_repeat_with_the_same_key_tells_nobody(office: Office, units: Units) -> None:
    await worker(office, units.factory_union, 1)
    assert len(cells(await office.post("/exports/workers", {}, key="once"))) == 2
    again = await office.post("/exports/workers", {}, key="once")
    assert (again.status_code, again.headers["idempotency-replayed"], again.json()["rows"]) == (200, "true", 1)
    assert len(await openings(office)) == 1


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", [Role.APPROVER, Role.CASHIER, Role.AUDITOR, Role.WORKER])
async def test_lists_of_persons_are_exported_by_who_enters_them(refusing: Office, role: Role) -> None:
    for table in ("workers", "dossiers"):
        refused = await refusing.post(f"/exports/{table}", {}, role)
        assert (refused.status_code, refused.json()["code"]) == (403, "role-missing")


async def test_a_list_of_dossiers_names_who_holds_them(office: Office, units: Units) -> None:
    for serial, union, name in ((1, units.factory_union, "张甲"), (3, units.other_street, "张乙")):
        person = await worker(office, union, serial, name)
        member = {
            "person_id": person, "relation": "householder", "health_code": "healthy", "monthly_income_fen": 0,
        }  # fmt: skip
        formed = {"union_org_id": union, "occurred_on": ON, "members": [member]}
        household = await office.made("/households", formed, "household_id")
        body = {"household_id": household, "holder_id": person, "occurred_on": ON}
        await office.made("/dossiers", body, "dossier_id")
    _, row = cells(await office.post("/exports/dossiers", {}, Role.SUB_DISTRICT_OFFICER, unit=units.street))
    assert row == ["张甲", resident_id(1), "样厂工会委员会", "Being entered", "", "", ON, "", "", ""]
    assert len(cells(await office.post("/exports/dossiers", {"status": "draft"}))) == 3
    for union, names in ((units.district, ["张甲", "张乙"]), (units.street, ["张甲"]), (units.other_street, ["张乙"])):
        _, *rows = cells(await office.post("/exports/dossiers", {"union_org_id": union}))
        assert sorted(row[0] for row in rows) == sorted(names)
        listed = await office.get(f"/dossiers?union_org_id={union}")
        assert len(listed.json()["items"]) == len(names)
    beyond = {"union_org_id": units.other_street}
    refused = await office.post("/exports/dossiers", beyond, Role.SUB_DISTRICT_OFFICER, unit=units.street)
    assert refused.json()["code"] == "export-empty"
    none = await office.post("/exports/dossiers", {"status": "approved"})
    assert none.json()["code"] == "export-empty"
