"""Pairs of persons who may be one, as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts.registry import (
    DuplicateKeptApart,
    PossibleDuplicateFound,
    UnmergeAnswered,
    UnmergeRefused,
    UnmergeRequested,
    WorkerMerged,
    WorkerUnmerged,
)
from unionaid.eventlog import Connection
from unionaid.registry.views.streams import history

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

PairFact = (
    PossibleDuplicateFound | DuplicateKeptApart | WorkerMerged | UnmergeRequested | UnmergeRefused | WorkerUnmerged
)
SHOWN = (
    PossibleDuplicateFound,
    DuplicateKeptApart,
    WorkerMerged,
    UnmergeRequested,
    UnmergeRefused,
    WorkerUnmerged,
)
"""The events that the table of pairs is written from."""
_ROW = (
    "pair_id, person_id, other_person_id, status, certainty, score, found_on, decided_on, reason_code, request_id, "
    "answer_until, undo_refused"
)
_TOGETHER = """
WITH RECURSIVE t AS (
    SELECT unnest($1::uuid[]) AS person_id
    UNION SELECT CASE WHEN p.person_id = t.person_id THEN p.other_person_id ELSE p.person_id END
    FROM t JOIN views.pair p ON t.person_id IN (p.person_id, p.other_person_id)
    WHERE p.status IN ('merged', 'undo-asked')
) SELECT person_id FROM t
"""


async def write_pairs(conn: Connection, facts: Sequence[PairFact]) -> None:
    """Write pairs, in the order of their events."""
    for fact in facts:
        match fact:
            case PossibleDuplicateFound():
                await conn.execute(
                    "INSERT INTO views.pair (pair_id, person_id, other_person_id, status, certainty, score, found_on) "
                    "VALUES ($1,$2,$3,'found',$4,$5,$6)",
                    fact.pair_id, fact.person_id, fact.other_person_id, fact.certainty, fact.score, fact.occurred_on,
                )  # fmt: skip
            case DuplicateKeptApart():
                await conn.execute(
                    "UPDATE views.pair SET status = 'kept-apart', decided_on = $2, reason_code = $3 WHERE pair_id = $1",
                    fact.pair_id, fact.occurred_on, fact.reason_code,
                )  # fmt: skip
            case WorkerMerged():
                await conn.execute(
                    "INSERT INTO views.pair (pair_id, person_id, other_person_id, status, decided_on, reason_code) "
                    "VALUES ($1,$2,$3,'merged',$4,$5) ON CONFLICT (pair_id) DO UPDATE SET status = 'merged', "
                    "person_id = excluded.person_id, other_person_id = excluded.other_person_id, "
                    "decided_on = excluded.decided_on, reason_code = excluded.reason_code",
                    fact.pair_id, fact.person_id, fact.survivor_id, fact.occurred_on, fact.reason_code,
                )  # fmt: skip
            case UnmergeRequested():
                await conn.execute(
                    "UPDATE views.pair SET status = 'undo-asked', request_id = $2, answer_until = $3, "
                    "undo_refused = NULL WHERE pair_id = $1",
                    fact.pair_id, fact.request_id, fact.answer_until,
                )  # fmt: skip
            case UnmergeRefused():
                await conn.execute(
                    "UPDATE views.pair SET status = 'merged', request_id = NULL, answer_until = NULL, "
                    "undo_refused = $2 WHERE pair_id = $1",
                    fact.pair_id, fact.reason_code,
                )  # fmt: skip
            case WorkerUnmerged():
                await conn.execute("DELETE FROM views.pair WHERE pair_id = $1 AND found_on IS NULL", fact.pair_id)
                await conn.execute(
                    "UPDATE views.pair SET status = 'found', decided_on = NULL, reason_code = NULL, "
                    "request_id = NULL, answer_until = NULL, undo_refused = NULL WHERE pair_id = $1",
                    fact.pair_id,
                )


async def pairs(pool: Pool, status: str, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` pairs of a status after the one named, the likeliest first.

    Of merged ones `person_id` stands for `other_person_id`.
    """
    rows = await pool.fetch(
        f"SELECT {_ROW} FROM views.pair p WHERE p.status = $1 AND ($2::uuid IS NULL OR "
        "(-coalesce(p.score, 0), p.pair_id) > "
        "(SELECT -coalesce(a.score, 0), a.pair_id FROM views.pair a WHERE a.pair_id = $2)) "
        "ORDER BY -coalesce(p.score, 0), p.pair_id LIMIT $3",
        status,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def pair(pool: Pool, pair_id: UUID) -> dict[str, Any] | None:
    """Return a pair, None where there is none."""
    async with pool.acquire() as conn:
        return await pair_in(conn, pair_id)


async def pair_in(conn: Connection, pair_id: UUID) -> dict[str, Any] | None:
    """Return a pair, None where there is none."""
    row = await conn.fetchrow(f"SELECT {_ROW} FROM views.pair WHERE pair_id = $1", pair_id)
    return dict(row) if row else None


async def together(conn: Connection, persons: Sequence[UUID]) -> frozenset[UUID]:
    """Return all who stand for one another with these persons, along chains too; they themselves are among them."""
    rows = await conn.fetch(_TOGETHER, list(persons))
    return frozenset(row["person_id"] for row in rows)


async def late(pool: Pool, today: date) -> list[tuple[UUID, UUID]]:
    """Return pair and request of the undoings that were not answered by the day they should have been."""
    rows = await pool.fetch(
        "SELECT pair_id, request_id FROM views.pair WHERE status = 'undo-asked' AND answer_until < $1 "
        "ORDER BY answer_until, pair_id",
        today,
    )
    return [(row["pair_id"], row["request_id"]) for row in rows]


async def answers(pool: Pool, pair_id: UUID) -> list[UnmergeAnswered]:
    """Return what was answered to the last request to undo the merge of a pair."""
    async with pool.acquire() as conn:
        told = await history(conn, "pair", pair_id)
    requests = [fact.request_id for fact in told if isinstance(fact, UnmergeRequested)]
    return [fact for fact in told if isinstance(fact, UnmergeAnswered) and fact.request_id == requests[-1]]


async def undone(pool: Pool, pair_id: UUID) -> WorkerUnmerged | None:
    """Return that the last thing that happened to a pair was the undoing of its merge; None for anything else."""
    async with pool.acquire() as conn:
        told = await history(conn, "pair", pair_id)
    return told[-1] if told and isinstance(told[-1], WorkerUnmerged) else None
