"""Commands that change what is there: unions moved, called otherwise and dissolved, enterprises corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.fields import Ownership, UnitCorrectionReason
from unionaid.contracts.registry import EnterpriseDetailsCorrected
from unionaid.eventlog import Connection, Log, ReservationTaken
from unionaid.registry.application.holding import hold_closed, holding
from unionaid.registry.application.matters import Expect
from unionaid.registry.application.placing import as_the_tree_stands, lineage_in
from unionaid.registry.application.units import code_of
from unionaid.registry.domain.enterprise.correcting import CorrectEnterprise, correct
from unionaid.registry.domain.enterprise.facts import Registered, enterprise_of
from unionaid.registry.domain.refusals import NotFound, UsccTaken
from unionaid.registry.domain.union_org.changing import DissolveUnionOrg, MoveUnionOrg, Remaining, dissolve, move
from unionaid.registry.domain.union_org.correcting import CorrectUnionOrg
from unionaid.registry.domain.union_org.correcting import correct as correct_union
from unionaid.registry.domain.union_org.facts import union_org_of
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different about an enterprise; None is what stays. A union that is given may be none."""

    uscc: str | None
    name: str | None
    ownership: Ownership | None
    union_given: bool
    union_org_id: UUID | None
    reason: UnitCorrectionReason
    on: date


class UnitChanges:
    """Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._log = pool, Log(pool)

    @as_the_tree_stands
    async def move_union_org(self, issued: Issued, command: MoveUnionOrg, expect: Expect) -> Done:
        """Let a union stand under another one, which is not dissolved meanwhile."""
        streams, decide = await self._moving(command, expect)
        return await carry_out(self._log, issued, streams, decide, also=holding(command.parent_id))

    @as_the_tree_stands
    async def judge_move(self, command: MoveUnionOrg, expect: Expect) -> Done:
        """Refuse what a move would be refused for; nothing is written."""
        streams, decide = await self._moving(command, expect)
        decision = decide(History(await self._log.load(streams)))
        return Done(decision.status, decision.answer, 0)

    async def _moving(self, command: MoveUnionOrg, expect: Expect) -> tuple[list[str], Callable[[History], Decision]]:
        own = stream_name("union", command.org_id)
        async with self._pool.acquire() as conn:
            above = [stream_name("union", org_id) for org_id in await units.lineage(conn, command.parent_id)]

        def decide(history: History) -> Decision:
            version = len(history[own])
            expect(version)
            events = move(union_org_of(history[own]), lineage_in(history, above), command)
            return Decision(events, status=200, answer=answer({"org_id": command.org_id}, version=version + 1))

        return list(dict.fromkeys([own, *above])), decide

    async def dissolve_union_org(self, issued: Issued, command: DissolveUnionOrg, expect: Expect) -> Done:
        """End a union in which nothing remains; who is entering something in it is waited for."""
        own = stream_name("union", command.org_id)
        remaining = Remaining()

        async def look(conn: Connection) -> None:
            nonlocal remaining
            await hold_closed(conn, command.org_id)
            remaining = await units.remaining(conn, command.org_id)

        def decide(history: History) -> Decision:
            version = len(history[own])
            expect(version)
            events = dissolve(union_org_of(history[own]), remaining, command)
            return Decision(events, status=200, answer=answer({"org_id": command.org_id}, version=version + 1))

        return await carry_out(self._log, issued, [own], decide, first=look)

    async def correct_union_org(self, issued: Issued, command: CorrectUnionOrg, expect: Expect) -> Done:
        """Call a union otherwise."""
        own = stream_name("union", command.org_id)

        def decide(history: History) -> Decision:
            version = len(history[own])
            expect(version)
            events = correct_union(union_org_of(history[own]), command)
            return Decision(events, status=200, answer=answer({"org_id": command.org_id}, version=version + 1))

        return await carry_out(self._log, issued, [own], decide)

    async def correct_enterprise(self, issued: Issued, enterprise_id: UUID, changes: Changes, expect: Expect) -> Done:
        """Correct an enterprise; a code that changes takes its reservation along. Raises NotFound, UsccTaken."""
        own = stream_name("enterprise", enterprise_id)
        union = stream_name("union", changes.union_org_id) if changes.union_org_id else None

        def decide(history: History) -> Decision:
            version = len(history[own])
            expect(version)
            known = enterprise_of(history[own])
            if not isinstance(known, Registered):
                raise NotFound
            command = CorrectEnterprise(
                enterprise_id,
                changes.uscc or known.uscc,
                changes.name or known.name,
                changes.ownership or known.ownership,
                changes.union_org_id if changes.union_given else known.union_org_id,
                changes.reason,
                changes.on,
                issued.business_date,
            )
            events = correct(known, union_org_of(history[union]) if union else None, command)
            moved = any(isinstance(one, EnterpriseDetailsCorrected) and one.uscc != known.uscc for one in events)
            return Decision(
                events,
                status=200,
                answer=answer({"enterprise_id": enterprise_id}, version=version + 1),
                reserve=[code_of(command.uscc, own)] if moved else [],
                release=[code_of(known.uscc, own)] if moved else [],
            )

        held = holding(*([changes.union_org_id] if changes.union_org_id else []))
        try:
            return await carry_out(self._log, issued, [own, *([union] if union else [])], decide, also=held)
        except ReservationTaken:
            raise UsccTaken(field="uscc") from None
