"""Commands: load, decide, append. The only writer of relief's log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import Event, decode, stream_name
from unionaid.contracts.relief import PaymentFailed, ReliefListSubmitted, ReliefRequested, application_id
from unionaid.eventlog import Connection, Log, ReservationTaken, holders, load, load_many
from unionaid.relief.domain.budget.facts import Budget, budget_of
from unionaid.relief.domain.fund import rules as fund_rules
from unionaid.relief.domain.fund.facts import fund_of
from unionaid.relief.domain.payment_batch.facts import Batch, batch_of
from unionaid.relief.domain.programme import rules as programme_rules
from unionaid.relief.domain.programme.facts import Open, Programme, programme_of
from unionaid.relief.domain.refusals import LineFault, NotFound
from unionaid.relief.domain.relief_list import paying, rules, submitting
from unionaid.relief.domain.relief_list.applications import Application, Unrequested, application_of
from unionaid.relief.domain.relief_list.facts import Act, ReliefList, list_of
from unionaid.relief.domain.relief_list.guards import Barred, Step, existing
from unionaid.relief.holding import held_now
from unionaid.relief.people import People
from unionaid.relief.policies import Policies
from unionaid.relief.reserving import given_back, key_of, reservation_of, scope_of, taken_meanwhile
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Expect = Callable[[int], None]
"""Refuses the command if the caller has read another version of the list than this one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a step of a list is decided on."""

    relief_list: ReliefList
    lines: list[Application]
    programme: Programme
    budget: Budget
    batch: Batch
    booked_by: frozenset[str]
    """Who booked that the bank did not pay a line."""
    versions: Mapping[str, int]
    """Of the list's stream, and of the batch's where there is one."""
    barred: Barred
    """Who is helped no more, as far as registry has told; for a payment also to whom nothing is paid now."""


class Relief:
    """Relief's commands. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, people: People, policies: Policies) -> None:
        self._pool, self._log = pool, Log(pool)
        self._people, self._policies = people, policies

    async def open_fund(self, issued: Issued, command: fund_rules.OpenFund) -> Done:
        """Open a fund."""
        stream = stream_name("fund", command.fund_id)
        body = {"fund_id": command.fund_id}

        def decide(history: History) -> Decision:
            events = fund_rules.open_fund(fund_of(history[stream]), command)
            return Decision(events, answer=answer(body, location=f"/funds/{command.fund_id}", version=len(events)))

        return await carry_out(self._log, issued, [stream], decide)

    async def receive_funds(self, issued: Issued, fund_id: UUID, command: fund_rules.ReceiveFunds) -> Done:
        """Record a receipt of a fund."""
        stream = stream_name("fund", fund_id)

        def decide(history: History) -> Decision:
            events = fund_rules.receive_funds(fund_of(history[stream]), command)
            return Decision(events, answer=answer({"fund_id": fund_id}, version=len(history[stream]) + 1))

        return await carry_out(self._log, issued, [stream], decide)

    async def allot_budget(
        self, issued: Issued, fund_id: UUID, programme_id: UUID, command: fund_rules.AllotBudget
    ) -> Done:
        """Allot a budget of a fund to a programme."""
        fund, programme = stream_name("fund", fund_id), stream_name("programme", programme_id)
        body = {"budget_id": command.budget_id, "fund_id": fund_id, "programme_id": programme_id}

        def decide(history: History) -> Decision:
            events = fund_rules.allot_budget(fund_of(history[fund]), programme_of(history[programme]), command)
            return Decision(events, answer=answer(body, location=f"/budgets/{command.budget_id}", version=1))

        return await carry_out(self._log, issued, [fund, programme], decide)

    async def open_programme(self, issued: Issued, command: programme_rules.OpenProgramme) -> Done:
        """Open a programme on the policy in force on its first day."""
        stream = stream_name("programme", command.programme_id)
        policies = self._policies.get(command.kind, ())

        def decide(history: History) -> Decision:
            events = programme_rules.open_programme(programme_of(history[stream]), policies, command)
            body = events[0].model_dump(include={"programme_id", "policy_version", "standard_fen", "amount_max_fen"})
            return Decision(events, answer=answer(body, location=f"/programmes/{command.programme_id}", version=1))

        return await carry_out(self._log, issued, [stream], decide)

    async def submit_list(
        self,
        issued: Issued,
        programme_id: UUID,
        budget_id: UUID,
        command: submitting.Submit,
        jurisdiction: UUID | None,
    ) -> Done:
        """Take a list in; `jurisdiction` is the union whose subtree the submitter sees, None for all."""
        programme, budget = stream_name("programme", programme_id), stream_name("budget", budget_id)
        known = await self._known(programme, command, jurisdiction)

        def decide(history: History) -> Decision:
            events = submitting.submit(
                list_of(()), programme_of(history[programme]), budget_of(history[budget]), known, command
            )
            body = _told(command.list_id, "submitted", command.declared.lines, command.declared.amount_fen)
            return Decision(
                events,
                answer=answer(body, location=f"/lists/{command.list_id}", version=1),
                reserve=[reservation_of(e) for e in events if isinstance(e, ReliefRequested)],
            )

        try:
            return await carry_out(self._log, issued, [programme, budget], decide)
        except ReservationTaken as refusal:
            raise taken_meanwhile(refusal, command) from None

    async def look_at_list(
        self, programme_id: UUID, budget_id: UUID, command: submitting.Submit, jurisdiction: UUID | None
    ) -> None:
        """Say what `submit_list` would say now; nothing is stored. Raises what the rule raises."""
        programme, budget = stream_name("programme", programme_id), stream_name("budget", budget_id)
        known = await self._known(programme, command, jurisdiction)
        history = History(await self._log.load([programme, budget]))
        submitting.submit(list_of(()), programme_of(history[programme]), budget_of(history[budget]), known, command)

    async def verify_list(
        self, issued: Issued, list_id: UUID, step: Step, expect: Expect, jurisdiction: UUID | None
    ) -> Done:
        """Verify a list of a union under `jurisdiction`. Raises NotFound for another's."""

        def decide(found: Found) -> list[Event]:
            return rules.verify(found.relief_list, found.lines, step, found.barred)

        return await self._step(issued, list_id, "verified", expect, decide, jurisdiction=jurisdiction)

    async def approve_list(self, issued: Issued, list_id: UUID, step: Step, expect: Expect) -> Done:
        """Approve a list: one movement of its budget."""

        def decide(found: Found) -> list[Event]:
            return rules.approve(
                found.relief_list, found.lines, found.programme, found.budget, step, barred=found.barred
            )

        return await self._step(issued, list_id, "approved", expect, decide)

    async def reject_list(
        self, issued: Issued, list_id: UUID, reason: rules.RejectionReason, step: Step, expect: Expect
    ) -> Done:
        """Reject a list: its people may be helped by another one."""

        def decide(found: Found) -> list[Event]:
            return rules.reject(found.relief_list, found.lines, found.budget, reason, step)

        return await self._step(issued, list_id, "rejected", expect, decide)

    async def pay_list_in_cash(
        self, issued: Issued, list_id: UUID, visit: paying.CashVisit, step: Step, expect: Expect
    ) -> Done:
        """Record that a list was paid in cash: one movement of its budget."""
        proxies = {s.proxy_person_id for s in visit.signatures if s.proxy_person_id is not None}
        known = (await self._people.unions_of(proxies)).keys() - (await self._people.barred()).keys()
        visit = replace(visit, known_proxies=known)

        def decide(found: Found) -> list[Event]:
            return paying.pay_cash(
                found.relief_list,
                found.lines,
                found.programme,
                found.budget,
                visit=visit,
                step=step,
                barred=found.barred,
            )

        return await self._step(issued, list_id, "paid", expect, decide, paying=True)

    async def decide_on(
        self,
        issued: Issued,
        list_id: UUID,
        decide: Callable[[Found], Decision],
        *,
        jurisdiction: UUID | None = None,
        batch_id: UUID | None = None,
        paying: bool = False,
    ) -> Done:
        """Decide on a list with its lines, its money and one of its batches. Raises NotFound without the list.

        `paying` is a step towards somebody's money: it and the undoing of a merge never both come about.
        """
        terms = await self._terms(list_id, jurisdiction)
        listed, batch = stream_name("list", list_id), () if batch_id is None else (stream_name("batch", batch_id),)
        lines = [stream_name("application", application_id(list_id, n)) for n in range(1, terms.lines + 1)]
        programme, budget = stream_name("programme", terms.programme_id), stream_name("budget", terms.budget_id)
        barred = await self._people.barred()
        held: Collection[bytes] = ()

        async def look(conn: Connection) -> None:
            nonlocal held
            held = await held_now(conn)

        def found(history: History) -> Decision:
            applications = [application_of(history[line]) for line in lines]
            return decide(
                Found(
                    list_of(_acts(history, listed)),
                    applications,
                    programme_of(history[programme]),
                    budget_of(history[budget]),
                    batch_of(act for name in batch for act in _acts(history, name)),
                    frozenset(by for line in lines for e, by in _acts(history, line) if isinstance(e, PaymentFailed)),
                    {stream: len(history[stream]) for stream in (listed, *batch)},
                    {**_held(applications, held), **barred},
                )
            )

        streams = [listed, *lines, programme, budget, *batch]
        return await carry_out(self._log, issued, streams, found, first=look if paying else None)

    async def acts_of(self, list_id: UUID) -> list[tuple[Act, datetime]]:
        """Return what happened to a list, each with the instant it was decided at."""
        return await self.acts_in(stream_name("list", list_id))

    async def acts_in(self, stream: str) -> list[tuple[Act, datetime]]:
        """Return what happened in a stream, each with the instant it was decided at."""
        async with self._pool.acquire() as conn:
            stored = await load(conn, stream)
        decoded = [decode(event.body) for event in stored]
        return [(Act(event, envelope.actor), envelope.time) for envelope, event in decoded]

    async def acts_in_each(self, streams: Sequence[str]) -> dict[str, list[Act]]:
        """Return what happened in many streams."""
        async with self._pool.acquire() as conn:
            history = History(await load_many(conn, streams))
        return {stream: list(_acts(history, stream)) for stream in streams}

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
            return Decision(
                events,
                status=200,
                answer=answer(_told(list_id, becomes, terms.lines, terms.amount_fen), version=version + 1),
                release=given_back(found.lines, events),
            )

        return await self.decide_on(issued, list_id, decide, jurisdiction=jurisdiction, paying=paying)

    async def _terms(self, list_id: UUID, jurisdiction: UUID | None) -> ReliefListSubmitted:
        """What was submitted: it never changes, and says which streams a step concerns."""
        acts = await self.acts_of(list_id)
        if not acts or not isinstance(acts[0][0].event, ReliefListSubmitted):
            raise NotFound
        terms = acts[0][0].event
        if jurisdiction is not None and terms.union_org_id not in await self._people.subtree(jurisdiction):
            raise NotFound
        return terms

    async def _known(self, programme: str, command: submitting.Submit, jurisdiction: UUID | None) -> submitting.Known:
        persons = {line.person_id for line in command.lines}
        subtree = await self._people.subtree(command.union_org_id)
        if jurisdiction is not None and command.union_org_id not in await self._people.subtree(jurisdiction):
            subtree = frozenset()
        return submitting.Known(
            union_of=await self._people.unions_of(persons),
            barred=await self._people.barred(),
            merged=await self._people.merged(persons),
            subtree=subtree,
            taken=await self._taken(programme, persons),
            sees_all=jurisdiction is None,
        )

    async def _taken(self, programme: str, persons: Collection[UUID]) -> frozenset[UUID]:
        """Who has the programme's purpose already, so that all such lines are told at once.

        The reservation made with the append decides; this is to say it early.
        """
        aliases = await self._people.aliases(persons)
        async with self._pool.acquire() as conn:
            opened = programme_of(decode(event.body)[1] for event in await load(conn, programme))
            if not isinstance(opened, Open):
                return frozenset()
            scope = scope_of(opened.terms.programme_id, opened.period)
            keys = {key_of(alias): survivor for alias, survivor in aliases.items()}
            keys |= {key_of(person_id): person_id for person_id in persons}
            taken = await holders(conn, scope, list(keys))
        return frozenset(keys[key] for key in taken)


def _held(lines: Iterable[Application], held: Collection[bytes]) -> Barred:
    payees = {line.terms.person_id for line in lines if not isinstance(line, Unrequested)} if held else set()
    return {person_id: LineFault.PAYMENT_HELD for person_id in payees if key_of(person_id) in held}


def _acts(history: History, stream: str) -> Iterable[Act]:
    return (Act(*pair) for pair in zip(history[stream], history.actors[stream], strict=True))


def _told(list_id: UUID, status: str, lines: int, amount_fen: int) -> Mapping[str, Any]:
    return {"list_id": list_id, "status": status, "lines": lines, "amount_fen": amount_fen}
