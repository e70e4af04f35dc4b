"""Whom the rows of a file mean: found by ID, told apart by name, with the household each is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.eventlog import holders, load_many
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.household.facts import Formed, household_of
from unionaid.registry.domain.household.importing import Found, ReadMember, Registered, Standing
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Erased, Person, is_restricted
from unionaid.registry.forgetting import RESIDENT_ID, RESIDENT_ID_KIND
from unionaid.registry.reserving import HOUSEHOLD_MEMBER, member
from unionaid.registry.views.units import Pool
from unionaid.vault import Vault


class Finding:
    """Finds people of files in the registry; opens nobody's identity."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._vault = pool, vault

    async def members(self, rows: Sequence[ReadMember], jurisdiction: Jurisdiction) -> Registered:
        """Return what is registered of the people of households in a file."""
        numbers = {row.number: row.relative.resident_id.number for row in rows if row.relative.resident_id}
        found = await self.people(numbers, {row.number: row.relative.name for row in rows}, jurisdiction)
        households = {one.household_id for one in found.values() if one.household_id is not None}
        if not households:
            return Registered(found)
        without = {row.number: row.relative.name for row in rows if row.number not in numbers}
        async with self._pool.acquire() as conn:
            stored = await load_many(conn, [stream_name("household", one) for one in households])
            named = await self._vault.match(conn, "name", set(without.values())) if without else {}
        formed = [household_of(decode(event.body)[1] for event in events) for events in stored.values()]
        return Registered(
            found,
            {one.household_id: frozenset(one.members) for one in formed if isinstance(one, Formed)},
            {row: frozenset(named.get(name, ())) for row, name in without.items()},
        )

    async def people(
        self, numbers: Mapping[int, str], names: Mapping[int, str], jurisdiction: Jurisdiction
    ) -> dict[int, Found]:
        """Return who is registered with the ID of a row; both mappings are by the row's number."""
        keys = {row: self._vault.blind(RESIDENT_ID_KIND, number) for row, number in numbers.items()}
        async with self._pool.acquire() as conn:
            held = await holders(conn, RESIDENT_ID, list(keys.values()))
            persons = {row: UUID(held[key].partition("-")[2]) for row, key in keys.items() if key in held}
            if not persons:
                return {}
            named = await self._vault.match(conn, "name", {names[row] for row in persons})
            homes = {member(person_id, "").key: person_id for person_id in persons.values()}
            lived = await holders(conn, HOUSEHOLD_MEMBER, list(homes))
        households = {homes[key]: UUID(stream.partition("-")[2]) for key, stream in lived.items()}
        within = await reached(self._pool, list(persons.values()), jurisdiction)
        return {
            row: Found(
                person_id,
                _standing(within.get(person_id), named_so=person_id in named.get(names[row], ())),
                households.get(person_id),
            )
            for row, person_id in persons.items()
        }


def _standing(person: Person | None, *, named_so: bool) -> Standing:
    if person is None:
        return "elsewhere"
    if isinstance(person, Erased):
        return "erased"
    if not named_so:
        return "other-name"
    return "restricted" if is_restricted(person) else "within"
