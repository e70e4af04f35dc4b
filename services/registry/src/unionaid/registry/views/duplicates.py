"""Pairs of persons who may be one, as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts.registry import DuplicateKeptApart, PossibleDuplicateFound, WorkerMerged
from unionaid.eventlog import Connection

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

PairFact = PossibleDuplicateFound | DuplicateKeptApart | WorkerMerged
SHOWN = (PossibleDuplicateFound, DuplicateKeptApart, WorkerMerged)
"""The events that the table of pairs is written from."""
_ROW = "pair_id, person_id, other_person_id, status, certainty, score, found_on, decided_on, reason_code"


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
    row = await pool.fetchrow(f"SELECT {_ROW} FROM views.pair WHERE pair_id = $1", pair_id)
    return dict(row) if row else None
