"""Commands about funds and budgets: load, decide, append."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import Log
from unionaid.relief.domain.fund import rules as fund_rules
from unionaid.relief.domain.fund.facts import fund_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer


class Funds:
    """Commands about funds. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def open(self, issued: Issued, command: fund_rules.OpenFund) -> Done:
        """Open a fund."""
        stream = stream_name("fund", command.fund_id)
        body = {"fund_id": command.fund_id}

        def decide(history: History) -> Decision:
            events = fund_rules.open_fund(fund_of(history[stream]), command)
            return Decision(events, answer=answer(body, location=f"/funds/{command.fund_id}", version=len(events)))

        return await carry_out(self._log, issued, [stream], decide)

    async def receive(self, issued: Issued, fund_id: UUID, command: fund_rules.ReceiveFunds) -> Done:
        """Record a receipt of a fund."""
        stream = stream_name("fund", fund_id)

        def decide(history: History) -> Decision:
            events = fund_rules.receive_funds(fund_of(history[stream]), command)
            return Decision(events, answer=answer({"fund_id": fund_id}, version=len(history[stream]) + 1))

        return await carry_out(self._log, issued, [stream], decide)

    async def allot(self, issued: Issued, fund_id: UUID, programme_id: UUID, command: fund_rules.AllotBudget) -> Done:
        """Allot a budget of a fund to a programme."""
        fund, programme = stream_name("fund", fund_id), stream_name("programme", programme_id)
        body = {"budget_id": command.budget_id, "fund_id": fund_id, "programme_id": programme_id}

        def decide(history: History) -> Decision:
            events = fund_rules.allot_budget(fund_of(history[fund]), programme_of(history[programme]), command)
            return Decision(events, answer=answer(body, location=f"/budgets/{command.budget_id}", version=1))

        return await carry_out(self._log, issued, [fund, programme], decide)
