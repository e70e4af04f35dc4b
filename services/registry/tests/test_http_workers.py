"""Workers and rosters over HTTP, and where their identity is and is not."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest

from unionaid.contracts import decode
from unionaid.eventlog import load
from unionaid.registry.domain.person.roster import ROSTER_ROWS_MAX
from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role
from unionaid.testkit.log import until

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

ON = "2017-01-03"
NAME = "标记甲乙丙"
PHONE = "13912345678"
ID = resident_id(1)
WRONG_CHECK_DIGIT = ID[:-1] + ("0" if ID[-1] != "0" else "1")
WITH_X = next(number for number in map(resident_id, range(1, 999, 2)) if number.endswith("X"))
WIDE = "".join(chr(ord(c) + 0xFEE0) for c in ID)


def worker(units: Units, **changed: Any) -> dict[str, Any]:
    return {
        "union_org_id": units.factory_union,
        "enterprise_id": units.enterprise,
        "name": NAME,
        "resident_id": ID,
        "phone": PHONE,
        "migrant": True,
        "occurred_on": ON,
        **changed,
    }


def row(serial: int, **changed: Any) -> dict[str, Any]:
    return {"name": "张三", "resident_id": resident_id(serial % 1000), "migrant": False, **changed}


def roster(units: Units, rows: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    return {"union_org_id": units.factory_union, "occurred_on": ON, "rows": rows, **changed}


def numbers(count: int) -> list[str]:
    """Valid numbers, all different."""
    return [resident_id(n % 1000, date(1970, 1, 1) + timedelta(days=n // 1000)) for n in range(count)]


async def test_a_worker_is_two_facts_of_one_person(office: Office, units: Units) -> None:
    before = await office.events()
    made = await office.post("/workers", worker(units))
    assert (made.status_code, made.headers["etag"]) == (201, '"2"')
    person_id = made.json()["person_id"]
    assert made.json() == {"person_id": person_id, "possible_duplicates": [], "warnings": []}
    assert made.headers["location"] == f"/workers/{person_id}"
    assert await office.events() == before + 2
    async with office.pool.acquire() as conn:
        facts = [decode(e.body)[1] for e in await load(conn, f"person-{person_id}")]
    assert [type(fact).__name__ for fact in facts] == ["PersonRegistered", "WorkerRegistered"]
    shown = await office.get(f"/workers/{person_id}", Role.AUDITOR)
    assert shown.headers["etag"] == '"2"'
    assert shown.json() == {
        "person_id": person_id,
        "union_org_id": units.factory_union,
        "enterprise_id": units.enterprise,
        "migrant": True,
        "birth_year": 1980,
        "sex": "male",
        "roster_id": None,
        "registered_on": ON,
        "transferred_on": None,
        "left_on": None,
        "restricted": False,
        "restricted_until": None,
    }


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"resident_id": WRONG_CHECK_DIGIT}, "resident_id", "resident-id-check-digit"),
        ({"resident_id": "640302800229001"}, "resident_id", "resident-id-15-digits"),
        ({"resident_id": ""}, "resident_id", "resident-id-missing"),
        ({"resident_id": ID + "1"}, "resident_id", "resident-id-length"),
        ({"resident_id": 640302198002290016}, "resident_id", "not-text"),
        ({"resident_id": "1" * 201}, "resident_id", "too-long"),
        ({"name": ""}, "name", "name-missing"),
        ({"name": "张3"}, "name", "name-implausible"),
        ({"name": "张\u0000三"}, "name", "forbidden-character"),
        ({"name": "张\u202e三"}, "name", "forbidden-character"),
        ({"resident_id": ID + "\u0000"}, "resident_id", "forbidden-character"),
        ({"phone": "12345"}, "phone", "phone-malformed"),
        ({"migrant": "yes"}, "migrant", "not-yes-or-no"),
        ({"migrant": 1}, "migrant", "not-yes-or-no"),
        ({"sex": "male"}, "sex", "unknown-field"),
        ({"birth_year": 1980}, "birth_year", "unknown-field"),
        ({"person_id": str(uuid4())}, "person_id", "unknown-field"),
        ({"union_org_id": str(uuid4())}, "union_org_id", "unit-unknown"),
        ({"enterprise_id": str(uuid4())}, "enterprise_id", "unit-unknown"),
        ({"occurred_on": "2017-01-06"}, "occurred_on", "date-in-future"),
        ({"occurred_on": "1979-12-31"}, "resident_id", "birth-date-in-future"),
    ],
)
async def test_bad_input_is_told_by_field_and_changes_nothing(
    refusing: Office, standing: Units, changed: dict[str, Any], field: str, code: str
) -> None:
    before = await refusing.events()
    refused = await refusing.post("/workers", worker(standing, **changed))
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [(field, code)]
    assert refused.json()["errors"][0]["reason"] != code
    assert NAME not in refused.text
    assert ID[:-1] not in refused.text
    assert await refusing.events() == before
    assert await refusing.pool.fetchval("SELECT count(*) FROM eventlog.reservations WHERE scope = 'resident-id'") == 0


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff\xfe", b'{"name":"a","name":"b"}', b"[" * 100_000, b'{"migrant":NaN}']
)
async def test_what_is_no_request_is_refused(refusing: Office, body: bytes) -> None:
    for path in ("/workers", "/rosters", "/matches"):
        refused = await refusing.post(path, body)
        assert refused.status_code in (400, 422)
        assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("typed", [WIDE, f" {ID[:6]} {ID[6:14]}　{ID[14:]} ", ID])
async def test_the_same_id_registers_once_in_any_form(office: Office, units: Units, typed: str) -> None:
    person_id = await office.made("/workers", worker(units), "person_id")
    before = await office.events()
    body = worker(units, union_org_id=units.other_street, name="别名", resident_id=typed)
    refused = await office.post("/workers", body, Role.SUB_DISTRICT_OFFICER, unit=units.other_street)
    assert (refused.status_code, refused.json()["code"]) == (409, "resident-id-taken")
    assert not [told for told in (person_id, units.factory_union, units.street, "样厂") if told in refused.text]
    assert await office.events() == before
    assert "unionaid_registry_duplicate_ids_refused_total 1.0" in (await office.client.get("/metrics")).text


async def test_a_small_x_is_the_large_one(office: Office, units: Units) -> None:
    await office.made("/workers", worker(units, resident_id=WITH_X.lower()), "person_id")
    refused = await office.post("/workers", worker(units, resident_id=WITH_X))
    assert refused.json()["code"] == "resident-id-taken"


async def test_of_many_at_once_one_has_the_id(office: Office, units: Units) -> None:
    answers = await asyncio.gather(*(office.post("/workers", worker(units)) for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409]


async def test_an_unknown_area_is_a_warning(office: Office, units: Units) -> None:
    made = await office.post("/workers", worker(units, resident_id=resident_id(1, area="999999")))
    assert made.status_code == 201
    assert made.json()["warnings"] == [{"field": "resident_id", "code": "resident-id-area-unknown"}]
    rows = [row(2), row(3, resident_id=resident_id(3, area="830000"))]
    enrolled = await office.post("/rosters", roster(units, rows))
    assert enrolled.json()["warnings"] == [{"row": 2, "field": "resident_id", "code": "resident-id-area-unknown"}]


async def test_an_officer_acts_for_the_own_subtree_alone(office: Office, units: Units) -> None:
    grassroots, sub_district = Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER
    inside = [(grassroots, units.factory_union), (sub_district, units.street), (sub_district, units.district)]
    outside: list[tuple[Role, str | None]]
    outside = [(grassroots, units.other_street), (sub_district, units.other_street), (sub_district, None)]
    outside += [(grassroots, str(uuid4()))]
    person_id = ""
    for serial, (role, unit) in enumerate(inside):
        made = await office.post("/workers", worker(units, resident_id=resident_id(serial)), role, unit=unit)
        assert made.status_code == 201
        person_id = made.json()["person_id"]
        assert (await office.get(f"/workers/{person_id}", role, unit=unit)).status_code == 200
    before = await office.events()
    nowhere = await office.post(
        "/workers", worker(units, union_org_id=str(uuid4())), grassroots, unit=units.factory_union
    )
    for role, elsewhere in outside:
        for path, body in (("/workers", worker(units)), ("/rosters", roster(units, [row(1)]))):
            refused = await office.post(path, body, role, unit=elsewhere)
            assert (refused.status_code, refused.json()) == (422, nowhere.json())
        assert (await office.get(f"/workers/{person_id}", role, unit=elsewhere)).status_code == 404
    assert await office.events() == before


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/workers", "/rosters"])
@pytest.mark.parametrize(
    "role",
    [r for r in Role if r not in {Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER}],
)
async def test_others_enter_nobody(refusing: Office, path: str, role: Role) -> None:
    assert (await refusing.post(path, {}, role)).status_code == 403


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "role", [r for r in Role if r not in {Role.GRASSROOTS_OFFICER, Role.DISTRICT_OFFICER, Role.CASHIER}]
)
async def test_others_match_nobody(refusing: Office, role: Role) -> None:
    refused = await refusing.post("/matches", {"kind": "resident_id", "values": [ID]}, role)
    assert refused.status_code == 403


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "changed", [{"iss": "http://elsewhere.test"}, {"aud": "relief"}, {"exp": 1}, {"sub": "somebody"}]
)
async def test_a_foreign_token_is_refused(refusing: Office, standing: Units, changed: dict[str, Any]) -> None:
    before = await refusing.events()
    token = refusing.issuer.token([Role.DISTRICT_OFFICER], **changed)
    for path in ("/workers", "/rosters", "/union-orgs", "/enterprises", "/matches"):
        refused = await refusing.post(path, worker(standing), Authorization=f"Bearer {token}")
        assert (refused.status_code, refused.json()["code"]) == (401, "token-refused")
    missing = await refusing.client.post("/workers", json=worker(standing), headers={"Idempotency-Key": "k"})
    assert (missing.status_code, missing.json()["code"]) == (401, "token-missing")
    assert await refusing.events() == before


async def test_a_roster_is_one_append_in_the_order_of_its_rows(office: Office, units: Units) -> None:
    before = await office.events()
    rows = [row(n, migrant=n % 3 == 0) for n in range(30)]
    made = await office.post("/rosters", roster(units, rows, enterprise_id=units.enterprise))
    answer = made.json()
    assert (made.status_code, answer["workers"], len(set(answer["person_ids"]))) == (201, 30, 30)
    assert await office.events() == before + 60
    for n in (0, 1, 29):
        shown = (await office.get(f"/workers/{answer['person_ids'][n]}")).json()
        assert (shown["migrant"], shown["sex"]) == (n % 3 == 0, "male" if n % 2 else "female")
        assert (shown["roster_id"], shown["enterprise_id"]) == (answer["roster_id"], units.enterprise)
    matched = await office.post("/matches", {"kind": "resident_id", "values": [r["resident_id"] for r in rows]})
    assert [m["person_id"] for m in matched.json()["matches"]] == answer["person_ids"]


async def test_every_bad_row_is_told_and_nobody_is_entered(office: Office, units: Units) -> None:
    await office.made("/workers", worker(units, resident_id=resident_id(8)), "person_id")
    before = await office.events()
    rows = [
        row(1),
        row(2, resident_id=WRONG_CHECK_DIGIT),
        row(3, name="", phone="1"),
        row(1, name="李四"),
        row(5, resident_id="640302800229001"),
        row(8),
        row(8, name=""),
    ]
    refused = await office.post("/rosters", roster(units, rows), Role.GRASSROOTS_OFFICER, unit=units.factory_union)
    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, "rows-refused")
    assert "6 rows" in told["detail"]
    assert [(e["row"], e["field"], e["code"]) for e in told["errors"]] == [
        (2, "rows.1.resident_id", "resident-id-check-digit"),
        (3, "rows.2.name", "name-missing"),
        (3, "rows.2.phone", "phone-malformed"),
        (4, "rows.3.resident_id", "resident-id-twice"),
        (5, "rows.4.resident_id", "resident-id-15-digits"),
        (6, "rows.5.resident_id", "resident-id-taken"),
        (7, "rows.6.name", "name-missing"),
        (7, "rows.6.resident_id", "resident-id-taken"),
        (7, "rows.6.resident_id", "resident-id-twice"),
    ]
    assert "row 1" in next(e["reason"] for e in told["errors"] if e["row"] == 4)
    assert not [hidden for hidden in (units.factory_union, ID, NAME) if hidden in refused.text]
    assert await office.events() == before
    assert "unionaid_registry_duplicate_ids_refused_total 2.0" in (await office.client.get("/metrics")).text
    free = await office.post("/matches", {"kind": "resident_id", "values": [resident_id(1)]})
    assert free.json()["matches"] == [{"person_id": None, "code": "nobody-found"}]


async def test_all_of_many_bad_rows_are_told(office: Office, units: Units) -> None:
    rows = [row(n, resident_id="7") for n in range(1_500)]
    told = (await office.post("/rosters", roster(units, rows))).json()
    assert [e["row"] for e in told["errors"]] == list(range(1, 1_501))


async def test_workers_entered_at_once_are_each_in_the_vault_under_their_own_id(office: Office, units: Units) -> None:
    """They share append and vault; who is refused among them leaves nothing there. No two of them are alike."""
    different = numbers(8)
    given = [*different, different[0]]
    names = ("赵海", "钱丽娟", "孙国强", "李春梅", "周建", "吴玉兰", "郑小龙", "王芳", "冯德")
    bodies = [worker(units, resident_id=one, name=name, phone=None) for one, name in zip(given, names, strict=True)]
    before = await office.events()
    answers = await asyncio.gather(*(office.post("/workers", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] * 8 + [409]
    entered = {one: a.json()["person_id"] for one, a in zip(given, answers, strict=True) if a.status_code == 201}
    assert await office.events() == before + 2 * 8
    found = (await office.post("/matches", {"kind": "resident_id", "values": different})).json()["matches"]
    assert [each["person_id"] for each in found] == [entered[one] for one in different]


async def test_of_rosters_at_once_with_one_person_one_is_entered(office: Office, units: Units) -> None:
    """All have looked who is registered before the first is stored: the reservation decides."""
    rosters = [roster(units, [row(n), row(7), row(n + 100)]) for n in (1, 2, 3)]
    owner = await asyncpg.connect(office.database.owner_dsn)
    async with owner.transaction():
        await owner.execute("LOCK TABLE eventlog.events IN SHARE MODE")
        posting = [asyncio.create_task(office.post("/rosters", body)) for body in rosters]

        async def all_wait() -> bool:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'eventlog.events'::regclass"
            return bool(await owner.fetchval(waiting) == len(rosters))

        await until(all_wait)
    answers = await asyncio.gather(*posting)
    await owner.close()
    assert sorted(a.status_code for a in answers) == [201, 422, 422]
    for refused in (a.json() for a in answers if a.status_code == 422):
        assert [(e["row"], e["field"], e["code"]) for e in refused["errors"]] == [
            (2, "rows.1.resident_id", "resident-id-taken")
        ]


async def test_the_same_roster_twice_changes_nothing(office: Office, units: Units) -> None:
    body = roster(units, [row(n) for n in range(10)])
    first, second = [await office.post("/rosters", body, key="once") for _ in range(2)]
    assert (second.status_code, second.content) == (201, first.content)
    before = await office.events()
    again = await office.post("/rosters", body)
    assert {e["code"] for e in again.json()["errors"]} == {"resident-id-taken"}
    assert len(again.json()["errors"]) == 10
    refused_again = await office.post("/rosters", body, key="refused")
    assert (await office.post("/rosters", body, key="refused")).content == refused_again.content
    assert await office.events() == before


async def test_a_roster_has_its_limits(office: Office, units: Units) -> None:
    before = await office.events()
    for rows, code in (([], "too-few"), ([row(1)] * (ROSTER_ROWS_MAX + 1), "too-many")):
        refused = await office.post("/rosters", roster(units, rows))
        assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("rows", code)]
    heavy = json.dumps(roster(units, [row(1, name="长" * 2_000_000)])).encode()
    heavier = heavy + b" " * (20 * 1024 * 1024)
    assert (await office.post("/rosters", heavier)).status_code == 413
    assert (await office.post("/workers", heavy)).status_code == 413
    assert await office.events() == before


async def test_matching_changes_and_tells_nothing_more(office: Office, units: Units) -> None:
    person_id = await office.made("/workers", worker(units), "person_id")
    before = await office.events()
    values = [WIDE, resident_id(2), WRONG_CHECK_DIGIT, "640302800229001", ID]
    answer = await office.post("/matches", {"kind": "resident_id", "values": values}, Role.CASHIER)
    assert answer.json()["matches"] == [
        {"person_id": person_id, "code": None},
        {"person_id": None, "code": "nobody-found"},
        {"person_id": None, "code": "resident-id-check-digit"},
        {"person_id": None, "code": "resident-id-15-digits"},
        {"person_id": person_id, "code": None},
    ]
    for body in (
        {"kind": "name", "values": [NAME]},
        {"kind": "resident_id", "values": []},
        {"kind": "resident_id", "values": ["1"] * 5_001},
    ):
        assert (await office.post("/matches", body)).status_code == 422
    assert await office.events() == before


async def test_to_a_grassroots_officer_nobody_of_another_union_has_a_number(office: Office, units: Units) -> None:
    person_id = await office.made("/workers", worker(units), "person_id")
    asked, officer = {"kind": "resident_id", "values": [ID]}, Role.GRASSROOTS_OFFICER
    own = await office.post("/matches", asked, officer, unit=units.factory_union)
    assert own.json()["matches"] == [{"person_id": person_id, "code": None}]
    for unit in (units.other_street, None):
        other = await office.post("/matches", asked, officer, unit=unit)
        assert other.json()["matches"] == [{"person_id": None, "code": "nobody-found"}]


async def test_identity_is_nowhere_but_in_the_vault_and_there_encrypted(office: Office, units: Units) -> None:
    await office.made("/workers", worker(units), "person_id")
    rows = [row(2, name=NAME, phone=PHONE), row(3, name=NAME)]
    assert (await office.post("/rosters", roster(units, rows))).status_code == 201
    assert (await office.post("/rosters", roster(units, rows))).status_code == 422
    await office.get("/union-orgs")
    planted = [NAME, PHONE, *(resident_id(n) for n in (1, 2, 3)), "19800229"]
    owner, roles = await asyncpg.connect(office.database.owner_dsn), office.database.roles
    tables = await owner.fetch(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables "
        "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    searched, units_found = {}, set()
    for (table,) in tables:
        await owner.execute(f"SET ROLE {roles.vault if table.startswith('vault.') else roles.owner}")
        dump = [bytes_and_text(record) for record in await owner.fetch(f"SELECT * FROM {table}")]
        searched[table] = len(dump)
        units_found |= {table for entry in dump if "样厂工会委员会".encode() in entry}
        assert not [text for text in planted for entry in dump if text.encode() in entry], table
    await owner.close()
    assert units_found == {"eventlog.events", "views.org"}  # what is no identity would have been found
    assert searched["eventlog.idempotency"] > 0
    assert searched["vault.fields"] == 3


def bytes_and_text(record: asyncpg.Record) -> bytes:
    """All of a row: hex would hide what is searched for."""
    return b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in record.values())


async def test_the_runtime_role_sees_no_table_of_the_vault(office: Office, units: Units) -> None:
    await office.made("/workers", worker(units), "person_id")
    for table in ("person_keys", "fields", "blind_index", "openings"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await office.pool.fetch(f"SELECT * FROM vault.{table}")
    await office.get("/union-orgs")  # waits for the views
    auditor = await asyncpg.connect(office.database.auditor_dsn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await auditor.fetch("SELECT * FROM vault.fields")
    assert await auditor.fetchval("SELECT count(*) FROM views.org") == 4
    await auditor.close()


async def test_when_the_vault_fails_no_event_is_left(office: Office, units: Units) -> None:
    """The vault and the log are written together or not at all."""
    before = await office.events()
    owner = await asyncpg.connect(office.database.owner_dsn)
    await owner.execute(
        f"SET ROLE {office.database.roles.vault}; ALTER TABLE vault.fields ADD CONSTRAINT closed CHECK (false)"
    )
    await owner.close()
    assert (await office.post("/workers", worker(units))).status_code == 500
    assert (await office.post("/rosters", roster(units, [row(1)]))).status_code == 500
    assert await office.events() == before
    assert await office.pool.fetchval("SELECT count(*) FROM eventlog.reservations WHERE scope = 'resident-id'") == 0


async def test_a_large_roster(office: Office, units: Units, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"name": "张三", "resident_id": number, "phone": f"139{n:08d}", "migrant": n % 2 == 0}
        for n, number in enumerate(numbers(5_000))
    ]
    began = time.perf_counter()
    made = await office.post("/rosters", roster(units, rows))
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    again = await office.post("/rosters", roster(units, rows))
    refusal_seconds = time.perf_counter() - began
    with capsys.disabled():
        print(f"\nroster of 5,000: entered in {seconds:.2f} s, refused row by row in {refusal_seconds:.2f} s")
    assert (made.status_code, made.json()["workers"]) == (201, 5_000)
    assert len(again.json()["errors"]) == 5_000
    listed = (await office.get("/union-orgs")).json()["items"]
    assert next(u["workers"] for u in listed if u["org_id"] == units.factory_union) == 5_000
