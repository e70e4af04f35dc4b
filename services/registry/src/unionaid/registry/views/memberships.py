"""Of whom something was told as a member of which household, and when last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import (
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    StudentAdmitted,
)
from unionaid.eventlog import Connection

SHOWN: tuple[type[Fact], ...] = (
    HouseholdMemberJoined,
    HouseholdMemberChanged,
    StudentAdmitted,
    HouseholdMemberLeft,
)
"""The events these rows are written from."""


async def write_memberships(conn: Connection, facts: Iterable[Fact]) -> None:
    """Keep the latest day of each."""
    latest: dict[tuple[UUID, UUID], date] = {}
    for fact in facts:
        match fact:
            case HouseholdMemberJoined() | HouseholdMemberChanged() | StudentAdmitted() | HouseholdMemberLeft():
                key = (fact.person_id, fact.household_id)
                latest[key] = max(fact.occurred_on, latest.get(key, date.min))
            case _:
                pass
    if latest:
        rows: Sequence[Sequence[object]] = list(zip(*((*key, on) for key, on in latest.items()), strict=True))
        await conn.execute(
            "INSERT INTO views.membership AS m SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[]) "
            "ON CONFLICT (person_id, household_id) DO UPDATE SET told_on = greatest(m.told_on, excluded.told_on)",
            *map(list, rows),
        )
