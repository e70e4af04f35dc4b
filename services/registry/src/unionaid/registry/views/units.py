"""Unions and enterprises as they stand now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.eventlog import Connection
from unionaid.registry.domain.enterprise.facts import Enterprise, enterprise_of
from unionaid.registry.domain.union_org.changing import Remaining
from unionaid.registry.domain.union_org.facts import UnionOrg, Unknown, union_org_of
from unionaid.registry.views.streams import history
from unionaid.registry.views.units_writing import DEPTH

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


PAGE_ROWS_MAX = 500
"""Rows of one page."""


async def union_orgs(
    pool: Pool, parent_id: UUID | None, after: UUID | None, limit: int, *, dissolved: bool = False
) -> list[dict[str, Any]]:
    """Return at most `limit` unions after the one named, from the district federation down, each with its workers.

    `parent_id` narrows to the unions directly under it; `dissolved` adds those that are no more. The workers are those
    of the union itself.
    """
    rows = await pool.fetch(
        "SELECT o.org_id, o.level, o.parent_id, o.name, o.established_on, o.dissolved_on, "
        "coalesce(c.workers, 0) AS workers, coalesce(c.migrants, 0) AS migrants "
        "FROM views.org o LEFT JOIN views.worker_count c ON c.union_org_id = o.org_id "
        "WHERE ($1::uuid IS NULL OR o.parent_id = $1) AND ($4 OR o.dissolved_on IS NULL) "
        "AND ($2::uuid IS NULL OR (o.depth, o.name, o.org_id) > "
        "(SELECT a.depth, a.name, a.org_id FROM views.org a WHERE a.org_id = $2)) "
        "ORDER BY o.depth, o.name, o.org_id LIMIT $3",
        parent_id,
        after,
        limit,
        dissolved,
    )
    return [dict(row) for row in rows]


async def subtree(conn: Connection, unit: UUID | None) -> list[UUID]:
    """Return a union and all unions under it; none where none is named."""
    rows = await conn.fetch(
        "WITH RECURSIVE below AS (SELECT $1::uuid AS org_id UNION "
        "SELECT o.org_id FROM views.org o JOIN below b ON o.parent_id = b.org_id) "
        "SELECT org_id FROM below WHERE org_id IS NOT NULL",
        unit,
    )
    return [row["org_id"] for row in rows]


async def names_of(pool: Pool, org_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of the unions that are known."""
    rows = await pool.fetch("SELECT org_id, name FROM views.org WHERE org_id = ANY($1::uuid[])", list(org_ids))
    return {row["org_id"]: row["name"] for row in rows}


