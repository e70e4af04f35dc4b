"""The log as many requests of one process use it: what waits at the same moment shares a statement and a commit.

A round trip, the start of a statement and the wait for the disk cost more than the rows of a command. Nothing waits
for company: while a statement is under way, what comes is gathered for the next.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import asyncpg

from unionaid.eventlog.limits import GATHERED_EVENTS_MAX, GATHERED_FLIGHTS_MAX, GATHERED_MAX, GATHERED_PATIENCE_S
from unionaid.eventlog.store import Write, append_all, load_many, put

if TYPE_CHECKING:
    from unionaid.eventlog.store import Connection, IdempotencyRow, Reservation, StoredEvent, StreamAppend

Item = TypeVar("Item")
Result = TypeVar("Result")

_ROLLED_BACK = ("UL", "22", "23", "40")
"""Classes of SQLSTATE after which it is known that nothing was written, and that one of the commands is to blame."""


class Log:
    """The log of a service, through a pool; for statements that need no transaction of the caller's."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self.pool = pool
        self._loads: _Gatherer[Sequence[str], dict[str, list[StoredEvent]]] = _Gatherer(self._load)
        self._writes: _Gatherer[Write, int] = _Gatherer(self._write)
        self._writing: dict[str, asyncio.Future[int]] = {}
        """The gathered write of a stream that is under way: a second one of the stream would fail all its company."""

    async def load(self, streams: Sequence[str]) -> dict[str, list[StoredEvent]]:
        """Read whole streams; one without events has an empty list."""
        return await self._loads.ask(streams) if streams else {}

    async def append(
        self,
        appends: Sequence[StreamAppend],
        *,
        reserve: Sequence[Reservation] = (),
        release: Sequence[Reservation] = (),
        idempotency: IdempotencyRow | None = None,
    ) -> int:
        """Append as `unionaid.eventlog.append` does, with its refusals; each command all or nothing.

        Returns a position that is not before that of the command's last event. A caller that is cancelled may
        have written nevertheless, as when an answer is lost.
        """
        return await self.put(Write(appends, reserve, release, idempotency))

    async def put(self, write: Write) -> int:
        """Append what one command writes, as `append`."""
        streams = {item.stream for item in write.appends}
        if sum(len(item.events) for item in write.appends) > GATHERED_EVENTS_MAX:
            return await self._alone(write)
        if before := {self._writing[stream] for stream in streams if stream in self._writing}:
            await asyncio.wait(before)
            return await self._alone(write)
        written = self._writes.ask(write)
        self._writing |= dict.fromkeys(streams, written)
        try:
            return await written
        finally:
            for stream in streams:
                del self._writing[stream]

    async def _load(self, wanted: Sequence[Sequence[str]]) -> Sequence[dict[str, list[StoredEvent]]]:
        async with self.pool.acquire() as conn:
            found = await load_many(conn, [*{stream for streams in wanted for stream in streams}])
        return [{stream: found[stream] for stream in streams} for streams in wanted]

    async def _write(self, writes: Sequence[Write]) -> Sequence[int | BaseException]:
        if len(writes) > 1:
            try:
                async with self.pool.acquire() as conn:
                    return [await _together(conn, writes)] * len(writes)
            except asyncpg.PostgresError as error:
                if not (error.sqlstate or "").startswith(_ROLLED_BACK):
                    raise
        return await asyncio.gather(*map(self._alone, writes), return_exceptions=True)

    async def _alone(self, write: Write) -> int:
        async with self.pool.acquire() as conn:
            if write.beside is None:
                return await put(conn, write)
            async with conn.transaction():
                position = await put(conn, write)
                await write.beside.store(conn, [write.beside.item])
                return position


async def _together(conn: Connection, writes: Sequence[Write]) -> int:
    """Append what several commands write, all or nothing, with what belongs beside it."""
    beside: dict[Callable[..., Awaitable[None]], list[Any]] = {}
    for write in writes:
        if write.beside is not None:
            beside.setdefault(write.beside.store, []).append(write.beside.item)
    if not beside:
        return await append_all(conn, writes)
    async with conn.transaction():
        position = await append_all(conn, writes)
        for store, items in beside.items():
            await store(conn, items)
        return position


class _Gatherer(Generic[Item, Result]):
    """Gives what has gathered to `carry`, at most `GATHERED_MAX` items at a time; one flight at a time unless slow."""

    def __init__(self, carry: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]]) -> None:
        self._carry = carry
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._flying = 0
        self._flights: set[asyncio.Task[None]] = set()
        self._watch: asyncio.TimerHandle | None = None

    def ask(self, item: Item) -> asyncio.Future[Result]:
        """Return what will hold the result of `item`; cancelled before its flight, it is not carried."""
        asked: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, asked))
        if self._flying == 0:
            self._take_off()
        elif self._watch is None:
            self._watch = asked.get_loop().call_later(GATHERED_PATIENCE_S, self._look, item)
        return asked

    def _take_off(self) -> None:
        self._flying += 1
        flight = asyncio.create_task(self._fly())  # begins when this turn of the loop has ended
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)

    def _look(self, watched: Item) -> None:
        """Begin another flight if what was waiting then is waiting still."""
        self._watch = None
        if any(item is watched for item, _ in self._waiting) and self._flying < GATHERED_FLIGHTS_MAX:
            self._take_off()
        if self._waiting:
            self._watch = asyncio.get_running_loop().call_later(GATHERED_PATIENCE_S, self._look, self._waiting[0][0])

    async def _fly(self) -> None:
        try:
            while self._waiting:
                await self._carry_some()
        finally:
            self._flying -= 1

    async def _carry_some(self) -> None:
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), GATHERED_MAX))]
        company = [(item, asked) for item, asked in taken if not asked.done()]  # else nobody waits any more
        if not company:
            return
        try:
            results = await self._carry([item for item, _ in company])
        except BaseException as error:
            _settle([asked for _, asked in company], [error] * len(company))
            if not isinstance(error, Exception):
                raise
        else:
            _settle([asked for _, asked in company], results)


def _settle(asked: Sequence[asyncio.Future[Result]], results: Sequence[Result | BaseException]) -> None:
    for future, result in zip(asked, results, strict=True):
        if future.done():
            continue
        if isinstance(result, asyncio.CancelledError):
            future.cancel()
        elif isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
