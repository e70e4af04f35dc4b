"""Households as they stand now; whose is whose is asked of the reservations."""

from __future__ import annotations

from uuid import UUID

from unionaid.eventlog import Connection, holders
from unionaid.registry.domain.household.facts import Household, household_of
from unionaid.registry.domain.person.retention import DOSSIER, HOUSEHOLD, Kept
from unionaid.registry.reserving import HOUSEHOLD_MEMBER, OPEN_DOSSIER, member, open_dossier
from unionaid.registry.views.streams import history


async def household(conn: Connection, household_id: UUID) -> tuple[Household, int]:
    """Return a household as it stands now, and its stream's version."""
    told = await history(conn, "household", household_id)
    return household_of(told), len(told)


async def household_of_person(conn: Connection, person_id: UUID) -> UUID | None:
    """Return the household somebody belongs to, None for none; a merged person's place is held by the pair."""
    key = member(person_id, "").key
    stream = (await holders(conn, HOUSEHOLD_MEMBER, [key])).get(key, "")
    return UUID(stream.removeprefix("household-")) if stream.startswith("household-") else None


async def open_dossier_of(conn: Connection, household_id: UUID) -> UUID | None:
    """Return a household's open dossier, None for none."""
    key = open_dossier(household_id, "").key
    stream = (await holders(conn, OPEN_DOSSIER, [key])).get(key)
    return UUID(stream.removeprefix("dossier-")) if stream else None


async def kept_by_households(conn: Connection, person_id: UUID) -> list[Kept]:
    """Return what households keep of somebody: since something was told of that member last; and their dossiers.

    A dossier is of everybody who belongs or belonged to its household, and of who holds it.
    """
    household_id = await household_of_person(conn, person_id)
    rows = await conn.fetch(_KEPT, person_id, household_id)
    told_on, running, closed_on = rows[0]
    if household_id is not None and await open_dossier_of(conn, household_id) is not None:
        running = True
    kept = [] if told_on is None else [Kept(HOUSEHOLD, told_on)]
    if running:
        return [*kept, Kept(DOSSIER, None)]
    return kept if closed_on is None else [*kept, Kept(DOSSIER, closed_on)]


_KEPT = """
WITH mine AS (
    SELECT household_id, told_on FROM views.membership WHERE person_id = $1 UNION ALL SELECT $2, NULL
)
SELECT (SELECT max(told_on) FROM mine), coalesce(bool_or(status <> 'closed'), false), max(closed_on)
FROM views.dossier WHERE holder_id = $1 OR household_id IN (SELECT household_id FROM mine)
"""
