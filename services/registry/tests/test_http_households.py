"""Persons who are no workers, and households: one person in one household, over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from unionaid.service.roles import Role

from .dossier_story import OPENED, Story, member
from .test_http_correcting import report
from .test_http_erasing import erased

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


async def test_who_is_no_worker_is_seen_by_the_union_that_entered_that_person(story: Story) -> None:
    child = await story.child_entered()
    asked = {"person_ids": [child], "fields": ["name", "birth_date"], "purpose": "verification"}
    read = await story.entered("/identities/open", **asked)
    assert read.json()["persons"][0]["identity"] == {"name": "标记小孩", "birth_date": "2001-05-06"}
    elsewhere = await story.step(
        "/identities/open", "another", Role.GRASSROOTS_OFFICER, story.units.other_street, **asked
    )
    assert elsewhere.json()["persons"][0]["code"] == "not-found"
    outside = await story.step(
        "/persons", "another", Role.GRASSROOTS_OFFICER, story.units.other_street,
        union_org_id=story.units.factory_union, name="甲", birth_date="2001-05-06", occurred_on="2016-12-01",
    )  # fmt: skip
    assert outside.json()["code"] == "unit-unknown"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({}, "birth_date", "birth-date-missing"),
        ({"birth_date": "2016-12-02"}, "birth_date", "birth-date-in-future"),
        ({"birth_date": "1800-01-01"}, "birth_date", "date-too-early"),
        ({"resident_id": "640302198002290019", "birth_date": "1980-02-29"}, "birth_date", "birth-date-with-id"),
        ({"resident_id": "640302198002290010"}, "resident_id", "resident-id-check-digit"),
        ({"name": " ", "birth_date": "2001-05-06"}, "name", "name-missing"),
    ],
)
async def test_bad_persons_are_refused_beside_their_field(
    story: Story, given: dict[str, str], field: str, code: str
) -> None:
    body = {"union_org_id": story.units.factory_union, "name": "甲", "occurred_on": "2016-12-01", **given}
    refused = (await story.entered("/persons", **body)).json()
    assert (refused["errors"][0]["field"], refused["errors"][0]["code"]) == (field, code)


async def test_a_household_is_formed_and_nobody_belongs_to_two(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    await story.family()
    shown = (await story.office.get(f"/households/{story.household}")).json()
    assert [one["relation"] for one in shown["members"]] == ["householder", "child"]
    again = await story.entered(
        "/households", union_org_id=story.units.factory_union, occurred_on="2016-12-10",
        members=[member(story.child, "householder", 0)],
    )  # fmt: skip
    assert (again.status_code, again.json()["code"]) == (409, "in-other-household")
    assert story.household not in again.text
    left = {"occurred_on": "2016-12-11", "reason_code": "moved"}
    await story.good(await story.entered(f"/households/{story.household}/members/{story.child}/departure", **left))
    again = await story.entered(
        "/households", union_org_id=story.units.factory_union, occurred_on="2016-12-11",
        members=[member(story.child, "householder", 0)],
    )  # fmt: skip
    assert again.status_code == 201
    assert (await report(story.office, capsys))["ok"]


async def test_of_many_households_at_once_one_has_the_person(story: Story) -> None:
    worker = await story.worker_entered(1)
    body = {
        "union_org_id": story.units.factory_union, "occurred_on": "2016-12-10",
        "members": [member(worker, "householder", 0)],
    }  # fmt: skip
    answers = await asyncio.gather(*(story.office.post("/households", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


async def test_bad_households_are_refused(story: Story) -> None:
    worker, other = await story.worker_entered(1), await story.worker_entered(3, story.units.other_street)
    for members, code, field in (
        ([member(worker, "householder", 0), member(worker, "spouse", 0)], "member-twice", "members.1.person_id"),
        ([member(worker, "spouse", 0)], "householder-not-one", "members"),
        ([member(worker, "householder", 0), member(other, "spouse", 0)], "person-unknown", "members.1.person_id"),
    ):
        refused = await story.entered(
            "/households", union_org_id=story.units.factory_union, occurred_on="2016-12-10", members=members
        )
        assert (refused.status_code, refused.json()["errors"][0]) != (201, None)
        assert (refused.json()["errors"][0]["code"], refused.json()["errors"][0]["field"]) == (code, field)


async def test_a_letter_of_admission_is_a_hash_and_words_in_the_vault(story: Story) -> None:
    await story.family()
    letter = {
        "school_stage": "college", "admission_letter_sha256": "5a" * 32, "admission_letter_bytes": 1234,
        "school": "标记大学", "occurred_on": "2016-12-12",
    }  # fmt: skip
    path = f"/households/{story.household}/members/{story.child}/admission"
    await story.good(await story.entered(path, **letter))
    shown = (await story.office.get(f"/households/{story.household}")).json()["members"]
    assert [(one["school_stage"], one["admission_letter_sha256"]) for one in shown] == [
        (None, None), ("college", "5a" * 32),
    ]  # fmt: skip
    read = await story.entered(f"/households/{story.household}/statements/open")
    said = {(one["person_id"], one["topic"]): one["said"] for one in read.json()["statements"]}
    assert said[story.child, "admission"] == {"school": "标记大学"}
    assert said[story.worker, "member"] == {"monthly_income_fen": "60000", "health_note": "标记透析"}


async def test_a_divorce_makes_two_and_the_dossier_stays_with_who_stays(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    await story.family()
    dossier = await story.opened()
    going: dict[str, Any] = {
        "members": [member(story.worker, "householder", 60_000)], "reason_code": "divorce", "occurred_on": OPENED,
    }  # fmt: skip
    refused = await story.entered(f"/households/{story.household}/split", **going)
    assert (refused.status_code, refused.json()["code"]) == (422, "holder-needed")
    wrong = await story.entered(f"/households/{story.household}/split", **going, new_holder_id=story.worker)
    assert not wrong.is_success
    done = await story.entered(f"/households/{story.household}/split", **going, new_holder_id=story.child)
    assert done.status_code == 200, done.text
    told = await story.shown(dossier)
    assert (told["holder_id"], told["household_id"]) == (story.child, story.household)
    assert told["steps"][-1]["step"] == "DossierHolderChanged"
    new = (await story.office.get(f"/households/{done.json()['new_household_id']}")).json()
    assert (new["split_from"], [one["person_id"] for one in new["members"]]) == (story.household, [story.worker])
    assert (await report(story.office, capsys))["ok"]


async def test_when_the_holder_dies_the_file_passes_on(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    path = f"/households/{story.household}/members/{story.worker}/departure"
    gone = {"occurred_on": OPENED, "reason_code": "died"}
    assert (await story.entered(path, **gone)).json()["code"] == "holder-needed"
    await story.good(await story.entered(path, **gone, new_holder_id=story.child))
    told = await story.shown(dossier)
    assert (told["holder_id"], told["steps"][-1]["reason_code"]) == (story.child, "died")


async def test_with_the_person_goes_all_that_was_said_of_that_person(story: Story) -> None:
    await story.in_force()
    owner = await asyncpg.connect(story.office.database.owner_dsn)
    query = "SELECT topic FROM vault.statements WHERE person_id = $1::uuid ORDER BY topic"
    assert [row["topic"] for row in await owner.fetch(query, story.worker)] == ["five-clears", "member"]
    await erased(story.office, story.worker)
    assert await owner.fetch(query, story.worker) == []
    assert [row["topic"] for row in await owner.fetch(query, story.child)] == ["member"]
    await owner.close()
