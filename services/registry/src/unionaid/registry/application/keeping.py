"""How long a person is kept: restricted on asking, erased when the periods have ended, or before on order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import Log
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.erasing import ErasePerson
from unionaid.registry.domain.person.facts import person_of, refuse_erased
from unionaid.registry.domain.person.restricting import Restrict, lift, restrict
from unionaid.registry.domain.person.retention import (
    Kept,
    Retention,
    RetentionPolicy,
    own_record,
    policy_on,
    retention,
)
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.identities import Expect, erasing
from unionaid.registry.views.elsewhere import Elsewhere
from unionaid.registry.views.households import kept_dossiers
from unionaid.registry.views.streams import history as history_of
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

Decide: TypeAlias = Callable[[History], Decision]


class Keeping:
    """Restrictions and erasures. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, elsewhere: Elsewhere, policies: Sequence[RetentionPolicy]) -> None:
        self._pool, self._log = pool, Log(pool)
        self.elsewhere, self._policies = elsewhere, policies

    def confirm_within_days(self, today: date) -> int:
        """Return within how many days every service confirms an erasure. Raises RetentionUnknown."""
        return policy_on(self._policies, today).confirm_within_days

    async def periods(self, person_id: UUID, jurisdiction: Jurisdiction, today: date) -> Retention:
        """Return until when what is known of a person is kept. Raises NotFound, PersonIsErased."""
        if not await reached(self._pool, [person_id], jurisdiction):
            raise NotFound
        async with self._pool.acquire() as conn:
            told = await history_of(conn, "person", person_id)
        own = own_record(refuse_erased(person_of(told)), told[0].occurred_on)
        return retention(policy_on(self._policies, today), [own, *await self._records(person_id)])

    async def restrict(self, issued: Issued, command: Restrict, jurisdiction: Jurisdiction, expect: Expect) -> Done:
        """Restrict a person of the jurisdiction. Raises NotFound."""
        records = await self._records(command.person_id)

        def decide(history: History) -> Decision:
            own = history[stream_name("person", command.person_id)]
            expect(len(own))
            kept = self._retention(history, command.person_id, records, command.today)
            events = restrict(person_of(own), kept, command)
            told = {
                "person_id": command.person_id,
                "status": "restricted",
                "until": kept.until,
                "policy_version": kept.policy_version,
            }
            return Decision(events, status=200, answer=answer(told, version=len(own) + 1))

        return await self._decided(issued, command.person_id, jurisdiction, decide)

    async def lift(self, issued: Issued, command: Restrict, jurisdiction: Jurisdiction, expect: Expect) -> Done:
        """Take a restriction back. Raises NotFound."""

        def decide(history: History) -> Decision:
            own = history[stream_name("person", command.person_id)]
            expect(len(own))
            events = lift(person_of(own), command)
            told = {"person_id": command.person_id, "status": "lifted"}
            return Decision(events, status=200, answer=answer(told, version=len(own) + 1))

        return await self._decided(issued, command.person_id, jurisdiction, decide)

    async def erase_person(self, issued: Issued, command: ErasePerson, expect: Expect) -> Done:
        """Destroy a person's identity. The sweep clears the disk of it."""
        records = await self._records(command.person_id)

        def kept(history: History) -> Retention:
            return self._retention(history, command.person_id, records, command.today)

        matter = erasing(command, kept, expect)
        return await carry_out(self._log, issued, [matter.stream], matter.decide, also=matter.also)

    async def _records(self, person_id: UUID) -> list[Kept]:
        async with self._pool.acquire() as conn:
            dossiers = await kept_dossiers(conn, person_id)
        return [*dossiers, *await self.elsewhere.kept(person_id)]

    def _retention(self, history: History, person_id: UUID, records: Sequence[Kept], today: date) -> Retention:
        told = history[stream_name("person", person_id)]
        own = own_record(refuse_erased(person_of(told)), told[0].occurred_on)
        return retention(policy_on(self._policies, today), [own, *records])

    async def _decided(self, issued: Issued, person_id: UUID, jurisdiction: Jurisdiction, decide: Decide) -> Done:
        if not await reached(self._pool, [person_id], jurisdiction):
            raise NotFound
        return await carry_out(self._log, issued, [stream_name("person", person_id)], decide)
