"""Figures of hardship dossiers: steps of a period, or how they stood on a day; each from one snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from unionaid.reporting.domain.dossiers.question import DossierQuestion
from unionaid.reporting.domain.figures import (
    Citation,
    DossierBreakdown,
    DossierEvent,
    DossierPage,
    DossierShare,
    DossierTotal,
)
from unionaid.reporting.domain.ids import count_distinct, hash_of_sorted
from unionaid.reporting.views.snapshot import (
    BELOW_THEN,
    NAMED,
    PERSONS,
    STANDS,
    STANDS_FOR,
    Snapshots,
    incomplete,
    only,
    read_cursor,
)

if TYPE_CHECKING:
    import asyncpg

    from unionaid.eventlog import Connection


class DossierDimension(StrEnum):
    """What a total of dossiers can be broken down by."""

    STEP = "step"
    LEVEL = "level"
    CAUSE = "cause"
    UNION = "union"
    UNION_LEVEL = "union_level"
    MONTH = "month"


class DossierTotals:
    """Reads dossiers by `snapshots`. `registry` is the topic that their events stand in, and all that they join."""

    def __init__(self, snapshots: Snapshots, registry: str) -> None:
        self._snapshots, self._registry = snapshots, registry

    async def total(self, asked: DossierQuestion) -> DossierTotal:
        """Count dossiers, their holders, and the events."""
        async with self._snapshots.reading() as conn:
            return await self._total(conn, asked)

    async def by(self, asked: DossierQuestion, dimension: DossierDimension) -> DossierBreakdown:
        """Count, and break down by one dimension."""
        key, name = _DIMENSIONS[dimension]
        async with self._snapshots.reading() as conn:
            condition = _Condition(asked)
            rows = await conn.fetch(
                condition.told(
                    f"{{given}} SELECT {key} AS key, {name} AS name, {_FIGURES} FROM p {{merges}} {NAMED} "
                    "WHERE {where} GROUP BY 1, 2 ORDER BY 1, 2"
                ),
                *condition.values,
            )
            shares = await asyncio.to_thread(_shares, rows)
            return DossierBreakdown(dimension, await self._total(conn, asked), shares)

    async def events(self, asked: DossierQuestion, cursor: str | None, limit: int) -> DossierPage:
        """Return the events a total is made of, in index order, from a cursor on. Raises CursorMalformed."""
        async with self._snapshots.reading() as conn:
            if cursor is None:
                after, upto = -1, (await self._vector(conn, asked))[self._registry]
            else:
                after, upto = read_cursor(cursor)
            condition = _Condition(replace(asked, upto=min(upto, upto if asked.upto is None else asked.upto)))
            beyond, most = condition.value(after), condition.value(limit + 1)
            rows = await conn.fetch(
                condition.told(
                    f"{{given}} SELECT {_EVENT_COLUMNS} FROM p WHERE {{where}} AND p.index > {beyond} "
                    f"ORDER BY p.index LIMIT {most}"
                ),
                *condition.values,
            )
        page = [DossierEvent(**row) for row in rows[:limit]]
        return DossierPage(page, f"{page[-1].index}-{upto}" if len(rows) > limit else None)

    async def _total(self, conn: Connection, asked: DossierQuestion) -> DossierTotal:
        condition, vector = _Condition(asked), await self._vector(conn, asked)
        query = f"{{given}} SELECT {_FIGURES}, {_POLICIES} FROM p {{merges}} WHERE {{where}}"
        row = await only(conn, condition.told(query), condition.values)
        people, sha256 = await asyncio.gather(
            asyncio.to_thread(count_distinct, row["persons"]), asyncio.to_thread(hash_of_sorted, row["events"])
        )
        citation = Citation(
            asked.query, row["policy_versions"], self._snapshots.fingerprint, vector, row["times"], sha256
        )
        return DossierTotal(row["dossiers"], people, row["times"], await incomplete(conn, vector), citation)

    async def _vector(self, conn: Connection, asked: DossierQuestion) -> dict[str, int]:
        vector = await self._snapshots.vector(conn, asked.as_of)
        if asked.upto is not None:
            vector[self._registry] = min(asked.upto, vector[self._registry])
        return vector


class _Condition:
    """What a question asks for, in SQL on the rows `p` that `{given}` makes, with the values it names."""

    def __init__(self, asked: DossierQuestion) -> None:
        self.values: list[Any] = []
        self._as_of = "" if asked.as_of is None else self.value(asked.as_of)
        self._upto = "" if asked.upto is None else self.value(asked.upto)
        until, steps = self.value(asked.until), self.value(list(asked.steps))
        self._until = f"{until}::date"
        if asked.since is None:
            chosen, day, then = _STANDING, f"{until}::date", f"e.occurred_on <= {until}"
        else:
            chosen, day, then = _TAKEN, "t.occurred_on", "e.index <= t.index"
        since = "" if asked.since is None else self.value(asked.since)
        taken = chosen.format(known_e=self.known("e"), steps=steps, until=until, since=since)
        told = " ".join(
            _TOLD.format(column=column, also=also, then=then, known_e=self.known("e"))
            for column, also in _AS_TOLD.items()
        )
        self._given = _GIVEN.format(chosen=taken, day=day, told=told)
        parts = ["true"] if asked.step is None else [f"p.step = {self.value(asked.step)}"]
        for column, value in (("hardship_level", asked.level), ("hardship_cause", asked.cause)):
            if value == "unknown":
                parts.append(f"p.{column} IS NULL")
            elif value is not None:
                parts.append(f"p.{column} = {self.value(value)}")
        if asked.union is not None:
            known = {f"known_{row}": self.known(row) for row in ("o", "v")}
            parts.append(BELOW_THEN.format(root=self.value(asked.union), **known).strip())
        self._where = " AND ".join(parts)

    def value(self, given: object) -> str:
        """Return the place of one more value."""
        self.values.append(given)
        return f"${len(self.values)}"

    def known(self, row: str) -> str:
        """Say that a row was known at the moment asked for: all of them are made of registry's events."""
        parts = [f"{row}.logtime <= {self._as_of}"] if self._as_of else []
        return " AND ".join([*parts, *([f"{row}.index <= {self._upto}"] if self._upto else [])]) or "true"

    def told(self, query: str) -> str:
        """Fill a query's `{given}`, `{merges}`, `{person}` and `{where}`, and the `{known_<row>}` of what it joins."""
        known_m = f"{self.known('m')} AND {STANDS.format(known_u=self.known('u'))}"
        return query.format(
            given=self._given, merges=STANDS_FOR.format(known_m=known_m), where=self._where, known_o=self.known("o"),
            known_n=self.known("n"), until=self._until,
            person="coalesce(s.survivor_id, p.person_id)",
        )  # fmt: skip


