"""Searching for people: ids leave, and nothing is opened."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.searching import Sought
from unionaid.registry.views.keeping import restricted
from unionaid.registry.views.units import Pool, subtree
from unionaid.vault import Finder, Place, Vault, Wanted


class Searching:
    """Searches the vault by keyed hashes, inside the unions of a jurisdiction."""

    def __init__(self, pool: Pool, vault: Vault, finder: Finder) -> None:
        self._pool, self._vault, self._finder = pool, vault, finder

    async def find(
        self, sought: Sought, jurisdiction: Jurisdiction, after: Place | None, limit: int
    ) -> Sequence[Place]:
        """Return at most `limit` persons within reach, with their unions, in a fixed order, after one of them.

        Who asked to be erased is kept, and read by audit alone: not found.
        """
        async with self._pool.acquire() as conn:
            within = None if jurisdiction.whole_division else await subtree(conn, jurisdiction.unit)
            only: Sequence[UUID] | None = None
            if sought.resident_id is not None:
                matched = await self._vault.match(conn, "resident_id", [sought.resident_id])
                only = matched.get(sought.resident_id, ())
                if not only:
                    return []
            wanted = Wanted(
                sought.name,
                sought.resident_id[:6] if sought.resident_id else sought.area,
                sought.born,
                sought.resident_id[-4:] if sought.resident_id else sought.last,
                sought.phone,
            )
            found: list[Place] = []
            while len(found) < limit:
                some = await self._finder.find(conn, wanted, within=within, after=after, limit=limit, only=only)
                hidden = await restricted(conn, [each.person_id for each in some])
                found += [each for each in some if each.person_id not in hidden]
                if len(some) < limit:
                    break
                after = some[-1]
            return found[:limit]
