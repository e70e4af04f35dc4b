"""Holding payments while a merge may be undone, so that a payment and an undoing never both come about.

Who pays takes `PAYING`, shared, before looking who is held; who answers an undoing takes it alone before looking at
what was paid. Whichever commits first, the other sees it. One lock for all payees, not one for each: a list has up to
5,000, more than the database's table of locks has room for, and undoings are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode, source, stream_name, topic_name
from unionaid.contracts.registry import UnmergeRefused, UnmergeRequested, WorkerUnmerged
from unionaid.contracts.relief import PaymentOrdered, ReliefPaid, UnmergeCleared
from unionaid.contracts.unmerging import PaymentStanding
from unionaid.eventlog import (
    Connection,
    Decoder,
    Event,
    IdempotencyRow,
    Write,
    held_by_keys,
    held_in,
    load,
    load_many,
    put,
)
from unionaid.relief.domain.relief_list.applications import Ordered, Paid, application_of
from unionaid.relief.domain.unmerge import rules
from unionaid.relief.domain.unmerge.facts import Unmerge, unmerge_of
from unionaid.relief.reserving import HOLD, PURPOSE, holds_moved, key_of
from unionaid.service.clock import BUSINESS_ZONE
from unionaid.service.deciding import encoded
from unionaid.service.itself import Itself

ANSWERED = 200
PAYING = "hashtext('unionaid relief payments')"
_PAY = f"SELECT pg_advisory_xact_lock_shared({PAYING})"
_ANSWER = f"SELECT pg_advisory_xact_lock({PAYING})"


async def held_now(conn: Connection) -> frozenset[bytes]:
    """Return the keys of all to whom nothing is paid; inside a payment's transaction it stays so until the end."""
    await conn.execute(_PAY)
    return frozenset(await held_in(conn, HOLD))


async def holds(conn: Connection) -> list[UnmergeCleared]:
    """Return the holds there are, the oldest first."""
    streams = sorted(set((await held_in(conn, HOLD)).values()))
    told = [decode(events[0].body)[1] for events in (await load_many(conn, streams)).values()]
    return sorted((one for one in told if isinstance(one, UnmergeCleared)), key=lambda one: one.occurred_on)


class Holding:
    """The handler of the subscription: it answers requests, and lifts holds when registry has decided.

    What it writes stands in the transaction of the position; whoever reads the topic again writes nothing twice.
    """

    def __init__(self, division: str, itself: Itself) -> None:
        self._itself = itself
        self.topics: Mapping[str, str] = {topic_name(division, "registry"): source(division, "registry")}
        self.decoders: Mapping[str, Decoder] = {
            kind.TYPE: _decoder(kind) for kind in (UnmergeRequested, WorkerUnmerged, UnmergeRefused)
        }

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Answer, and lift, in the order of what was heard."""
        await conn.execute(_ANSWER)
        for event in events:
            stream = stream_name("unmerge", event.data.request_id)
            stored = await load(conn, stream)
            unmerge = unmerge_of(decode(one.body)[1] for one in stored)
            if facts := await self._facts(conn, event, unmerge):
                issued = self._itself.on(event)
                taken, given_back = holds_moved(facts)
                row = IdempotencyRow(issued.command_id, issued.body, ANSWERED, b"{}")
                await put(conn, Write(encoded(issued, facts, {stream: len(stored)}), taken, given_back, row))

    async def _facts(self, conn: Connection, event: Event, unmerge: Unmerge) -> Sequence[Fact]:
        today = self._itself.clock.business_date()
        asked = event.data
        if isinstance(asked, UnmergeRequested):
            return rules.answer(unmerge, asked, await payments_to(conn, asked.held_person_ids), today)
        return rules.lift(unmerge, today)


async def payments_to(conn: Connection, persons: Sequence[UUID]) -> list[rules.Payment]:
    """Return what was paid to persons or is ordered for them, from the log itself."""
    purposes = [
        one for one in await held_by_keys(conn, [key_of(one) for one in persons]) if one.scope.startswith(PURPOSE)
    ]
    found = []
    for events in (await load_many(conn, sorted({one.stream for one in purposes}))).values():
        told = [decode(event.body) for event in events]
        line = application_of(event for _, event in told)
        if not isinstance(line, Paid | Ordered):
            continue
        kind = ReliefPaid if isinstance(line, Paid) else PaymentOrdered
        envelope, last = next(pair for pair in reversed(told) if isinstance(pair[1], kind))
        recorded_on = envelope.time.astimezone(BUSINESS_ZONE).date()
        status: PaymentStanding = "paid" if isinstance(line, Paid) else "ordered"
        found.append(rules.Payment(line.terms, status, last.occurred_on, recorded_on))
    return found


def _decoder(kind: type[Fact]) -> Decoder:
    def decode_data(data: bytes) -> Any:
        return kind.model_validate_json(data, extra="ignore")

    return decode_data
