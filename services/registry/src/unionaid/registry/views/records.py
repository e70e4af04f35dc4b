"""Since when the own record of each person is kept; and who is kept by nothing any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import PersonErased, PersonRegistered, WorkerLeft, WorkerRegistered
from unionaid.eventlog import Connection
from unionaid.registry.domain.person.retention import (
    DOSSIER,
    HOUSEHOLD,
    PERSON_RECORD,
    RELIEF_LIST,
    RELIEF_PAYMENT,
    WORKER_RECORD,
)

SHOWN: tuple[type[Fact], ...] = (PersonRegistered, WorkerRegistered, WorkerLeft, PersonErased)
"""The events these rows are written from."""


async def write_records(conn: Connection, facts: Iterable[Fact]) -> None:
    """Write what follows from facts about people, in their order."""
    last: dict[UUID, tuple[str, date | None] | None] = {}
    for fact in facts:
        match fact:
            case PersonRegistered():
                last[fact.person_id] = (PERSON_RECORD, fact.occurred_on)
            case WorkerRegistered():
                last[fact.person_id] = (WORKER_RECORD, None)
            case WorkerLeft():
                last[fact.person_id] = (WORKER_RECORD, fact.occurred_on)
            case PersonErased():
                last[fact.person_id] = None
            case _:
                pass
    if gone := [person_id for person_id, record in last.items() if record is None]:
        await conn.execute("DELETE FROM views.record WHERE person_id = ANY($1::uuid[])", gone)
    if kept := [(person_id, *record) for person_id, record in last.items() if record is not None]:
        await conn.execute(
            "INSERT INTO views.record SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[]) "
            "ON CONFLICT (person_id) DO UPDATE SET kind = excluded.kind, since = excluded.since",
            *(list(column) for column in zip(*kept, strict=True)),
        )


async def ended(
    conn: Connection, bounds: Mapping[str, date], after: UUID | None, limit: int
) -> list[tuple[UUID, str, date]]:
    """Return at most `limit` persons after one, by id, whose records have all ended: id, own record, since when.

    Records of those who stand for one another count for each of them.

    `bounds`: of each kind of record the last day from which a period has ended. Asked where `kept` can be read too.
    """
    kinds = (PERSON_RECORD, WORKER_RECORD, HOUSEHOLD, DOSSIER, RELIEF_LIST, RELIEF_PAYMENT)
    rows = await conn.fetch(_ENDED, *(bounds[kind] for kind in kinds), after, limit)
    return [(row["person_id"], row["kind"], row["since"]) for row in rows]


def _none_of(person: str) -> str:
    """Return the condition that neither household nor dossier nor relief keeps a person."""
    return f"""
  NOT EXISTS (SELECT FROM views.membership m WHERE m.person_id = {person} AND m.told_on > $3::date)
  AND NOT EXISTS (
      SELECT FROM views.dossier d
      WHERE (d.status <> 'closed' OR d.closed_on > $4::date) AND (d.holder_id = {person}
          OR d.household_id IN (SELECT m.household_id FROM views.membership m WHERE m.person_id = {person}))
  )
  AND NOT EXISTS (
      SELECT FROM kept k WHERE k.person_id = {person}
        AND k.since > CASE k.kind WHEN '{RELIEF_LIST}' THEN $5::date ELSE $6::date END
  )
"""


_ENDED = f"""
WITH RECURSIVE one AS (
    SELECT person_id, other_person_id FROM views.pair WHERE status IN ('merged', 'undo-asked')
    UNION ALL SELECT other_person_id, person_id FROM views.pair WHERE status IN ('merged', 'undo-asked')
), same AS (
    SELECT person_id, other_person_id FROM one
    UNION SELECT s.person_id, o.other_person_id FROM same s JOIN one o ON o.person_id = s.other_person_id
)
SELECT r.person_id, r.kind, r.since FROM views.record r
WHERE r.since <= CASE r.kind WHEN '{PERSON_RECORD}' THEN $1::date ELSE $2::date END
  AND ($7::uuid IS NULL OR r.person_id > $7)
  AND {_none_of("r.person_id")}
  AND NOT EXISTS (
      SELECT FROM same s LEFT JOIN views.record o ON o.person_id = s.other_person_id
      WHERE s.person_id = r.person_id AND NOT (
          (o.person_id IS NULL
              OR coalesce(o.since <= CASE o.kind WHEN '{PERSON_RECORD}' THEN $1::date ELSE $2::date END, false))
          AND {_none_of("s.other_person_id")}
      )
  )
ORDER BY r.person_id LIMIT $8
"""
