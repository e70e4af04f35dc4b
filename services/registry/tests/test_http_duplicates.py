"""Pairs of persons who may be one: found at registration and by a scan, kept apart or merged by one officer alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from unionaid.contracts.registry import pair_id
from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

if TYPE_CHECKING:
    import httpx
    from services.registry.tests.conftest import Office, Units

ON = "2017-01-04"


def worker(union: str, name: str, number: str, phone: str | None = None) -> dict[str, object]:
    return {
        "union_org_id": union, "name": name, "resident_id": number, "phone": phone, "migrant": False,
        "occurred_on": "2017-01-03",
    }  # fmt: skip


async def two(office: Office, units: Units) -> tuple[str, str, str]:
    """The same woman registered twice, under a name in either script and two numbers; and the pair."""
    first = worker(units.factory_union, "欧阳国华", resident_id(1), "13912345678")
    one = await office.made("/workers", first, "person_id")
    answered = await office.post("/workers", worker(units.factory_union, "歐陽國華", resident_id(3), "13912345678"))
    assert answered.status_code == 201, answered.text
    (pair,) = answered.json()["possible_duplicates"]
    assert pair["other_person_id"] == one
    return one, answered.json()["person_id"], pair["pair_id"]


async def settled(office: Office, person: str) -> None:
    """The person's number is found to be nobody's, and taken away."""
    body = {"resident_id": None, "reason_code": "number-invalid", "occurred_on": ON}
    answered = await office.post(f"/persons/{person}/corrections", body)
    assert answered.status_code == 200, answered.text


async def merged(office: Office, person: str, survivor: str) -> httpx.Response:
    body = {"person_id": person, "survivor_id": survivor, "reason_code": "documents-agree", "occurred_on": ON}
    return await office.post("/merges", body)


async def apart(office: Office, pair: str) -> httpx.Response:
    return await office.post(f"/duplicates/{pair}/kept-apart", {"reason_code": "relatives", "occurred_on": ON})


async def listed(office: Office, status: str = "found") -> list[dict[str, object]]:
    answered = await office.get(f"/duplicates?status={status}")
    assert answered.status_code == 200, answered.text
    items: list[dict[str, object]] = answered.json()["items"]
    return items


async def scanned(office: Office) -> int:
    """Scan from the first block to the last; return how many pairs were found."""
    step: dict[str, object] | None = {}
    found = 0
    while step is not None:
        answered = await office.post("/duplicates/scans", step)
        assert answered.status_code == 200, answered.text
        found, step = found + answered.json()["found"], answered.json()["next"]
    return found


async def test_registering_tells_who_is_alike_and_a_pair_waits(office: Office, units: Units) -> None:
    one, other, pair = await two(office, units)
    assert pair == str(pair_id(UUID(one), UUID(other))) == str(pair_id(UUID(other), UUID(one)))
    (waiting,) = await listed(office)
    assert (waiting["pair_id"], waiting["status"], waiting["certainty"]) == (pair, "found", "surely")
    assert {waiting["person_id"], waiting["other_person_id"]} == {one, other}


async def test_who_registers_is_not_told_of_persons_of_another_union_but_the_district_is(
    office: Office, units: Units
) -> None:
    await office.made("/workers", worker(units.factory_union, "欧阳国华", resident_id(1), "13912345678"), "person_id")
    body = worker(units.other_street, "欧阳国华", resident_id(3), "13912345678")
    answered = await office.post("/workers", body, Role.SUB_DISTRICT_OFFICER, unit=units.other_street)
    assert answered.json()["possible_duplicates"] == []
    assert len(await listed(office)) == 1


async def test_a_pair_once_kept_apart_is_never_asked_again(office: Office, units: Units) -> None:
    _, _, pair = await two(office, units)
    answered = await apart(office, pair)
    assert (answered.status_code, answered.json()) == (200, {"pair_id": pair, "status": "kept-apart"})
    assert await scanned(office) == 0
    assert await listed(office) == []
    (kept,) = await listed(office, "kept-apart")
    assert (kept["reason_code"], kept["decided_on"]) == ("relatives", ON)


async def test_a_scan_finds_what_registration_did_not_see_and_only_once(office: Office, units: Units) -> None:
    rows = [
        {"name": name, "resident_id": number, "phone": "13900001111", "migrant": False}
        for name, number in (("王建国", resident_id(1)), ("王健国", resident_id(3)), ("赵六", resident_id(5)))
    ]
    body = {"union_org_id": units.factory_union, "occurred_on": "2017-01-03", "rows": rows}
    roster = await office.post("/rosters", body)
    ids = roster.json()["person_ids"]
    assert await listed(office) == []
    assert await scanned(office) == 1
    (found,) = await listed(office)
    assert {found["person_id"], found["other_person_id"]} == set(ids[:2])
    assert await scanned(office) == 0


async def test_two_numbers_are_settled_first_and_the_one_with_a_number_survives(office: Office, units: Units) -> None:
    one, other, _ = await two(office, units)
    refused = await merged(office, other, one)
    assert (refused.status_code, refused.json()["code"]) == (409, "two-resident-ids")
    await settled(office, other)
    refused = await merged(office, one, other)
    assert (refused.status_code, refused.json()["code"]) == (409, "survivor-lacks-number")
    assert (await merged(office, other, one)).status_code == 201
    (pair,) = await listed(office, "merged")
    assert (pair["person_id"], pair["other_person_id"]) == (other, one)
    assert await listed(office) == []


async def test_two_officers_at_once_one_decides_and_the_other_is_told(office: Office, units: Units) -> None:
    one, other, pair = await two(office, units)
    await settled(office, other)
    answers = await asyncio.gather(apart(office, pair), merged(office, other, one))
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [201, 409])
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["code"] == "pair-decided"


async def test_no_circle_of_merges_comes_about(office: Office, units: Units) -> None:
    a, b, _ = await two(office, units)
    c = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    for person in (a, b, c):
        await settled(office, person)
    answers = await asyncio.gather(merged(office, a, b), merged(office, b, c), merged(office, c, a))
    told = sorted(answer.status_code for answer in answers)
    assert told.count(201) < 3
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {
        "survivor-merged", "pair-decided",
    }  # fmt: skip


async def test_a_person_is_merged_once_and_not_into_somebody_merged(office: Office, units: Units) -> None:
    one, other, _ = await two(office, units)
    third = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    await settled(office, other)
    assert (await merged(office, other, one)).status_code == 201
    again = await merged(office, other, third)
    assert (again.status_code, again.json()["code"]) == (409, "pair-decided")
    await settled(office, third)
    into = await merged(office, third, other)
    assert (into.status_code, into.json()["code"]) == (409, "survivor-merged")
    own = await merged(office, third, third)
    assert (own.status_code, own.json()["code"]) == (422, "same-person")


async def test_what_there_is_not_cannot_be_decided(office: Office, units: Units) -> None:
    one, _, _ = await two(office, units)
    nobody = "9f000000-0000-4000-8000-000000000000"
    assert (await apart(office, nobody)).status_code == 404
    assert (await office.get(f"/duplicates/{nobody}")).status_code == 404
    assert (await merged(office, nobody, one)).status_code == 404


@pytest.mark.parametrize("role", [Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR])
async def test_district_officers_alone_decide(office: Office, units: Units, role: Role) -> None:
    _, _, pair = await two(office, units)
    body = {"reason_code": "relatives", "occurred_on": ON}
    assert (await office.post(f"/duplicates/{pair}/kept-apart", body, role, unit=units.street)).status_code == 403


async def test_nobody_decides_about_the_own_file(office: Office, units: Units) -> None:
    _, other, pair = await two(office, units)
    office.issuer.person = f"person-{other}"
    refused = await apart(office, pair)
    assert (refused.status_code, refused.json()["code"]) == (403, "own-matter")


async def test_no_name_number_or_phone_stands_in_any_event(office: Office, units: Units) -> None:
    await two(office, units)
    bodies = b"".join(row["body"] for row in await office.pool.fetch("SELECT body FROM eventlog.events"))
    assert b"PossibleDuplicateFound" in bodies
    for value in ("欧阳国华", "歐陽國華", resident_id(1), resident_id(3), "13912345678", "ouyang"):
        assert value.encode() not in bodies
