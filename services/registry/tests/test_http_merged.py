"""What is asked of somebody for whom another stands since a merge is refused, with the name of the other."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from unionaid.contracts import relief
from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .dossier_story import member
from .test_http_duplicates import merged, settled, two, worker
from .test_http_keeping import hear, of
from .test_http_titles import adopted, evaluation
from .test_http_undoing import asked
from .undoing import undone

if TYPE_CHECKING:
    import httpx

    from .conftest import Office, Units

ON = "2017-01-05"
MERGED = (409, "person-merged")
NAMING_A_PERSON = {"person_id", "person_ids", "survivor_id", "holder_id", "new_holder_id", "members"}

ACTS: dict[str, tuple[dict[str, Any], tuple[int, str | None]]] = {
    "/persons/{person_id}/corrections": ({"phone": "13912345679", "reason_code": "changed"}, MERGED),
    "/persons/{person_id}/identity": (
        {"name": "欧阳国华", "resident_id": resident_id(5), "reason_code": "restored-without"}, MERGED,
    ),
    "/persons/{person_id}/bank-account": ({"bank_account": "6228480402564890018", "reason_code": "told"}, MERGED),
    "/persons/{person_id}/bank-account/ending": ({"reason_code": "closed"}, MERGED),
    "/persons/{person_id}/restriction": ({}, MERGED),
    "/persons/{person_id}/restriction/lifting": ({}, MERGED),
    "/persons/{person_id}/erasure": ({"reason_code": "retention-ended"}, (409, "record-open")),
    "/workers/{person_id}/corrections": ({"migrant": True}, MERGED),
    "/workers/{person_id}/transfer": ({"union_org_id": "other_street"}, MERGED),
    "/workers/{person_id}/return": ({"union_org_id": "other_street", "migrant": False}, MERGED),
    "/titles": (evaluation("scheme", "alias", occurred_on=ON), MERGED),
    "/households": ({"union_org_id": "street", "members": [member("alias", "householder", 0)]}, MERGED),
    "/households/{household_id}/members": (member("alias", "spouse", 0), MERGED),
    "/merges": (
        {"person_id": "alias", "survivor_id": "third", "reason_code": "documents-agree"}, (409, "pair-decided"),
    ),
    "/workers/{person_id}/leaving": ({"reason_code": "retired"}, (200, None)),
}  # fmt: skip
"""Every command that names a person, given to one for whom another stands; the last changes something."""
OF_MEMBERS = {
    "/households/{household_id}/members/{person_id}/changes",
    "/households/{household_id}/members/{person_id}/admission",
    "/households/{household_id}/members/{person_id}/departure",
    "/households/{household_id}/split",
    "/dossiers",
    "/dossiers/{dossier_id}/holder",
}
"""Commands about members of a household: nobody for whom another stands is one."""
READING = {"/identities/open", "/account-standings", "/own-relatives/{person_id}/withdrawal"}
"""What shows something, or takes back what was said about oneself."""


def code(answered: httpx.Response) -> tuple[int, str | None]:
    return answered.status_code, answered.json().get("code")


async def one_of_two(office: Office, units: Units) -> tuple[str, str, str]:
    """Two who were merged: who is merged, who stands for both, and the pair."""
    one, other, pair = await two(office, units)
    await settled(office, other)
    assert (await merged(office, other, one)).status_code == 201
    return other, one, pair


def filled(told: Any, ids: dict[str, str]) -> Any:
    """What a command tells, with ids for the words that stand for them."""
    if isinstance(told, dict):
        return {name: filled(value, ids) for name, value in told.items()}
    if isinstance(told, list):
        return [filled(value, ids) for value in told]
    return ids.get(told, told) if isinstance(told, str) else told


@pytest.fixture
async def ids(office: Office, units: Units) -> dict[str, str]:
    """Whom and what the commands name."""
    alias, survivor, _ = await one_of_two(office, units)
    third = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    home = {
        "union_org_id": units.street, "members": [member(third, "householder", 0)], "occurred_on": ON,
    }  # fmt: skip
    return {
        "alias": alias, "survivor": survivor, "third": third, "street": units.street,
        "other_street": units.other_street, "scheme": await adopted(office, units),
        "household": await office.made("/households", home, "household_id"),
    }  # fmt: skip


async def test_every_command_that_names_a_person_is_refused_or_meant_for_a_merged_one(
    office: Office, ids: dict[str, str]
) -> None:
    for path, (told, expected) in ACTS.items():
        role = Role.APPROVER if path.endswith("/erasure") else Role.DISTRICT_OFFICER
        where = path.format(person_id=ids["alias"], household_id=ids["household"])
        before = await office.events()
        entered_by, office.issuer.person = office.issuer.person, f"person-{uuid4()}"  # who erases entered nothing
        answered = await office.post(where, {"occurred_on": ON, **filled(told, ids)}, role)
        office.issuer.person = entered_by
        assert code(answered) == expected, (path, answered.text)
        if expected == MERGED:
            assert ids["survivor"] in answered.json()["detail"], path
        assert (await office.events() == before) == (answered.status_code != 200), path


async def test_no_command_that_names_a_person_is_left_out(office: Office) -> None:
    document = office.client._transport.app.openapi()  # type: ignore[attr-defined]
    schemas = document["components"]["schemas"]
    naming = set()
    for path, methods in document["paths"].items():
        if "post" not in methods or path.startswith("/pages/"):
            continue
        body = methods["post"].get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        fields = schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
        if "{person_id}" in path or NAMING_A_PERSON & fields.keys():
            naming.add(path)
    assert naming == ACTS.keys() | OF_MEMBERS | READING


async def test_a_title_that_waits_is_not_given_to_a_merged_worker(office: Office, units: Units) -> None:
    one, other, _ = await two(office, units)
    scheme = await adopted(office, units)
    there = {"enterprise_id": units.enterprise, "occurred_on": ON}
    assert (await office.post(f"/workers/{other}/corrections", there)).status_code == 200
    title = await office.made("/titles", {**evaluation(scheme, other), "occurred_on": ON}, "title_id")
    await settled(office, other)
    assert (await merged(office, other, one)).status_code == 201
    appointment = {"allowance_fen": 0, "occurred_on": ON}
    assert code(await office.post(f"/titles/{title}/appointment", appointment)) == MERGED


async def test_a_transfer_that_was_asked_for_is_not_taken_up_but_can_be_declined(office: Office, units: Units) -> None:
    one, other, _ = await two(office, units)
    asking = {"resident_id": resident_id(3), "union_org_id": units.other_street, "occurred_on": ON}
    request = await office.made("/transfer-requests", asking, "request_id")
    await settled(office, other)
    assert (await merged(office, other, one)).status_code == 201
    refused = await office.post(f"/transfer-requests/{request}/taking-up", {"occurred_on": ON})
    assert code(refused) == MERGED
    declined = {"reason_code": "stays", "occurred_on": ON}
    assert (await office.post(f"/transfer-requests/{request}/declining", declined)).status_code == 200


async def test_who_may_not_see_the_survivor_is_not_told_who_that_is(office: Office, units: Units) -> None:
    one, other, _ = await two(office, units)
    moved = {"union_org_id": units.other_street, "occurred_on": ON}
    assert (await office.post(f"/workers/{other}/transfer", moved)).status_code == 200
    await settled(office, other)
    assert (await merged(office, other, one)).status_code == 201
    correction = {"phone": "13912345679", "reason_code": "changed", "occurred_on": ON}
    path = f"/persons/{other}/corrections"
    refused = await office.post(path, correction, Role.SUB_DISTRICT_OFFICER, unit=units.other_street)
    assert code(refused) == MERGED
    assert one not in refused.text
    assert "another unit" in refused.json()["detail"]


async def test_of_a_chain_the_last_is_named_and_an_undone_merge_lets_go(office: Office, units: Units) -> None:
    alias, survivor, pair = await one_of_two(office, units)
    third = await office.made("/workers", worker(units.factory_union, "赵六", resident_id(7)), "person_id")
    await settled(office, survivor)
    assert (await merged(office, survivor, third)).status_code == 201
    moved = {"union_org_id": units.other_street, "occurred_on": ON}
    refused = await office.post(f"/workers/{alias}/transfer", moved)
    assert (code(refused), third in refused.json()["detail"]) == (MERGED, True)
    later = next(row["pair_id"] for row in (await office.get("/duplicates?status=merged")).json()["items"]
                 if row["person_id"] == survivor)  # fmt: skip
    for one in (later, pair):
        assert (await asked(office, one)).status_code == 202
        await undone(office, one)
    assert (await office.post(f"/workers/{alias}/transfer", moved)).status_code == 200


async def test_a_merge_and_a_correction_at_the_same_moment_take_turns(office: Office, units: Units) -> None:
    one, other, _ = await two(office, units)
    await settled(office, other)
    number = {"resident_id": resident_id(5), "reason_code": "completed", "occurred_on": ON}
    made, corrected = await asyncio.gather(
        merged(office, other, one), office.post(f"/persons/{other}/corrections", number)
    )
    assert (made.status_code, corrected.status_code) in ((201, 409), (409, 200)), (made.text, corrected.text)


async def test_a_survivor_is_kept_as_long_as_whom_it_stands_for_and_an_undoing_ends_that(
    office: Office, units: Units
) -> None:
    alias, survivor, pair = await one_of_two(office, units)
    await hear(office, of(relief.ReliefPaid, alias, date(2016, 3, 1)))
    left = {"reason_code": "retired", "occurred_on": ON}
    assert (await office.post(f"/workers/{survivor}/leaving", left)).status_code == 200

    async def kept(person: str) -> dict[str, Any]:
        periods = (await office.get(f"/persons/{person}/retention")).json()["periods"]
        return {period["kind"]: period["until"] for period in periods}

    assert await kept(survivor) == await kept(alias) == {"worker-record": None, "relief-payment": "2046-03-01"}
    gone = await office.post(f"/workers/{alias}/leaving", {**left, "reason_code": "entered-in-error"})
    assert gone.status_code == 200, gone.text
    until = (await kept(survivor))["worker-record"]
    assert until is not None
    assert await kept(survivor) == {"worker-record": until, "relief-payment": "2046-03-01"}
    assert (await asked(office, pair)).status_code == 202
    assert "relief-payment" in await kept(survivor)
    await undone(office, pair)
    assert await kept(survivor) == {"worker-record": until}
    assert await kept(alias) == {"worker-record": until, "relief-payment": "2046-03-01"}


async def test_nobody_is_listed_as_kept_by_nothing_whose_other_record_is_kept(office: Office, units: Units) -> None:
    alias, survivor, _ = await one_of_two(office, units)
    left = {"reason_code": "retired", "occurred_on": ON}
    for person in (survivor, alias):
        assert (await office.post(f"/workers/{person}/leaving", left)).status_code == 200

    async def listed() -> list[str]:
        return [row["person_id"] for row in (await office.get("/retention/persons")).json()["items"]]

    assert await listed() == []
    await office.pool.execute("UPDATE views.record SET since = '1960-01-01'")
    assert await listed() == sorted([alias, survivor], key=UUID)
    await hear(office, of(relief.ReliefPaid, alias, date(2016, 3, 1)))
    assert await listed() == []
    await office.pool.execute("UPDATE views.record SET since = NULL WHERE person_id = $1", UUID(alias))
    assert await listed() == []


async def test_who_is_merged_is_not_listed_as_a_worker_until_the_merge_is_undone(office: Office, units: Units) -> None:
    alias, survivor, pair = await one_of_two(office, units)

    async def listed() -> set[str]:
        return {row["person_id"] for row in (await office.get("/workers")).json()["items"]}

    assert await listed() == {survivor}
    assert (await asked(office, pair)).status_code == 202
    assert await listed() == {survivor}, "while it is asked whether it may be undone it stands"
    await undone(office, pair)
    assert await listed() == {survivor, alias}
