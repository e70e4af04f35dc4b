"""Commands about goods: load, decide, append.

A stock is a stream of its own, one item of one fund: who hands out blankets does not wait for who hands out rice, and
two who want the last blanket are decided one after the other.
"""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import Log
from unionaid.relief.application.books import booked
from unionaid.relief.application.deciding import Pool
from unionaid.relief.application.donors import refuse_unknown_donor
from unionaid.relief.domain.budget.facts import INITIAL as NO_BUDGET
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.fund.facts import fund_of
from unionaid.relief.domain.goods_issue import facts as issue_facts
from unionaid.relief.domain.goods_issue import rules as issue_rules
from unionaid.relief.domain.goods_issue.facts import issue_of
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import NotFound, ReferenceUnknown
from unionaid.relief.domain.stock import facts as stock_facts
from unionaid.relief.domain.stock import rules
from unionaid.relief.domain.stock.facts import stock_of
from unionaid.relief.views.acts import acts_in_each
from unionaid.relief.views.people import People
from unionaid.service.deciding import Decision, Done, History, Issued
from unionaid.service.idempotency import answer


class Goods:
    """Commands about goods. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, people: People) -> None:
        self._pool, self._log, self._people = pool, Log(pool), people

    async def open_stock(self, issued: Issued, fund_id: UUID, command: rules.OpenStock) -> Done:
        """Open a stock of one item."""
        stock, fund = stream_name("stock", command.stock_id), stream_name("fund", fund_id)

        def decide(history: History) -> Decision:
            events = rules.open_stock(stock_of(history[stock]), fund_of(history[fund]), command)
            body = {"stock_id": command.stock_id}
            return Decision(events, answer=answer(body, location=f"/stocks/{command.stock_id}", version=1))

        return await booked(self._log, issued, [stock, fund], decide)

    async def receive(self, issued: Issued, stock_id: UUID, command: rules.Arrival, donor: rules.Donor) -> Done:
        """Take in what was given. Raises ReferenceUnknown for a donor whom nobody knows."""
        await refuse_unknown_donor(self._people, donor.person_id)
        stock = stream_name("stock", stock_id)

        def decide(history: History) -> Decision:
            events = rules.receive_donated(stock_of(history[stock]), command, donor)
            return Decision(events, answer=_told(stock_id, command.receipt_id, len(history[stock]) + 1))

        return await booked(self._log, issued, [stock], decide)

    async def buy(self, issued: Issued, stock_id: UUID, budget_id: UUID, command: rules.Arrival) -> Done:
        """Take in what a budget pays for: one step of stock and money."""
        stock, budget = stream_name("stock", stock_id), stream_name("budget", budget_id)

        def decide(history: History) -> Decision:
            events = rules.buy(stock_of(history[stock]), budget_of(history[budget]), command)
            return Decision(events, answer=_told(stock_id, command.receipt_id, len(history[stock]) + 1))

        return await booked(self._log, issued, [stock, budget], decide)

    async def remove(self, issued: Issued, stock_id: UUID, command: rules.RemoveGoods) -> Done:
        """Take goods off a stock; what their budget gets back goes with it."""
        stock = stream_name("stock", stock_id)
        before = stock_of(act.event for act in (await acts_in_each(self._pool, [stock]))[stock])
        lot = before.lot(command.receipt_id) if isinstance(before, stock_facts.Open) else None
        if lot is None:
            raise NotFound
        budget = None if lot.received.budget_id is None else stream_name("budget", lot.received.budget_id)

        def decide(history: History) -> Decision:
            paid = NO_BUDGET if budget is None else budget_of(history[budget])
            events = rules.remove(stock_of(history[stock]), paid, command)
            return Decision(events, answer=_told(stock_id, command.receipt_id, len(history[stock]) + 1))

        return await booked(self._log, issued, [stock, *([budget] if budget else [])], decide)

    async def issue(
        self, issued: Issued, programme_id: UUID, command: issue_rules.IssueGoods, jurisdiction: UUID | None
    ) -> Done:
        """Hand goods out at a site of a union under `jurisdiction`. Raises ReferenceUnknown for another's."""
        seen = await self._people.subtree(command.union_org_id if jurisdiction is None else jurisdiction)
        if command.union_org_id not in seen:
            raise ReferenceUnknown(field="union_org_id")
        own, programme = stream_name("issue", command.issue_id), stream_name("programme", programme_id)
        stocks = {item.stock_id: stream_name("stock", item.stock_id) for item in command.items}

        def decide(history: History) -> Decision:
            stood = {id: stock_of(history[stream]) for id, stream in stocks.items()}
            events = issue_rules.issue_goods(issue_of(history[own]), stood, programme_of(history[programme]), command)
            body = events[0].model_dump(include={"issue_id", "head_count", "amount_fen"})
            return Decision(events, answer=answer(body, location=f"/goods-issues/{command.issue_id}", version=1))

        return await booked(self._log, issued, [own, programme, *stocks.values()], decide)

    async def take_back(
        self, issued: Issued, issue_id: UUID, command: issue_rules.ReturnGoods, jurisdiction: UUID | None
    ) -> Done:
        """Put goods of an issue back on stock. Raises NotFound for another union's."""
        own = stream_name("issue", issue_id)
        issue = issue_of(act.event for act in (await acts_in_each(self._pool, [own]))[own])
        if not isinstance(issue, issue_facts.Issued):
            raise NotFound
        terms = issue.terms
        if jurisdiction is not None and terms.union_org_id not in await self._people.subtree(jurisdiction):
            raise NotFound
        stocks = {part.stock_id: stream_name("stock", part.stock_id) for part in terms.goods}

        def decide(history: History) -> Decision:
            events = issue_rules.return_goods(issue_of(history[own]), command)
            body = events[0].model_dump(include={"issue_id", "head_count", "amount_fen"})
            return Decision(events, answer=answer(body, version=len(history[own]) + 1))

        return await booked(self._log, issued, [own, *stocks.values()], decide)


def _told(stock_id: UUID, receipt_id: UUID, version: int) -> bytes:
    return answer({"stock_id": stock_id, "receipt_id": receipt_id}, version=version)
