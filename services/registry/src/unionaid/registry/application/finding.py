"""Whom the rows of a file mean: found by ID, told apart by name, with the household each is in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.eventlog import Connection, holders, load_many
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.dossier import importing as dossiers
from unionaid.registry.domain.household import importing as households
from unionaid.registry.domain.household.facts import Formed, household_of
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Erased, Known, Left, Person, Worker, is_restricted, known_of
from unionaid.registry.forgetting import RESIDENT_ID, RESIDENT_ID_KIND
from unionaid.registry.reserving import HOUSEHOLD_MEMBER, member
from unionaid.registry.views.dossiers import newest_of
from unionaid.registry.views.units import Pool, lineage
from unionaid.vault import Vault

NAMESAKES_MAX = 20
"""Persons of one name; where there are more, the name says nothing."""


class _People(NamedTuple):
    found: dict[int, households.Found]
    persons: Mapping[UUID, Person]

    @property
    def households(self) -> frozenset[UUID]:
        return frozenset(one.household_id for one in self.found.values() if one.household_id is not None)


class Finding:
    """Finds people of files in the registry; opens nobody's identity."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._vault = pool, vault

    async def members(self, rows: Sequence[households.ReadMember], jurisdiction: Jurisdiction) -> households.Registered:
        """Return what is registered of the people of households in a file."""
        numbers = {row.number: row.relative.resident_id.number for row in rows if row.relative.resident_id}
        people = await self._people(numbers, {row.number: row.relative.name for row in rows}, jurisdiction)
        without = {row.number: row.relative for row in rows if row.number not in numbers}
        async with self._pool.acquire() as conn:
            formed = await _formed(conn, people.households) if people.households else {}
            named = await self._vault.match(conn, "name", {who.name for who in without.values()}) if without else {}
        few = {one for those in named.values() if len(those) <= NAMESAKES_MAX for one in those}
        born = {
            one: known_of(person).birth_year
            for one, person in (await reached(self._pool, few, jurisdiction) if few else {}).items()
            if isinstance(person, Known | Worker | Left)
        }
        return households.Registered(
            people.found,
            {household_id: frozenset(one.members) for household_id, one in formed.items()},
            {row: frozenset(named.get(who.name, ())) for row, who in without.items()},
            frozenset(
                row
                for row, who in without.items()
                if any(born.get(one) == who.birth_date.year for one in named.get(who.name, ()))
            ),
        )

    async def holders(self, rows: Sequence[dossiers.ReadDossier], jurisdiction: Jurisdiction) -> dossiers.Standing:
        """Return what is registered of the people whose dossiers a file would open."""
        numbers, names = {row.number: row.resident_id for row in rows}, {row.number: row.name for row in rows}
        people = await self._people(numbers, names, jurisdiction)
        if not people.households:
            return dossiers.Standing(people.found, people.persons, {}, {})
        async with self._pool.acquire() as conn:
            formed = await _formed(conn, people.households)
            above = {union: await lineage(conn, union) for union in {one.union_org_id for one in formed.values()}}
            filed = await newest_of(conn, formed)
        members = {
            household_id: frozenset(one.members)
            for household_id, one in formed.items()
            if jurisdiction.covers(above[one.union_org_id])
        }
        return dossiers.Standing(people.found, people.persons, members, filed)

    async def _people(
        self, numbers: Mapping[int, str], names: Mapping[int, str], jurisdiction: Jurisdiction
    ) -> _People:
        """Return who is registered with the ID of a row; both mappings are by the row's number."""
        keys = {row: self._vault.blind(RESIDENT_ID_KIND, number) for row, number in numbers.items()}
        async with self._pool.acquire() as conn:
            held = await holders(conn, RESIDENT_ID, list(keys.values()))
            persons = {row: UUID(held[key].partition("-")[2]) for row, key in keys.items() if key in held}
            if not persons:
                return _People({}, {})
            named = await self._vault.match(conn, "name", {names[row] for row in persons})
            homes = {member(person_id, "").key: person_id for person_id in persons.values()}
            lived = await holders(conn, HOUSEHOLD_MEMBER, list(homes))
        at_home = {homes[key]: UUID(stream.partition("-")[2]) for key, stream in lived.items()}
        within = await reached(self._pool, list(persons.values()), jurisdiction)
        found = {
            row: households.Found(
                person_id,
                _standing(within.get(person_id), named_so=person_id in named.get(names[row], ())),
                at_home.get(person_id),
            )
            for row, person_id in persons.items()
        }
        return _People(found, within)


async def _formed(conn: Connection, household_ids: Collection[UUID]) -> dict[UUID, Formed]:
    stored = await load_many(conn, [stream_name("household", one) for one in household_ids])
    formed = [household_of(decode(event.body)[1] for event in events) for events in stored.values()]
    return {one.household_id: one for one in formed if isinstance(one, Formed)}


def _standing(person: Person | None, *, named_so: bool) -> households.Standing:
    if person is None:
        return "elsewhere"
    if isinstance(person, Erased):
        return "erased"
    if not named_so:
        return "other-name"
    return "restricted" if is_restricted(person) else "within"
