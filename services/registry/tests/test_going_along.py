"""What goes along with a worker: household and dossier to another union, a title's end; and never beside each other."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from unionaid.contracts.registry import (
    DossierClosed,
    DossierMoved,
    DossierOpened,
    HouseholdFormed,
    HouseholdMemberJoined,
    HouseholdMoved,
    StatementReference,
)
from unionaid.registry.domain.dossier.facts import Act, Dossier, Unopened, dossier_of
from unionaid.registry.domain.dossier.moving import go_along
from unionaid.registry.domain.household.facts import Household, household_of
from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .dossier_story import CODES, OPENED, Story
from .test_http_titles import adopted, evaluation
from .test_http_titles import registered as at_the_factory

if TYPE_CHECKING:
    import httpx

    from .conftest import Office, Units

HOLDER, SPOUSE, HERE, THERE, HOME, FILE = (UUID(int=n) for n in range(1, 7))
ON = date(2017, 1, 4)
MOVE = {"occurred_on": "2017-01-04"}


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


def household(**relations: str) -> Household:
    said = StatementReference(statement_version=1, commitment="5a" * 32)
    members = {"holder": HOLDER, "spouse": SPOUSE}
    return household_of(
        [
            HouseholdFormed(occurred_on=ON, household_id=HOME, union_org_id=HERE),
            *(
                HouseholdMemberJoined.model_validate(
                    {"occurred_on": ON, "household_id": HOME, "person_id": members[name], "relation": relation,
                     "health_code": "healthy", "statement": said}
                )
                for name, relation in relations.items()
            ),
        ]
    )  # fmt: skip


def file(*, closed: bool = False) -> Dossier:
    opened = DossierOpened(occurred_on=ON, dossier_id=FILE, household_id=HOME, holder_id=HOLDER, union_org_id=HERE)
    end = DossierClosed(occurred_on=ON, dossier_id=FILE, household_id=HOME, reason_code="lifted")
    return dossier_of(Act(event, "person-x") for event in (opened, *([end] if closed else [])))


COUPLE = household(spouse="householder", holder="spouse")
ALONG = [
    HouseholdMoved(occurred_on=ON, household_id=HOME, former_union_org_id=HERE, union_org_id=THERE),
    DossierMoved(occurred_on=ON, dossier_id=FILE, former_union_org_id=HERE, union_org_id=THERE),
]


@pytest.mark.parametrize(
    ("home", "dossier", "who", "moved"),
    [
        (COUPLE, file(), HOLDER, ALONG),
        (COUPLE, file(), SPOUSE, []),
        (COUPLE, Unopened(), SPOUSE, ALONG[:1]),
        (COUPLE, file(closed=True), SPOUSE, ALONG[:1]),
        (COUPLE, file(closed=True), HOLDER, []),
        (household(spouse="householder"), file(), HOLDER, []),
    ],
    ids=["holder", "not the holder", "householder", "householder after closing", "no holder any more", "gone"],
)
def test_the_household_goes_with_the_holder_or_else_the_householder(
    home: Household, dossier: Dossier, who: UUID, moved: list[object]
) -> None:
    assert go_along(home, dossier, who, THERE, ON) == moved
    assert go_along(home, dossier, who, HERE, ON) == []


async def test_officers_of_the_new_union_see_household_and_dossier_those_of_the_old_no_more(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    there = story.units.other_street
    moved = await story.office.post(f"/workers/{story.worker}/transfer", {"union_org_id": there, **MOVE})
    assert (moved.status_code, moved.headers["etag"]) == (200, '"3"')
    mine, theirs = (Role.SUB_DISTRICT_OFFICER, there), (Role.GRASSROOTS_OFFICER, story.units.factory_union)
    for path in (f"/dossiers/{dossier}", f"/households/{story.household}"):
        assert (await story.office.get(path, mine[0], unit=mine[1])).status_code == 200
        assert (await story.office.get(path, theirs[0], unit=theirs[1])).status_code == 404
    listed = (await story.office.get("/dossiers", mine[0], unit=mine[1])).json()["items"]
    assert [one["union_org_id"] for one in listed] == [there]


async def test_who_comes_back_elsewhere_brings_them_along(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    left = await story.office.post(f"/workers/{story.worker}/leaving", {"reason_code": "contract-ended", **MOVE})
    assert left.status_code == 200
    assert (await story.shown(dossier))["union_org_id"] == story.units.factory_union
    there = {"union_org_id": story.units.other_street, "migrant": False, **MOVE}
    assert (await story.office.post(f"/workers/{story.worker}/return", there)).status_code == 200
    assert (await story.shown(dossier))["union_org_id"] == story.units.other_street


async def test_a_request_that_is_taken_up_brings_them_along(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    asked = {"resident_id": resident_id(1), "union_org_id": story.units.other_street, **MOVE}
    request = await story.office.made("/transfer-requests", asked, "request_id")
    done = await story.office.post(f"/transfer-requests/{request}/taking-up", MOVE)
    assert done.status_code == 200, done.text
    assert (await story.shown(dossier))["union_org_id"] == story.units.other_street


async def appointed(office: Office, units: Units) -> tuple[str, str]:
    scheme, person = await adopted(office, units), await at_the_factory(office, units)
    title = await office.made("/titles", evaluation(scheme, person), "title_id")
    done = await office.post(f"/titles/{title}/appointment", {"allowance_fen": 0, "occurred_on": "2017-01-03"})
    assert done.status_code == 201, done.text
    return person, title


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("leaving", {"reason_code": "retired"}, "retired"),
        ("leaving", {"reason_code": "resigned"}, "left"),
        ("leaving", {"reason_code": "entered-in-error"}, "withdrawn"),
        ("transfer", {}, "left"),
    ],
)
async def test_the_title_of_an_enterprise_ends_when_the_worker_leaves_it(
    office: Office, units: Units, path: str, body: dict[str, Any], reason: str
) -> None:
    person, title = await appointed(office, units)
    place = {"union_org_id": units.factory_union} if path == "transfer" else {}
    done = await office.post(f"/workers/{person}/{path}", {**body, **place, **MOVE})
    assert (done.status_code, done.headers["etag"]) == (200, '"3"')
    assert (await office.get(f"/titles/{title}")).json()["ended_on"] == "2017-01-04"
    kinds = await office.pool.fetch("SELECT body FROM eventlog.events WHERE type LIKE '%TitleEnded%'")
    assert [f'"reason_code":"{reason}"' in bytes(row["body"]).decode() for row in kinds] == [True]
    held = "SELECT count(*) FROM eventlog.reservations WHERE scope = 'title-held'"
    assert await office.pool.fetchval(held) == 0


async def test_a_title_goes_on_at_the_same_enterprise_under_another_union(office: Office, units: Units) -> None:
    person, title = await appointed(office, units)
    to = {"union_org_id": units.street, "enterprise_id": units.enterprise, **MOVE}
    assert (await office.post(f"/workers/{person}/transfer", to)).status_code == 200
    assert (await office.get(f"/titles/{title}")).json()["ended_on"] is None


async def test_a_dossier_opened_while_its_holder_goes_is_never_left_without(story: Story) -> None:
    """Each order is right, both at once is not: then the file would be held by who lives elsewhere."""
    refused = set()
    for n in range(8):
        story.office.issuer.person = story.people["enters"]
        worker, child = await story.worker_entered(100 + n), await story.child_entered()
        told = [{"person_id": one, "health_code": "healthy", "monthly_income_fen": 0} for one in (worker, child)]
        members = [{**told[0], "relation": "householder"}, {**told[1], "relation": "child"}]
        union = story.units.factory_union
        formed = await story.entered("/households", union_org_id=union, members=members, occurred_on="2016-12-10")
        home = formed.json()["household_id"]
        body = {**CODES, "household_id": home, "holder_id": worker, "occurred_on": OPENED}
        path = f"/households/{home}/members/{worker}/departure"
        ways = [story.entered("/dossiers", **body), story.entered(path, reason_code="moved", occurred_on=OPENED)]
        done = await asyncio.gather(*(ways if n % 2 else reversed(ways)))
        assert sorted(one.is_success for one in done) == [False, True], [one.text for one in done]
        refused |= {one.json()["code"] for one in done if not one.is_success}
    assert refused <= {"not-a-member", "holder-needed"}


async def test_a_dossier_opened_while_its_holder_is_transferred_goes_along(story: Story) -> None:
    for n in range(6):
        story.office.issuer.person = story.people["enters"]
        worker, there = await story.worker_entered(200 + n), story.units.other_street
        alone = [{"person_id": worker, "relation": "householder", "health_code": "healthy", "monthly_income_fen": 0}]
        union = story.units.factory_union
        formed = await story.entered("/households", union_org_id=union, members=alone, occurred_on="2016-12-10")
        body = {
            **CODES,
            "household_id": formed.json()["household_id"],
            "holder_id": worker,
            "occurred_on": "2017-01-04",
        }

        async def opening(body: dict[str, Any] = body) -> httpx.Response:
            return await story.office.post("/dossiers", body)

        async def moving(worker: str = worker, there: str = there) -> httpx.Response:
            return await story.office.post(f"/workers/{worker}/transfer", {"union_org_id": there, **MOVE})

        ways = [opening(), moving()]
        done = await asyncio.gather(*(ways if n % 2 else reversed(ways)))
        assert [one.is_success for one in done] == [True, True], [one.text for one in done]
        listed = (await story.office.get("/dossiers")).json()["items"]
        assert {one["union_org_id"] for one in listed} == {there}
