"""Commands about in-house titles: load, decide, append."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import Connection, Log, Reservation, ReservationTaken
from unionaid.registry.application.alone import Alone
from unionaid.registry.application.merged import refuse_merged, unmerged
from unionaid.registry.application.reaching import reached
from unionaid.registry.application.units import reservations_of
from unionaid.registry.domain.enterprise.facts import enterprise_of
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.refusals import NotFound, SchemeExists, TitleHeld
from unionaid.registry.domain.title import rules as title_rules
from unionaid.registry.domain.title.facts import evaluated_of, title_of
from unionaid.registry.domain.title_scheme import rules as scheme_rules
from unionaid.registry.domain.title_scheme.facts import title_scheme_of
from unionaid.registry.identities import Expect
from unionaid.registry.views import titles as title_views
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer


class Titles:
    """Commands about titles. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, division: str) -> None:
        self._pool, self._log, self._division = pool, Log(pool), division

    async def adopt(self, issued: Issued, command: scheme_rules.AdoptTitleScheme) -> Done:
        """Enter an enterprise's scheme. Raises SchemeExists."""
        own, of = stream_name("scheme", command.scheme_id), stream_name("enterprise", command.enterprise_id)

        def decide(history: History) -> Decision:
            events = scheme_rules.adopt(title_scheme_of(history[own]), enterprise_of(history[of]), command)
            told = answer({"scheme_id": command.scheme_id}, location=f"/title-schemes/{command.scheme_id}", version=1)
            return Decision(events, answer=told, reserve=reservations_of(events, self._division))

        try:
            return await carry_out(self._log, issued, [own, of], decide)
        except ReservationTaken:
            raise SchemeExists(field="enterprise_id") from None

    async def evaluate(
        self, issued: Issued, scheme_id: UUID, command: title_rules.EvaluateTitle, jurisdiction: Jurisdiction
    ) -> Done:
        """Enter an evaluation of a worker of the jurisdiction. Raises NotFound, PersonIsMerged."""
        await self._refuse_out_of_reach(command.person_id, jurisdiction)
        own, scheme = stream_name("title", command.title_id), stream_name("scheme", scheme_id)
        worker = stream_name("person", command.person_id)

        def decide(history: History) -> Decision:
            events = title_rules.evaluate(
                title_of(history[own]), title_scheme_of(history[scheme]), person_of(history[worker]), command
            )
            told = answer({"title_id": command.title_id}, location=f"/titles/{command.title_id}", version=1)
            return Decision(events, answer=told)

        first = unmerged(command.person_id, jurisdiction=jurisdiction, field="person_id")
        return await carry_out(self._log, issued, [own, scheme, worker], decide, first=first)

    async def appoint(
        self,
        issued: Issued,
        title_id: UUID,
        command: title_rules.AppointTitle,
        jurisdiction: Jurisdiction,
        expect: Expect,
    ) -> Done:
        """Appoint a worker of the jurisdiction. Raises NotFound, PersonIsMerged, TitleHeld."""
        person_id = await self._holder(title_id, jurisdiction)
        own, worker = stream_name("title", title_id), stream_name("person", person_id)
        turn = Alone(person_id, streams=[worker])

        async def first(conn: Connection) -> None:
            await turn.wait(conn)
            await refuse_merged(conn, [person_id], jurisdiction)

        def decide(history: History) -> Decision:
            expect(len(history[own]))
            turn.refuse_stale(history)
            events = title_rules.appoint(title_of(history[own]), person_of(history[worker]), command)
            told = answer({"title_id": title_id}, version=len(history[own]) + 1)
            return Decision(events, answer=told, reserve=reservations_of(events, self._division))

        try:
            return await carry_out(self._log, issued, [own, worker], decide, first=first)
        except ReservationTaken:
            raise TitleHeld from None

    async def end(
        self,
        issued: Issued,
        title_id: UUID,
        command: title_rules.EndTitle,
        jurisdiction: Jurisdiction,
        expect: Expect,
    ) -> Done:
        """End an appointment of a worker of the jurisdiction. Raises NotFound."""
        await self._holder(title_id, jurisdiction)
        own = stream_name("title", title_id)

        def decide(history: History) -> Decision:
            expect(len(history[own]))
            events = title_rules.end(title_of(history[own]), command)
            held: list[Reservation] = reservations_of(history[own], self._division)
            told = answer({"title_id": title_id}, version=len(history[own]) + 1)
            return Decision(events, status=200, answer=told, release=held)

        return await carry_out(self._log, issued, [own], decide)

    async def _holder(self, title_id: UUID, jurisdiction: Jurisdiction) -> UUID:
        async with self._pool.acquire() as conn:
            evaluated = evaluated_of((await title_views.title(conn, title_id))[0])
        if evaluated is None:
            raise NotFound
        await self._refuse_out_of_reach(evaluated.person_id, jurisdiction)
        return evaluated.person_id

    async def _refuse_out_of_reach(self, person_id: UUID, jurisdiction: Jurisdiction) -> None:
        if not await reached(self._pool, [person_id], jurisdiction):
            raise NotFound
