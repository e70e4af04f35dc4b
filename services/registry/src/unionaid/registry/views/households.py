"""Households as they stand now; whose is whose is asked of the reservations."""

from __future__ import annotations

from uuid import UUID

from unionaid.eventlog import Connection, holders
from unionaid.registry.domain.household.facts import Household, household_of
from unionaid.registry.reserving import HOUSEHOLD_MEMBER, OPEN_DOSSIER, member, open_dossier
from unionaid.registry.views.streams import history


async def household(conn: Connection, household_id: UUID) -> tuple[Household, int]:
    """Return a household as it stands now, and its stream's version."""
    told = await history(conn, "household", household_id)
    return household_of(told), len(told)


async def household_of_person(conn: Connection, person_id: UUID) -> UUID | None:
    """Return the household somebody belongs to, None for none."""
    key = member(person_id, "").key
    stream = (await holders(conn, HOUSEHOLD_MEMBER, [key])).get(key)
    return UUID(stream.removeprefix("household-")) if stream else None


async def open_dossier_of(conn: Connection, household_id: UUID) -> UUID | None:
    """Return a household's open dossier, None for none."""
    key = open_dossier(household_id, "").key
    stream = (await holders(conn, OPEN_DOSSIER, [key])).get(key)
    return UUID(stream.removeprefix("dossier-")) if stream else None
