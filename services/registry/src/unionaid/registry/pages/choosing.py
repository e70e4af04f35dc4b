"""Unions and enterprises that a form offers to choose from: those of the reader's jurisdiction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.http.access import jurisdiction_of
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.roles import Actor

CHOICES_MAX = 5_000
"""Unions, and enterprises, in a list to choose from."""

Choice = tuple[str, str]
"""Id and name of a unit."""


class Place(NamedTuple):
    """What may be chosen, and what is chosen beforehand: the union, and its enterprise, where there is but one."""

    unions: Sequence[Choice]
    enterprises: Sequence[Choice]
    beforehand: dict[str, str]


async def place_of(pool: Pool, actor: Actor, *, also: UUID | None = None) -> Place:
    """Return where somebody enters workers; `also` is an enterprise that is chosen already."""
    unions = await unions_of(pool, actor)
    rows = await _enterprises(pool, actor, also)
    own = [str(row["enterprise_id"]) for row in rows if row["own"]]
    enterprises = [(str(row["enterprise_id"]), row["name"]) for row in rows]
    beforehand = only(unions)
    if beforehand and len(own) == 1:
        beforehand["enterprise_id"] = own[0]
    return Place(unions, enterprises, beforehand)


def chosen_in(text: str) -> UUID | None:
    """Return the unit whose id was chosen, None for all: what is empty, and what is no id."""
    try:
        return UUID(text)
    except ValueError:
        return None


def only(unions: Sequence[Choice]) -> dict[str, str]:
    """Return the union that is chosen beforehand: the one there is to choose."""
    return {"union_org_id": unions[0][0]} if len(unions) == 1 else {}


async def enterprises_of(pool: Pool, actor: Actor, *, also: UUID | None = None) -> list[Choice]:
    """List enterprises: those of the own unions, then those without a union; to a district officer all."""
    return [(str(row["enterprise_id"]), row["name"]) for row in await _enterprises(pool, actor, also)]


async def unions_of(pool: Pool, actor: Actor, reach: Jurisdiction | None = None) -> list[Choice]:
    """List the unions that somebody enters workers for, or those within `reach`, from the top down."""
    jurisdiction = reach or jurisdiction_of(actor)
    above: dict[UUID, list[UUID]] = {}
    chosen = []
    for row in await units.union_orgs(pool, None, None, CHOICES_MAX):  # parents stand before their children
        above[row["org_id"]] = [row["org_id"], *above.get(row["parent_id"], ())]
        if jurisdiction.covers(above[row["org_id"]]):
            chosen.append((str(row["org_id"]), row["name"]))
    return chosen


async def _enterprises(pool: Pool, actor: Actor, also: UUID | None) -> list[dict[str, Any]]:
    jurisdiction = jurisdiction_of(actor)
    if jurisdiction.whole_division:
        return [{**row, "own": False} for row in await units.enterprises(pool, None, CHOICES_MAX)]
    return await units.enterprises_within(pool, jurisdiction.unit, also, CHOICES_MAX)
