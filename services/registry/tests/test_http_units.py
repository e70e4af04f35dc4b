"""Unions and enterprises over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest

from unionaid.registry.examples import resident_id, uscc_code
from unionaid.service.roles import Role

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

ON = "2017-01-03"


async def test_the_tree_is_listed_from_the_top_and_counts_its_workers(office: Office, units: Units) -> None:
    for serial, migrant in ((1, True), (2, False), (3, True)):
        body = {
            "union_org_id": units.factory_union,
            "name": "张三",
            "resident_id": resident_id(serial),
            "migrant": migrant,
            "occurred_on": ON,
        }
        await office.made("/workers", body, "person_id")
    listed = (await office.get("/union-orgs")).json()
    assert [(u["level"], u["name"]) for u in listed["items"]] == [
        ("district", "样区总工会"),
        ("sub_district", "别街道总工会"),
        ("sub_district", "样街道总工会"),
        ("grassroots", "样厂工会委员会"),
    ]
    assert [(u["workers"], u["migrants"]) for u in listed["items"]] == [(0, 0), (0, 0), (0, 0), (3, 2)]
    assert listed["next_cursor"] is None


async def test_a_list_waits_for_what_was_entered_before(office: Office) -> None:
    other_replica = await asyncpg.connect(office.database.app_dsn)
    await other_replica.execute("SELECT pg_advisory_lock(hashtext('unionaid own views'))")
    body = {"level": "district", "name": "样区总工会", "occurred_on": ON}
    org_id = await office.made("/union-orgs", body, "org_id")
    asking = asyncio.create_task(office.get("/union-orgs"))
    done, _ = await asyncio.wait([asking], timeout=0.3)
    assert not done  # and never will be while nobody may write the views
    await other_replica.close()
    assert [u["org_id"] for u in (await asking).json()["items"]] == [org_id]


async def test_pages_follow_one_another_without_gap_or_overlap(office: Office, units: Units) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await office.get("/union-orgs?limit=1" + (f"&cursor={cursor}" if cursor else ""))).json()
        seen += [u["org_id"] for u in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 4
    below = (await office.get(f"/union-orgs?parent_id={units.district}")).json()
    assert {u["org_id"] for u in below["items"]} == {units.street, units.other_street}


async def test_what_was_made_is_shown_with_its_version(office: Office, units: Units) -> None:
    union = await office.get(f"/union-orgs/{units.street}", Role.AUDITOR)
    assert union.headers["etag"] == '"1"'
    assert union.json() == {
        "org_id": units.street,
        "level": "sub_district",
        "parent_id": units.district,
        "name": "样街道总工会",
        "established_on": ON,
        "moved_on": None,
        "renamed_on": None,
        "dissolved_on": None,
        "dissolved_for": None,
    }
    enterprise = {
        "enterprise_id": units.enterprise,
        "uscc": uscc_code(),
        "name": "样厂有限公司",
        "ownership": "non_public",
        "union_org_id": units.factory_union,
        "registered_on": ON,
    }
    shown = await office.get(f"/enterprises/{units.enterprise}", Role.GRASSROOTS_OFFICER)
    assert (shown.headers["etag"], shown.json()) == ('"1"', enterprise | {"corrected_on": None})
    assert (await office.get("/enterprises")).json() == {"items": [enterprise], "next_cursor": None}
    for path in ("/union-orgs", "/enterprises", "/workers"):
        assert (await office.get(f"{path}/{uuid4()}")).status_code == 404


async def test_a_division_has_one_district_federation_however_many_ask_at_once(office: Office) -> None:
    body = {"level": "district", "name": "样区总工会", "occurred_on": ON}
    answers = await asyncio.gather(*(office.post("/union-orgs", body) for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"district-exists"}
    assert await office.events() == 1


async def test_a_code_registers_once_in_any_form(office: Office, units: Units) -> None:
    body = {"uscc": uscc_code().lower(), "name": "别名", "ownership": "public", "occurred_on": ON}
    before = await office.events()
    refused = await office.post("/enterprises", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "uscc-taken")
    assert await office.events() == before


UNION = {"level": "sub_district", "name": "新街道总工会", "occurred_on": ON}
ENTERPRISE = {"uscc": uscc_code(2), "name": "新厂", "ownership": "public", "occurred_on": ON}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("path", "body", "field", "code"),
    [
        ("/union-orgs", UNION, "parent_id", "parent-missing"),
        ("/union-orgs", UNION | {"parent_id": str(uuid4())}, "parent_id", "unit-unknown"),
        ("/union-orgs", UNION | {"level": "city"}, "level", "not-one-of"),
        ("/union-orgs", UNION | {"name": " "}, "name", "too-short"),
        ("/union-orgs", UNION | {"name": "字" * 121}, "name", "too-long"),
        ("/union-orgs", UNION | {"name": f"工会{resident_id()}"}, "name", "invalid"),
        ("/union-orgs", UNION | {"parent_id": "7"}, "parent_id", "not-uuid"),
        ("/union-orgs", UNION | {"colour": "red"}, "colour", "unknown-field"),
        ("/union-orgs", UNION | {"level": "district", "occurred_on": "2017-01-06"}, "occurred_on", "date-in-future"),
        ("/enterprises", ENTERPRISE | {"occurred_on": "1925-04-30"}, "occurred_on", "date-too-early"),
        ("/enterprises", ENTERPRISE | {"occurred_on": 1483228800}, "occurred_on", "not-date"),
        ("/enterprises", ENTERPRISE | {"occurred_on": "2017-02-29"}, "occurred_on", "not-date"),
        ("/enterprises", ENTERPRISE | {"uscc": uscc_code(2)[:-1] + "?"}, "uscc", "uscc-malformed"),
        ("/enterprises", ENTERPRISE | {"uscc": uscc_code(2)[:-1]}, "uscc", "uscc-length"),
        ("/enterprises", ENTERPRISE | {"uscc": uscc_code(2)[:-1] + uscc_code(3)[-1]}, "uscc", "uscc-check-digit"),
        ("/enterprises", ENTERPRISE | {"ownership": "mine"}, "ownership", "not-one-of"),
        ("/enterprises", ENTERPRISE | {"union_org_id": str(uuid4())}, "union_org_id", "unit-unknown"),
    ],
)
async def test_bad_input_is_told_by_field_and_changes_nothing(
    refusing: Office, path: str, body: dict[str, object], field: str, code: str
) -> None:
    refused = await refusing.post(path, body)
    told = refused.json()
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [(e["field"], e["code"]) for e in told["errors"]] == [(field, code)]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/union-orgs", "/enterprises"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DISTRICT_OFFICER])
async def test_units_are_entered_by_the_district_alone(refusing: Office, path: str, role: Role) -> None:
    refused = await refusing.post(path, {}, role)
    assert (refused.status_code, refused.json()["code"]) == (403, "role-missing")


async def test_the_same_request_twice_makes_one_union(office: Office) -> None:
    body = {"level": "district", "name": "样区总工会", "occurred_on": ON}
    first, second = [await office.post("/union-orgs", body, key="once") for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["etag"] == second.headers["etag"] == '"1"'
    assert second.headers["idempotency-replayed"] == "true"
    other = await office.post("/union-orgs", body | {"name": "别名"}, key="once")
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert await office.events() == 1


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_a_refusal_speaks_the_callers_language(refusing: Office, language: str) -> None:
    body = {"level": "grassroots", "name": "样厂工会", "occurred_on": ON}
    refused = await refusing.post("/union-orgs", body, **{"Accept-Language": language})
    told = {"zh-Hans": "请填写上级工会。", "zh-Hant": "請填寫上級工會。", "en": "Name the union it stands under."}
    assert refused.headers["content-language"] == language
    assert refused.json()["detail"] == told[language]
