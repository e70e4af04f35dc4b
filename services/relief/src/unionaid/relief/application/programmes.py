"""Commands about programmes: load, decide, append."""

from __future__ import annotations

from unionaid.contracts import stream_name
from unionaid.eventlog import Log
from unionaid.relief.domain.programme import rules as programme_rules
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.policies.programmes import Policies
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer


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
