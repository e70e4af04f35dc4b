"""Erasing over HTTP: who may, what is gone in the same moment, and what comes back from a backup goes again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from unionaid.contracts import decode
from unionaid.contracts.registry import PersonErased
from unionaid.eventlog import load
from unionaid.registry.examples import resident_id
from unionaid.registry.main import imply
from unionaid.service.reservations import compare
from unionaid.service.roles import Role
from unionaid.service.settings import MigrationSettings
from unionaid.testkit.log import until

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

NAME = "标记甲乙丙"
PHONE = "13912345678"
ERASURE = {"reason_code": "entered-in-error", "occurred_on": "2017-01-04"}
OPENING = {"fields": ["name", "phone"], "purpose": "contact"}


def worker(units: Units, serial: int = 1, **changed: Any) -> dict[str, Any]:
    return {
        "union_org_id": units.factory_union,
        "name": NAME,
        "resident_id": resident_id(serial),
        "phone": PHONE,
        "migrant": False,
        "occurred_on": "2017-01-03",
        **changed,
    }


async def registered(office: Office, units: Units, serial: int = 1, **changed: Any) -> str:
    return await office.made("/workers", worker(units, serial, **changed), "person_id")


async def erased(office: Office, person_id: str) -> None:
    done = await by_another(office, person_id)
    assert (done.status_code, done.json()) == (200, {"person_id": person_id, "status": "erased"})


async def by_another(office: Office, person_id: str, **given: str) -> Any:
    entered_by, office.issuer.person = office.issuer.person, f"person-{uuid4()}"
    try:
        return await office.post(f"/persons/{person_id}/erasure", ERASURE, Role.APPROVER, **given)
    finally:
        office.issuer.person = entered_by


async def left(office: Office, person_id: str) -> dict[str, int]:
    """How many rows each table has of a person."""
    owner = await asyncpg.connect(office.database.owner_dsn)
    counts = {}
    for table in ("person_keys", "fields", "blind_index"):
        query = f"SELECT count(*) FROM vault.{table} WHERE person_id = $1"
        counts[table] = await owner.fetchval(query, UUID(person_id))
    counts["reservations"] = await owner.fetchval(
        "SELECT count(*) FROM eventlog.reservations WHERE stream = $1", f"person-{person_id}"
    )
    await owner.close()
    return counts


async def told(office: Office, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    await compare(MigrationSettings(owner_database_url=office.database.owner_dsn), imply, rebuild=False)
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


async def test_identity_goes_with_the_event_and_the_id_is_free_again(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    person, stays = await registered(office, units), await registered(office, units, 2)
    assert await left(office, person) == {"person_keys": 1, "fields": 1, "blind_index": 3, "reservations": 1}
    done = await by_another(office, person, **{"If-Match": '"2"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"3"')
    async with office.pool.acquire() as conn:
        *_, last = [decode(event.body)[1] for event in await load(conn, f"person-{person}")]
    assert isinstance(last, PersonErased)
    assert (last.reason_code, str(last.occurred_on)) == ("entered-in-error", "2017-01-04")
    assert set((await left(office, person)).values()) == {0}
    assert set((await left(office, stays)).values()) == {1, 3}
    matching = {"kind": "resident_id", "values": [resident_id(1), resident_id(2)]}
    found = (await office.post("/matches", matching)).json()["matches"]
    assert [match["person_id"] for match in found] == [None, stays]
    report = await told(office, capsys)
    assert (report["ok"], report["persons_to_enter_again"], report["persons_to_forget_again"]) == (True, [], [])
    assert await registered(office, units) != person


async def test_an_erased_person_is_named_so_and_nothing_is_done_with_it(office: Office, units: Units) -> None:
    person, other = await registered(office, units), await registered(office, units, 2)
    await erased(office, person)
    again = await by_another(office, person)
    assert (again.status_code, again.json()["code"]) == (410, "person-erased")
    shown = await office.get(f"/workers/{person}")
    assert (shown.status_code, shown.json()["code"]) == (410, "person-erased")
    outside = await office.get(f"/workers/{person}", Role.GRASSROOTS_OFFICER, unit=units.other_street)
    assert (outside.status_code, outside.json()["code"]) == (404, "not-found")
    opened = await office.post("/identities/open", {**OPENING, "person_ids": [person, other]})
    assert opened.json()["persons"] == [
        {"person_id": person, "identity": None, "code": "person-erased"},
        {"person_id": other, "identity": {"name": NAME, "phone": PHONE}, "code": None},
    ]
    async with office.pool.acquire() as conn:
        (stored,) = await load(conn, f"opening-{opened.json()['opening_id']}")
    assert [str(one) for one in decode(stored.body)[1].model_dump()["opened_person_ids"]] == [other]


async def test_two_pairs_of_eyes(office: Office, units: Units) -> None:
    person = await registered(office, units)
    path = f"/persons/{person}/erasure"
    before = await office.events()
    same = await office.post(path, ERASURE, Role.APPROVER)
    assert (same.status_code, same.json()["code"]) == (403, "entered-by-same")
    entered_by, office.issuer.person = office.issuer.person, f"person-{person}"
    own = await office.post(path, ERASURE, Role.APPROVER)
    assert (own.status_code, own.json()["code"]) == (403, "own-matter")
    office.issuer.person = entered_by
    for role in set(Role) - {Role.APPROVER}:
        assert (await office.post(path, ERASURE, role)).status_code == 403, role
    assert await office.events() == before
    assert (await left(office, person))["person_keys"] == 1


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"reason_code": "because"}, 422, "reason_code"),
        ({"reason_code": None}, 422, "reason_code"),
        ({"occurred_on": "2017-01-06"}, 422, "occurred_on"),
        ({"name": NAME}, 422, "name"),
    ],
)
async def test_bad_input_erases_nobody(
    office: Office, units: Units, changed: dict[str, Any], status: int, code: str
) -> None:
    person = await registered(office, units)
    office.issuer.person = f"person-{uuid4()}"
    refused = await office.post(f"/persons/{person}/erasure", {**ERASURE, **changed}, Role.APPROVER)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, code)
    assert NAME not in refused.text
    assert (await left(office, person))["person_keys"] == 1


async def test_who_is_not_there_and_a_version_that_moved(office: Office, units: Units) -> None:
    person = await registered(office, units)
    assert (await by_another(office, str(uuid4()))).status_code == 404
    moved = await by_another(office, person, **{"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["code"]) == (412, "version-moved")
    assert (await left(office, person))["person_keys"] == 1


async def test_a_repeat_gets_the_first_answer(office: Office, units: Units) -> None:
    person = await registered(office, units)
    office.issuer.person = f"person-{uuid4()}"
    first = await office.post(f"/persons/{person}/erasure", ERASURE, Role.APPROVER, key="once")
    again = await office.post(f"/persons/{person}/erasure", ERASURE, Role.APPROVER, key="once")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"


async def test_the_hash_of_the_request_that_named_the_person_goes_too(office: Office, units: Units) -> None:
    entered = await office.post("/workers", worker(units), key="entering")
    person = entered.json()["person_id"]
    kept = "SELECT count(*) FROM eventlog.idempotency WHERE body IS NULL"
    assert await office.pool.fetchval(kept) == 0
    await erased(office, person)
    assert await office.pool.fetchval(kept) == 1
    again = await office.post("/workers", worker(units), key="entering")
    assert (again.status_code, again.json()) == (201, entered.json())


async def test_what_a_restored_vault_has_again_goes_again(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `repair` leaves it: the erasure in the log and in the own queue, the rows as the backup had them."""
    person = await registered(office, units)
    owner = await asyncpg.connect(office.database.owner_dsn)
    tables = ("vault.person_keys", "vault.fields", "vault.blind_index", "eventlog.reservations")
    for table in tables:
        await owner.execute(f"CREATE TEMP TABLE {table.replace('.', '_')} AS SELECT * FROM {table}")
    await erased(office, person)

    async def taken_up() -> bool:
        return not await owner.fetchval("SELECT EXISTS (SELECT FROM eventlog.own_queue)")

    await until(taken_up)
    for table in tables:
        await owner.execute(f"INSERT INTO {table} SELECT * FROM {table.replace('.', '_')} ON CONFLICT DO NOTHING")
    report = await told(office, capsys)
    assert (report["ok"], report["persons_to_forget_again"]) == (False, [person])
    assert report["breaches"] == {"reservation-without-event": f"resident-id of person-{person}"}
    position = await owner.fetchval("SELECT max(position) FROM eventlog.events")
    await owner.execute("INSERT INTO eventlog.own_queue VALUES ($1, ARRAY[$1::bigint])", position)
    matching = {"kind": "resident_id", "values": [resident_id(1)]}
    found = (await office.post("/matches", matching)).json()["matches"]
    assert [match["person_id"] for match in found] == [None]

    async def gone() -> bool:
        return set((await left(office, person)).values()) == {0}

    await until(gone)
    assert (await told(office, capsys))["ok"]
    await owner.close()
