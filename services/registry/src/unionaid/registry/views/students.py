"""Who is at school of which household: lists and counts, without identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode, stream_name
from unionaid.contracts.fields import SchoolStage
from unionaid.contracts.registry import (
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    HouseholdMoved,
    IdentityCorrected,
    PersonErased,
    StudentAdmitted,
)
from unionaid.eventlog import Connection, load_many
from unionaid.registry.domain.household.facts import Formed, household_of
from unionaid.registry.domain.household.students import students_of
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Known, Left, Worker, known_of
from unionaid.registry.views.people import people
from unionaid.registry.views.units import Pool

SHOWN: tuple[type[Fact], ...] = (
    HouseholdMemberJoined, HouseholdMemberChanged, StudentAdmitted, HouseholdMemberLeft, HouseholdMoved,
    IdentityCorrected, PersonErased,
)  # fmt: skip
"""The events that a row changes with."""
STAGES: tuple[SchoolStage, ...] = get_args(SchoolStage)


@dataclass(frozen=True, slots=True)
class Young:
    """Who is young enough: born in a later year than `year`, or in that year and one of `persons`."""

    year: int
    persons: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Which:
    """Which students; None, or False of `open_dossier`, leaves out nobody. Of a union all under it too."""

    school_stage: SchoolStage | None = None
    letter: bool | None = None
    open_dossier: bool = False
    union_org_id: UUID | None = None
    young: Young | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Where a student stands in the order of the list: the cursor."""

    union_org_id: UUID
    household_id: UUID
    person_id: UUID

    def __str__(self) -> str:
        return f"{self.union_org_id}.{self.household_id}.{self.person_id}"

    @classmethod
    def read(cls, written: str) -> After:
        """Read a cursor. Raises ValueError."""
        union, household, person = written.split(".")
        return cls(UUID(union), UUID(household), UUID(person))


async def students(
    pool: Pool, reach: Jurisdiction, which: Which, after: After | None, limit: int
) -> list[dict[str, Any]]:
    """Return at most `limit` students within reach after one of them: union by union, household by household."""
    place = (after.union_org_id, after.household_id, after.person_id) if after else (None, None, None)
    rows = await pool.fetch(_CHOSEN + _LIST, *_narrowed(reach, which), which.school_stage, *place, limit)
    return [dict(row) for row in rows]


async def counts(pool: Pool, reach: Jurisdiction, which: Which) -> dict[str, dict[str, int]]:
    """Return of each stage how many students there are, and how many of them have a letter; `which` of any stage."""
    rows = await pool.fetch(_CHOSEN + _COUNT, *_narrowed(reach, which))
    found = {row["school_stage"]: {"students": row["students"], "letters": row["letters"]} for row in rows}
    return {stage: found.get(stage, {"students": 0, "letters": 0}) for stage in STAGES}


async def born_in(pool: Pool, reach: Jurisdiction, year: int) -> list[UUID]:
    """Return the students within reach who were born in a year."""
    rows = await pool.fetch(_BORN, reach.unit, reach.whole_division, year)
    return [row["person_id"] for row in rows]


async def write_students(conn: Connection, facts: Iterable[Fact]) -> None:
    """Write the rows of households as their streams stand now, so that the same events again change nothing."""
    households: set[UUID] = set()
    born: dict[UUID, int | None] = {}
    erased: set[UUID] = set()
    for fact in facts:
        match fact:
            case HouseholdMemberJoined(school_stage=None):
                pass  # there is no row, and none is to come
            case HouseholdMemberJoined() | HouseholdMemberChanged() | StudentAdmitted() | HouseholdMemberLeft():
                households.add(fact.household_id)
            case HouseholdMoved():
                households.add(fact.household_id)
            case IdentityCorrected():
                born[fact.person_id] = fact.birth_year
            case PersonErased():
                erased.add(fact.person_id)
            case _:
                pass
    if households:
        await _write(conn, households)
    if born:
        await conn.execute(
            "UPDATE views.student s SET birth_year = b.year "
            "FROM unnest($1::uuid[], $2::smallint[]) AS b(person_id, year) WHERE s.person_id = b.person_id",
            list(born), list(born.values()),
        )  # fmt: skip
    if erased:
        await conn.execute("DELETE FROM views.student WHERE person_id = ANY($1::uuid[])", list(erased))


