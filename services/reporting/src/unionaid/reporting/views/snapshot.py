"""One snapshot of the live build: what all figures are read by, whatever they count."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from unionaid.eventlog import NotBuilt, known_by, reading
from unionaid.reporting.domain.refusals import CursorMalformed, ProjectionsNotBuilt

if TYPE_CHECKING:
    from datetime import datetime

    from unionaid.eventlog import Connection, ProjectionSet

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
EVENTS_PAGE_MAX = 1_000
"""Events of one page."""
_CURSOR = re.compile(r"(\d{1,18})-(\d{1,18})")


class Snapshots:
    """Reads the set `chosen` in the database of `pool`."""

    def __init__(self, pool: Pool, chosen: ProjectionSet) -> None:
        self._pool, self._set = pool, chosen

    @property
    def fingerprint(self) -> str:
        """Name and version of every projection."""
        return self._set.fingerprint

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Lend a connection that sees one moment. Raises ProjectionsNotBuilt."""
        try:
            async with reading(self._pool, self._set) as conn:
                yield conn
        except NotBuilt:
            raise ProjectionsNotBuilt from None

    async def position(self, topic: str) -> int | None:
        """Return the last index read of a topic, None for one that is not read here."""
        if topic not in self._set.topics:
            return None
        async with self.reading() as conn:
            return (await self.vector(conn))[topic]

    async def vector(self, conn: Connection, as_of: datetime | None = None) -> dict[str, int]:
        """Return topic -> the last index read, or of those recorded by a moment."""
        if as_of is not None:
            build = await conn.fetchval("SELECT current_schema()")
            return {topic: await known_by(conn, build, topic, as_of) for topic in sorted(self._set.topics)}
        rows = await conn.fetch(
            "SELECT topic, last_index FROM eventlog.positions WHERE subscription = current_schema()"
        )
        read = {row["topic"]: row["last_index"] for row in rows}
        return {topic: read.get(topic, -1) for topic in sorted(self._set.topics)}


def read_cursor(cursor: str) -> tuple[int, int]:
    """Return after which index, and up to which, a page is. Raises CursorMalformed."""
    read = _CURSOR.fullmatch(cursor)
    if read is None:
        raise CursorMalformed(field="query.cursor")
    return int(read[1]), int(read[2])


async def only(conn: Connection, query: str, values: Sequence[object]) -> asyncpg.Record:
    """Return the one row that an aggregate has."""
    (row,) = await conn.fetch(query, *values)
    return row


async def incomplete(conn: Connection, vector: Mapping[str, int]) -> int:
    """Count what is parked of the events a figure stands on."""
    return int(
        await conn.fetchval(
            "SELECT count(*) FROM eventlog.parked p JOIN unnest($1::text[], $2::bigint[]) AS v(topic, index) "
            "ON p.topic = v.topic AND p.index <= v.index "
            "WHERE p.subscription = current_schema() AND p.blocks IS NOT NULL",
            list(vector),
            list(vector.values()),
        )
    )


STANDS_FOR = """
LEFT JOIN (
    WITH RECURSIVE chain AS (
        SELECT m.person_id, m.survivor_id FROM person_merge m WHERE {known_m}
        UNION SELECT c.person_id, m.survivor_id FROM chain c JOIN person_merge m ON m.person_id = c.survivor_id
        WHERE {known_m}
    ) SELECT c.person_id, c.survivor_id FROM chain c
    WHERE NOT EXISTS (SELECT FROM person_merge m WHERE m.person_id = c.survivor_id AND {known_m})
) s ON s.person_id = p.person_id"""
"""For whom a merged person stands in the end, as known at the moment asked for."""
NAMED = """
LEFT JOIN (
    SELECT o.org_id, o.level, coalesce(c.name, o.name) AS name FROM union_org o LEFT JOIN LATERAL (
        SELECT n.name FROM union_name n WHERE n.org_id = o.org_id AND n.holds_from <= {until} AND {known_n}
        ORDER BY n.holds_from DESC, n.index DESC LIMIT 1
    ) c ON true WHERE {known_o}
) o ON o.org_id = p.union_org_id"""
"""The union, and what it is called on the last day asked for, as known at the moment asked for."""
STANDS = "NOT EXISTS (SELECT FROM person_unmerge u WHERE u.person_id = m.person_id AND u.index > m.index AND {known_u})"
"""That a merge was not undone."""
BELOW = """
p.union_org_id IN (
    WITH RECURSIVE below AS (
        SELECT {root}::uuid AS org_id
        UNION SELECT o.org_id FROM union_org o JOIN below ON o.parent_id = below.org_id WHERE {known_o}
    ) SELECT org_id FROM below
)"""
_STOOD = """
WITH RECURSIVE stood AS (
    SELECT org_id, parent_id, since,
        coalesce(lead(since) OVER (PARTITION BY org_id ORDER BY since, index), 'infinity') AS until
    FROM (
        SELECT o.org_id, o.parent_id, '-infinity'::date AS since, o.index FROM union_org o WHERE {known_o}
        UNION ALL SELECT v.org_id, v.parent_id, v.occurred_on, v.index FROM union_move v WHERE {known_v}
    ) placed
), below AS (
    SELECT {root}::uuid AS org_id, '-infinity'::date AS since, 'infinity'::date AS until
    UNION SELECT s.org_id, greatest(s.since, b.since), least(s.until, b.until)
    FROM stood s JOIN below b ON s.parent_id = b.org_id
    WHERE greatest(s.since, b.since) < least(s.until, b.until)
)"""
BELOW_THEN = f"""
(p.union_org_id IN ({_STOOD} SELECT org_id FROM below WHERE since = '-infinity' AND until = 'infinity') OR EXISTS (
    {_STOOD}, moved AS MATERIALIZED (SELECT * FROM below WHERE since <> '-infinity' OR until <> 'infinity')
    SELECT FROM moved m WHERE m.org_id = p.union_org_id AND p.occurred_on >= m.since AND p.occurred_on < m.until
))"""
"""A union below the one asked for, of those that were moved on the day of the payment, as far as the tree was known.

What never moved is told from one hashed look; the few that did are looked through.
"""
# Ids are taken out as they lie there, in no order: to sort them here, and to write them as text, would take longer.
PERSONS = "coalesce(string_agg(uuid_send({person}), ''), '')"
