"""Dossiers: single ones from their streams, lists from the view."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.eventlog import Connection, load
from unionaid.registry.domain.dossier.facts import Act, Dossier, dossier_of
from unionaid.registry.domain.dossier.importing import Filed
from unionaid.registry.views.units import Pool

Due = Literal["due", "overdue", "not-looked-at"]
"""Which of those in force: the review comes near, is late, or was not held this year (the yearly sweep)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: those that stand somewhere, whose next review is by a day, whose review found another level."""

    statuses: tuple[str, ...] = ()
    review_until: date | None = None
    found: bool = False


async def acts_of(conn: Connection, dossier_id: UUID) -> list[Act]:
    """Return what happened to a dossier, oldest first; nothing where there is none."""
    stored = await load(conn, stream_name("dossier", dossier_id))
    return [Act(event, envelope.actor) for envelope, event in (decode(one.body) for one in stored)]


async def dossier(conn: Connection, dossier_id: UUID) -> tuple[Dossier, int]:
    """Return a dossier as it stands now, and its stream's version."""
    acts = await acts_of(conn, dossier_id)
    return dossier_of(acts), len(acts)


async def newest_of(conn: Connection, household_ids: Collection[UUID]) -> dict[UUID, Filed]:
    """Return the newest dossier of each of these households that has one; the open one goes before all others."""
    rows = await conn.fetch(
        "SELECT DISTINCT ON (household_id) household_id, holder_id, opened_on, status <> 'closed' AS is_open "
        "FROM views.dossier WHERE household_id = ANY ($1::uuid[]) "
        "ORDER BY household_id, status <> 'closed' DESC, opened_on DESC",
        list(household_ids),
    )
    return {row["household_id"]: Filed(row["holder_id"], row["opened_on"], row["is_open"]) for row in rows}


async def dossiers(
    pool: Pool,
    unit: UUID | None,
    *,
    of: UUID | None = None,
    statuses: Sequence[str] | None = None,
    waiting: Waiting | None = None,
    due: Due | None = None,
    today: date,
    due_before_days: int,
    after: UUID | None = None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return at most `limit` dossiers of a union's subtree (None: of the division), the next review first.

    `of` narrows them to the subtree of another union. `waiting` takes the place of `statuses`.
    """
    stand = waiting.statuses if waiting else statuses
    rows = await pool.fetch(
        _SUBTREE + _CHOSEN + _LIST, unit, list(stand) if stand is not None else None,
        *_bounds(due, today, due_before_days),
        after, limit, waiting.review_until if waiting else None, waiting is not None and waiting.found, of,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def ended(
    pool: Pool, unit: UUID | None, closed_until: date, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return at most `limit` dossiers of a union's subtree that were closed by a day and not erased, by id."""
    rows = await pool.fetch(_SUBTREE + _ENDED, unit, closed_until, after, limit)
    return [dict(row) for row in rows]


async def counts(pool: Pool, unit: UUID | None, *, today: date, due_before_days: int) -> dict[str, int]:
    """Return how many dossiers of a union's subtree stand where, and how many are due, overdue, not looked at."""
    row = await pool.fetchrow(_SUBTREE + _COUNT, unit, today, today + timedelta(days=due_before_days), _year(today))
    return dict(row) if row is not None else {}


async def count_waiting(pool: Pool, unit: UUID | None, waiting: Waiting) -> int:
    """Return how many dossiers of a union's subtree wait."""
    sql = _SUBTREE + _COUNT_WAITING
    return int(await pool.fetchval(sql, unit, list(waiting.statuses), waiting.review_until, waiting.found))


async def of_household(conn: Connection, household_id: UUID) -> list[UUID]:
    """Return the dossiers a household has or had."""
    rows = await conn.fetch("SELECT dossier_id FROM views.dossier WHERE household_id = $1", household_id)
    return [row["dossier_id"] for row in rows]


async def union_names(pool: Pool, org_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of unions."""
    rows = await pool.fetch("SELECT org_id, name FROM views.org WHERE org_id = ANY ($1::uuid[])", list(org_ids))
    return {row["org_id"]: row["name"] for row in rows}


def _bounds(due: Due | None, today: date, days: int) -> tuple[date | None, date | None, date | None]:
    """From which review date, up to which, and looked at before which day."""
    match due:
        case "due":
            return today, today + timedelta(days=days), None
        case "overdue":
            return None, today - timedelta(days=1), None
        case "not-looked-at":
            return None, None, _year(today)
        case None:
            return None, None, None


def _year(today: date) -> date:
    return today.replace(month=1, day=1)


_SUBTREE = """
WITH RECURSIVE tree AS (
    SELECT org_id FROM views.org WHERE org_id = $1
    UNION SELECT o.org_id FROM views.org o JOIN tree t ON o.parent_id = t.org_id
), mine AS (
    SELECT d.*, coalesce(d.next_review_on, 'infinity'::date) AS at FROM views.dossier d
    WHERE $1::uuid IS NULL OR d.union_org_id IN (SELECT org_id FROM tree)
)
"""
_CHOSEN = """
, chosen AS (
    SELECT org_id FROM views.org WHERE org_id = $10
    UNION SELECT o.org_id FROM views.org o JOIN chosen c ON o.parent_id = c.org_id
)
"""
_LIST = """
SELECT dossier_id, household_id, holder_id, union_org_id, status, hardship_level, hardship_cause, found_level,
    missing_clears, open_objections, opened_on, posted_until, looked_on, next_review_on, closed_on
FROM mine d
WHERE ($2::text[] IS NULL OR status = ANY ($2) OR next_review_on <= $8::date OR ($9 AND found_level IS NOT NULL))
  AND ($3::date IS NULL OR next_review_on >= $3) AND ($4::date IS NULL OR next_review_on <= $4)
  AND ($5::date IS NULL OR (status = 'approved' AND looked_on < $5))
  AND ($10::uuid IS NULL OR union_org_id IN (SELECT org_id FROM chosen))
  AND ($6::uuid IS NULL OR (at, opened_on, dossier_id) > (SELECT a.at, a.opened_on, a.dossier_id FROM mine a
      WHERE a.dossier_id = $6))
ORDER BY at, opened_on, dossier_id LIMIT $7
"""
_ENDED = """
SELECT dossier_id, household_id, holder_id, union_org_id, closed_on FROM mine
WHERE status = 'closed' AND erased_on IS NULL AND closed_on <= $2 AND ($3::uuid IS NULL OR dossier_id > $3)
ORDER BY dossier_id LIMIT $4
"""
_COUNT = """
SELECT count(*) FILTER (WHERE status = 'draft') AS draft, count(*) FILTER (WHERE status = 'returned') AS returned,
    count(*) FILTER (WHERE status = 'verified') AS verified, count(*) FILTER (WHERE status = 'posted') AS posted,
    count(*) FILTER (WHERE status = 'approved') AS approved, count(*) FILTER (WHERE status = 'closed') AS closed,
    count(*) FILTER (WHERE next_review_on BETWEEN $2 AND $3) AS due,
    count(*) FILTER (WHERE next_review_on < $2) AS overdue,
    count(*) FILTER (WHERE status = 'approved' AND looked_on < $4) AS "not-looked-at"
FROM mine
"""
_COUNT_WAITING = """
SELECT count(*) FROM mine
WHERE status = ANY ($2::text[]) OR next_review_on <= $3::date OR ($4 AND found_level IS NOT NULL)
"""
