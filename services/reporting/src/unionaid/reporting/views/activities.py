"""Figures of goods handed out and of training, each from one snapshot of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from unionaid.reporting.domain.activities.question import ActivityQuestion
from unionaid.reporting.domain.figures import (
    ActivityBreakdown,
    ActivityEvent,
    ActivityPage,
    ActivityShare,
    ActivityTotal,
    Citation,
)
from unionaid.reporting.domain.ids import count_distinct, hash_of_sorted
from unionaid.reporting.views.relief import condition_of
from unionaid.reporting.views.snapshot import NAMED, Snapshots, incomplete, only, read_cursor

if TYPE_CHECKING:
    import asyncpg

    from unionaid.eventlog import Connection


class ActivityDimension(StrEnum):
    """What a total of activities can be broken down by."""

    UNION = "union"
    MONTH = "month"
    PROGRAMME = "programme"
    STEP = "step"


class ActivityTotals:
    """Reads activities by `snapshots`. `relief` is the topic that they stand in."""

    def __init__(self, snapshots: Snapshots, relief: str) -> None:
        self._snapshots, self._relief = snapshots, relief

    async def total(self, asked: ActivityQuestion) -> ActivityTotal:
        """Count sites, people by the head, fen of goods, sessions, and trainees as people."""
        async with self._snapshots.reading() as conn:
            return await self._total(conn, asked)

    async def by(self, asked: ActivityQuestion, dimension: ActivityDimension) -> ActivityBreakdown:
        """Count, and break down by one dimension."""
        key, name, joins = _DIMENSIONS[dimension]
        async with self._snapshots.reading() as conn:
            condition = await condition_of(conn, asked)
            query = (
                f"SELECT {key} AS key, {name} AS name, {_FIGURES} FROM relief_activity p {joins} {{merges}} "
                "WHERE {where} GROUP BY 1, 2 ORDER BY 1, 2"
            )
            rows = await conn.fetch(condition.told(query), *condition.values)
            sites = await conn.fetch(condition.told(_SITES_BY.format(key=key)), *condition.values)
            shares = await asyncio.to_thread(_shares, rows, {row["key"]: row["sites"] for row in sites})
            return ActivityBreakdown(dimension, await self._total(conn, asked), shares)

    async def events(self, asked: ActivityQuestion, cursor: str | None, limit: int) -> ActivityPage:
        """Return the events a total is made of, in index order, from a cursor on. Raises CursorMalformed."""
        async with self._snapshots.reading() as conn:
            if cursor is None:
                after, upto = -1, (await self._vector(conn, asked))[self._relief]
            else:
                after, upto = read_cursor(cursor)
            condition = await condition_of(
                conn, replace(asked, upto=min(upto, upto if asked.upto is None else asked.upto))
            )
            beyond, most = condition.value(after), condition.value(limit + 1)
            rows = await conn.fetch(
                condition.told(
                    f"SELECT {_EVENT_COLUMNS} FROM relief_activity p WHERE {{where}} AND p.index > {beyond} "
                    f"ORDER BY p.index LIMIT {most}"
                ),
                *condition.values,
            )
        page = [ActivityEvent(**row) for row in rows[:limit]]
        return ActivityPage(page, f"{page[-1].index}-{upto}" if len(rows) > limit else None)

    async def _total(self, conn: Connection, asked: ActivityQuestion) -> ActivityTotal:
        condition, vector = await condition_of(conn, asked), await self._vector(conn, asked)
        query = f"SELECT {_FIGURES}, {_EVENTS} FROM relief_activity p {{merges}} WHERE {{where}}"
        row = await only(conn, condition.told(query), condition.values)
        sites = await only(conn, condition.told(_SITES), condition.values)
        policies = await only(conn, condition.told(_POLICIES), condition.values)
        people, sha256 = await asyncio.gather(
            asyncio.to_thread(_people, row), asyncio.to_thread(hash_of_sorted, row["events"])
        )
        citation = Citation(
            asked.query, policies["policy_versions"], self._snapshots.fingerprint, vector, row["times"], sha256
        )
        return ActivityTotal(
            sites["sites"], row["head_count"], row["amount_fen"], row["sessions"], *people, row["times"],
            await incomplete(conn, vector), citation,
        )  # fmt: skip

    async def _vector(self, conn: Connection, asked: ActivityQuestion) -> dict[str, int]:
        vector = await self._snapshots.vector(conn, asked.as_of)
        if asked.upto is not None:
            vector[self._relief] = min(asked.upto, vector[self._relief])
        return vector


def _people(row: asyncpg.Record) -> tuple[int, int, int]:
    return count_distinct(row["trainees"]), count_distinct(row["completed"]), count_distinct(row["placed"])


def _shares(rows: Sequence[asyncpg.Record], sites: Mapping[str | None, int]) -> list[ActivityShare]:
    return [
        ActivityShare(
            row["key"], row["name"], sites.get(row["key"], 0), row["head_count"], row["amount_fen"], row["sessions"],
            *_people(row), row["times"],
        )
        for row in rows
    ]  # fmt: skip


def _persons(step: str) -> str:
    return f"coalesce(string_agg(uuid_send({{person}}), '') FILTER (WHERE p.step = '{step}'), '')"


_FIGURES = (
    "count(*) AS times, coalesce(sum(p.head_count), 0)::bigint AS head_count, "
    "coalesce(sum(p.amount_fen), 0)::bigint AS amount_fen, "
    "count(DISTINCT p.about_id) FILTER (WHERE p.step = 'held') AS sessions, "
    f"{_persons('enrolled')} AS trainees, {_persons('completed')} AS completed, {_persons('placed')} AS placed"
)
_EVENTS = "coalesce(string_agg(uuid_send(p.event_id), ''), '') AS events"
_SERVED = "GROUP BY p.union_org_id, p.site HAVING sum(p.head_count) > 0"
"""A site counts where anybody was served, after what was taken back."""
_SITES = f"""
SELECT count(*) AS sites FROM (
    SELECT 1 FROM relief_activity p WHERE {{where}} AND p.site IS NOT NULL {_SERVED}
) served"""
_SITES_BY = """
SELECT key, count(*) AS sites FROM (
    SELECT {key} AS key FROM relief_activity p WHERE {{where}} AND p.site IS NOT NULL
    GROUP BY 1, p.union_org_id, p.site HAVING sum(p.head_count) > 0
) served GROUP BY 1"""
_POLICIES = """
SELECT coalesce(array_agg(DISTINCT g.policy_version ORDER BY g.policy_version), '{{}}') AS policy_versions
FROM programme g WHERE {known_g}
    AND g.programme_id IN (SELECT p.programme_id FROM relief_activity p WHERE {where})"""
_EVENT_COLUMNS = ", ".join(f"p.{name}" for name in ActivityEvent.__dataclass_fields__)
_DIMENSIONS: Mapping[ActivityDimension, tuple[str, str, str]] = {
    ActivityDimension.UNION: ("p.union_org_id::text", "o.name", NAMED),
    ActivityDimension.MONTH: ("to_char(p.occurred_on, 'YYYY-MM')", "NULL::text", ""),
    ActivityDimension.PROGRAMME: (
        "p.programme_id::text",
        "g.name",
        "LEFT JOIN programme g ON g.programme_id = p.programme_id AND {known_g}",
    ),
    ActivityDimension.STEP: ("p.step", "NULL::text", ""),
}
"""Dimension -> key, name, joins."""
