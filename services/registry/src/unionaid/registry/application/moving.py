"""Commands about a worker's role: corrected, transferred, gone, back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import LeavingReason
from unionaid.eventlog import Connection, Log
from unionaid.registry.application.along import Along, GoesAlong, by_turns
from unionaid.registry.application.holding import holding
from unionaid.registry.application.merged import refuse_merged, unmerged
from unionaid.registry.application.placing import Place, Streams, as_the_tree_stands
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person import moving
from unionaid.registry.domain.person.facts import Person, Worker, person_of
from unionaid.registry.domain.person.moving import Move
from unionaid.registry.domain.person.rules import Workplace
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.identities import Expect, Write
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

Decide: TypeAlias = Callable[[Person, Workplace], list[Event]]
Follows: TypeAlias = Callable[[History, Person], GoesAlong]
"""What goes along, from what was loaded and the person as it was."""


@dataclass(frozen=True, slots=True)
class Details:
    """What was entered wrong; what is not given stays. An enterprise that is given may be none."""

    migrant: bool | None
    enterprise_given: bool
    enterprise_id: UUID | None


class Moving:
    """Commands about a worker's role. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._log = pool, Log(pool)

    async def correct_details(
        self,
        issued: Issued,
        move: Move,
        changes: Details,
        jurisdiction: Jurisdiction,
        expect: Expect,
    ) -> Done:
        """Correct what was entered wrong about a worker of the jurisdiction. Raises NotFound, PersonIsMerged."""
        person = await self._reached(move.person_id, jurisdiction)
        worker = person if isinstance(person, Worker) else None
        enterprise_id = worker.enterprise_id if worker and not changes.enterprise_given else changes.enterprise_id

        def decide(now: Person, workplace: Workplace) -> list[Event]:
            return moving.correct_details(now, workplace, changes.migrant, move)

        place = (worker.union_org_id, enterprise_id) if worker else None
        first = unmerged(move.person_id, jurisdiction=jurisdiction)
        return await self._moved(issued, move, place, decide, expect, first=first)

    async def transfer(self, issued: Issued, move: Move, to: Place, expect: Expect) -> Done:
        """Transfer a worker of the jurisdiction to a place of it. Raises NotFound, PersonIsMerged."""
        await self._reached(move.person_id, to.jurisdiction)

        def decide(now: Person, workplace: Workplace) -> list[Event]:
            return moving.transfer(now, workplace, to.jurisdiction, move)

        return await self._taken_along(issued, move, to, decide, expect)

    async def leave(
        self, issued: Issued, move: Move, reason: LeavingReason, jurisdiction: Jurisdiction, expect: Expect
    ) -> Done:
        """End the role of a worker of the jurisdiction, of a merged one too. Raises NotFound."""
        await self._reached(move.person_id, jurisdiction)

        def decide(now: Person, _workplace: Workplace) -> list[Event]:
            return moving.leave(now, reason, move)

        async def attempt() -> Done:
            along = await Along.of(self._pool, move.person_id)

            def ends(history: History, _: Person) -> GoesAlong:
                return along.away(history, reason, move)

            return await self._moved(issued, move, None, decide, expect, first=along.wait, along=along, follows=ends)

        return await by_turns(attempt)

    async def come_back(self, issued: Issued, move: Move, to: Place, migrant: bool, expect: Expect) -> Done:
        """Give the role of a worker, again or for the first time, to a person of the jurisdiction.

        Raises NotFound, PersonIsMerged.
        """
        await self._reached(move.person_id, to.jurisdiction)

        def decide(now: Person, workplace: Workplace) -> list[Event]:
            return moving.come_back(now, workplace, to.jurisdiction, migrant, move)

        return await self._taken_along(issued, move, to, decide, expect)

    async def _taken_along(self, issued: Issued, move: Move, to: Place, decide: Decide, expect: Expect) -> Done:
        async def attempt() -> Done:
            along = await Along.of(self._pool, move.person_id)

            def follows(history: History, person: Person) -> GoesAlong:
                return along.to(history, person, to.union_org_id, to.enterprise_id, move)

            async def first(conn: Connection) -> None:
                await along.wait(conn)
                await refuse_merged(conn, [move.person_id], to.jurisdiction)

            return await self._moved(
                issued, move, (to.union_org_id, to.enterprise_id), decide, expect,
                first=first, along=along, follows=follows,
            )  # fmt: skip

        return await by_turns(attempt)

    async def _reached(self, person_id: UUID, jurisdiction: Jurisdiction) -> Person:
        found = await reached(self._pool, [person_id], jurisdiction)
        if person_id not in found:
            raise NotFound
        return found[person_id]

    @as_the_tree_stands
    async def _moved(
        self,
        issued: Issued,
        move: Move,
        place: tuple[UUID, UUID | None] | None,
        decide: Decide,
        expect: Expect,
        *,
        first: Write,
        along: Along | None = None,
        follows: Follows | None = None,
    ) -> Done:
        own, streams = stream_name("person", move.person_id), Streams.of((), None)
        if place is not None:
            async with self._pool.acquire() as conn:
                streams = Streams.of(await lineage(conn, place[0]), place[1])

        def decided(history: History) -> Decision:
            version = len(history[own])
            expect(version)
            person = person_of(history[own])
            events = decide(person, streams.workplace(history))
            beside = follows(history, person) if follows else GoesAlong([], [])
            told = answer({"person_id": move.person_id}, version=version + 1)
            return Decision([*events, *beside.events], status=200, answer=told, release=beside.release)

        loaded = [own, *streams.all, *(along.streams if along else [])]
        also = holding(place[0]) if place is not None else None
        return await carry_out(self._log, issued, loaded, decided, first=first, also=also)
