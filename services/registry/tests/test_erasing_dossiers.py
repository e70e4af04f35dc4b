"""A closed dossier's words go when its period has ended, and its household's when nothing else keeps them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unionaid.contracts.registry import DossierClosed, DossierErased, DossierOpened
from unionaid.registry.domain.dossier.erasing import HouseholdKept, erase_dossier
from unionaid.registry.domain.dossier.facts import Act, Dossier, dossier_of
from unionaid.registry.domain.dossier.managing import call_back
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.person.retention import (
    DOSSIER,
    HOUSEHOLD,
    RetentionPolicy,
    policy_on,
    years_after,
    years_before,
)
from unionaid.registry.domain.refusals import DossierIsErased, DossierNotAt, OwnMatter, PassedBySame, RetentionRuns
from unionaid.registry.examples import resident_id
from unionaid.registry.policies import read_policies
from unionaid.service.roles import Role

from .dossier_story import Story
from .test_dossier_rules import HOME
from .test_http_erasing import told

if TYPE_CHECKING:
    from .conftest import Office, Units

OPENED, CLOSED, ENDED = date(2013, 5, 2), date(2014, 2, 28), date(2024, 2, 28)
FILE, OTHER, HOLDER = UUID(int=4), UUID(int=5), UUID(int=2)
POLICY = policy_on(read_policies().retention, ENDED)
ENTERS, ERASES = "person-enters", "person-erases"


def file(dossier_id: UUID = FILE, *, closed: bool = True, erased: bool = False) -> Dossier:
    acts = [
        Act(
            DossierOpened(
                occurred_on=OPENED, dossier_id=dossier_id, household_id=UUID(int=3), holder_id=HOLDER,
                union_org_id=UUID(int=9),
            ),
            ENTERS),
        Act(
            DossierClosed(
                occurred_on=CLOSED, dossier_id=dossier_id, household_id=UUID(int=3), reason_code="lifted"
            ),
            ENTERS,
        ),
        Act(DossierErased(occurred_on=ENDED, dossier_id=dossier_id, policy_version="p-1"), ERASES),
    ]  # fmt: skip
    return dossier_of(acts[: 1 + closed + erased])


def erased(dossier: Dossier, kept: HouseholdKept, today: date = ENDED, by: str = ERASES) -> DossierErased:
    (event,) = erase_dossier(dossier, HOME, kept, POLICY, Step(by, today, today))
    return event


LONG_AGO = HouseholdKept(OPENED, ())


def test_it_goes_when_its_period_has_ended_and_not_a_day_before() -> None:
    with pytest.raises(RetentionRuns) as refused:
        erased(file(), LONG_AGO, ENDED - timedelta(days=1))
    assert refused.value.params["until"] == "2024-02-28"
    assert erased(file(), LONG_AGO).policy_version == "retention-2013.1"


@pytest.mark.parametrize(
    ("kept", "goes"),
    [
        (LONG_AGO, True),
        (HouseholdKept(ENDED.replace(year=2014), ()), True),
        (HouseholdKept(CLOSED + timedelta(days=1), ()), False),
        (HouseholdKept(OPENED, (file(OTHER, erased=True),)), True),
        (HouseholdKept(OPENED, (file(OTHER),)), False),
        (HouseholdKept(OPENED, (file(OTHER, closed=False),)), False),
    ],
    ids=["told before", "told that day", "told later", "another erased", "another closed", "another open"],
)
def test_the_households_words_go_along_when_nothing_else_keeps_them(kept: HouseholdKept, goes: bool) -> None:
    assert (erased(file(), kept).household_id is not None) is goes


def test_an_open_one_stays_and_an_erased_one_is_at_its_end() -> None:
    with pytest.raises(DossierNotAt):
        erased(file(closed=False), LONG_AGO)
    with pytest.raises(DossierIsErased):
        erased(file(erased=True), LONG_AGO)
    with pytest.raises(DossierIsErased):
        call_back(file(erased=True), HOME, "stable", Step(ERASES, ENDED, ENDED))


def test_two_pairs_of_eyes_and_never_the_own_household() -> None:
    with pytest.raises(PassedBySame):
        erased(file(), LONG_AGO, by=ENTERS)
    with pytest.raises(OwnMatter):
        erased(file(), LONG_AGO, by=f"person-{UUID(int=2)}")


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 60))
def test_the_last_day_that_has_ended_is_the_last_whose_end_has_come(today: date, years: int) -> None:
    last = years_before(today, years)
    assert years_after(last, years) <= today
    assert years_after(last + timedelta(days=1), years) > today


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


async def words(office: Office) -> list[str]:
    """The topics of all statements that the vault has."""
    owner = await asyncpg.connect(office.database.owner_dsn)
    rows = await owner.fetch("SELECT topic FROM vault.statements ORDER BY topic")
    await owner.close()
    return [row["topic"] for row in rows]


async def closed_long_ago(story: Story) -> str:
    """A dossier with an objection, closed so long ago that its period has ended today."""
    story.office.issuer.person = story.people["enters"]
    on = {"occurred_on": "2005-03-01"}
    body = {
        "union_org_id": story.units.factory_union, "name": "标记甲乙丙", "resident_id": "", "migrant": False, **on,
    }  # fmt: skip
    story.worker = await story.office.made("/workers", {**body, "resident_id": resident_id(1)}, "person_id")
    relative = {"union_org_id": story.units.factory_union, "name": "标记小孩", "birth_date": "2001-05-06", **on}
    made = await story.entered("/persons", **relative, sex="female")
    story.child = made.json()["person_id"]
    told = {"health_code": "healthy", "monthly_income_fen": 50_000}
    members = [
        {"person_id": story.worker, "relation": "householder", **told},
        {"person_id": story.child, "relation": "child", **told},
    ]
    union = story.units.factory_union
    made = await story.entered("/households", union_org_id=union, members=members, **on)
    story.household = made.json()["household_id"]
    opening = {"household_id": story.household, "holder_id": story.worker, "words": {"hardship_cause": "标记尿毒症"}}
    made = await story.entered("/dossiers", **opening, **on)
    dossier = str(made.json()["dossier_id"])
    closing = {"reason_code": "moved", "occurred_on": "2006-12-31"}
    await story.good(await story.entered(f"/dossiers/{dossier}/closing", **closing))
    return dossier


async def by_approver(story: Story, path: str, **body: Any) -> Any:
    return await story.step(path, "approves", Role.APPROVER, **{"occurred_on": "2017-01-05", **body})


async def test_its_words_go_and_the_persons_stay(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    dossier = await closed_long_ago(story)
    assert await words(story.office) == ["five-clears", "member", "member"]
    listed = (await story.office.get("/retention/dossiers", Role.APPROVER)).json()["items"]
    assert [(one["dossier_id"], one["closed_on"]) for one in listed] == [(dossier, "2006-12-31")]
    same = await story.step(f"/dossiers/{dossier}/erasure", "enters", Role.APPROVER, occurred_on="2017-01-05")
    assert (same.status_code, same.json()["code"]) == (403, "passed-by-same")
    for role in set(Role) - {Role.APPROVER}:
        refused = await story.step(f"/dossiers/{dossier}/erasure", "posts", role, occurred_on="2017-01-05")
        assert refused.status_code == 403, role
    done = await by_approver(story, f"/dossiers/{dossier}/erasure")
    assert (done.status_code, done.json()["status"]) == (200, "erased")
    assert await words(story.office) == []
    assert (await story.office.get("/retention/dossiers")).json()["items"] == []
    again = await by_approver(story, f"/dossiers/{dossier}/erasure")
    assert (again.status_code, again.json()["code"]) == (409, "dossier-erased")
    opening = {"person_ids": [story.worker], "fields": ["name"], "purpose": "contact"}
    opened = (await story.office.post("/identities/open", opening)).json()["persons"]
    assert opened[0]["identity"] == {"name": "标记甲乙丙"}
    assert (await told(story.office, capsys))["ok"]


async def test_a_closed_dossier_whose_period_runs_stays(story: Story) -> None:
    await story.family()
    dossier = await story.opened()
    closing = {"reason_code": "moved", "occurred_on": "2017-01-04"}
    await story.good(await story.entered(f"/dossiers/{dossier}/closing", **closing))
    refused = await by_approver(story, f"/dossiers/{dossier}/erasure")
    assert (refused.status_code, refused.json()["code"]) == (409, "retention-runs")
    assert "2027-01-04" in refused.json()["detail"]
    assert (await story.office.get("/retention/dossiers")).json()["items"] == []


async def test_what_the_vault_lost_or_has_again_is_named(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """As after a restore from a backup: rows that events name are not there, erased ones are there again."""
    dossier = await closed_long_ago(story)
    owner = await asyncpg.connect(story.office.database.owner_dsn)
    await owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM vault.statements")
    await owner.execute("DELETE FROM vault.statements WHERE topic = 'five-clears'")
    await owner.execute("DELETE FROM vault.statements WHERE person_id = $1::uuid", story.child)
    report = await told(story.office, capsys)
    assert (report["ok"], report["statements_to_enter_again"]) == (
        False,
        [
            f"dossier-{dossier} five-clears person-{story.worker}",
            f"household-{story.household} member person-{story.child}",
        ],
    )
    again = {"relation": "child", "health_code": "healthy", "monthly_income_fen": 1, "occurred_on": "2006-12-31"}
    path = f"/households/{story.household}/members/{story.child}/changes"
    await story.good(await story.entered(path, **again))
    report = await told(story.office, capsys)
    assert [one.partition(" ")[0] for one in report["statements_to_enter_again"]] == [f"dossier-{dossier}"]
    assert (await by_approver(story, f"/dossiers/{dossier}/erasure")).status_code == 200
    assert (await told(story.office, capsys))["ok"], "what was erased is not missed"
    await story.office.get("/dossiers")  # waits for the own views
    await owner.execute("INSERT INTO vault.statements SELECT * FROM kept WHERE topic = 'five-clears'")
    report = await told(story.office, capsys)
    assert (report["ok"], report["matters_to_forget_again"]) == (False, [dossier])
    position = await owner.fetchval("SELECT max(position) FROM eventlog.events")
    await owner.execute("INSERT INTO eventlog.own_queue VALUES ($1, ARRAY[$1::bigint])", position)
    await story.office.get("/dossiers")  # waits for the own views, which forget again, once more
    assert (await told(story.office, capsys))["ok"]
    await owner.close()


async def test_who_is_kept_by_nothing_any_more_is_listed(story: Story) -> None:
    dossier = await closed_long_ago(story)

    async def ended() -> list[tuple[str, str]]:
        items = (await story.office.get("/retention/persons", Role.APPROVER)).json()["items"]
        return [(one["person_id"], one["kind"]) for one in items]

    assert await ended() == [(story.child, "person-record")], "the worker's own record is open"
    left = {"reason_code": "retired", "occurred_on": "2006-12-30"}
    assert (await story.office.post(f"/workers/{story.worker}/leaving", left)).status_code == 200
    both = sorted([(story.child, "person-record"), (story.worker, "worker-record")])
    assert await ended() == both
    for person, _ in both:
        kept = (await story.office.get(f"/persons/{person}/retention")).json()
        assert kept["until"] <= "2017-01-05"
    path = f"/households/{story.household}/members/{story.child}/changes"
    told_now = {"relation": "child", "health_code": "healthy", "monthly_income_fen": 1, "occurred_on": "2017-01-05"}
    await story.good(await story.entered(path, **told_now))
    assert await ended() == [(story.worker, "worker-record")]
    kept = (await story.office.get(f"/persons/{story.child}/retention")).json()
    assert {"kind": "household", "until": "2027-01-05"} in kept["periods"]
    done = await by_approver(story, f"/persons/{story.worker}/erasure", reason_code="retention-ended")
    assert done.status_code == 200, done.text
    assert await ended() == []
    assert (await story.office.get("/retention/persons", Role.GRASSROOTS_OFFICER, unit=uuid4())).status_code == 403
    assert dossier


async def test_who_left_a_household_is_kept_as_long_as_its_dossier(story: Story) -> None:
    await story.family()
    await story.opened()
    path = f"/households/{story.household}/members/{story.child}/departure"
    await story.good(await story.entered(path, reason_code="married", occurred_on="2016-12-20"))
    kept = (await story.office.get(f"/persons/{story.child}/retention")).json()
    assert {"kind": "dossier", "until": None} in kept["periods"]


def test_the_kinds_that_keep_are_those_of_the_policy() -> None:
    assert isinstance(POLICY, RetentionPolicy)
    assert {DOSSIER, HOUSEHOLD} < set(POLICY.years)