async def _write(conn: Connection, household_ids: Iterable[UUID]) -> None:
    told = {id: stream_name("household", id) for id in household_ids}
    stored = await load_many(conn, sorted(told.values()))
    histories = {id: [decode(event.body)[1] for event in stored[stream]] for id, stream in told.items()}
    found = {id: students_of(history) for id, history in histories.items()}
    known = await people(conn, sorted({student.person_id for those in found.values() for student in those}))
    rows = []
    for id, those in found.items():
        household = household_of(histories[id])
        union = household.union_org_id if isinstance(household, Formed) else None
        for student in those:
            person = known[student.person_id]
            if union is not None and isinstance(person, Known | Worker | Left):  # erased: nobody is listed
                rows.append((
                    id, student.person_id, union, student.relation, student.school_stage, student.known_since,
                    student.letter_on, known_of(person).birth_year,
                ))  # fmt: skip
    await conn.execute("DELETE FROM views.student WHERE household_id = ANY($1::uuid[])", list(told))
    if rows:
        await conn.execute(
            "INSERT INTO views.student (household_id, person_id, union_org_id, relation, school_stage, known_since, "
            "letter_on, birth_year) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], "
            "$6::date[], $7::date[], $8::smallint[])",
            *map(list, zip(*rows, strict=True)),
        )


def _narrowed(reach: Jurisdiction, which: Which) -> tuple[Any, ...]:
    young = which.young
    return (
        reach.unit, reach.whole_division, which.union_org_id, which.letter, which.open_dossier,
        young.year if young else None, list(young.persons) if young else [],
    )  # fmt: skip


_MINE = """
WITH RECURSIVE mine AS (
    SELECT org_id FROM views.org WHERE org_id = $1
    UNION SELECT o.org_id FROM views.org o JOIN mine m ON o.parent_id = m.org_id
)
"""
_BORN = f"""
{_MINE}
SELECT person_id FROM views.student s
WHERE birth_year = $3::smallint AND ($2 OR s.union_org_id IN (SELECT org_id FROM mine))
"""
_CHOSEN = f"""
{_MINE}, chosen AS (
    SELECT org_id FROM views.org WHERE org_id = $3
    UNION SELECT o.org_id FROM views.org o JOIN chosen c ON o.parent_id = c.org_id
), found AS (
    SELECT s.*, d.dossier_id, d.status AS dossier_status FROM views.student s
    LEFT JOIN views.dossier d ON d.household_id = s.household_id AND d.status <> 'closed'
    WHERE ($2 OR s.union_org_id IN (SELECT org_id FROM mine))
      AND ($3::uuid IS NULL OR s.union_org_id IN (SELECT org_id FROM chosen))
      AND ($4::boolean IS NULL OR (s.letter_on IS NOT NULL) = $4)
      AND (NOT $5::boolean OR d.dossier_id IS NOT NULL)
      AND ($6::smallint IS NULL OR s.birth_year > $6 OR (s.birth_year = $6 AND s.person_id = ANY ($7::uuid[])))
)
"""
_LIST = """
SELECT s.person_id, s.household_id, s.union_org_id, o.name AS union_name, s.relation, s.school_stage, s.known_since,
    s.letter_on, s.birth_year, s.dossier_id, s.dossier_status,
    EXISTS (SELECT FROM views.restriction r WHERE r.person_id = s.person_id) AS restricted
FROM found s JOIN views.org o ON o.org_id = s.union_org_id
WHERE ($8::text IS NULL OR s.school_stage = $8)
  AND ($11::uuid IS NULL OR (s.union_org_id, s.household_id, s.person_id) > ($9, $10, $11))
ORDER BY s.union_org_id, s.household_id, s.person_id LIMIT $12
"""
_COUNT = """
SELECT school_stage, count(*) AS students, count(letter_on) AS letters FROM found GROUP BY school_stage
"""
