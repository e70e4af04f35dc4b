"""Correcting identity over HTTP, and entering it again after a restore without it."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from unionaid.contracts import Event, decode
from unionaid.contracts.registry import IdentityCorrected, IdentityReentered
from unionaid.eventlog import load
from unionaid.registry.examples import resident_id
from unionaid.registry.main import imply
from unionaid.service.reservations import compare
from unionaid.service.roles import Role
from unionaid.service.settings import MigrationSettings

from .test_http_erasing import erased, registered

if TYPE_CHECKING:
    import httpx
    from services.registry.tests.conftest import Office, Units

NAME, OTHER = "标记甲乙丙", "标记新名字"
PHONE, NEW_PHONE = "13912345678", "15800000001"
BASE = {"reason_code": "entered-wrong", "occurred_on": "2017-01-04"}
AGAIN = {
    "name": NAME, "resident_id": resident_id(1), "phone": PHONE,
    "reason_code": "restored-without", "occurred_on": "2017-01-04",
}  # fmt: skip


async def corrected(office: Office, person_id: str, *roles: Role, **given: Any) -> httpx.Response:
    headers = {name: given.pop(name) for name in ("If-Match",) if name in given}
    unit = given.pop("unit", None)
    return await office.post(f"/persons/{person_id}/corrections", {**BASE, **given}, *roles, unit=unit, **headers)


async def opened(office: Office, person_id: str) -> Any:
    asked = {"person_ids": [person_id], "fields": ["name", "resident_id", "phone"], "purpose": "verification"}
    (told,) = (await office.post("/identities/open", asked)).json()["persons"]
    return told["identity"] or told["code"]


async def facts(office: Office, person_id: str) -> list[Event]:
    async with office.pool.acquire() as conn:
        return [decode(event.body)[1] for event in await load(conn, f"person-{person_id}")]


async def report(office: Office, capsys: pytest.CaptureFixture[str], *, rebuild: bool = False) -> dict[str, Any]:
    capsys.readouterr()
    await compare(MigrationSettings(owner_database_url=office.database.owner_dsn), imply, rebuild=rebuild)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


async def lose(office: Office, *, above: int = 0) -> None:
    """As a restored database is: without the vault's rows of later versions, and their reservations."""
    owner = await asyncpg.connect(office.database.owner_dsn)
    await owner.execute("DELETE FROM vault.fields WHERE version > $1", above)
    if not above:
        await owner.execute("DELETE FROM vault.person_keys")
        await owner.execute("DELETE FROM eventlog.reservations WHERE scope = 'resident-id'")
    await owner.close()