def _shares(rows: Sequence[asyncpg.Record]) -> list[DossierShare]:
    return [
        DossierShare(row["key"], row["name"], row["dossiers"], count_distinct(row["persons"]), row["times"])
        for row in rows
    ]


_TAKEN = """
SELECT * FROM dossier_event e
WHERE e.step = ANY ({steps}::text[]) AND e.occurred_on BETWEEN {since} AND {until} AND {known_e}"""
"""Each step of the period."""
_STANDING = """
SELECT DISTINCT ON (e.dossier_id) * FROM dossier_event e
WHERE e.step = ANY ({steps}::text[]) AND e.occurred_on <= {until} AND {known_e} ORDER BY e.dossier_id, e.index DESC"""
"""Of each dossier the step that put it where it stood on the day."""
_AS_TOLD = {"holder_id": "", "union_org_id": "", "hardship_level": ", e.policy_version", "hardship_cause": ""}
"""What is told again and again of a dossier, each with what stands beside it."""
_TOLD = (
    "LEFT JOIN LATERAL (SELECT e.{column}{also} FROM dossier_event e "
    "WHERE e.dossier_id = t.dossier_id AND e.{column} IS NOT NULL AND {known_e} "
    # as told last by then; where nothing was, as told first
    "ORDER BY {then} DESC, CASE WHEN {then} THEN -e.index ELSE e.index END LIMIT 1) as_{column} ON true"
)
_GIVEN = """
WITH p AS (
    SELECT t.event_id, t.topic, t.index, t.logtime, t.occurred_on AS happened_on, {day} AS occurred_on, t.dossier_id,
        t.step, as_holder_id.holder_id, as_holder_id.holder_id AS person_id, as_union_org_id.union_org_id,
        as_hardship_level.hardship_level, as_hardship_level.policy_version, as_hardship_cause.hardship_cause
    FROM ({chosen}) t {told}
)"""
"""The events that count, each with its dossier as it was told to be by then; `occurred_on` is the day of the tree."""
_FIGURES = (
    f"count(*) AS times, count(DISTINCT p.dossier_id) AS dossiers, {PERSONS} AS persons, "
    "coalesce(string_agg(uuid_send(p.event_id), ''), '') AS events"
)
_POLICIES = (
    "coalesce(array_agg(DISTINCT p.policy_version ORDER BY p.policy_version) "
    "FILTER (WHERE p.policy_version IS NOT NULL), '{{}}') AS policy_versions"
)
"""The policies that the levels counted were found by."""
_EVENT_COLUMNS = ", ".join(f"p.{name}" for name in DossierEvent.__dataclass_fields__)
_DIMENSIONS: Mapping[DossierDimension, tuple[str, str]] = {
    DossierDimension.STEP: ("p.step", "NULL::text"),
    DossierDimension.LEVEL: ("p.hardship_level", "NULL::text"),
    DossierDimension.CAUSE: ("p.hardship_cause", "NULL::text"),
    DossierDimension.UNION: ("p.union_org_id::text", "o.name"),
    DossierDimension.UNION_LEVEL: ("o.level", "NULL::text"),
    DossierDimension.MONTH: ("to_char(p.happened_on, 'YYYY-MM')", "NULL::text"),
}
"""Dimension -> key, name."""
