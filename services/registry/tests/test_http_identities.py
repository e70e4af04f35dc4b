"""Opening identity over HTTP: who sees whom, what is recorded, and that nothing is told unless it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest

from unionaid.contracts import decode
from unionaid.contracts.registry import IdentityOpened
from unionaid.eventlog import load
from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

NAME = "标记甲乙丙"
PHONE = "13912345678"
PATH = "/identities/open"


async def registered(office: Office, units: Units, serial: int = 1, **changed: Any) -> str:
    worker = {
        "union_org_id": units.factory_union,
        "name": NAME,
        "resident_id": resident_id(serial),
        "phone": PHONE,
        "migrant": False,
        "occurred_on": "2017-01-03",
        **changed,
    }
    return await office.made("/workers", worker, "person_id")


def asking(*person_ids: str, purpose: str = "contact", fields: tuple[str, ...] = ("name", "phone")) -> dict[str, Any]:
    return {"person_ids": list(person_ids), "fields": list(fields), "purpose": purpose}


async def recorded(office: Office, opening_id: str) -> tuple[str, IdentityOpened]:
    async with office.pool.acquire() as conn:
        (stored,) = await load(conn, f"opening-{opening_id}")
    envelope, event = decode(stored.body)
    assert isinstance(event, IdentityOpened)
    return envelope.actor, event


async def test_what_is_asked_is_told_and_recorded_in_one_event(office: Office, units: Units) -> None:
    first, second = await registered(office, units, 1), await registered(office, units, 2, phone=None)
    nobody = str(uuid4())
    before = await office.events()
    answered = await office.post(PATH, asking(second, first, nobody, first))
    assert (answered.status_code, answered.headers["cache-control"]) == (200, "no-store")
    assert answered.json()["persons"] == [
        {"person_id": second, "identity": {"name": NAME}, "code": None},
        {"person_id": first, "identity": {"name": NAME, "phone": PHONE}, "code": None},
        {"person_id": nobody, "identity": None, "code": "not-found"},
    ]
    assert await office.events() == before + 1
    actor, event = await recorded(office, answered.json()["opening_id"])
    assert actor == office.issuer.person
    assert (event.opening_purpose, event.opened_fields, event.asked_persons) == ("contact", ("name", "phone"), 3)
    assert {str(person) for person in event.opened_person_ids} == {first, second}


async def test_outside_the_subtree_there_is_nobody(office: Office, units: Units) -> None:
    inside = await registered(office, units, 1)
    outside = await registered(office, units, 2, union_org_id=units.other_street)
    asked = asking(inside, outside, fields=("name",))
    for role, unit in ((Role.GRASSROOTS_OFFICER, units.factory_union), (Role.SUB_DISTRICT_OFFICER, units.street)):
        answered = await office.post(PATH, asked, role, unit=unit)
        assert [p["identity"] for p in answered.json()["persons"]] == [{"name": NAME}, None]
        _, event = await recorded(office, answered.json()["opening_id"])
        assert [str(person) for person in event.opened_person_ids] == [inside]
    nowhere = await office.post(PATH, asked, Role.GRASSROOTS_OFFICER)
    assert [p["identity"] for p in nowhere.json()["persons"]] == [None, None]
    _, event = await recorded(office, nowhere.json()["opening_id"])
    assert (event.opened_person_ids, event.asked_persons) == ((), 2)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ((Role.CASHIER, "payment", ("name", "resident_id")), 200),
        ((Role.APPROVER, "approval", ("name",)), 200),
        ((Role.AUDITOR, "audit", ("resident_id",)), 200),
        ((Role.CASHIER, "payment", ("address",)), 422),
        ((Role.APPROVER, "approval", ("name", "phone")), 422),
        ((Role.APPROVER, "payment", ("name",)), 422),
        ((Role.AUDITOR, "contact", ("name",)), 422),
        ((Role.DISTRICT_OFFICER, "curiosity", ("name",)), 422),
        ((Role.AGENCY, "audit", ("name",)), 403),
        ((Role.OPERATOR, "audit", ("name",)), 403),
        ((Role.WORKER, "contact", ("name",)), 403),
    ],
)
async def test_a_purpose_has_its_roles_and_fields(
    office: Office, units: Units, asked: tuple[Role, str, tuple[str, ...]], status: int
) -> None:
    role, purpose, fields = asked
    person = await registered(office, units)
    before = await office.events()
    answered = await office.post(PATH, asking(person, purpose=purpose, fields=fields), role)
    assert answered.status_code == status
    assert await office.events() == before + (status == 200)
    if status == 200:
        assert set(answered.json()["persons"][0]["identity"]) == set(fields)
    else:
        assert NAME not in answered.text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"person_ids": []}, "person_ids"),
        ({"person_ids": [str(uuid4()) for _ in range(501)]}, "person_ids"),
        ({"person_ids": ["640302198002290016"]}, "person_ids.0"),
        ({"fields": []}, "fields"),
        ({"fields": ["salt"]}, "fields.0"),
        ({"purpose": "contact"[:0]}, "purpose"),
        ({"purpose": "致函"}, "purpose"),
        ({"reason": "x"}, "reason"),
    ],
)
async def test_bad_input_opens_nothing(refusing: Office, changed: dict[str, Any], field: str) -> None:
    refused = await refusing.post(PATH, {**asking(str(uuid4())), **changed})
    assert (refused.status_code, [e["field"] for e in refused.json()["errors"]]) == (422, [field])
    assert await refusing.events() == 0


async def test_a_repeat_opens_nothing_and_tells_the_record_alone(office: Office, units: Units) -> None:
    asked = asking(await registered(office, units))
    first = await office.post(PATH, asked, key="once")
    before = await office.events()
    again = await office.post(PATH, asked, key="once")
    assert (again.status_code, again.json()) == (200, {"opening_id": first.json()["opening_id"]})
    assert again.headers["cache-control"] == "no-store"
    assert await office.events() == before


async def test_when_the_record_cannot_be_written_nothing_is_told(office: Office, units: Units) -> None:
    person = await registered(office, units)
    owner = await asyncpg.connect(office.database.owner_dsn)
    await owner.execute(
        f'SET ROLE "{office.database.roles.owner}"; '
        "ALTER TABLE eventlog.events ADD CONSTRAINT closed CHECK (stream NOT LIKE 'opening-%') NOT VALID"
    )
    before = await office.events()
    refused = await office.post(PATH, asking(person))
    assert refused.status_code >= 500
    assert NAME not in refused.text
    assert PHONE not in refused.text
    assert await office.events() == before
    await owner.execute(f'RESET ROLE; SET ROLE "{office.database.roles.vault}"')
    assert await owner.fetchval("SELECT count(*) FROM vault.openings") == 0
    await owner.close()


async def test_the_event_and_the_vaults_own_row_agree_and_hold_no_identity(office: Office, units: Units) -> None:
    person = await registered(office, units)
    answered = await office.post(PATH, asking(person))
    _, event = await recorded(office, answered.json()["opening_id"])
    owner = await asyncpg.connect(office.database.owner_dsn)
    await owner.execute(f'SET ROLE "{office.database.roles.vault}"')
    (row,) = await owner.fetch("SELECT actor, purpose, fields, persons FROM vault.openings")
    assert (row["actor"], row["purpose"]) == (office.issuer.person, event.opening_purpose)
    assert (tuple(row["fields"]), tuple(row["persons"])) == (event.opened_fields, event.opened_person_ids)
    await owner.execute(f'RESET ROLE; SET ROLE "{office.database.roles.owner}"')
    kept = await owner.fetch("SELECT body FROM eventlog.events UNION ALL SELECT answer FROM eventlog.idempotency")
    await owner.close()
    assert not [text for text in (NAME, PHONE) for (entry,) in kept if text.encode() in (entry or b"")]
