"""Who is a worker now, and where: lists, without identity."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import (
    PersonErased,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.eventlog import Connection
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.views.units import Pool

SHOWN: tuple[type[Fact], ...] = (
    WorkerRegistered,
    WorkerDetailsCorrected,
    WorkerTransferred,
    WorkerLeft,
    PersonErased,
)


@dataclass(frozen=True, slots=True)
class Which:
    """Which workers: of a union and all under it, of an enterprise; None is all."""

    union_org_id: UUID | None = None
    enterprise_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Where a worker stands in the order of the list: the cursor."""

    union_org_id: UUID
    person_id: UUID

    def __str__(self) -> str:
        return f"{self.union_org_id}.{self.person_id}"

    @classmethod
    def read(cls, written: str) -> After:
        """Read a cursor. Raises ValueError."""
        union, _, person = written.partition(".")
        return cls(UUID(union), UUID(person))


async def workers(
    pool: Pool, reach: Jurisdiction, which: Which, after: After | None, limit: int
) -> list[dict[str, Any]]:
    """Return at most `limit` workers within reach, union by union, after one of them.

    Who was merged into somebody is not listed: the other stands for both.
    """
    rows = await pool.fetch(
        _LIST, reach.unit, reach.whole_division, which.union_org_id, which.enterprise_id,
        after.union_org_id if after else None, after.person_id if after else None, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def barred(pool: Pool, person_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of persons who asked to be erased, or were."""
    rows = await pool.fetch(
        "SELECT person_id FROM views.restriction WHERE person_id = ANY($1::uuid[]) "
        "UNION SELECT person_id FROM views.erasure WHERE person_id = ANY($1::uuid[])",
        list(person_ids),
    )
    return frozenset(row["person_id"] for row in rows)


async def write_workers(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write who is a worker where after these facts, each person's in their order."""
    registered: dict[UUID, WorkerRegistered] = {}
    told: dict[UUID, WorkerRegistered | WorkerTransferred | WorkerDetailsCorrected] = {}
    gone: set[UUID] = set()
    for fact in facts:
        match fact:
            case WorkerRegistered():
                registered[fact.person_id] = told[fact.person_id] = fact
            case WorkerTransferred() | WorkerDetailsCorrected():
                told[fact.person_id] = fact
            case WorkerLeft() | PersonErased():
                gone.add(fact.person_id)
                registered.pop(fact.person_id, None)
                told.pop(fact.person_id, None)
            case _:
                pass
    if gone:  # who came back with the same batch is written anew
        await conn.execute("DELETE FROM views.worker WHERE person_id = ANY($1::uuid[])", list(gone))
    if registered:
        await conn.execute(
            "INSERT INTO views.worker (person_id, union_org_id, enterprise_id, migrant, registered_on) "
            "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::date[])",
            *_columns(
                (id, told[id].union_org_id, told[id].enterprise_id, told[id].migrant, fact.occurred_on)
                for id, fact in registered.items()
            ),
        )
    if moved := {id: fact for id, fact in told.items() if id not in registered}:
        await conn.execute(
            "UPDATE views.worker w SET union_org_id = t.union_org_id, enterprise_id = t.enterprise_id, "
            "migrant = t.migrant FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[]) "
            "AS t(person_id, union_org_id, enterprise_id, migrant) WHERE w.person_id = t.person_id",
            *_columns((id, fact.union_org_id, fact.enterprise_id, fact.migrant) for id, fact in moved.items()),
        )


def _columns(rows: Iterable[tuple[Any, ...]]) -> Iterable[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


_LIST = """
WITH RECURSIVE mine AS (
    SELECT org_id FROM views.org WHERE org_id = $1
    UNION SELECT o.org_id FROM views.org o JOIN mine m ON o.parent_id = m.org_id
), chosen AS (
    SELECT org_id FROM views.org WHERE org_id = $3
    UNION SELECT o.org_id FROM views.org o JOIN chosen c ON o.parent_id = c.org_id
)
SELECT w.person_id, w.union_org_id, o.name AS union_name, w.enterprise_id, e.name AS enterprise, e.uscc, w.migrant,
    w.registered_on, EXISTS (SELECT FROM views.restriction r WHERE r.person_id = w.person_id) AS restricted
FROM views.worker w JOIN views.org o ON o.org_id = w.union_org_id
LEFT JOIN views.enterprise e ON e.enterprise_id = w.enterprise_id
WHERE ($2 OR w.union_org_id IN (SELECT org_id FROM mine))
  AND ($3::uuid IS NULL OR w.union_org_id IN (SELECT org_id FROM chosen))
  AND ($4::uuid IS NULL OR w.enterprise_id = $4)
  AND ($6::uuid IS NULL OR (w.union_org_id, w.person_id) > ($5, $6))
  AND NOT EXISTS (SELECT FROM views.pair p WHERE p.person_id = w.person_id AND p.status IN ('merged', 'undo-asked'))
ORDER BY w.union_org_id, w.person_id LIMIT $7
"""