async def test_a_phone_is_corrected_the_rest_stays_and_no_value_is_told(office: Office, units: Units) -> None:
    person = await registered(office, units)
    done = await corrected(office, person, phone=NEW_PHONE, name=NAME, **{"If-Match": '"2"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"3"')
    assert done.json() == {"person_id": person, "corrected_fields": ["phone"], "warnings": []}
    *_, last = await facts(office, person)
    assert isinstance(last, IdentityCorrected)
    assert (last.identity.vault_version, last.corrected_fields, last.birth_year) == (2, ("phone",), 1980)
    assert await opened(office, person) == {"name": NAME, "resident_id": resident_id(1), "phone": NEW_PHONE}
    assert (await corrected(office, person, phone=None)).status_code == 200
    assert await opened(office, person) == {"name": NAME, "resident_id": resident_id(1)}


async def test_an_id_takes_its_reservation_along(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    person, other = await registered(office, units), await registered(office, units, 3)
    taken = await corrected(office, person, resident_id=resident_id(3))
    assert (taken.status_code, taken.json()["code"]) == (409, "resident-id-taken")
    assert other not in taken.text
    assert "unionaid_registry_duplicate_ids_refused_total 1.0" in (await office.client.get("/metrics")).text
    moved = resident_id(4, date(1991, 5, 4))
    assert (await corrected(office, person, resident_id=moved)).status_code == 200
    found = await office.post("/matches", {"kind": "resident_id", "values": [resident_id(1), moved]})
    assert [match["person_id"] for match in found.json()["matches"]] == [None, person]
    shown = (await office.get(f"/workers/{person}")).json()
    assert (shown["birth_year"], shown["sex"]) == (1991, "female")
    assert (await report(office, capsys))["ok"]
    assert await registered(office, units) != person  # the former number is free


async def test_who_corrects_whom(office: Office, units: Units) -> None:
    person = await registered(office, units)
    outside = await corrected(office, person, Role.GRASSROOTS_OFFICER, phone=NEW_PHONE, unit=units.other_street)
    assert (outside.status_code, outside.json()["code"]) == (404, "not-found")
    inside = await corrected(office, person, Role.GRASSROOTS_OFFICER, phone=NEW_PHONE, unit=units.factory_union)
    assert inside.status_code == 200
    for role in (Role.APPROVER, Role.CASHIER, Role.AUDITOR, Role.WORKER):
        assert (await corrected(office, person, role, phone=PHONE)).status_code == 403
    office.issuer.person = f"person-{person}"
    own = await corrected(office, person, phone=PHONE)
    assert (own.status_code, own.json()["code"]) == (403, "own-matter")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({}, 422, "nothing-corrected"),
        ({"name": NAME}, 422, "nothing-corrected"),
        ({"name": None}, 422, "name-missing"),
        ({"name": "张3"}, 422, "name-implausible"),
        ({"resident_id": None}, 422, "resident-id-missing"),
        ({"resident_id": resident_id(1)[:-1] + "0"}, 422, "resident-id-check-digit"),
        ({"phone": "123"}, 422, "phone-malformed"),
        ({"phone": NEW_PHONE, "reason_code": "mood"}, 422, "invalid-input"),
        ({"phone": NEW_PHONE, "occurred_on": "2017-01-06"}, 422, "date-in-future"),
        ({"phone": NEW_PHONE, "bank_account": "6222"}, 422, "invalid-input"),
        ({"phone": NEW_PHONE, "If-Match": '"1"'}, 412, "version-moved"),
    ],
)
async def test_bad_corrections_change_nothing(
    office: Office, units: Units, given: dict[str, Any], status: int, code: str
) -> None:
    person = await registered(office, units)
    before = await office.events()
    refused = await corrected(office, person, **given)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not [value for value in (NAME, PHONE, NEW_PHONE, resident_id(1)) if value in refused.text]
    assert await office.events() == before
    owner = await asyncpg.connect(office.database.owner_dsn)
    assert await owner.fetchval("SELECT count(*) FROM vault.openings") == 0  # what is refused is rolled back
    await owner.close()
    assert await opened(office, person) == {"name": NAME, "resident_id": resident_id(1), "phone": PHONE}


async def test_a_correction_is_written_down_as_a_reading_of_the_vault(office: Office, units: Units) -> None:
    person = await registered(office, units)
    await corrected(office, person, phone=NEW_PHONE)
    owner = await asyncpg.connect(office.database.owner_dsn)
    (row,) = await owner.fetch("SELECT actor, purpose, persons FROM vault.openings")
    await owner.close()
    assert (row["actor"], row["purpose"], row["persons"]) == (office.issuer.person, "correction", [UUID(person)])


async def test_of_many_corrections_at_once_none_is_lost_or_half_done(office: Office, units: Units) -> None:
    person = await registered(office, units)
    phones = [f"1580000{n:04d}" for n in range(6)]
    done = await asyncio.gather(*(corrected(office, person, phone=phone) for phone in phones))
    assert {answer.status_code for answer in done} <= {200, 503}
    made = [fact for fact in await facts(office, person) if isinstance(fact, IdentityCorrected)]
    assert [fact.identity.vault_version for fact in made] == list(range(2, 2 + len(made)))
    assert len(made) == sum(answer.status_code == 200 for answer in done) >= 1


