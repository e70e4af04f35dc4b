"""A service's own views, from its own database: they wait neither for an index nor for Kafka.

They depend on order within one stream only, and advance from a queue written with the events.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from unionaid.eventlog.handling import (
    Event,
    Handler,
    Interest,
    Parked,
    apply_in_halves,
    apply_parked,
    blocked_keys,
    is_transient,
    park,
)
from unionaid.eventlog.limits import OWN_VIEWS_BATCH_MAX
from unionaid.eventlog.records import Head

if TYPE_CHECKING:
    from unionaid.eventlog.store import Connection

log = logging.getLogger(__name__)

SUBSCRIPTION = "own views"
OWN = "own"
"""Stands where a topic's name stands for events of other services; the index is the position then."""
IDLE_S = 0.05
"""Seconds between two looks at an empty queue; `nudge` ends the wait."""
PACE_S = 0.2
"""Seconds from one step to the next while appends flow, so that a step takes many; whoever waits ends the wait."""
RETRY_S = 0.5


class Unsettled(Exception):
    """The own views did not reach the asked position in time."""


class OwnViews:
    """Applies a service's own events to its views, one step at a time, whichever replica comes first."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], handler: Handler) -> None:
        self._pool, self._handler = pool, handler
        self._interest = Interest(handler.decoders)
        self._work, self._awaited = asyncio.Event(), asyncio.Event()

    def nudge(self) -> None:
        """Say that something was appended."""
        self._work.set()

    async def run(self) -> None:
        """Advance whenever something waits, until cancelled."""
        while True:
            self._work.clear()
            self._awaited.clear()
            try:
                taken = await self.step()
                if taken == OWN_VIEWS_BATCH_MAX:
                    continue
                pause, ends = (PACE_S, self._awaited) if taken else (IDLE_S, self._work)
            except Exception as error:
                log.warning("own views try again: %s", error, exc_info=not is_transient(error))
                pause, ends = RETRY_S, self._work
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):  # `wait_for` may swallow a cancellation in Python 3.11
                    await ends.wait()

    async def step(self) -> int:
        """Apply what waits, at most `OWN_VIEWS_BATCH_MAX` appends; return how many appends were taken."""
        async with self._pool.acquire() as conn:
            if not await conn.fetchval("SELECT EXISTS (SELECT FROM eventlog.own_queue)"):
                return 0
            async with conn.transaction():
                if not await conn.fetchval(f"SELECT pg_try_advisory_xact_lock({_LOCK})"):
                    return 0
                rows = await conn.fetch(_TAKE, OWN_VIEWS_BATCH_MAX)
                if not rows:
                    return 0
                stored = await conn.fetch(_EVENTS, [p for row in rows for p in row["positions"]])
                await self._apply(conn, stored)
                return len(rows)

    async def _apply(self, conn: Connection, stored: list[Any]) -> None:
        blocked = {key for _, key in await blocked_keys(conn, SUBSCRIPTION)}
        events: list[Event] = []
        bodies: list[bytes] = []
        parked: list[Parked] = []
        for position, stream, body in stored:
            known = _head(body, stream)
            read = "waits behind an earlier one" if stream in blocked else self._interest.read(OWN, position, known)
            if isinstance(read, str):
                blocked.add(stream)
                parked.append(Parked(OWN, position, position, stream, read, body))
            elif read is not None:
                events.append(read)
                bodies.append(body)
        for n, reason in (await apply_in_halves(conn, self._handler.apply, events)).items():
            parked.append(Parked(OWN, events[n].index, events[n].index, events[n].subject, reason, bodies[n]))
        for record in parked:
            log.error("own views parked position %s: %s", record.index, record.reason)
        await park(conn, SUBSCRIPTION, parked)

    async def retry(self) -> tuple[int, int]:
        """Apply what is parked again, in order; return how many were applied and how many remain."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
            return await apply_parked(conn, SUBSCRIPTION, self._handler, _head)

    async def settled(self, timeout_s: float = 5.0) -> None:
        """Wait until everything appended before this call is in the views.

        Raises:
            Unsettled: it took longer than `timeout_s`.
        """
        last = await self._pool.fetchval("SELECT max(first_position) FROM eventlog.own_queue")
        if last is not None:
            await self.wait_for(int(last), timeout_s)

    async def wait_for(self, position: int, timeout_s: float = 5.0) -> None:
        """Wait until the views hold everything up to a position.

        Raises:
            Unsettled: it took longer than `timeout_s`.
        """
        self._work.set()
        self._awaited.set()
        deadline = asyncio.get_running_loop().time() + timeout_s
        while await self._pool.fetchval(
            "SELECT EXISTS (SELECT FROM eventlog.own_queue WHERE first_position <= $1)", position
        ):
            if asyncio.get_running_loop().time() > deadline:
                raise Unsettled(f"the views have not reached position {position} in {timeout_s} s")
            await asyncio.sleep(0.005)


class _Body(msgspec.Struct, frozen=True, gc=False):
    id: str
    source: str
    type: str
    streamversion: int
    data: msgspec.Raw = msgspec.Raw(b"null")


_decode_body = msgspec.json.Decoder(_Body).decode


def _head(body: bytes, stream: str) -> Head:
    """Return the head of a stored event, which has no index yet."""
    own = _decode_body(body)
    return Head("0", "", own.id, own.source, own.type, stream, own.streamversion, None, own.data)


_LOCK = "hashtext('unionaid own views')"
_TAKE = """
DELETE FROM eventlog.own_queue WHERE first_position IN (
    SELECT first_position FROM eventlog.own_queue ORDER BY first_position LIMIT $1
) RETURNING positions
"""
_EVENTS = "SELECT position, stream, body FROM eventlog.events WHERE position = ANY($1::bigint[]) ORDER BY position"
