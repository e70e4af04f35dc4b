"""Who would qualify: a programme's terms put to everybody the office knows, in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.eventlog import ProjectionSet, reading
from unionaid.relief.domain.eligibility.attributes import AGE_MAX, ATTRIBUTES, MONTHS_MAX, Facts
from unionaid.relief.domain.eligibility.nodes import Node
from unionaid.relief.domain.eligibility.terms import Terms
from unionaid.relief.domain.refusals import PreviewGivenUp
from unionaid.relief.views.rules_in_sql import Parameters, in_sql

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

PERSONS_PAGE_MAX = 100
"""Persons of one page."""
PREVIEW_SECONDS_MAX = 10
"""Seconds that the statement may take before it is given up."""


PREVIEW_MEBIBYTES = 32
"""Memory that one sort or hash of the statement may take before it goes to disk."""


@dataclass(frozen=True, slots=True)
class Reason:
    """How many do not meet a condition, of how many it is not known, and for how many nothing else stands against it.

    For the lack of a fitting standard `code` is None.
    """

    code: str | None
    not_met: int
    not_known: int
    alone: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many would receive by one standard (None: the only one), and how much together, in fen."""

    code: str | None
    persons: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Preview:
    """How many were looked at, how many would qualify, for how much, and why others would not."""

    persons: int
    qualify: int
    amount_fen: int
    shares: tuple[Share, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """By which terms, on which day, in which unions (None: all)."""

    terms: Terms
    on: date
    unions: Collection[UUID] | None


class Eligible:
    """Questions to the live build of what registry has told."""

    def __init__(self, pool: Pool, chosen: ProjectionSet) -> None:
        self._pool, self._chosen = pool, chosen

    async def preview(self, asked: Asked) -> Preview:
        """Count who would qualify, for how much, and what stands against the others. Raises PreviewGivenUp."""
        statement = _Statement(asked)
        row = (await self._fetch(statement.counts(), statement.parameters, PREVIEW_SECONDS_MAX))[0]
        conditions, standards = asked.terms.conditions, asked.terms.standards
        if standards:
            shares = tuple(Share(s.code, row[f"s{n}"], row[f"s{n}"] * s.amount_fen) for n, s in enumerate(standards, 1))
        else:
            shares = (Share(None, row["qualify"], row["qualify"] * asked.terms.standard_fen),)
        reasons = [
            Reason(c.code, row[f"c{n}_not_met"], row[f"c{n}_not_known"], row[f"c{n}_alone"])
            for n, c in enumerate(conditions, 1)
        ]
        if standards:
            reasons.append(Reason(None, row["no_standard"], 0, row["no_standard_alone"]))
        amount_fen = sum(share.amount_fen for share in shares)
        return Preview(row["persons"], row["qualify"], amount_fen, shares, tuple(reasons))

    async def persons(self, asked: Asked, failing: int | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` persons after one, each with the union and the household.

        `failing` is the number of a condition, from 1, that they do not meet, 0 for want of a fitting standard, or
        None for those who qualify. Raises PreviewGivenUp.
        """
        statement = _Statement(asked)
        listed = statement.persons(failing, after, limit)
        rows = await self._fetch(listed, statement.parameters, PREVIEW_SECONDS_MAX)
        return [dict(row) for row in rows]

    async def facts_of(
        self, persons: Collection[UUID], on: date, unions: Collection[UUID] | None = None
    ) -> dict[UUID, Facts]:
        """Return what is known of these persons on a day, each of one of the unions (None: any).

        Nothing of those nobody knows, of who was erased and of those for whom another stands.
        """
        parameters = Parameters(on, None if unions is None else list(unions), list(persons))
        only = f"{_WITHIN} AND p.person_id = ANY($3::uuid[])"
        columns = ", ".join(_column(name) for name in ATTRIBUTES)
        rows = await self._fetch(f"{_known(only, few=True)} SELECT person_id, {columns} FROM known", parameters)
        return {row["person_id"]: {name: row[name] for name in ATTRIBUTES} for row in rows}

    async def _fetch(
        self, statement: str, parameters: Parameters, seconds_max: float | None = None
    ) -> Sequence[asyncpg.Record]:
        try:
            async with reading(self._pool, self._chosen) as conn:
                await conn.execute(f"SET LOCAL work_mem = '{PREVIEW_MEBIBYTES}MB'")
                return await conn.fetch(statement, *parameters.values, timeout=seconds_max)
        except TimeoutError:
            raise PreviewGivenUp from None


class _Statement:
    """The terms as one statement: who is known, how each stands with each condition, and by which standard.

    `OFFSET 0` keeps each step a step: otherwise a rule would be computed anew wherever its answer is looked at.
    """

    def __init__(self, asked: Asked) -> None:
        terms = asked.terms
        self.parameters = Parameters(asked.on, None if asked.unions is None else list(asked.unions))
        conditions = [f"{self._sql(c.rule)} AS c{n}" for n, c in enumerate(terms.conditions, 1)]
        fitting = " ".join(f"WHEN {self._sql(s.rule)} THEN {n}" for n, s in enumerate(terms.standards, 1))
        standard = f"CASE {fitting} END" if terms.standards else "0"
        self._count, self._standards = len(terms.conditions), len(terms.standards)
        met = [f"(c{n} IS TRUE)" for n in range(1, self._count + 1)] + ["(standard IS NOT NULL)"]
        self._failing = " + ".join(f"(NOT {one})::int" for one in met)
        self._judged = (
            f"{_known(_WITHIN)}, judged AS (SELECT person_id, union_org_id, household_id, "
            f"{''.join(f'{c}, ' for c in conditions)}{standard} AS standard FROM known OFFSET 0), "
            f"weighed AS (SELECT *, {self._failing} AS failing FROM judged OFFSET 0)"
        )

    def counts(self) -> str:
        told = ["count(*) AS persons", "count(*) FILTER (WHERE failing = 0) AS qualify"]
        for n in range(1, self._count + 1):
            told += [
                f"count(*) FILTER (WHERE c{n} IS FALSE) AS c{n}_not_met",
                f"count(*) FILTER (WHERE c{n} IS NULL) AS c{n}_not_known",
                f"count(*) FILTER (WHERE c{n} IS NOT TRUE AND failing = 1) AS c{n}_alone",
            ]
        told += [
            "count(*) FILTER (WHERE standard IS NULL) AS no_standard",
            "count(*) FILTER (WHERE standard IS NULL AND failing = 1) AS no_standard_alone",
        ]
        told += [
            f"count(*) FILTER (WHERE standard = {n} AND failing = 0) AS s{n}" for n in range(1, self._standards + 1)
        ]
        return f"{self._judged} SELECT {', '.join(told)} FROM weighed"

    def persons(self, failing: int | None, after: UUID | None, limit: int) -> str:
        match failing:
            case None:
                wanted = "failing = 0"
            case 0:
                wanted = "standard IS NULL"
            case _:
                wanted = f"c{int(failing)} IS NOT TRUE"
        begin = self.parameters.add(after, "uuid")
        most = self.parameters.add(limit, "bigint")
        return (
            f"{self._judged} SELECT person_id, union_org_id, household_id FROM weighed WHERE {wanted} "
            f"AND ({begin} IS NULL OR person_id > {begin}) ORDER BY person_id LIMIT {most}"
        )

    def _sql(self, rule: Node) -> str:
        return in_sql(rule, _column, self.parameters)


_WITHIN = "($2::uuid[] IS NULL OR coalesce(p.union_org_id, h.union_org_id) = ANY($2))"


def _column(name: str) -> str:
    return f'"{name}"'


def _months(since: str) -> str:
    whole = (
        f"(extract(year FROM $1::date) - extract(year FROM {since})) * 12 "
        f"+ extract(month FROM $1::date) - extract(month FROM {since}) "
        f"- (extract(day FROM $1::date) < extract(day FROM {since}))::int"
    )
    return f"CASE WHEN {since} IS NOT NULL THEN greatest(0, least({MONTHS_MAX}, {whole})) END::bigint"


_COLUMNS = {
    "person.worker": "coalesce(w.worker, false)",
    "person.migrant": "coalesce(w.migrant, false)",
    "person.restricted": "p.restricted",
    "person.sex": "w.sex",
    "person.age_in_year": "CASE WHEN w.birth_year IS NOT NULL THEN "
    f"greatest(0, least({AGE_MAX}, extract(year FROM $1::date) - w.birth_year)) END::bigint",
    "household.known": "(m.person_id IS NOT NULL)",
    "household.size": "s.persons",
    "household.relation": "m.relation",
    "household.health": "m.health_code",
    "student.stage": "m.school_stage",
    "student.admitted_stage": "a.school_stage",
    "student.months_since_admission": _months("a.admitted_on"),
    "dossier.open": "(d.dossier_id IS NOT NULL)",
    "dossier.holder": "coalesce(coalesce(z.survivor_id, d.holder_id) = p.person_id, false)",
    "dossier.level": "d.hardship_level",
    "dossier.cause": "d.hardship_cause",
    "dossier.household_size": "d.household_size::bigint",
    "dossier.income_percent": "d.income_ratio_percent::bigint",
    "dossier.months_since_approval": _months("d.approved_on"),
    "dossier.review_overdue": "d.next_review_on < $1::date",
}
"""Where each attribute is; `$1` is the day."""


_SIZES = """LEFT JOIN (SELECT household_id, count(*) AS persons FROM member GROUP BY household_id) s
        ON s.household_id = m.household_id"""
_SIZE_OF_EACH = """LEFT JOIN LATERAL (SELECT count(*) AS persons FROM member o WHERE o.household_id = m.household_id) s
        ON m.household_id IS NOT NULL"""
"""The sizes of all households at once, and of each that is looked at: the one for many persons, the other for few."""


def _known(only: str, *, few: bool = False) -> str:
    """Return what is known of everybody who is no alias of another and was not erased; `only` narrows it.

    A household that is known of a merged person alone is the survivor's, and so is a dossier that one held.
    """
    columns = ", ".join(f"{_COLUMNS[name]} AS {_column(name)}" for name in ATTRIBUTES)
    return f"""
WITH RECURSIVE chained AS (
    SELECT person_id, survivor_id FROM person_merge
    UNION SELECT c.person_id, g.survivor_id FROM chained c JOIN person_merge g ON g.person_id = c.survivor_id
), survivor AS MATERIALIZED (
    SELECT person_id, survivor_id FROM chained c
    WHERE NOT EXISTS (SELECT FROM person_merge g WHERE g.person_id = c.survivor_id)
), member AS NOT MATERIALIZED (
    SELECT m.* FROM household_member m WHERE NOT EXISTS (SELECT FROM survivor v WHERE v.person_id = m.person_id)
    UNION ALL (SELECT DISTINCT ON (v.survivor_id) v.survivor_id, m.household_id, m.relation, m.health_code,
        m.school_stage FROM household_member m JOIN survivor v USING (person_id)
        WHERE NOT EXISTS (SELECT FROM household_member o WHERE o.person_id = v.survivor_id)
        ORDER BY v.survivor_id, m.person_id)
), known AS (
    SELECT p.person_id, coalesce(p.union_org_id, h.union_org_id) AS union_org_id, m.household_id, {columns}
    FROM person p
    LEFT JOIN particulars w ON w.person_id = p.person_id
    LEFT JOIN member m ON m.person_id = p.person_id
    LEFT JOIN household h ON h.household_id = m.household_id
    {_SIZE_OF_EACH if few else _SIZES}
    LEFT JOIN admission a ON a.person_id = p.person_id
    LEFT JOIN dossier d ON d.household_id = m.household_id
    LEFT JOIN survivor z ON z.person_id = d.holder_id
    WHERE NOT p.erased AND NOT EXISTS (SELECT FROM person_merge g WHERE g.person_id = p.person_id) AND {only}
)"""