async def test_an_erased_or_unknown_person_is_neither_corrected_nor_entered_again(office: Office, units: Units) -> None:
    person = await registered(office, units)
    await erased(office, person)
    for path, body in (("corrections", {**BASE, "phone": PHONE}), ("identity", AGAIN)):
        gone = await office.post(f"/persons/{person}/{path}", body)
        assert (gone.status_code, gone.json()["code"]) == (410, "person-erased")
        assert (await office.post(f"/persons/{uuid4()}/{path}", body)).status_code == 404


async def test_who_was_lost_is_named_told_so_and_entered_again(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    person = await registered(office, units)
    await lose(office)
    assert (await report(office, capsys))["persons_to_enter_again"] == [person]
    assert await opened(office, person) == "identity-missing"
    missing = await corrected(office, person, phone=PHONE)
    assert (missing.status_code, missing.json()["code"]) == (409, "identity-missing")
    path = f"/persons/{person}/identity"
    another = await office.post(path, {**AGAIN, "resident_id": resident_id(3, date(1991, 5, 4))})
    assert (another.status_code, another.json()["errors"][0]["code"]) == (422, "identity-differs")
    for role in set(Role) - {Role.DISTRICT_OFFICER}:
        assert (await office.post(path, AGAIN, role)).status_code == 403
    done = await office.post(path, AGAIN, **{"If-Match": '"2"'})
    assert (done.status_code, done.json(), done.headers["etag"]) == (200, {"person_id": person, "warnings": []}, '"3"')
    *_, last = await facts(office, person)
    assert isinstance(last, IdentityReentered)
    assert last.identity.vault_version == 2
    assert await opened(office, person) == {"name": NAME, "resident_id": resident_id(1), "phone": PHONE}
    assert (await report(office, capsys))["ok"]
    again = await office.post(path, AGAIN)
    assert (again.status_code, again.json()["code"]) == (409, "identity-not-missing")
    assert (await corrected(office, person, phone=NEW_PHONE)).status_code == 200


async def test_a_vault_behind_its_events_is_named_and_replaced(
    office: Office, units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    person = await registered(office, units)
    await corrected(office, person, phone=NEW_PHONE)
    await lose(office, above=1)
    assert (await report(office, capsys))["persons_to_enter_again"] == [person]
    done = await office.post(f"/persons/{person}/identity", {**AGAIN, "phone": NEW_PHONE})
    assert done.status_code == 200
    assert await opened(office, person) == {"name": NAME, "resident_id": resident_id(1), "phone": NEW_PHONE}
    assert (await report(office, capsys))["ok"]


async def test_an_id_taken_meanwhile_is_refused(office: Office, units: Units) -> None:
    person = await registered(office, units)
    await lose(office)
    assert await registered(office, units) != person
    refused = await office.post(f"/persons/{person}/identity", AGAIN)
    assert (refused.status_code, refused.json()["code"]) == (409, "resident-id-taken")
    assert await opened(office, person) == "identity-missing"


async def test_five_hundred_are_opened_at_once_and_one_lost_disturbs_nobody(office: Office, units: Units) -> None:
    rows = [
        {"name": f"{NAME}{chr(0x4E00 + n)}", "resident_id": resident_id(n % 1000), "migrant": False} for n in range(500)
    ]
    roster = {"union_org_id": units.factory_union, "occurred_on": "2017-01-03", "rows": rows}
    person_ids = (await office.post("/rosters", roster)).json()["person_ids"]
    owner = await asyncpg.connect(office.database.owner_dsn)
    await owner.execute("DELETE FROM vault.person_keys WHERE person_id = $1", UUID(person_ids[250]))
    await owner.close()
    asked = {"person_ids": person_ids, "fields": ["name"], "purpose": "contact"}
    answered = await office.post("/identities/open", asked)
    assert answered.status_code == 200
    told = answered.json()["persons"]
    assert [one["person_id"] for one in told] == person_ids
    assert told[250] == {"person_id": person_ids[250], "identity": None, "code": "identity-missing"}
    assert [one["identity"] for one in told[:250] + told[251:]] == [
        {"name": row["name"]} for n, row in enumerate(rows) if n != 250
    ]
