"""Whom a jurisdiction covers."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from unionaid.eventlog import Connection
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Person, union_of
from unionaid.registry.domain.person.opening import (
    within_reach,
)
from unionaid.registry.views.people import people
from unionaid.registry.views.units import Pool, lineage


async def reached(pool: Pool, person_ids: Collection[UUID], jurisdiction: Jurisdiction) -> dict[UUID, Person]:
    """Return those of the persons whom the jurisdiction covers, as they stand now."""
    async with pool.acquire() as conn:
        return await reached_in(conn, person_ids, jurisdiction)


async def reached_in(conn: Connection, person_ids: Collection[UUID], jurisdiction: Jurisdiction) -> dict[UUID, Person]:
    """Return the same, asked on a connection."""
    persons = await people(conn, list(person_ids))
    unions = {union for person in persons.values() if (union := union_of(person)) is not None}
    lineages = {org_id: await lineage(conn, org_id) for org_id in unions}
    return within_reach(persons, lineages, jurisdiction)
