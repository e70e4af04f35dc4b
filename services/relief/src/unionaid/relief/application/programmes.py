"""Commands about programmes: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.eventlog import Log
from unionaid.relief.domain.programme import course
from unionaid.relief.domain.programme import rules as programme_rules
from unionaid.relief.domain.programme.facts import Programme, programme_of
from unionaid.relief.policies.programmes import Policies
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

Expect = Callable[[int], None]
"""Refuses the command if the caller has read another version of the programme than this one."""


class Programmes:
    """Commands about programmes. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, log: Log, policies: Policies) -> None:
        self._log, self._policies = log, policies

    async def open(self, issued: Issued, command: programme_rules.OpenProgramme) -> Done:
        """Open a programme on the policy in force on its first day."""
        stream = stream_name("programme", command.programme_id)
        policies = self._policies.get(command.kind, ())

        def decide(history: History) -> Decision:
            events = programme_rules.open_programme(programme_of(history[stream]), policies, command)
            body = events[0].model_dump(include={"programme_id", "policy_version", "standard_fen", "amount_max_fen"})
            return Decision(events, answer=answer(body, location=f"/programmes/{command.programme_id}", version=1))

        return await carry_out(self._log, issued, [stream], decide)

    async def amend(self, issued: Issued, programme_id: UUID, command: course.AmendProgramme, expect: Expect) -> Done:
        """Amend a programme's name or last day."""
        return await self._step(issued, programme_id, lambda found: course.amend_programme(found, command), expect)

    async def close(self, issued: Issued, programme_id: UUID, command: course.CloseProgramme, expect: Expect) -> Done:
        """Close a programme."""
        return await self._step(issued, programme_id, lambda found: course.close_programme(found, command), expect)

    async def _step(
        self, issued: Issued, programme_id: UUID, rule: Callable[[Programme], list[Event]], expect: Expect
    ) -> Done:
        stream = stream_name("programme", programme_id)

        def decide(history: History) -> Decision:
            version = len(history[stream])
            expect(version)
            events = rule(programme_of(history[stream]))
            return Decision(events, 200, answer({"programme_id": programme_id}, version=version + 1))

        return await carry_out(self._log, issued, [stream], decide)
