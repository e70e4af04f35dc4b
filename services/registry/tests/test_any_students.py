"""Whatever is told of families, the list of students is what a fold of the log says that shares no code with it."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .dossier_story import Story, member
from .test_http_students import School

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

STAGES = ("primary", "upper_secondary", "college")
KINDS = ("joins", "changes", "admitted", "leaves")
STEPS_MAX = 15


def course(draw: Random) -> list[tuple[Any, ...]]:
    """Steps at random: what, of which of three children, in which of two households, the stage told, the day."""
    return [
        (draw.choice(KINDS), draw.randrange(3), draw.randrange(2), draw.choice((None, *STAGES)),
         f"2016-12-{draw.randint(11, 28)}")
        for _ in range(draw.randint(1, STEPS_MAX))
    ]  # fmt: skip


@pytest.fixture
def school(office: Office, units: Units) -> School:
    return School(Story(office, units))


async def carry_out(
    school: School, step: tuple[Any, ...], child: str, households: list[str], home: str | None
) -> str | None:
    """Take a step of a child, who lives at `home`; who lives nowhere joins. Return where the child lives then."""
    what, _, household, stage, on = step
    what = "joins" if home is None else "changes" if what == "joins" else what
    home = home or households[household]
    path = f"/households/{home}/members"
    letter = {"admission_letter_sha256": "5a" * 32, "admission_letter_bytes": 9, "school": "标记一中"}
    told = {"relation": "child", "health_code": "healthy", "monthly_income_fen": 0, "school_stage": stage}
    where, body = {
        "joins": (path, {**told, "person_id": child}),
        "changes": (f"{path}/{child}/changes", told),
        "admitted": (f"{path}/{child}/admission", {**letter, "school_stage": stage or "college"}),
        "leaves": (f"{path}/{child}/departure", {"reason_code": "moved"}),
    }[what]
    answered = await school.office.post(where, {**body, "occurred_on": on})
    assert answered.status_code == 200, (what, answered.text)
    return None if what == "leaves" else home


def fold(events: list[dict[str, Any]]) -> set[tuple[str, str, str, str, str | None]]:
    """Household, person, stage, since when, and the letter's day, of all at school."""
    found: dict[tuple[str, str], tuple[str, str, str | None]] = {}
    for event in events:
        kind, d = event["type"].split(".")[2], event["data"]
        place = (d.get("household_id", ""), d.get("person_id", ""))
        if kind == "HouseholdMemberLeft" or (kind.startswith("HouseholdMember") and not d.get("school_stage")):
            found.pop(place, None)
        elif kind.startswith("HouseholdMember") or kind == "StudentAdmitted":
            stage, since, letter = found.get(place, ("", "", None))
            if stage != d["school_stage"]:
                stage, since, letter = d["school_stage"], d["occurred_on"], None
            found[place] = (stage, since, d["occurred_on"] if kind == "StudentAdmitted" else letter)
    return {(*place, *told) for place, told in found.items()}


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=set(Phase) - {Phase.shrink},
)
@given(seed=st.integers(0, 2**32))
async def test_any_course_of_families_leaves_the_students_that_a_fold_says(school: School, seed: int) -> None:
    union = school.units.factory_union
    children = [await school.child("标记甲", f"2003-05-0{n}", union) for n in range(1, 4)]
    households = []
    for n in range(2):
        head = await school.child("标记乙", f"1970-05-0{n + 1}", union)
        members = [member(head, "householder", 1), member(children[n], "child", 0, school_stage="primary")]
        body = {"union_org_id": union, "occurred_on": "2016-12-10", "members": members}
        households.append(await school.office.made("/households", body, "household_id"))
    homes: list[str | None] = [*households, None]
    for step in course(Random(seed)):
        child = step[1]
        homes[child] = await carry_out(school, step, children[child], households, homes[child])
    stored = await school.office.pool.fetch(
        "SELECT body FROM eventlog.events WHERE stream = ANY ($1::text[]) ORDER BY position",
        [f"household-{household}" for household in households],
    )
    told = {
        (one["household_id"], one["person_id"], one["school_stage"], one["known_since"], one["letter_on"])
        for one in await school.listed("?limit=500")
        if one["household_id"] in households
    }
    assert told == fold([json.loads(row["body"]) for row in stored])
