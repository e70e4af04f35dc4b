"""Students of the own jurisdiction: listed, counted, narrowed, exported; the vault alone knows birthdays."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from unionaid.registry.examples import resident_id
from unionaid.service.roles import Role

from .dossier_story import Story, member
from .test_http_exports import cells, openings

if TYPE_CHECKING:
    from services.registry.tests.conftest import Office, Units

ON = "2016-12-10"
LATER = "2016-12-20"
OTHER = {"health_code": "healthy", "monthly_income_fen": 0}


@pytest.fixture
def story(office: Office, units: Units) -> Story:
    return Story(office, units)


class School:
    """Families with students in two unions."""

    def __init__(self, story: Story) -> None:
        self.story, self.office, self.units = story, story.office, story.units
        self.household: dict[str, str] = {}

    async def child(self, name: str, born: str, union: str) -> str:
        return await self.office.made(
            "/persons",
            {"union_org_id": union, "name": name, "birth_date": born, "sex": "male", "occurred_on": "2016-12-01"},
            "person_id",
        )

    async def family(self, serial: int, union: str, *students: tuple[str, str]) -> str:
        """Form a household of a worker and children, each with a stage; return its id."""
        worker = await self.story.worker_entered(serial, union)
        told = [member(child, "child", 0, school_stage=stage) for child, stage in students]
        body = {"union_org_id": union, "occurred_on": ON, "members": [member(worker, "householder", 9_000), *told]}
        household = await self.office.made("/households", body, "household_id")
        self.household |= dict.fromkeys((child for child, _ in students), household)
        return household

    async def admitted(self, child: str, stage: str, on: str = LATER) -> None:
        letter = {
            "school_stage": stage, "admission_letter_sha256": "5a" * 32, "admission_letter_bytes": 9,
            "school": "标记一中", "occurred_on": on,
        }  # fmt: skip
        path = f"/households/{self.household[child]}/members/{child}"
        assert (await self.office.post(f"{path}/admission", letter)).status_code == 200

    async def changed(self, child: str, stage: str | None, on: str = LATER) -> None:
        told = {"relation": "child", "school_stage": stage, "occurred_on": on, **OTHER}
        path = f"/households/{self.household[child]}/members/{child}/changes"
        answered = await self.office.post(path, told)
        assert answered.status_code == 200, answered.text

    async def listed(self, query: str = "", *roles: Role, unit: str | None = None) -> list[dict[str, Any]]:
        answered = await self.office.get(f"/students{query}", *roles, unit=unit)
        assert answered.status_code == 200, answered.text
        items: list[dict[str, Any]] = answered.json()["items"]
        return items

    async def who(self, query: str = "", *roles: Role, unit: str | None = None) -> set[str]:
        return {one["person_id"] for one in await self.listed(query, *roles, unit=unit)}


@pytest.fixture
def school(story: Story) -> School:
    return School(story)


async def test_a_student_is_listed_without_identity_and_as_last_told(school: School) -> None:
    units = school.units
    child = await school.child("标记甲", "2001-05-06", units.factory_union)
    household = await school.family(1, units.factory_union, (child, "lower_secondary"))
    (row,) = await school.listed()
    expected = {
        "person_id": child, "household_id": household, "union_org_id": units.factory_union,
        "union_name": "样厂工会委员会", "relation": "child", "school_stage": "lower_secondary", "known_since": ON,
        "letter_on": None, "birth_year": 2001, "dossier_id": None, "dossier_status": None, "restricted": False,
    }  # fmt: skip
    assert row == expected
    await school.admitted(child, "upper_secondary")
    (row,) = await school.listed()
    assert row == expected | {"school_stage": "upper_secondary", "known_since": LATER, "letter_on": LATER}
    await school.changed(child, "college", "2017-01-02")
    (row,) = await school.listed()
    assert row == expected | {"school_stage": "college", "known_since": "2017-01-02"}
    await school.changed(child, None, "2017-01-03")
    assert await school.listed() == []


async def test_an_erased_student_is_on_no_list_and_in_no_count(school: School) -> None:
    units, office = school.units, school.office
    gone, stays = [await school.child(name, "2001-05-06", units.factory_union) for name in ("标记甲", "标记乙")]
    await school.family(1, units.factory_union, (gone, "primary"), (stays, "college"))
    office.issuer.person = f"person-{uuid4()}"
    erasure = {"reason_code": "ordered", "occurred_on": LATER}
    answered = await office.post(f"/persons/{gone}/erasure", erasure, Role.APPROVER)
    assert answered.status_code == 200, answered.text
    assert await school.who() == {stays}
    assert await office.pool.fetchval("SELECT count(*) FROM views.student WHERE person_id = $1", UUID(gone)) == 0
    counted = (await office.get("/students/counts")).json()
    assert {stage for stage, one in counted.items() if one["students"]} == {"college"}


async def test_another_unions_student_is_not_there(school: School) -> None:
    units = school.units
    near = await school.child("标记甲", "2001-05-06", units.factory_union)
    far = await school.child("标记乙", "2002-05-06", units.other_street)
    await school.family(1, units.factory_union, (near, "primary"))
    await school.family(2, units.other_street, (far, "college"))
    grassroots, street = Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER
    assert await school.who() == {near, far}
    assert await school.who("", street, unit=units.street) == {near}
    assert await school.who("", grassroots, unit=units.other_street) == {far}
    assert await school.who(f"?union_org_id={units.other_street}", street, unit=units.street) == set()
    assert await school.who("", grassroots) == set()
    assert await school.who("", Role.AUDITOR) == {near, far}
    counted = (await school.office.get("/students/counts", street, unit=units.street)).json()
    assert {stage: one for stage, one in counted.items() if one["students"]} == {
        "primary": {"students": 1, "letters": 0}
    }
    answered = await school.office.post("/exports/students", {}, street, unit=units.street)
    assert [row[0] for row in cells(answered)[1:]] == ["标记甲"]
    for role in (Role.CASHIER, Role.WORKER, Role.ACCOUNTANT):
        assert (await school.office.get("/students", role)).status_code == 403
    assert (await school.office.post("/exports/students", {}, Role.AUDITOR)).status_code == 403


async def test_the_list_is_narrowed_by_stage_letter_dossier_and_union(school: School) -> None:
    units, story = school.units, school.story
    dossier = await story.in_force()
    story.office.issuer.person = story.people["enters"]
    with_dossier = story.child
    first = await school.child("标记乙", "2003-01-01", units.street)
    second = await school.child("标记丙", "1999-01-01", units.street)
    await school.family(3, units.street, (first, "upper_secondary"), (second, "college"))
    await school.admitted(second, "college")
    assert await school.who("?school_stage=upper_secondary") == {with_dossier, first}
    assert await school.who("?letter=true") == {second}
    assert await school.who("?letter=false") == {with_dossier, first}
    assert await school.who("?open_dossier=true") == {with_dossier}
    (row,) = await school.listed("?open_dossier=true")
    assert (row["dossier_id"], row["dossier_status"]) == (dossier, "approved")
    assert await school.who(f"?union_org_id={units.street}") == {with_dossier, first, second}
    assert await school.who(f"?union_org_id={units.factory_union}") == {with_dossier}
    counted = (await school.office.get(f"/students/counts?union_org_id={units.street}")).json()
    assert counted["upper_secondary"] == {"students": 2, "letters": 0}
    assert counted["college"] == {"students": 1, "letters": 1}
    assert counted["preschool"] == {"students": 0, "letters": 0}
    for query in ("?school_stage=none", "?under_age=0", "?under_age=x", "?on=1800-01-01", "?on=5", "?cursor=1.2.3"):
        refused = await school.office.get(f"/students{query}")
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input"), query


async def test_an_age_is_reached_on_the_birthday_itself(school: School) -> None:
    """Of the year in between, the vault's keyed hashes tell; by number and by told date alike."""
    union = school.units.factory_union
    days = ("2003-05-31", "2003-06-01", "2003-06-02", "2003-12-31", "2002-12-31", "2004-01-01")
    children = {day: await school.child("标记甲", day, union) for day in days}
    numbered = {}
    for serial, day in ((7, date(2003, 6, 1)), (9, date(2003, 6, 2))):
        body = {"union_org_id": union, "name": "标记乙", "resident_id": resident_id(serial, day), "occurred_on": ON}
        numbered[day.day] = await school.office.made("/persons", body, "person_id")
    told = [(child, "primary") for child in children.values()]
    await school.family(1, union, *told, *((one, "college") for one in numbered.values()))
    before = await school.office.events()
    young = await school.who("?under_age=14&on=2017-06-01")
    assert {day for day, child in children.items() if child in young} == {"2003-06-02", "2003-12-31", "2004-01-01"}
    assert [day for day, one in numbered.items() if one in young] == [2]
    assert await school.office.events() == before  # nobody was opened
    counted = (await school.office.get("/students/counts?under_age=14&on=2017-06-01")).json()
    assert counted["primary"]["students"] == 3


