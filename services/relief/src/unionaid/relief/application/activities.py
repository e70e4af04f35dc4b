"""Commands about activities: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.eventlog import Log
from unionaid.relief.application.deciding import Pool
from unionaid.relief.domain.activities import counted, rules
from unionaid.relief.domain.activities.facts import Held, Session, session_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import AlreadyOpened, NotFound, ReferenceUnknown
from unionaid.relief.views.acts import acts_in_each
from unionaid.relief.views.people import People
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer


class Activities:
    """Commands about activities. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, people: People) -> None:
        self._pool, self._log, self._people = pool, Log(pool), people

    async def hold_session(
        self, issued: Issued, programme_id: UUID, command: rules.HoldSession, jurisdiction: UUID | None
    ) -> Done:
        """Tell of a training session of a union under `jurisdiction`. Raises ReferenceUnknown for another's."""
        await self._refuse_other(command.union_org_id, jurisdiction)
        own, programme = stream_name("session", command.session_id), stream_name("programme", programme_id)

        def decide(history: History) -> Decision:
            events = rules.hold_session(session_of(history[own]), programme_of(history[programme]), command)
            body = {"session_id": command.session_id}
            return Decision(events, answer=answer(body, location=f"/skills-sessions/{command.session_id}", version=1))

        return await carry_out(self._log, issued, [own, programme], decide)

    async def enrol(self, issued: Issued, session_id: UUID, step: rules.Step, jurisdiction: UUID | None) -> Done:
        """Enrol people whom the officer sees."""
        return await self._of_session(issued, session_id, step, jurisdiction, rules.enrol)

    async def complete(self, issued: Issued, session_id: UUID, step: rules.Step, jurisdiction: UUID | None) -> Done:
        """Record who completed."""
        return await self._of_session(issued, session_id, step, jurisdiction, rules.complete)

    async def place(
        self, issued: Issued, session_id: UUID, step: rules.Step, employer: str, jurisdiction: UUID | None
    ) -> Done:
        """Record who found work."""

        def placed(session: Session, known: rules.Known, step: rules.Step) -> list[Event]:
            return rules.place(session, known, step, employer)

        return await self._of_session(issued, session_id, step, jurisdiction, placed)

    async def hold_fair(self, issued: Issued, command: counted.HoldFair, jurisdiction: UUID | None) -> Done:
        """Tell of a job fair."""
        await self._refuse_other(command.union_org_id, jurisdiction)
        return await self._once(issued, counted.hold_fair(command), f"/job-fairs/{command.fair_id}", command.fair_id)

    async def hold_competition(
        self, issued: Issued, command: counted.HoldCompetition, jurisdiction: UUID | None
    ) -> Done:
        """Tell of a competition."""
        await self._refuse_other(command.union_org_id, jurisdiction)
        id = command.competition_id
        return await self._once(issued, counted.hold_competition(command), f"/competitions/{id}", id)

    async def _once(self, issued: Issued, events: Sequence[Event], where: str, id: UUID) -> Done:
        own = events[0].subject

        def decide(history: History) -> Decision:
            if history[own]:
                raise AlreadyOpened(field=events[0].STREAM_ID)
            return Decision(events, answer=answer({events[0].STREAM_ID: id}, location=where, version=1))

        return await carry_out(self._log, issued, [own], decide)

    async def _of_session(
        self,
        issued: Issued,
        session_id: UUID,
        step: rules.Step,
        jurisdiction: UUID | None,
        rule: Callable[[Session, rules.Known, rules.Step], list[Event]],
    ) -> Done:
        """Carry out a step of trainees. Raises NotFound for another union's session."""
        own = stream_name("session", session_id)
        session = session_of(act.event for act in (await acts_in_each(self._pool, [own]))[own])
        seen = None if jurisdiction is None else await self._people.subtree(jurisdiction)
        if not isinstance(session, Held) or (seen is not None and session.terms.union_org_id not in seen):
            raise NotFound
        unions = await self._people.unions_of(step.persons)
        known = rules.Known(
            frozenset(person for person, union in unions.items() if seen is None or union in seen),
            await self._people.barred(),
            await self._people.merged(step.persons),
            await self._people.aliases(step.persons),
        )

        def decide(history: History) -> Decision:
            events = rule(session_of(history[own]), known, step)
            body = {"session_id": session_id, "trainees": len(events)}
            return Decision(events, answer=answer(body, version=len(history[own]) + len(events)))

        return await carry_out(self._log, issued, [own], decide)

    async def _refuse_other(self, union_org_id: UUID, jurisdiction: UUID | None) -> None:
        seen = await self._people.subtree(union_org_id if jurisdiction is None else jurisdiction)
        if union_org_id not in seen:
            raise ReferenceUnknown(field="union_org_id")
