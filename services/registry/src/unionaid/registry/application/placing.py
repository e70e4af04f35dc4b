"""A place where workers are entered, as streams to load and as the rules see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.registry.domain.enterprise.facts import enterprise_of
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.rules import Workplace, place
from unionaid.registry.domain.refusals import UnitUnknown
from unionaid.registry.domain.union_org.facts import union_org_of
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import History


@dataclass(frozen=True, slots=True)
class Place:
    """Where workers are entered, and who enters them."""

    union_org_id: UUID
    enterprise_id: UUID | None
    jurisdiction: Jurisdiction


@dataclass(frozen=True, slots=True)
class Streams:
    """What a place is judged by: the union's stream and those above it, the enterprise's if one is named."""

    unions: Sequence[str]
    enterprise: str | None

    @classmethod
    def of(cls, lineage: Sequence[UUID], enterprise_id: UUID | None) -> Self:
        """Return the streams of a union, those above it, and an enterprise."""
        unions = [stream_name("union", org_id) for org_id in lineage]
        return cls(unions, stream_name("enterprise", enterprise_id) if enterprise_id else None)

    @property
    def all(self) -> list[str]:
        """All of them."""
        return [*self.unions, *([self.enterprise] if self.enterprise else [])]

    def workplace(self, history: History) -> Workplace:
        """Return the place as it stands in what was loaded."""
        return Workplace(
            [union_org_of(history[stream]) for stream in self.unions],
            enterprise_of(history[self.enterprise]) if self.enterprise else None,
        )


async def place_of_file(
    pool: Pool, union_org_id: UUID | None, enterprise_id: UUID | None, jurisdiction: Jurisdiction
) -> UUID:
    """Return the union that rows of a file are entered for. Raises UnitUnknown: a unit is not there, or not theirs."""
    if union_org_id is None:
        raise UnitUnknown(field="union_org_id")
    async with pool.acquire() as conn:
        unions = [(await units.union_org(conn, org_id))[0] for org_id in await lineage(conn, union_org_id)]
        enterprise = (await units.enterprise(conn, enterprise_id))[0] if enterprise_id else None
    place(Workplace(unions, enterprise), jurisdiction)
    return union_org_id
