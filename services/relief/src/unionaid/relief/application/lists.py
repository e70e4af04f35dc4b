"""Commands about relief lists: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any
from uuid import UUID

from unionaid.contracts import Event, decode, stream_name
from unionaid.contracts.fields import ApproverRole
from unionaid.contracts.relief import ReliefListEndorsed, ReliefRequested
from unionaid.eventlog import Log, ReservationTaken, holders, load
from unionaid.relief.application.deciding import Deciding, Expect, Found, Pool
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.funding.facts import funding_of
from unionaid.relief.domain.programme.approvals import ONE
from unionaid.relief.domain.programme.facts import Open, programme_of
from unionaid.relief.domain.programme.terms import asks
from unionaid.relief.domain.relief_list import paying, rules, submitting
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.domain.relief_list.guards import Step, existing
from unionaid.relief.reserving import given_back, key_of, reservation_of, scope_of, taken_meanwhile
from unionaid.relief.views.eligible import Eligible
from unionaid.relief.views.people import People
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer


class Lists:
    """Commands about lists. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, people: People, eligible: Eligible, deciding: Deciding) -> None:
        self._pool, self._log = pool, Log(pool)
        self._people, self._eligible, self._deciding = people, eligible, deciding

    async def submit(
        self,
        issued: Issued,
        programme_id: UUID,
        budget_id: UUID | None,
        command: submitting.Submit,
        jurisdiction: UUID | None,
    ) -> Done:
        """Take a list in; `jurisdiction` is the union whose subtree the submitter sees, None for all.

        Without a budget it is paid from those of the programme's funding.
        """
        programme, source = stream_name("programme", programme_id), _source_of(programme_id, budget_id)
        known = await self._known(programme, command, jurisdiction)

        def decide(history: History) -> Decision:
            paying = _source(history[source], budget_id)
            events = submitting.submit(list_of(()), programme_of(history[programme]), paying, known, command)
            body = _told(command.list_id, "submitted", command.declared.lines, command.declared.amount_fen)
            return Decision(
                events,
                answer=answer(body, location=f"/lists/{command.list_id}", version=1),
                reserve=[reservation_of(e) for e in events if isinstance(e, ReliefRequested)],
            )

        try:
            return await carry_out(self._log, issued, [programme, source], decide)
        except ReservationTaken as refusal:
            raise taken_meanwhile(refusal, command) from None

    async def look_at(
        self, programme_id: UUID, budget_id: UUID | None, command: submitting.Submit, jurisdiction: UUID | None
    ) -> None:
        """Say what `submit` would say now; nothing is stored. Raises what the rule raises."""
        programme, source = stream_name("programme", programme_id), _source_of(programme_id, budget_id)
        known = await self._known(programme, command, jurisdiction)
        history = History(await self._log.load([programme, source]))
        paying = _source(history[source], budget_id)
        submitting.submit(list_of(()), programme_of(history[programme]), paying, known, command)

    async def verify(
        self, issued: Issued, list_id: UUID, step: Step, expect: Expect, jurisdiction: UUID | None
    ) -> Done:
        """Verify a list of a union under `jurisdiction`. Raises NotFound for another's."""

        def decide(found: Found) -> list[Event]:
            return rules.verify(found.relief_list, found.lines, step, found.barred)

        return await self._step(issued, list_id, "verified", expect, decide, jurisdiction=jurisdiction)

    async def approve(
        self, issued: Issued, list_id: UUID, step: Step, expect: Expect, roles: Set[ApproverRole] = frozenset(ONE)
    ) -> Done:
        """Approve a list: one movement of each budget that it draws on; or endorse it, where more are needed."""

        def decide(found: Found) -> list[Event]:
            return rules.approve(
                found.relief_list,
                found.lines,
                found.programme,
                found.budgets,
                step,
                roles=roles,
                funding=found.funding,
                barred=found.barred,
            )

        return await self._step(issued, list_id, "approved", expect, decide)

    async def reject(
        self, issued: Issued, list_id: UUID, reason: rules.RejectionReason, step: Step, expect: Expect
    ) -> Done:
        """Reject a list: its people may be helped by another one."""

        def decide(found: Found) -> list[Event]:
            return rules.reject(found.relief_list, found.lines, found.budgets, reason, step)

        return await self._step(issued, list_id, "rejected", expect, decide)

    async def pay_in_cash(
        self, issued: Issued, list_id: UUID, visit: paying.CashVisit, step: Step, expect: Expect
    ) -> Done:
        """Record that a list was paid in cash: one movement of each budget that it draws on."""
        proxies = {s.proxy_person_id for s in visit.signatures if s.proxy_person_id is not None}
        known = (await self._people.unions_of(proxies)).keys() - (await self._people.barred()).keys()
        visit = replace(visit, known_proxies=known)

        def decide(found: Found) -> list[Event]:
            return paying.pay_cash(
                found.relief_list,
                found.lines,
                found.programme,
                found.budgets,
                visit=visit,
                step=step,
                barred=found.barred,
            )

        return await self._step(issued, list_id, "paid", expect, decide, paying=True)

    async def _step(
        self,
        issued: Issued,
        list_id: UUID,
        becomes: str,
        expect: Expect,
        decide_step: Callable[[Found], list[Event]],
        *,
        jurisdiction: UUID | None = None,
        paying: bool = False,
    ) -> Done:
        def decide(found: Found) -> Decision:
            version = found.versions[stream_name("list", list_id)]
            expect(version)
            events = decide_step(found)
            terms = existing(found.relief_list).terms
            status = "verified" if any(isinstance(event, ReliefListEndorsed) for event in events) else becomes
            return Decision(
                events,
                status=200,
                answer=answer(_told(list_id, status, terms.lines, terms.amount_fen), version=version + 1),
                release=given_back(found.lines, events),
            )

        return await self._deciding.decide_on(issued, list_id, decide, jurisdiction=jurisdiction, paying=paying)

    async def _known(self, programme: str, command: submitting.Submit, jurisdiction: UUID | None) -> submitting.Known:
        persons = {line.person_id for line in command.lines}
        subtree = await self._people.subtree(command.union_org_id)
        if jurisdiction is not None and command.union_org_id not in await self._people.subtree(jurisdiction):
            subtree = frozenset()
        opened = await self._opened(programme)
        looks = opened is not None and asks(opened.terms)
        return submitting.Known(
            union_of=await self._people.unions_of(persons),
            barred=await self._people.barred(),
            merged=await self._people.merged(persons),
            subtree=subtree,
            taken=await self._taken(opened, persons),
            sees_all=jurisdiction is None,
            facts=await self._eligible.facts_of(persons, command.on) if looks else {},
        )

    async def _opened(self, programme: str) -> Open | None:
        async with self._pool.acquire() as conn:
            opened = programme_of(decode(event.body)[1] for event in await load(conn, programme))
        return opened if isinstance(opened, Open) else None

    async def _taken(self, opened: Open | None, persons: Collection[UUID]) -> frozenset[UUID]:
        """Who has the programme's purpose already, so that all such lines are told at once.

        The reservation made with the append decides; this is to say it early.
        """
        if opened is None:
            return frozenset()
        aliases = await self._people.aliases(persons)
        scope = scope_of(opened.terms.programme_id, opened.period)
        keys = {key_of(alias): survivor for alias, survivor in aliases.items()}
        keys |= {key_of(person_id): person_id for person_id in persons}
        async with self._pool.acquire() as conn:
            taken = await holders(conn, scope, list(keys))
        return frozenset(keys[key] for key in taken)


def _source_of(programme_id: UUID, budget_id: UUID | None) -> str:
    """Return the stream that says what pays a list."""
    return stream_name("funding", programme_id) if budget_id is None else stream_name("budget", budget_id)


def _source(events: Sequence[Event], budget_id: UUID | None) -> submitting.Source:
    return funding_of(events) if budget_id is None else budget_of(events)


def _told(list_id: UUID, status: str, lines: int, amount_fen: int) -> Mapping[str, Any]:
    return {"list_id": list_id, "status": status, "lines": lines, "amount_fen": amount_fen}
