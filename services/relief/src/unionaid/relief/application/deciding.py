"""What a step of a list is decided on, and one append of all that it moves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg

from unionaid.contracts import Event, stream_name
from unionaid.contracts.relief import (
    PaymentFailed,
    PaymentReversed,
    ReliefListApproved,
    ReliefListSubmitted,
    application_id,
)
from unionaid.eventlog import Busy, Connection, Log
from unionaid.relief.application.books import closed_now
from unionaid.relief.application.holding import held_now
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.funding.facts import Funding, funding_of
from unionaid.relief.domain.ledger.years import refuse_closed
from unionaid.relief.domain.payment_batch.facts import Batch, batch_of
from unionaid.relief.domain.programme.facts import Programme, programme_of
from unionaid.relief.domain.refusals import LineFault, NotFound
from unionaid.relief.domain.relief_list.applications import Application, Unrequested, application_of
from unionaid.relief.domain.relief_list.drawing import Budgets, budgets_of
from unionaid.relief.domain.relief_list.facts import Act, ReliefList, list_of
from unionaid.relief.domain.relief_list.guards import Barred
from unionaid.relief.reserving import key_of
from unionaid.relief.views.acts import acts_in_each
from unionaid.relief.views.people import People
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out

_NOT_PAID = PaymentFailed | PaymentReversed
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
TRIES_MAX: Final = 4
"""How often it is looked up what a list draws on, before somebody else states it anew each time."""
Expect = Callable[[int], None]
"""Refuses the command if the caller has read another version of the list than this one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a step of a list is decided on."""

    relief_list: ReliefList
    lines: list[Application]
    programme: Programme
    budgets: Budgets
    """Those that the list draws on, or would if it were approved now."""
    funding: Funding
    batch: Batch
    booked_by: frozenset[str]
    """Who booked that the bank did not pay a line, or that its money came back."""
    versions: Mapping[str, int]
    """Of the list's stream, and of the batch's where there is one."""
    barred: Barred
    """Who is helped no more, as far as registry has told; for a payment also to whom nothing is paid now."""


class _Elsewhere(Exception):
    """Others than the budgets looked at give the money by now."""


class Deciding:
    """Steps of lists: of list, lines, money and batch at once."""

    def __init__(self, pool: Pool, people: People) -> None:
        self._pool, self._log, self._people = pool, Log(pool), people

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
        """Decide on a list with its lines, its money and one of its batches. Raises NotFound without the list, Busy.

        `paying` is a step towards somebody's money: it and the undoing of a merge never both come about.
        """
        for _ in range(TRIES_MAX):
            try:
                return await self._decide(issued, list_id, decide, jurisdiction, batch_id, paying=paying)
            except _Elsewhere:
                continue
        raise Busy(stream_name("list", list_id), TRIES_MAX)

    async def _decide(
        self,
        issued: Issued,
        list_id: UUID,
        decide: Callable[[Found], Decision],
        jurisdiction: UUID | None,
        batch_id: UUID | None,
        *,
        paying: bool,
    ) -> Done:
        terms, drawn = await self._terms(list_id, jurisdiction)
        listed, batch = stream_name("list", list_id), () if batch_id is None else (stream_name("batch", batch_id),)
        lines = [stream_name("application", application_id(list_id, n)) for n in range(1, terms.lines + 1)]
        programme, funding = stream_name("programme", terms.programme_id), stream_name("funding", terms.programme_id)
        budgets = {budget_id: stream_name("budget", budget_id) for budget_id in drawn}
        barred = await self._people.barred()
        held: Collection[bytes] = ()
        closed = 0

        async def look(conn: Connection) -> None:
            nonlocal held, closed
            held = await held_now(conn) if paying else ()
            closed = await closed_now(conn)

        def found(history: History) -> Decision:
            applications = [application_of(history[line]) for line in lines]
            stated = funding_of(history[funding])
            if not budgets.keys() >= set(budgets_of(terms, _approved(history[listed]), stated)):
                raise _Elsewhere
            decision = decide(
                Found(
                    list_of(_acts(history, listed)),
                    applications,
                    programme_of(history[programme]),
                    {budget_id: budget_of(history[name]) for budget_id, name in budgets.items()},
                    stated,
                    batch_of(act for name in batch for act in _acts(history, name)),
                    frozenset(
                        by
                        for line in lines
                        for e, by in _acts(history, line)
                        if isinstance(e, PaymentFailed | PaymentReversed)
                    ),
                    {stream: len(history[stream]) for stream in (listed, *batch)},
                    {**_held(applications, held), **barred},
                )
            )
            refuse_closed(decision.events, closed)
            return decision

        streams = [listed, *lines, programme, funding, *budgets.values(), *batch]
        return await carry_out(self._log, issued, streams, found, first=look)

    async def _terms(self, list_id: UUID, jurisdiction: UUID | None) -> tuple[ReliefListSubmitted, Sequence[UUID]]:
        """What was submitted: it never changes, and says which streams a step concerns; and the budgets as of now."""
        listed = stream_name("list", list_id)
        events = [act.event for act in (await acts_in_each(self._pool, [listed]))[listed]]
        terms = events[0] if events else None
        if not isinstance(terms, ReliefListSubmitted):
            raise NotFound
        if jurisdiction is not None and terms.union_org_id not in await self._people.subtree(jurisdiction):
            raise NotFound
        stated = stream_name("funding", terms.programme_id)
        funding = funding_of(act.event for act in (await acts_in_each(self._pool, [stated]))[stated])
        return terms, budgets_of(terms, _approved(events), funding)


def _approved(events: Iterable[Event]) -> ReliefListApproved | None:
    return next((event for event in events if isinstance(event, ReliefListApproved)), None)


def _held(lines: Iterable[Application], held: Collection[bytes]) -> Barred:
    payees = {line.terms.person_id for line in lines if not isinstance(line, Unrequested)} if held else set()
    return {person_id: LineFault.PAYMENT_HELD for person_id in payees if key_of(person_id) in held}


def _acts(history: History, stream: str) -> Iterable[Act]:
    return (Act(*pair) for pair in zip(history[stream], history.actors[stream], strict=True))
