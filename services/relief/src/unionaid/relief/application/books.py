"""Closing the books: nobody books in a year that is being closed, or was.

Who books takes one lock, shared, and then reads which years are closed; who closes takes it alone. Whichever commits
first, the other sees it. The figures of the year are those of the views, so they must hold everything: nothing waits to
be written to them, and nothing is parked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from unionaid.contracts import decode, stream_name
from unionaid.contracts.relief import BOOKS
from unionaid.eventlog import Busy, Connection, Log, Unsettled, load
from unionaid.eventlog.own_views import SUBSCRIPTION as OWN_VIEWS
from unionaid.relief.domain.ledger.years import CloseYear, FundYear, close_year, closed_through, refuse_closed
from unionaid.relief.views import ledger as ledger_views
from unionaid.relief.views.acts import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

Settled: TypeAlias = Callable[[], Awaitable[None]]
TRIES_MAX: Final = 40
PAUSE_S: Final = 0.05
"""Seconds between two tries to find the views at rest."""
_LOCK = "hashtext('unionaid relief books')"
_BOOK = f"SELECT pg_advisory_xact_lock_shared({_LOCK})"
_CLOSE = f"SELECT pg_advisory_xact_lock({_LOCK})"
_WAITS = f"""
SELECT EXISTS (SELECT FROM eventlog.own_queue)
    OR EXISTS (SELECT FROM eventlog.parked WHERE subscription = '{OWN_VIEWS}')
"""
_STREAM = stream_name("books", BOOKS)


async def closed_now(conn: Connection) -> int:
    """Return the last closed year; inside a transaction that books it stays so until the end."""
    await conn.execute(_BOOK)
    return await _closed(conn)


async def booked(log: Log, issued: Issued, streams: Sequence[str], decide: Callable[[History], Decision]) -> Done:
    """Carry out what enters the books. Raises YearIsClosed, and what `carry_out` raises."""
    closed = 0

    async def look(conn: Connection) -> None:
        nonlocal closed
        closed = await closed_now(conn)

    def decide_open(history: History) -> Decision:
        decision = decide(history)
        refuse_closed(decision.events, closed)
        return decision

    return await carry_out(log, issued, streams, decide_open, first=look)


class _Behind(Exception):
    """The views do not hold everything yet."""


class Books:
    """Commands about the books. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, settled: Settled) -> None:
        self._log, self._settled = Log(pool), settled

    async def close(self, issued: Issued, command: CloseYear) -> Done:
        """Close a year: what each fund had, got, gave and kept is written down with it."""
        funds: list[FundYear] = []
        undecided = 0

        async def look(conn: Connection) -> None:
            nonlocal funds, undecided
            await conn.execute(_CLOSE)
            if await conn.fetchval(_WAITS):
                raise _Behind  # and let the lock go: who writes the views may need what those have who wait for it
            funds = [FundYear(**row) for row in await ledger_views.fund_years(conn, command.year)]
            undecided = await ledger_views.undecided(conn, command.year)

        def decide(history: History) -> Decision:
            events = close_year(closed_through(history[_STREAM]), funds, undecided, command)
            return Decision(events, answer=answer({"year": command.year}, version=len(history[_STREAM]) + 1))

        for _ in range(TRIES_MAX):
            try:
                await self._settled()
                return await carry_out(self._log, issued, [_STREAM], decide, first=look)
            except _Behind:
                await asyncio.sleep(PAUSE_S)
            except Unsettled:
                break
        raise Busy(_STREAM, TRIES_MAX)


async def _closed(conn: Connection) -> int:
    return closed_through(decode(event.body)[1] for event in await load(conn, _STREAM))
