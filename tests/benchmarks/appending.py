"""Writing: one event at a time, a whole command, a roster; against plain inserts of the same rows."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from unionaid.contracts.relief import ReliefRequested, ReliefVerified
from unionaid.eventlog import Connection, Log, NewEvent, StreamAppend, append
from unionaid.service.app import http_pool
from unionaid.service.deciding import Decision, History, Issued, carry_out
from unionaid.service.settings import Settings

from .contest import Contest, Servers, Void, demand
from .stored import (
    DAY,
    DIVISION,
    PLAIN_INSERT,
    RELIEF,
    WRITERS,
    Ledger,
    Watch,
    Written,
    applications,
    new_ledger,
    requested,
    roster,
    rows_of,
    written,
)

ROSTER_EVENTS = 1_000
_UNNEST = (
    "INSERT INTO rival.plain (stream, version, id, type, body) "
    "SELECT * FROM unnest($1::text[], $2::integer[], $3::uuid[], $4::text[], $5::bytea[])"
)


async def in_parallel(writers: Iterable[Awaitable[None]], events: int) -> float:
    """Run the writers together; return events per second."""
    watch = Watch()
    await asyncio.gather(*writers)
    return watch.rate(events)


def dealt(appends: Sequence[StreamAppend]) -> list[list[StreamAppend]]:
    """Deal appends out to the writers, a stream's to one writer."""
    streams: dict[str, list[StreamAppend]] = {}
    for item in appends:
        streams.setdefault(item.stream, []).append(item)
    hands: list[list[StreamAppend]] = [[] for _ in range(WRITERS)]
    for n, items in enumerate(streams.values()):
        hands[n % WRITERS].extend(items)
    return hands


@asynccontextmanager
async def connected(ledger: Ledger, number: int = WRITERS) -> AsyncIterator[list[Connection]]:
    """Lend connections of the runtime role, each for one writer, with their statements prepared."""
    connections = await ledger.connections(number)
    try:
        yield [*connections]
    finally:
        for conn in connections:
            await conn.close()


async def appended(ledger: Ledger, log: Log, events: int) -> float:
    """Append applications by all writers, each a command of its own."""
    appends, mark = applications(events), await ledger.mark("eventlog.events")

    async def write(items: Sequence[StreamAppend]) -> None:
        for item in items:
            await log.append([item])

    rate = await in_parallel(map(write, dealt(appends)), len(appends))
    await ledger.check("eventlog.events", mark, rows_of(appends))
    return rate


async def inserted(ledger: Ledger, connections: Sequence[Connection], appends: Sequence[StreamAppend]) -> float:
    """Insert the rows of appends by all writers, one row a statement."""
    mark = await ledger.mark("rival.plain")

    async def write(conn: Connection, rows: Sequence[Written]) -> None:
        for row in rows:
            await conn.execute(PLAIN_INSERT, *row)

    rows = [rows_of(hand) for hand in dealt(appends)]
    rate = await in_parallel(map(write, connections, rows), len(appends))
    await ledger.check("rival.plain", mark, rows_of(appends))
    return rate


