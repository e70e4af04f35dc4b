"""Draining a backlog: sequence and publish, against bare idempotent produce of the same bytes."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import asyncpg
from aiokafka import AIOKafkaProducer

from unionaid.contracts import topics
from unionaid.eventlog import Phase, Relay, StreamAppend, append
from unionaid.eventlog.topic import open_topic
from unionaid.testkit.log import until
from unionaid.testkit.stack import Kafka

from .contest import Contest, Servers, demand
from .stored import DIVISION, RELIEF, Ledger, Watch, Written, applications, new_ledger, rows_of

HELD_S = 120.0
"""Seconds a snapshot is held open while commands flow and the relay drains."""
COMMANDS_PER_S = 200
"""Commands per second meanwhile."""
_PREFIX = '{{"logindex":"{}","logtime":"{}",'


@asynccontextmanager
async def new_topic(kafka: Kafka) -> AsyncIterator[str]:
    """Make a topic as the product's are, and delete it again."""
    topic = await kafka.create_topic(f"bench.{secrets.token_hex(4)}", config=topics(DIVISION)[0].config)
    try:
        yield topic
    finally:
        await kafka.delete_topic(topic)


async def fill(ledger: Ledger, appends: Sequence[StreamAppend]) -> None:
    """Put a backlog of appends into the log, each with an outbox row of its own, as 16 writers would leave it."""
    mark = await ledger.mark("eventlog.events")
    await ledger.owner.copy_records_to_table(
        "events", schema_name="eventlog", columns=["stream", "version", "id", "type", "body"], records=rows_of(appends)
    )
    await ledger.owner.execute(
        "INSERT INTO eventlog.outbox SELECT position, ARRAY[position] FROM eventlog.events WHERE position > $1", mark
    )


async def drained(relay: Relay, last_index: int) -> None:
    """Run a relay until it has published an index."""
    running = asyncio.create_task(relay.run())
    try:
        while relay.state.published < last_index:
            demand(relay.state.phase not in (Phase.FAILED, Phase.HALTED), f"the relay stopped: {relay.state.reason}")
            await asyncio.sleep(0.002)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def relay_of(ledger: Ledger, kafka: Kafka, topic: str) -> Relay:
    """Return the relay of a ledger."""
    return Relay(
        dsn=ledger.database.app_dsn, bootstrap=kafka.bootstrap, topic=topic, source=RELIEF,
        clock=lambda: datetime.now(UTC),
    )  # fmt: skip


async def check_topic(kafka: Kafka, topic: str, expected: Sequence[Written], first: int = 0) -> None:
    """Read the topic: in index order, each event once, with the bytes that were stored."""
    values: list[bytes] = []
    async with open_topic(kafka.bootstrap, topic) as reader, asyncio.timeout(60):
        begin, _ = await reader.bounds()
        while len(values) < first + len(expected):  # a commit is acknowledged before readers see it
            _, end = await reader.bounds()
            values += [r.value async for records in reader.read(begin, end) for r in records]
            begin = end
    demand(len(values) == first + len(expected), f"{len(values)} records instead of {first + len(expected)}")
    for index, (value, row) in enumerate(zip(values[first:], expected, strict=True), start=first):
        read = json.loads(value)
        front = _PREFIX.format(index, read["logtime"]).encode()
        demand(value == front + row.body[1:], f"index {index} holds other bytes than were stored")


@asynccontextmanager
async def open_publish(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """A backlog of commands of one event each, from the start of the relay, or of the producer, to the last ack."""

    async def ours(events: int = size) -> float:
        async with new_ledger(servers) as ledger, new_topic(servers.kafka) as topic:
            appends = applications(events)
            await fill(ledger, appends)
            relay, watch = relay_of(ledger, servers.kafka, topic), Watch()
            await drained(relay, len(appends) - 1)
            rate = watch.rate(len(appends))
            await check_topic(servers.kafka, topic, rows_of(appends))
            return rate

    async def rival(events: int = size) -> float:
        rows = rows_of(applications(events))
        now = datetime.now(UTC)
        logtime, timestamp = f"{now:%Y-%m-%dT%H:%M:%S.%fZ}", int(now.timestamp() * 1000)
        values = [_PREFIX.format(index, logtime).encode() + row.body[1:] for index, row in enumerate(rows)]
        keys = [row.stream.encode() for row in rows]
        async with new_topic(servers.kafka) as topic:
            watch = Watch()
            producer = AIOKafkaProducer(bootstrap_servers=servers.kafka.bootstrap, enable_idempotence=True, acks="all")
            await producer.start()
            for key, value in zip(keys, values, strict=True):
                await producer.send(topic, value=value, key=key, partition=0, timestamp_ms=timestamp)
            await producer.flush()
            rate = watch.rate(len(rows))
            await producer.stop()
            await check_topic(servers.kafka, topic, rows)
            return rate

    await ours(100), await rival(100)
    yield Contest(ours, rival)


@asynccontextmanager
async def open_snapshot_held(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """How fast a backlog drains after commands have flowed for `HELD_S` under an open snapshot, and without one."""
    held_s = HELD_S if size > COMMANDS_PER_S else 0.5

    async def side(*, held: bool) -> float:
        async with new_ledger(servers) as ledger, new_topic(servers.kafka) as topic:
            reader = await asyncpg.connect(ledger.database.owner_dsn)
            snapshot = reader.transaction(isolation="repeatable_read")
            if held:
                await snapshot.start()
                await reader.fetchval("SELECT count(*) FROM eventlog.outbox")
            try:
                rows = await _commands_for(held_s, ledger, relay_of(ledger, servers.kafka, topic))
                appends = applications(size)
                await fill(ledger, appends)
                relay, watch = relay_of(ledger, servers.kafka, topic), Watch()
                await drained(relay, len(rows) + len(appends) - 1)
                rate = watch.rate(len(appends))
            finally:
                await reader.close()
            await check_topic(servers.kafka, topic, [*rows, *rows_of(appends)])
            return rate

    async def ours() -> float:
        return await side(held=True)

    async def rival() -> float:
        return await side(held=False)

    yield Contest(ours, rival)


async def _commands_for(seconds: float, ledger: Ledger, relay: Relay) -> list[Written]:
    """Append at `COMMANDS_PER_S` while a relay drains; return the rows in their order."""
    rows: list[Written] = []
    [conn] = await ledger.connections(1)
    running = asyncio.create_task(relay.run())
    began = time.monotonic()
    try:
        while (elapsed := time.monotonic() - began) < seconds:
            for item in applications(max(4, round(elapsed * COMMANDS_PER_S) - len(rows))):
                await append(conn, [item])
                rows += rows_of([item])
            relay.nudge()
            await asyncio.sleep(0.1)
        await until(lambda: relay.state.published >= len(rows) - 1, 60)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await conn.close()
    return rows