async def enterprises(pool: Pool, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` enterprises after the one named, by name."""
    rows = await pool.fetch(
        "SELECT e.enterprise_id, e.uscc, e.name, e.ownership, e.union_org_id, e.registered_on "
        "FROM views.enterprise e WHERE $1::uuid IS NULL OR (e.name, e.enterprise_id) > "
        "(SELECT a.name, a.enterprise_id FROM views.enterprise a WHERE a.enterprise_id = $1) "
        "ORDER BY e.name, e.enterprise_id LIMIT $2",
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def enterprises_within(pool: Pool, unit: UUID | None, also: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` enterprises of a union's subtree (`own`), then those without a union, each by name.

    `also` adds one of any union.
    """
    rows = await pool.fetch(
        "WITH RECURSIVE below AS (SELECT $1::uuid AS org_id UNION "
        "SELECT o.org_id FROM views.org o JOIN below b ON o.parent_id = b.org_id) "
        "SELECT e.enterprise_id, e.name, e.union_org_id, b.org_id IS NOT NULL AS own "
        "FROM views.enterprise e LEFT JOIN below b ON b.org_id = e.union_org_id "
        "WHERE b.org_id IS NOT NULL OR e.union_org_id IS NULL OR e.enterprise_id = $2 "
        "ORDER BY b.org_id IS NULL, e.name, e.enterprise_id LIMIT $3",
        unit,
        also,
        limit,
    )
    return [dict(row) for row in rows]


async def all_union_orgs(pool: Pool) -> list[dict[str, Any]]:
    """Return every union that stands: id, level, parent and name."""
    rows = await pool.fetch("SELECT org_id, level, parent_id, name FROM views.org WHERE dissolved_on IS NULL")
    return [dict(row) for row in rows]


async def remaining(conn: Connection, org_id: UUID) -> Remaining:
    """Return what stands in a union or under it, as far as the views have come."""
    row = await conn.fetchrow(
        "SELECT (SELECT count(*) FROM views.org WHERE parent_id = $1 AND dissolved_on IS NULL) AS unions, "
        "(SELECT coalesce(sum(workers), 0)::bigint FROM views.worker_count WHERE union_org_id = $1) AS workers, "
        "(SELECT count(*) FROM views.enterprise WHERE union_org_id = $1) AS enterprises, "
        "(SELECT count(*) FROM views.dossier WHERE union_org_id = $1 AND status <> 'closed') AS dossiers, "
        "(SELECT count(*) FROM views.transfer WHERE union_org_id = $1 AND status = 'requested') AS requests",
        org_id,
    )
    return Remaining(**dict(row)) if row is not None else Remaining()


async def taken_along(pool: Pool, org_id: UUID) -> Remaining:
    """Return what a move takes along: unions under it, and what is in it or in one of them."""
    row = await pool.fetchrow(
        "WITH RECURSIVE below AS (SELECT $1::uuid AS org_id UNION "
        "SELECT o.org_id FROM views.org o JOIN below b ON o.parent_id = b.org_id) "
        "SELECT (SELECT count(*) FROM views.org o JOIN below USING (org_id) "
        "WHERE org_id <> $1 AND dissolved_on IS NULL) AS unions, "
        "(SELECT coalesce(sum(workers), 0)::bigint FROM views.worker_count WHERE union_org_id IN (TABLE below)) "
        "AS workers, "
        "(SELECT count(*) FROM views.enterprise WHERE union_org_id IN (TABLE below)) AS enterprises, "
        "(SELECT count(*) FROM views.dossier WHERE union_org_id IN (TABLE below) AND status <> 'closed') AS dossiers, "
        "(SELECT count(*) FROM views.transfer WHERE union_org_id IN (TABLE below) AND status = 'requested') "
        "AS requests",
        org_id,
    )
    return Remaining(**dict(row)) if row is not None else Remaining()


async def enterprises_by_code(pool: Pool, codes: Sequence[str]) -> dict[str, UUID]:
    """Return the enterprises that have these codes, by code."""
    rows = await pool.fetch(
        "SELECT uscc, enterprise_id FROM views.enterprise WHERE uscc = ANY($1::text[])", list(codes)
    )
    return {row["uscc"]: row["enterprise_id"] for row in rows}


async def union_org(conn: Connection, org_id: UUID) -> tuple[UnionOrg, int]:
    """Return a union as it stands now, and its stream's version."""
    told = await history(conn, "union", org_id)
    return union_org_of(told), len(told)


async def enterprise(conn: Connection, enterprise_id: UUID) -> tuple[Enterprise, int]:
    """Return an enterprise as it stands now, and its stream's version."""
    told = await history(conn, "enterprise", enterprise_id)
    return enterprise_of(told), len(told)


async def lineage(conn: Connection, org_id: UUID) -> list[UUID]:
    """Return a union and those above it, nearest first; itself alone where there is none."""
    found, _ = await _lineage(conn, org_id)
    return found


async def _lineage(conn: Connection, org_id: UUID) -> tuple[list[UUID], bool]:
    """Return the lineage, and whether it reaches the top."""
    found = [org_id]
    while len(found) <= len(DEPTH):
        union, _ = await union_org(conn, found[-1])
        if isinstance(union, Unknown):
            break
        if union.parent_id is None:
            return found, True
        found.append(union.parent_id)
    return found, False


class Lineages:
    """Which unions stand above each, kept in memory once read.

    Whether they are there, and stand there still, is not told by this: commands load the streams, and let be
    forgotten what is not so any more (`application.placing`).
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[UUID, list[UUID]] = {}

    async def of(self, org_id: UUID) -> list[UUID]:
        """Return a union and those above it, nearest first; itself alone where there is none."""
        known = self._known.get(org_id)
        if known is not None:
            return known
        async with self._pool.acquire() as conn:
            found, whole = await _lineage(conn, org_id)
        if whole:
            self._known[org_id] = found
        return found

    def forget(self, org_id: UUID) -> None:
        """Read it again when it is asked for next."""
        self._known.pop(org_id, None)
