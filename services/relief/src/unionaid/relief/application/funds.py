"""Commands about funds and budgets: load, decide, append."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.eventlog import Log
from unionaid.relief.application.books import booked
from unionaid.relief.application.donors import refuse_unknown_donor
from unionaid.relief.domain.budget import rules as budget_rules
from unionaid.relief.domain.budget.facts import Open as OpenBudget
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.fund import budgeting, pledges, rules
from unionaid.relief.domain.fund.facts import Fund, fund_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.views import funds as fund_views
from unionaid.relief.views.acts import Pool, acts_in_each
from unionaid.relief.views.people import People
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.service.itself import Itself

DUE_LOOK_S: Final = 60.0
"""Seconds between two looks for pledges that have become due."""
NOTED: Final = 200


class _NoneDue(Exception):
    """Nothing has become due."""


class Funds:
    """Commands about funds. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, people: People) -> None:
        self._pool, self._log, self._people = pool, Log(pool), people

    async def open(self, issued: Issued, command: rules.OpenFund) -> Done:
        """Open a fund."""
        stream = stream_name("fund", command.fund_id)
        body = {"fund_id": command.fund_id}

        def decide(history: History) -> Decision:
            events = rules.open_fund(fund_of(history[stream]), command)
            return Decision(events, answer=answer(body, location=f"/funds/{command.fund_id}", version=len(events)))

        return await carry_out(self._log, issued, [stream], decide)

    async def receive(self, issued: Issued, fund_id: UUID, command: rules.ReceiveFunds) -> Done:
        """Record a receipt of a fund. Raises ReferenceUnknown for a giver whom nobody knows."""
        await refuse_unknown_donor(self._people, command.donor_person_id)
        return await self._of_fund(issued, fund_id, lambda fund: rules.receive_funds(fund, command))

    async def return_funds(self, issued: Issued, fund_id: UUID, command: rules.ReturnFunds) -> Done:
        """Record that money of a fund went back."""
        return await self._of_fund(issued, fund_id, lambda fund: rules.return_funds(fund, command))

    async def charge_fee(self, issued: Issued, fund_id: UUID, command: rules.ChargeFee) -> Done:
        """Book a fee of the bank."""
        return await self._of_fund(issued, fund_id, lambda fund: rules.charge_fee(fund, command))

    async def plan_spending(self, issued: Issued, fund_id: UUID, command: rules.PlanSpending) -> Done:
        """Plan what a month is to cost."""
        return await self._of_fund(issued, fund_id, lambda fund: rules.plan_spending(fund, command))

    async def pledge(self, issued: Issued, fund_id: UUID, command: pledges.MakePledge) -> Done:
        """Record a promise."""
        told = {"pledge_id": command.pledge_id}
        return await self._of_fund(issued, fund_id, lambda fund: pledges.make_pledge(fund, command), told)

    async def withdraw_pledge(self, issued: Issued, fund_id: UUID, command: pledges.WithdrawPledge) -> Done:
        """Record that the rest of a promise will not come."""
        return await self._of_fund(issued, fund_id, lambda fund: pledges.withdraw_pledge(fund, command))

    async def allot(self, issued: Issued, fund_id: UUID, programme_id: UUID, command: budgeting.AllotBudget) -> Done:
        """Allot a budget of a fund to a programme."""
        fund, programme = stream_name("fund", fund_id), stream_name("programme", programme_id)
        body = {"budget_id": command.budget_id, "fund_id": fund_id, "programme_id": programme_id}

        def decide(history: History) -> Decision:
            events = budgeting.allot_budget(fund_of(history[fund]), programme_of(history[programme]), command)
            return Decision(events, answer=answer(body, location=f"/budgets/{command.budget_id}", version=1))

        return await booked(self._log, issued, [fund, programme], decide)

    async def release_budget(self, issued: Issued, budget_id: UUID, command: budgeting.ReleaseBudget) -> Done:
        """Give what is free in a budget back to its fund. Raises NotFound."""
        own = stream_name("budget", budget_id)
        budget = budget_of(act.event for act in (await acts_in_each(self._pool, [own]))[own])
        if not isinstance(budget, OpenBudget):
            raise NotFound
        fund = stream_name("fund", budget.fund_id)

        def decide(history: History) -> Decision:
            events = budgeting.release_budget(fund_of(history[fund]), budget_of(history[own]), command)
            return Decision(events, answer=answer({"budget_id": budget_id}, version=len(history[own]) + 1))

        return await booked(self._log, issued, [fund, own], decide)

    async def carry_over(self, issued: Issued, budget_id: UUID, command: budget_rules.CarryOver) -> Done:
        """Leave what a budget has not spent to it for the next year."""
        own = stream_name("budget", budget_id)

        def decide(history: History) -> Decision:
            events = budget_rules.carry_over(budget_of(history[own]), command)
            return Decision(events, answer=answer({"budget_id": budget_id}, version=len(history[own]) + 1))

        return await booked(self._log, issued, [own], decide)

    async def note_due(self, itself: Itself) -> int:
        """Note the pledges whose day has come; return in how many funds there were any."""
        today = itself.clock.business_date()
        noted = 0
        for fund_id, pledge_id in await fund_views.newly_due(self._pool, today):
            stream = stream_name("fund", fund_id)

            def decide(history: History, stream: str = stream) -> Decision:
                events = pledges.note_due(fund_of(history[stream]), today)
                if not events:
                    raise _NoneDue
                return Decision(events, NOTED)

            try:
                await carry_out(self._log, itself.about(pledge_id), [stream], decide)
            except _NoneDue:
                continue
            noted += 1
        return noted

    async def note_due_again(self, itself: Itself, appended: Callable[[], None]) -> None:
        """Note the pledges whose day has come, again and again."""
        while True:
            await asyncio.sleep(DUE_LOOK_S)
            if await self.note_due(itself):
                appended()

    async def _of_fund(
        self,
        issued: Issued,
        fund_id: UUID,
        rule: Callable[[Fund], Sequence[Event]],
        told: dict[str, UUID] | None = None,
    ) -> Done:
        stream = stream_name("fund", fund_id)

        def decide(history: History) -> Decision:
            events = rule(fund_of(history[stream]))
            body = {"fund_id": fund_id, **(told or {})}
            return Decision(events, answer=answer(body, version=len(history[stream]) + len(events)))

        return await booked(self._log, issued, [stream], decide)
