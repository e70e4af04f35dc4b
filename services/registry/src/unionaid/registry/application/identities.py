"""Whose a number is, and who persons are: each opening is recorded before it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from msgspec.structs import replace

from unionaid.eventlog import Connection, Log
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.facts import Person
from unionaid.registry.domain.person.opening import (
    OF_ONESELF,
    OpenIdentity,
    Purpose,
    may_open,
    opened,
    right_to_open,
    why_nothing,
)
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.views.people import people
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import Vault

OF_A_SUBTREE = frozenset({"grassroots_officer", "sub_district_officer"})
"""Roles that see the persons of their unit's subtree; every other role of a purpose sees the division's."""


class Identities:
    """Look-ups and openings of identity. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault, purposes: Mapping[str, Purpose]) -> None:
        self._pool, self._log, self._vault, self._purposes = pool, Log(pool), vault, purposes

    def fitting(self, screen: str, roles: frozenset[str]) -> list[str]:
        """Return the purposes to choose from on a screen, for somebody with these roles, in the order of the file."""
        return [
            name
            for name, purpose in self._purposes.items()
            if screen in purpose.screens and not purpose.roles.isdisjoint(roles)
        ]

    def needs(self, purpose: str) -> frozenset[str]:
        """Return the fields that a purpose needs; none where there is no such purpose."""
        return self._purposes[purpose].fields if purpose in self._purposes else frozenset()

    async def match(self, resident_ids: Iterable[str], jurisdiction: Jurisdiction) -> Mapping[str, UUID]:
        """Return the persons within reach with these numbers, each in its one form; nothing is opened."""
        async with self._pool.acquire() as conn:
            matched = await self._vault.match(conn, "resident_id", list(resident_ids))
        found = {number: persons[0] for number, persons in matched.items()}
        if jurisdiction.whole_division:
            return found
        within = set(await reached(self._pool, list(found.values()), jurisdiction))
        return {number: person_id for number, person_id in found.items() if person_id in within}

    async def open_identity(self, issued: Issued, command: OpenIdentity) -> Done:
        """Show who persons are; the record of it is committed first, and what is kept of the answer tells nobody.

        Raises PurposeUnknown, FieldsBeyondPurpose.
        """
        roles = right_to_open(self._purposes, command)
        jurisdiction = (
            Jurisdiction(whole_division=False, unit=command.unit) if roles <= OF_A_SUBTREE else WHOLE_DIVISION
        )
        persons = await reached(self._pool, command.person_ids, jurisdiction)
        return await self._open(issued, command, persons, self._purposes[command.purpose])

    async def open_own(self, issued: Issued, command: OpenIdentity) -> Done:
        """Show somebody the own identity; `command` names nobody else. Raises NotFound."""
        if [f"person-{person_id}" for person_id in command.person_ids] != [issued.actor]:
            raise NotFound
        async with self._pool.acquire() as conn:
            persons = await people(conn, command.person_ids)
        return await self._open(issued, command, persons, OF_ONESELF)

    async def _open(self, issued: Issued, command: OpenIdentity, persons: dict[UUID, Person], purpose: Purpose) -> Done:
        opened_to = [person_id for person_id, person in persons.items() if may_open(person, purpose)]
        event = opened(command, opened_to)
        found: dict[UUID, dict[str, str]] = {}

        async def open_vault(conn: Connection) -> None:
            if opened_to:
                found.update(
                    await self._vault.open(conn, opened_to, command.fields, actor=issued.actor, purpose=command.purpose)
                )
            if lost := [person_id for person_id in opened_to if person_id not in found]:
                persons.update(await people(conn, lost))  # erased since, or lost by the vault

        told = {"opening_id": command.opening_id}
        decision = Decision([event], status=200, answer=answer(told))
        done = await carry_out(self._log, issued, [], lambda _: decision, also=open_vault)
        each = [
            {
                "person_id": one,
                "identity": found.get(one),
                "code": None if one in found else why_nothing(persons.get(one), purpose),
            }
            for one in command.person_ids
        ]
        return replace(done, answer=answer({**told, "persons": each}))
