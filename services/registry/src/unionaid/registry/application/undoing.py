"""The undoing of a merge: asked for here, answered by who pays persons, and then done or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts import decode, mutualaid, relief, source, stream_name, topic_name
from unionaid.contracts.event import Service
from unionaid.contracts.registry.duplicates import AskedService
from unionaid.eventlog import (
    Connection,
    Decoder,
    Event,
    IdempotencyRow,
    Log,
    ReservationTaken,
    Write,
    holders,
    load,
    put,
)
from unionaid.registry.domain.pair import undoing
from unionaid.registry.domain.pair.facts import pair_of
from unionaid.registry.domain.pair.rules import Thresholds, in_force
from unionaid.registry.domain.refusals import UndoUnderWay
from unionaid.registry.reserving import MERGED, key_of, moved
from unionaid.registry.views import duplicates as views
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out, encoded
from unionaid.service.idempotency import answer
from unionaid.service.itself import Itself

Settled: TypeAlias = Callable[[], Awaitable[None]]
"""Waits until the views hold what was written before."""
LATE_LOOK_S = 60.0
"""Seconds between two looks for undoings that were not answered in time."""
ANSWERED = 200
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('unionaid registry merge'))"
_ANSWERS: Sequence[type[relief.UnmergeCleared | relief.UnmergeBlocked | mutualaid.UnmergeCleared]] = (
    relief.UnmergeCleared,
    relief.UnmergeBlocked,
    mutualaid.UnmergeCleared,
)


async def one_at_a_time(conn: Connection) -> None:
    """Take what merges and undoings are decided under, one after the other; they are few.

    So no circle of merges comes about, and nobody joins those who are asked about meanwhile.
    """
    await conn.execute(_ONE_AT_A_TIME)


class _NotLate(Exception):
    """It was decided meanwhile."""


class Undoing:
    """Commands about undoing. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, versions: Sequence[Thresholds], settled: Settled) -> None:
        self._pool, self._log, self._versions, self._settled = pool, Log(pool), versions, settled

    async def request(self, issued: Issued, command: undoing.Undo) -> Done:
        """Ask to undo a merge."""
        own = stream_name("pair", command.pair_id)
        policy = in_force(self._versions, command.on)
        together = undoing.Together((), survivor_merged=False)

        async def look(conn: Connection) -> None:
            nonlocal together
            await one_at_a_time(conn)
            await self._settled()  # the views are written by somebody else, who does not wait for this
            together = await _together(conn, command.pair_id)

        def decide(history: History) -> Decision:
            events = undoing.request(pair_of(history[own]), together, policy, command)
            told = {"pair_id": command.pair_id, "request_id": command.request_id, "status": "undo-asked"}
            version = len(history[own]) + len(events)
            location = f"/duplicates/{command.pair_id}"
            reserve = moved(events).taken
            return Decision(events, 202, answer(told, location=location, version=version), reserve)

        try:
            return await carry_out(self._log, issued, [own], decide, first=look)
        except ReservationTaken:
            raise UndoUnderWay from None

    async def refuse_late(self, itself: Itself) -> int:
        """Refuse what was not answered in time; return how many there were."""
        today = itself.clock.business_date()
        refused = 0
        for pair_id, request_id in await views.late(self._pool, today):
            own = stream_name("pair", pair_id)

            def decide(history: History, own: str = own) -> Decision:
                events = undoing.refuse_overdue(pair_of(history[own]), today)
                if not events:
                    raise _NotLate
                return Decision(events, ANSWERED, release=moved(events).given_back)

            try:
                await carry_out(self._log, itself.about(request_id), [own], decide, first=one_at_a_time)
            except _NotLate:
                continue
            refused += 1
        return refused

    async def refuse_late_again(self, itself: Itself, appended: Callable[[], None]) -> None:
        """Refuse what was not answered in time, again and again."""
        while True:
            await asyncio.sleep(LATE_LOOK_S)
            if await self.refuse_late(itself):
                appended()


class Answers:
    """The handler of the subscription to what is answered. What it writes stands in the transaction of the position."""

    def __init__(self, division: str, itself: Itself) -> None:
        self._itself = itself
        services: Sequence[Service] = ("relief", "mutualaid")
        self.topics: Mapping[str, str] = {topic_name(division, one): source(division, one) for one in services}
        self.decoders: Mapping[str, Decoder] = {kind.TYPE: _decoder(kind) for kind in _ANSWERS}

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Take the answers, in their order; one to a request that has ended changes nothing."""
        await one_at_a_time(conn)
        for event in events:
            stream = stream_name("pair", event.data.pair_id)
            stored = await load(conn, stream)
            pair = pair_of(decode(one.body)[1] for one in stored)
            facts = undoing.take_answer(pair, _told(event.data), self._itself.clock.business_date())
            if facts:
                issued = self._itself.on(event)
                row = IdempotencyRow(issued.command_id, issued.body, ANSWERED, b"{}")
                appends = encoded(issued, facts, {stream: len(stored)})
                await put(conn, Write(appends, release=moved(facts).given_back, idempotency=row))


async def _together(conn: Connection, pair_id: UUID) -> undoing.Together:
    row = await views.pair_in(conn, pair_id)
    if row is None:
        return undoing.Together((), survivor_merged=False)
    persons = await views.together(conn, [row["person_id"], row["other_person_id"]])
    survivor = key_of(row["other_person_id"])
    return undoing.Together(persons, survivor_merged=bool(await holders(conn, MERGED, [survivor])))


def _told(fact: relief.UnmergeCleared | relief.UnmergeBlocked | mutualaid.UnmergeCleared) -> undoing.Answer:
    service: AskedService = "mutualaid" if isinstance(fact, mutualaid.UnmergeCleared) else "relief"
    if isinstance(fact, relief.UnmergeBlocked):
        return undoing.Answer(service, fact.request_id, fact.payments, cleared=False)
    return undoing.Answer(service, fact.request_id, (), cleared=True)


def _decoder(kind: type[Fact]) -> Decoder:
    def decode_data(data: bytes) -> Any:
        return kind.model_validate_json(data, extra="ignore")

    return decode_data