async def test_the_year_follows_an_id_that_is_corrected(school: School) -> None:
    union = school.units.factory_union
    child = await school.office.made(
        "/persons",
        {"union_org_id": union, "name": "标记乙", "resident_id": resident_id(7), "occurred_on": ON},
        "person_id",
    )
    await school.family(1, union, (child, "college"))
    corrected = {"resident_id": resident_id(8, date(1994, 5, 6)), "reason_code": "entered-wrong", "occurred_on": LATER}
    answered = await school.office.post(f"/persons/{child}/corrections", corrected)
    assert answered.status_code == 200, answered.text
    (row,) = await school.listed()
    assert row["birth_year"] == 1994


async def test_pages_lead_through_the_list_once(school: School) -> None:
    union = school.units.factory_union
    children = [await school.child("标记甲", f"2003-05-0{n}", union) for n in range(1, 6)]
    await school.family(1, union, *((child, "primary") for child in children[:3]))
    await school.family(2, school.units.street, *((child, "primary") for child in children[3:]))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await school.office.get("/students?limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
        seen += [one["person_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(children)


async def test_a_workbook_of_students_has_numbers_as_text_and_birth_dates(school: School) -> None:
    union = school.units.factory_union
    child = await school.child("标记甲", "2001-05-06", union)
    numbered = await school.office.made(
        "/persons",
        {"union_org_id": union, "name": "标记乙", "resident_id": resident_id(7), "occurred_on": ON},
        "person_id",
    )
    await school.family(1, union, (child, "upper_secondary"), (numbered, "college"))
    await school.admitted(numbered, "college")
    before = len(await openings(school.office))
    header, *rows = cells(await school.office.post("/exports/students", {"under_age": 40}))
    assert header[:3] == ["Name", "Resident ID", "Birth date"]
    number = resident_id(7)
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    assert sorted(rows) == sorted([
        ["标记甲", "", "2001-05-06", "child", "upper secondary", ON, "", "样厂工会委员会", "", ""],
        ["标记乙", number, born, "child", "college", ON, LATER, "样厂工会委员会", "", ""],
    ])  # fmt: skip
    (event, _, _) = (await openings(school.office))[before]
    assert (event.opening_purpose, event.opened_fields) == ("export", ("birth_date", "name", "resident_id"))
    assert {str(one) for one in event.opened_person_ids} == {child, numbered}
    none = await school.office.post("/exports/students", {"school_stage": "preschool"})
    assert (none.status_code, none.json()["code"]) == (422, "export-empty")


async def test_who_asked_to_be_erased_is_listed_and_not_told(school: School) -> None:
    union = school.units.factory_union
    child = await school.child("标记甲", "2001-05-06", union)
    await school.family(1, union, (child, "college"))
    restricted = await school.office.post(f"/persons/{child}/restriction", {"occurred_on": "2017-01-04"})
    assert restricted.status_code == 200, restricted.text
    (row,) = await school.listed()
    assert row["restricted"]
    _, line = cells(await school.office.post("/exports/students", {}))
    assert (line[:3], line[-1]) == (["", "", ""], "Asked to be erased: not told")


async def test_students_go_with_their_household(school: School) -> None:
    """To another union with who heads it; into a household of their own when it splits; out of it."""
    units = school.units
    first = await school.child("标记甲", "2001-05-06", units.factory_union)
    second = await school.child("标记乙", "2002-05-06", units.factory_union)
    household = await school.family(1, units.factory_union, (first, "primary"), (second, "college"))
    split = {
        "members": [member(second, "householder", 0, school_stage="college")], "reason_code": "living-apart",
        "occurred_on": LATER,
    }  # fmt: skip
    parted = await school.office.post(f"/households/{household}/split", split)
    assert parted.status_code == 200, parted.text
    rows = {one["person_id"]: one["household_id"] for one in await school.listed()}
    assert rows == {first: household, second: parted.json()["new_household_id"]}
    members = (await school.office.get(f"/households/{household}")).json()["members"]
    (holder,) = (one["person_id"] for one in members if one["relation"] == "householder")
    transfer = {"union_org_id": units.other_street, "occurred_on": LATER}
    moved = await school.office.post(f"/workers/{holder}/transfer", transfer)
    assert moved.status_code == 200, moved.text
    assert {one["person_id"]: one["union_org_id"] for one in await school.listed()} == {
        first: units.other_street, second: units.factory_union,
    }  # fmt: skip
    leaving = {"reason_code": "moved", "occurred_on": LATER}
    left = await school.office.post(f"/households/{household}/members/{first}/departure", leaving)
    assert left.status_code == 200, left.text
    assert await school.who() == {second}
