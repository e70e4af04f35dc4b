"""Commands about the funding of programmes: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import Log
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.funding import rules
from unionaid.relief.domain.funding.facts import funding_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer


class Fundings:
    """Commands about funding. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def state(
        self, issued: Issued, programme_id: UUID, command: rules.StateFunding, expect: Callable[[int], None]
    ) -> Done:
        """Say from which budgets a programme's lists are paid that name none."""
        funding, programme = stream_name("funding", programme_id), stream_name("programme", programme_id)
        budgets = [stream_name("budget", source.budget_id) for source in command.sources]

        def decide(history: History) -> Decision:
            version = len(history[funding])
            expect(version)
            events = rules.state_funding(
                funding_of(history[funding]),
                programme_of(history[programme]),
                [budget_of(history[budget]) for budget in budgets],
                command,
            )
            body = {"programme_id": programme_id, "funding_version": version + 1}
            location = f"/programmes/{programme_id}/funding"
            return Decision(events, answer=answer(body, location=location, version=version + 1))

        return await carry_out(self._log, issued, list(dict.fromkeys([funding, programme, *budgets])), decide)
