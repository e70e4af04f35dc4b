"""Who is at school, and not yet so many years old: ids leave, and nothing is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from unionaid.contracts.fields import SchoolStage
from unionaid.registry.domain.household.students import youngest_day
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.views import students as views
from unionaid.registry.views.students import After, Which, Young
from unionaid.registry.views.units import Pool
from unionaid.vault import Finder


@dataclass(frozen=True, slots=True)
class Asked:
    """Which students are asked for, as in `views.students.Which`; `under_age` in whole years on the day `on`."""

    on: date
    school_stage: SchoolStage | None = None
    letter: bool | None = None
    open_dossier: bool = False
    union_org_id: UUID | None = None
    under_age: int | None = None


class Students:
    """Lists of students. How old somebody is of whom the year alone is not enough, the vault's keyed hashes tell."""

    def __init__(self, pool: Pool, finder: Finder) -> None:
        self._pool, self._finder = pool, finder

    async def listed(self, asked: Asked, reach: Jurisdiction, after: After | None, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` students within reach, in a fixed order, after one of them."""
        return await views.students(self._pool, reach, await self._which(asked, reach), after, limit)

    async def counts(self, asked: Asked, reach: Jurisdiction) -> Mapping[str, Mapping[str, int]]:
        """Return how many students of each stage are asked for, and how many letters they have; of any stage."""
        return await views.counts(self._pool, reach, await self._which(asked, reach))

    async def _which(self, asked: Asked, reach: Jurisdiction) -> Which:
        young = None if asked.under_age is None else await self._young(asked.on, asked.under_age, reach)
        return Which(asked.school_stage, asked.letter, asked.open_dossier, asked.union_org_id, young)

    async def _young(self, on: date, under_age: int, reach: Jurisdiction) -> Young:
        last = youngest_day(on, under_age)
        rest = (last.replace(month=12, day=31) - last).days
        later = [last + timedelta(days=n) for n in range(1, rest + 1)]
        about = await views.born_in(self._pool, reach, last.year)
        if not about or not later:
            return Young(last.year, ())
        async with self._pool.acquire() as conn:
            found = await self._finder.born_on(conn, later, about)
        return Young(last.year, sorted(found))