@asynccontextmanager
async def open_append(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """`Log.append` alone, 16 writers, against one insert per event."""
    async with new_ledger(servers) as ledger, connected(ledger) as connections, commanding(ledger) as log:

        async def ours(events: int = size) -> float:
            return await appended(ledger, log, events)

        async def rival(events: int = size) -> float:
            return await inserted(ledger, connections, applications(events))

        await ours(4 * WRITERS), await rival(4 * WRITERS)
        yield Contest(ours, rival)


@asynccontextmanager
async def open_command(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """A command below HTTP: load one stream, decide, append one event and the idempotency row."""
    async with new_ledger(servers) as ledger, connected(ledger) as connections, commanding(ledger) as log:

        async def ours(commands: int = size) -> float:
            return await commanded(ledger, log, connections[0], commands)

        async def rival(commands: int = size) -> float:
            verified = [StreamAppend(first.subject, 1, [verifying(first)]) for first in _requests(commands)]
            return await inserted(ledger, connections, verified)

        await ours(4 * WRITERS), await rival(4 * WRITERS)
        yield Contest(ours, rival)


@asynccontextmanager
async def commanding(ledger: Ledger) -> AsyncIterator[Log]:
    """Open the log as a service has it for its requests."""
    settings = Settings(
        database_url=ledger.database.app_dsn, kafka="localhost:9092", division=DIVISION, http_host="127.0.0.1",
        http_port=0, issuer="http://issuer.invalid", secrets_dir=Path(),
    )  # fmt: skip
    async with http_pool(settings, "relief") as pool:
        yield Log(pool)


def _requests(number: int) -> list[ReliefRequested]:
    return [requested() for _ in range(number)]


def verifying(first: ReliefRequested) -> NewEvent:
    """Return the event a verification leads to."""
    return written(_verified(first), 2)


def _verified(first: ReliefRequested) -> ReliefVerified:
    return ReliefVerified(occurred_on=DAY, application_id=first.application_id, list_id=first.list_id, line=first.line)


def _decide(issued: Issued, stream: str, history: History) -> Decision:
    """Verify a request once, and by another person than the one who entered it."""
    match history[stream]:
        case [ReliefRequested() as first] if history.actors[stream] != [issued.actor]:
            return Decision([_verified(first)], status=201, answer=b'{"state":"verified"}')
    raise Void(f"{stream} is in no state to be verified")


async def commanded(ledger: Ledger, log: Log, conn: Connection, commands: int) -> float:
    """Carry out one command on each of so many streams, 16 at a time."""
    requests = _requests(commands)
    before = [StreamAppend(first.subject, 0, [written(first, 1)]) for first in requests]
    for start in range(0, commands, ROSTER_EVENTS):
        await append(conn, before[start : start + ROSTER_EVENTS])
    mark = await ledger.mark("eventlog.events")
    issued = [
        Issued(RELIEF, f"person-{uuid4()}", secrets.token_bytes(32), secrets.token_bytes(32), datetime.now(UTC), DAY)
        for _ in requests
    ]
    work = [(command, first.subject) for command, first in zip(issued, requests, strict=True)]

    async def carry(mine: Sequence[tuple[Issued, str]]) -> None:
        for command, stream in mine:
            await carry_out(log, command, [stream], partial(_decide, command, stream))

    rate = await in_parallel([carry(work[n::WRITERS]) for n in range(WRITERS)], commands)
    await _check_commands(ledger, mark, issued, requests)
    return rate


async def _check_commands(
    ledger: Ledger, mark: int, issued: Sequence[Issued], requests: Sequence[ReliefRequested]
) -> None:
    """Read each event as plain JSON: the one its command leads to, under the command's key and actor."""
    rows = await ledger.owner.fetch("SELECT stream, version, body FROM eventlog.events WHERE position > $1", mark)
    bodies = {(row["stream"], row["version"]): json.loads(row["body"]) for row in rows}
    demand(len(rows) == len(bodies) == len(requests), "there are not as many events as commands")
    for command, first in zip(issued, requests, strict=True):
        event = bodies.get((first.subject, 2), {})
        demand(
            event.get("commandid") == command.command_id.hex()
            and event["actor"] == command.actor
            and event["type"] == ReliefVerified.TYPE
            and event["data"]["application_id"] == str(first.application_id),
            f"{first.subject} does not hold its verification",
        )
    kept = await ledger.owner.fetch(
        "SELECT body FROM eventlog.idempotency WHERE key = ANY($1::bytea[]) AND status = 201",
        [command.command_id for command in issued],
    )
    demand({row["body"] for row in kept} == {command.body for command in issued}, "idempotency rows are missing")


@asynccontextmanager
async def open_roster(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """1,000 events of 500 people in one append, against one `unnest` insert; one writer."""
    async with new_ledger(servers) as ledger, connected(ledger, 1) as [conn]:

        async def ours(events: int = size) -> float:
            rosters = [roster(ROSTER_EVENTS) for _ in range(0, events, ROSTER_EVENTS)]
            mark, watch = await ledger.mark("eventlog.events"), Watch()
            for appends in rosters:
                await append(conn, appends)
            rate = watch.rate(len(rosters) * ROSTER_EVENTS)
            await ledger.check("eventlog.events", mark, [row for appends in rosters for row in rows_of(appends)])
            return rate

        async def rival(events: int = size) -> float:
            rosters = [rows_of(roster(ROSTER_EVENTS)) for _ in range(0, events, ROSTER_EVENTS)]
            mark, watch = await ledger.mark("rival.plain"), Watch()
            for rows in rosters:
                await conn.execute(_UNNEST, *map(list, zip(*rows, strict=True)))
            rate = watch.rate(len(rosters) * ROSTER_EVENTS)
            await ledger.check("rival.plain", mark, [row for rows in rosters for row in rows])
            return rate

        await ours(ROSTER_EVENTS), await rival(ROSTER_EVENTS)
        yield Contest(ours, rival)
