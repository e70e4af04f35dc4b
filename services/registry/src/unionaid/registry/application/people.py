"""Commands about people: load, decide, append. With `identities`, what writes the vault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import Beside, Connection, Log, Reservation, ReservationTaken, holders
from unionaid.registry.application.duplicates import Duplicates
from unionaid.registry.application.holding import held_open, hold_open
from unionaid.registry.application.merged import unmerged
from unionaid.registry.application.placing import Place, Streams, as_the_tree_stands
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person import rules as person_rules
from unionaid.registry.domain.person.correcting import CorrectIdentity, ReenterIdentity
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.person.identity import Identity
from unionaid.registry.domain.person.roster import ReadRoster, ReadRow, Row, read_roster, taken
from unionaid.registry.domain.refusals import NotFound, ResidentIdTaken, RowsRefused
from unionaid.registry.forgetting import RESIDENT_ID, RESIDENT_ID_KIND
from unionaid.registry.identities import (
    Expect,
    Matter,
    correcting,
    reentering,
    reference_of,
    reserved,
    warnings_of,
)
from unionaid.registry.views.units import Lineages, Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import IdentityReference as VaultReference
from unionaid.vault import SealedPersons, Vault


@dataclass(frozen=True, slots=True)
class NewWorker:
    """One worker as typed and read; `identity` goes to the vault and nowhere else."""

    person_id: UUID
    identity: Identity = field(repr=False)
    migrant: bool


@dataclass(frozen=True, slots=True)
class NewProvisional:
    """A worker without the ID at hand. Identity: for the vault, never for an event."""

    person_id: UUID
    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    migrant: bool

    def vault_fields(self) -> dict[str, str]:
        """Return the fields of the vault, each in its one form."""
        return {"name": self.name} | ({"phone": self.phone} if self.phone else {})


class People:
    """Commands about people. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault, duplicates: Duplicates) -> None:
        self._pool, self._log, self._vault, self._duplicates = pool, Log(pool), vault, duplicates
        self._lineages, self._store = Lineages(pool), held_open(vault.put_all)

    @as_the_tree_stands
    async def register_worker(self, issued: Issued, place: Place, worker: NewWorker, on: date) -> Done:
        """Enter one worker. Raises ResidentIdTaken."""
        own = stream_name("person", worker.person_id)
        (entrant,), sealed = self._sealed([worker], place.union_org_id)
        command = person_rules.RegisterWorker(entrant, on, issued.business_date)
        streams = await self._streams(place)
        alike = await self._duplicates.of_entrant(worker.person_id, worker.identity.vault_fields(), on)
        body = {
            "person_id": worker.person_id,
            "possible_duplicates": await self._duplicates.within_reach(alike, place.jurisdiction),
            "warnings": warnings_of(worker.identity.resident_id),
        }

        def decide(history: History) -> Decision:
            events = person_rules.register_worker(
                person_of(history[own]), streams.workplace(history), place.jurisdiction, command
            )
            told = answer(body, location=f"/workers/{worker.person_id}", version=len(events))
            return Decision([*events, *alike], answer=told, reserve=[self._reservation(worker)])

        try:
            return await carry_out(
                self._log, issued, [own, *streams.all], decide, beside=Beside(self._store, (place.union_org_id, sealed))
            )
        except ReservationTaken:
            raise ResidentIdTaken(field="resident_id") from None

    @as_the_tree_stands
    async def register_provisionally(self, issued: Issued, place: Place, worker: NewProvisional, on: date) -> Done:
        """Enter a worker whose ID is not at hand: nothing is reserved until it is given."""
        own = stream_name("person", worker.person_id)
        places = {worker.person_id: place.union_org_id}
        sealed = self._vault.seal({worker.person_id: worker.vault_fields()}, places=places)
        reference = reference_of(sealed.references[worker.person_id])
        entrant = person_rules.Entrant(worker.person_id, reference, None, worker.migrant)
        command = person_rules.RegisterWorker(entrant, on, issued.business_date)
        streams = await self._streams(place)
        alike = await self._duplicates.of_entrant(worker.person_id, worker.vault_fields(), on)
        body = {
            "person_id": worker.person_id,
            "possible_duplicates": await self._duplicates.within_reach(alike, place.jurisdiction),
        }

        def decide(history: History) -> Decision:
            events = person_rules.register_worker(
                person_of(history[own]), streams.workplace(history), place.jurisdiction, command
            )
            told = answer(body, location=f"/workers/{worker.person_id}", version=len(events))
            return Decision([*events, *alike], answer=told)

        return await carry_out(
            self._log, issued, [own, *streams.all], decide, beside=Beside(self._store, (place.union_org_id, sealed))
        )

    @as_the_tree_stands
    async def register_roster(
        self,
        issued: Issued,
        place: Place,
        *,
        roster_id: UUID,
        rows: Sequence[Row],
        person_ids: Sequence[UUID],
        on: date,
    ) -> Done:
        """Enter the workers of a roster, all or none, as one append. `person_ids` go by row.

        Raises RowsRefused, which names every row that cannot pass.
        """
        read = read_roster(rows, on)
        streams = await self._streams(place)
        faults = [*read.faults, *taken(await self._taken(read))]
        workers = [NewWorker(person_ids[row.number - 1], row.identity, row.migrant) for row in read.rows]
        entrants, sealed = self._sealed(workers, place.union_org_id) if not faults else ([], None)
        command = person_rules.RegisterRoster(roster_id, entrants, faults, on, issued.business_date)
        told = answer(_roster_told(roster_id, person_ids, read.rows))
        reserve = [self._reservation(worker) for worker in workers]

        def decide(history: History) -> Decision:
            events = person_rules.register_roster(streams.workplace(history), place.jurisdiction, command)
            return Decision(events, answer=told, reserve=reserve)

        async def put(conn: Connection) -> None:
            if sealed is not None:
                await self._vault.put(conn, sealed)
            await hold_open(conn, [place.union_org_id])

        try:
            return await carry_out(self._log, issued, streams.all, decide, also=put)
        except ReservationTaken as refusal:  # another roster was first by a moment
            row_of = {r.stream: row for r, row in zip(reserve, read.resident_ids, strict=True)}
            raise RowsRefused(taken(row_of[c.wanted_by] for c in refusal.conflicts)) from None

    async def correct_identity(
        self,
        issued: Issued,
        command: CorrectIdentity,
        changes: Mapping[str, str | None],
        jurisdiction: Jurisdiction,
        expect: Expect,
    ) -> Done:
        """Correct a person of the jurisdiction. Raises NotFound, PersonIsMerged, ResidentIdTaken."""
        if not await reached(self._pool, [command.person_id], jurisdiction):
            raise NotFound
        return await self._carried(
            issued, command.person_id, correcting(self._vault, command, changes, expect), jurisdiction
        )

    async def reenter_identity(
        self, issued: Issued, command: ReenterIdentity, identity: Identity, expect: Expect
    ) -> Done:
        """Enter again who a person is. Raises PersonIsMerged, ResidentIdTaken."""
        matter = reentering(self._vault, command, identity, expect)
        return await self._carried(issued, command.person_id, matter, WHOLE_DIVISION)

    async def _carried(self, issued: Issued, person_id: UUID, matter: Matter, jurisdiction: Jurisdiction) -> Done:
        first = unmerged(person_id, jurisdiction=jurisdiction, then=matter.first)
        try:
            return await carry_out(self._log, issued, [matter.stream], matter.decide, first=first, also=matter.also)
        except ReservationTaken:
            raise ResidentIdTaken(field="resident_id") from None

    async def _taken(self, read: ReadRoster) -> list[int]:
        """Which rows have an ID that is registered, to tell them with the other faults. The append decides."""
        keys = {
            row: self._vault.blind(RESIDENT_ID_KIND, resident_id.number)
            for row, resident_id in read.resident_ids.items()
        }
        async with self._pool.acquire() as conn:
            held = await holders(conn, RESIDENT_ID, list(keys.values()))
        return [row for row, key in keys.items() if key in held]

    async def _streams(self, place: Place) -> Streams:
        org_id = place.union_org_id
        return Streams.of(await self._lineages.of(org_id), place.enterprise_id, lambda: self._lineages.forget(org_id))

    def _reservation(self, worker: NewWorker) -> Reservation:
        return reserved(self._vault, stream_name("person", worker.person_id), worker.identity.resident_id)

    def _sealed(
        self, workers: Sequence[NewWorker], union_org_id: UUID
    ) -> tuple[list[person_rules.Entrant], SealedPersons]:
        """Return what rules may know of new workers, and what the vault is to store of their identity."""
        places = {worker.person_id: union_org_id for worker in workers}
        sealed = self._vault.seal({w.person_id: w.identity.vault_fields() for w in workers}, places=places)
        return [_entrant(worker, sealed.references[worker.person_id]) for worker in workers], sealed


def _entrant(worker: NewWorker, reference: VaultReference) -> person_rules.Entrant:
    return person_rules.Entrant(worker.person_id, reference_of(reference), worker.identity.resident_id, worker.migrant)


def _roster_told(roster_id: UUID, person_ids: Sequence[UUID], rows: Sequence[ReadRow]) -> dict[str, Any]:
    return {
        "roster_id": roster_id,
        "workers": len(person_ids),
        "person_ids": person_ids,
        "warnings": [
            {"row": row.number, **warning} for row in rows for warning in warnings_of(row.identity.resident_id)
        ],
    }
