"""What is done with a person's identity: matched, opened, corrected, entered again, erased.

Beside `application`, which enters people: the two are the only writers of the log and of the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from unionaid.contracts import Event, stream_name
from unionaid.contracts.registry import IdentityReference
from unionaid.eventlog import Connection, Log, Reservation, ReservationTaken
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.correcting import (
    CorrectIdentity,
    NextVersion,
    ReenterIdentity,
    correct,
    reenter,
)
from unionaid.registry.domain.person.erasing import ErasePerson, erase
from unionaid.registry.domain.person.facts import Erased, Person, person_of, refuse_erased, union_of, version_of
from unionaid.registry.domain.person.identity import Identity
from unionaid.registry.domain.person.opening import (
    OpenIdentity,
    Purpose,
    opened,
    right_to_open,
    why_nothing,
    within_reach,
)
from unionaid.registry.domain.person.resident_id import AREA_UNKNOWN, ResidentId
from unionaid.registry.domain.refusals import NotFound, ResidentIdTaken
from unionaid.registry.forgetting import RESIDENT_ID, RESIDENT_ID_KIND, forget_persons
from unionaid.registry.views import Pool, lineage, people
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import Changed, SealedPersons, Vault
from unionaid.vault import IdentityReference as VaultReference

CORRECTION = "correction"
"""The purpose under which the vault writes down that identity was read to be corrected."""
OF_A_SUBTREE = frozenset({"grassroots_officer", "sub_district_officer"})
"""Roles that see the persons of their unit's subtree; every other role of a purpose sees the division's."""
Expect = Callable[[int], None]
"""Refuses the command if the caller has read another version of the person than this one."""


class Identities:
    """Commands about identity. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault, purposes: Mapping[str, Purpose]) -> None:
        self._pool, self._log = pool, Log(pool)
        self._vault, self._purposes = vault, purposes

    async def match(self, resident_ids: Iterable[str]) -> Mapping[str, UUID]:
        """Return the persons with these numbers, each in its one form; nothing is opened."""
        async with self._pool.acquire() as conn:
            found = await self._vault.match(conn, "resident_id", list(resident_ids))
        return {number: persons[0] for number, persons in found.items()}

    async def open(self, issued: Issued, command: OpenIdentity, unit: UUID | None) -> Done:
        """Show who persons are; the record of it is committed first, and what is kept of the answer tells nobody.

        Raises PurposeUnknown, FieldsBeyondPurpose.
        """
        roles = right_to_open(self._purposes, command)
        jurisdiction = Jurisdiction(whole_division=False, unit=unit) if roles <= OF_A_SUBTREE else WHOLE_DIVISION
        persons = await self._reached(command.person_ids, jurisdiction)
        reached = [person_id for person_id, person in persons.items() if not isinstance(person, Erased)]
        event = opened(command, reached)
        found: dict[UUID, dict[str, str]] = {}

        async def open_vault(conn: Connection) -> None:
            if reached:
                found.update(
                    await self._vault.open(conn, reached, command.fields, actor=issued.actor, purpose=command.purpose)
                )
            if lost := [person_id for person_id in reached if person_id not in found]:
                persons.update(await people(conn, lost))  # erased since, or lost by the vault

        told = {"opening_id": command.opening_id}
        decision = Decision([event], status=200, answer=answer(told))
        done = await carry_out(self._log, issued, [], lambda _: decision, also=open_vault)
        each = [
            {
                "person_id": one,
                "identity": found.get(one),
                "code": None if one in found else why_nothing(persons.get(one)),
            }
            for one in command.person_ids
        ]
        return replace(done, answer=answer({**told, "persons": each}))

    async def correct(
        self,
        issued: Issued,
        command: CorrectIdentity,
        changes: Mapping[str, str | None],
        jurisdiction: Jurisdiction,
        expect: Expect,
    ) -> Done:
        """Change some fields of a person's identity (None takes one away). Raises ResidentIdTaken.

        The vault compares and encrypts; no value leaves it. An ID that changes takes its reservation along.
        """
        if not await self._reached([command.person_id], jurisdiction):
            raise NotFound
        own = stream_name("person", command.person_id)
        made: Changed | None = None

        async def seal(conn: Connection) -> None:
            nonlocal made
            made = await self._vault.seal_changed(
                conn, command.person_id, changes, actor=issued.actor, purpose=CORRECTION
            )

        def decide(history: History) -> Decision:
            version = len(history[own])
            expect(version)
            events = correct(person_of(history[own]), _next_version(made, command.person_id), command)
            return Decision(
                events,
                status=200,
                answer=answer(
                    {**_corrected(events), "warnings": warnings_of(command.resident_id)}, version=version + 1
                ),
                reserve=[self._reserved(own, command.resident_id)] if command.resident_id else [],
                release=[Reservation(RESIDENT_ID, made.former[RESIDENT_ID_KIND], own)]
                if made and RESIDENT_ID_KIND in made.former
                else [],
            )

        async def put(conn: Connection) -> None:
            if made and made.sealed:
                await self._vault.put(conn, made.sealed)

        try:
            return await carry_out(self._log, issued, [own], decide, first=seal, also=put)
        except ReservationTaken:
            raise ResidentIdTaken(field="resident_id") from None

    async def reenter(self, issued: Issued, command: ReenterIdentity, identity: Identity, expect: Expect) -> Done:
        """Enter again who a person is whom the vault has lost, or of whom it has less than the events name.

        Raises ResidentIdTaken.
        """
        own = stream_name("person", command.person_id)
        has: int | None = None
        sealed: SealedPersons | None = None

        async def look(conn: Connection) -> None:
            nonlocal has
            has = (await self._vault.versions(conn, [command.person_id])).get(command.person_id)
            if has is not None:  # to be replaced; if the rule refuses, it is rolled back
                await forget_persons(conn, [command.person_id])

        def decide(history: History) -> Decision:
            nonlocal sealed
            version = len(history[own])
            expect(version)
            person = person_of(history[own])
            fields = {command.person_id: identity.vault_fields()}
            sealed = self._vault.seal(fields, version=version_of(refuse_erased(person)) + 1)
            events = reenter(person, has, reference_of(sealed.references[command.person_id]), command)
            told = {"person_id": command.person_id, "warnings": warnings_of(command.resident_id)}
            return Decision(
                events,
                status=200,
                answer=answer(told, version=version + 1),
                reserve=[self._reserved(own, command.resident_id)],
            )

        async def put(conn: Connection) -> None:
            if sealed is not None:
                await self._vault.put(conn, sealed)

        try:
            return await carry_out(self._log, issued, [own], decide, first=look, also=put)
        except ReservationTaken:
            raise ResidentIdTaken(field="resident_id") from None

    async def erase(self, issued: Issued, command: ErasePerson, expect: Expect) -> Done:
        """Destroy a person's identity with the event that says so. The sweep makes the bytes unfindable."""
        own = stream_name("person", command.person_id)

        def decide(history: History) -> Decision:
            expect(len(history[own]))
            events = erase(person_of(history[own]), frozenset(history.actors[own]), command)
            told = answer({"person_id": command.person_id, "status": "erased"}, version=len(history[own]) + 1)
            return Decision(events, status=200, answer=told)

        async def forget(conn: Connection) -> None:
            await forget_persons(conn, [command.person_id])

        return await carry_out(self._log, issued, [own], decide, also=forget)

    async def _reached(self, person_ids: Collection[UUID], jurisdiction: Jurisdiction) -> dict[UUID, Person]:
        async with self._pool.acquire() as conn:
            persons = await people(conn, list(person_ids))
            unions = {union for person in persons.values() if (union := union_of(person)) is not None}
            lineages = {org_id: await lineage(conn, org_id) for org_id in unions}
        return within_reach(persons, lineages, jurisdiction)

    def _reserved(self, stream: str, resident_id: ResidentId) -> Reservation:
        return Reservation(RESIDENT_ID, self._vault.blind(RESIDENT_ID_KIND, resident_id.number), stream)


def reference_of(reference: VaultReference) -> IdentityReference:
    """Return what an event says of a version in the vault."""
    return IdentityReference(vault_version=reference.vault_version, commitment=reference.commitment)


def _next_version(made: Changed | None, person_id: UUID) -> NextVersion | None:
    if made is None:
        return None
    identity = reference_of(made.sealed.references[person_id]) if made.sealed else None
    return NextVersion(identity, made.fields)


def _corrected(events: Iterable[Event]) -> dict[str, Any]:
    (event,) = events
    return event.model_dump(mode="json", include={"person_id", "corrected_fields"})


def warnings_of(resident_id: ResidentId | None) -> list[dict[str, str]]:
    """Return what was taken but deserves a look."""
    unknown = resident_id is not None and not resident_id.area_known
    return [{"field": "resident_id", "code": AREA_UNKNOWN}] if unknown else []
