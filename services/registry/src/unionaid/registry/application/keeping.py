"""How long persons and dossiers are kept: restricted on asking, erased when periods have ended, or before on order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.registry import DossierErased
from unionaid.eventlog import Log
from unionaid.registry.application.alone import Alone, FileChanged
from unionaid.registry.application.along import by_turns
from unionaid.registry.application.kinship import step_of
from unionaid.registry.application.matters import At, dossier_in, dossier_within
from unionaid.registry.application.merged import unmerged
from unionaid.registry.application.reaching import reached
from unionaid.registry.application.statements import Settled
from unionaid.registry.domain.dossier.erasing import HouseholdKept, erase_dossier
from unionaid.registry.domain.household.facts import household_of
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.erasing import ErasePerson
from unionaid.registry.domain.person.facts import Known, Left, Worker, person_of, refuse_erased
from unionaid.registry.domain.person.restricting import Restrict, lift, restrict
from unionaid.registry.domain.person.retention import (
    DOSSIER,
    Kept,
    Retention,
    RetentionPolicy,
    ended_before,
    own_record,
    policy_on,
    retention,
)
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.forgetting import forget_dossiers
from unionaid.registry.identities import Expect, erasing
from unionaid.registry.views.dossiers import ended as ended_dossiers
from unionaid.registry.views.dossiers import of_household
from unionaid.registry.views.duplicates import together
from unionaid.registry.views.elsewhere import Elsewhere
from unionaid.registry.views.households import kept_by_households, open_dossier_of
from unionaid.registry.views.streams import history as history_of
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

if TYPE_CHECKING:
    from unionaid.eventlog import Connection

Decide: TypeAlias = Callable[[History], Decision]


class Keeping:
    """Restrictions and erasures. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, elsewhere: Elsewhere, policies: Sequence[RetentionPolicy], settled: Settled) -> None:
        self._pool, self._log, self._settled = pool, Log(pool), settled
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
        """Restrict a person of the jurisdiction. Raises NotFound, PersonIsMerged."""
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
        """Take a restriction back. Raises NotFound, PersonIsMerged."""

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

    async def erase_dossier(self, issued: Issued, at: At) -> Done:
        """Destroy what was said in words of a closed dossier whose period has ended. Raises NotFound."""
        found = await dossier_within(self._pool, at.id, at.jurisdiction)
        own, household = stream_name("dossier", at.id), stream_name("household", found.file.household_id)
        step = await step_of(self._pool, issued, at.on)

        async def attempt() -> Done:
            async with self._pool.acquire() as conn:
                running = await open_dossier_of(conn, found.file.household_id)
                ids = {*await of_household(conn, found.file.household_id), *([running] if running else [])} - {at.id}
            others = [stream_name("dossier", id) for id in sorted(ids)]
            turn = Alone(found.file.household_id, streams=[household, *others])
            made: list[DossierErased] = []

            async def first(conn: Connection) -> None:
                await turn.wait(conn)
                if await open_dossier_of(conn, found.file.household_id) != running:
                    raise FileChanged

            def decide(history: History) -> Decision:
                at.expect(len(history[own]))
                turn.refuse_stale(history)
                told_on = max(event.occurred_on for event in history[household])
                kept = HouseholdKept(told_on, [dossier_in(history, stream) for stream in others])
                policy = policy_on(self._policies, issued.business_date)
                made[:] = erase_dossier(dossier_in(history, own), household_of(history[household]), kept, policy, step)
                told = answer({"dossier_id": at.id, "status": "erased"}, version=len(history[own]) + 1)
                return Decision(made, status=200, answer=told)

            async def forget(conn: Connection) -> None:
                await forget_dossiers(conn, made)

            return await carry_out(self._log, issued, [own, household, *others], decide, first=first, also=forget)

        return await by_turns(attempt)

    async def ended(self, today: date, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` persons after one whose periods have all ended, by id."""
        bounds = ended_before(policy_on(self._policies, today), today)
        rows = await self.elsewhere.ended(bounds, after, limit)
        return [{"person_id": person_id, "kind": kind, "since": since} for person_id, kind, since in rows]

    def dossier_ended(self, closed_on: date, today: date) -> bool:
        """Say whether the period of a dossier that was closed on a day has ended."""
        return closed_on <= ended_before(policy_on(self._policies, today), today)[DOSSIER]

    async def ended_dossiers(
        self, jurisdiction: Jurisdiction, today: date, after: UUID | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return at most `limit` dossiers after one whose period has ended and that were not erased, by id."""
        bounds = ended_before(policy_on(self._policies, today), today)
        unit = None if jurisdiction.whole_division else jurisdiction.unit or UUID(int=0)
        return await ended_dossiers(self._pool, unit, bounds[DOSSIER], after, limit)

    async def _records(self, person_id: UUID) -> list[Kept]:
        """Return what keeps somebody beside the own record, and those for whom that person stands, and the reverse."""
        await self._settled()  # what was told of somebody a moment ago keeps that person
        kept: list[Kept] = []
        async with self._pool.acquire() as conn:
            same = await together(conn, [person_id])
            for one in sorted(same):
                kept += await kept_by_households(conn, one)
            for one in sorted(same - {person_id}):
                told = await history_of(conn, "person", one)
                if isinstance(other := person_of(told), Known | Worker | Left):
                    kept.append(own_record(other, told[0].occurred_on))
        return [*kept, *await self.elsewhere.kept(same)]

    def _retention(self, history: History, person_id: UUID, records: Sequence[Kept], today: date) -> Retention:
        told = history[stream_name("person", person_id)]
        own = own_record(refuse_erased(person_of(told)), told[0].occurred_on)
        return retention(policy_on(self._policies, today), [own, *records])

    async def _decided(self, issued: Issued, person_id: UUID, jurisdiction: Jurisdiction, decide: Decide) -> Done:
        if not await reached(self._pool, [person_id], jurisdiction):
            raise NotFound
        first = unmerged(person_id, jurisdiction=jurisdiction)
        return await carry_out(self._log, issued, [stream_name("person", person_id)], decide, first=first)
