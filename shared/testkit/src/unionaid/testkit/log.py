"""A log of counters: events that mean nothing but their amount, for tests of the log itself."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import uuid4

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from unionaid.eventlog import (
    INBOX_SERVER_SETTINGS,
    Connection,
    Decoder,
    Event,
    NewEvent,
    ProjectionSet,
    Relay,
    Roles,
    StreamAppend,
    append,
    install,
    reading,
)
from unionaid.eventlog.limits import TRANSACTION_TIMEOUT_MS
from unionaid.eventlog.publisher import make_producer
from unionaid.eventlog.topic import open_topic
from unionaid.testkit.stack import Kafka, Postgres, ServiceDatabase

SOURCE = "/unionaid/test/counter"
TYPE = "unionaid.counter.Counted.v1"


def counted(stream: str, version: int, amount: int = 1, *, type: str = TYPE, padding: int = 0) -> NewEvent:
    """A small event; `amount` is its data."""
    id = uuid4()
    data = {"amount": amount, "occurred_on": "2017-01-01"} | ({"padding": "x" * padding} if padding else {})
    body = {
        "specversion": "1.0",
        "id": str(id),
        "source": SOURCE,
        "type": type,
        "subject": stream,
        "streamversion": version,
        "time": "2017-01-01T00:00:00Z",
        "commandid": "00" * 32,
        "data": data,
    }
    return NewEvent(id, type, json.dumps(body, separators=(",", ":")).encode())


async def count(conn: Connection, stream: str, expected: int, *amounts: int) -> int:
    """Append one event per amount."""
    events = [counted(stream, expected + n, amount) for n, amount in enumerate(amounts, start=1)]
    return await append(conn, [StreamAppend(stream, expected, events)])


def now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


@dataclass
class Database:
    """One service's database with the log installed."""

    dsn: str
    owner_dsn: str
    roles: Roles
    pool: asyncpg.Pool[asyncpg.Record]

    def relay(self, kafka: Kafka, topic: str) -> Relay:
        """Return a relay of this log, not yet running."""
        return Relay(dsn=self.dsn, bootstrap=kafka.bootstrap, topic=topic, source=SOURCE, clock=now)


async def _installed(database: ServiceDatabase) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    await install(owner, database.roles)
    await owner.close()


@asynccontextmanager
async def new_database(postgres: Postgres) -> AsyncIterator[Database]:
    """Make a database with the log installed, and drop it again."""
    made = await postgres.create_prepared("counter", _installed)
    pool = await asyncpg.create_pool(made.app_dsn, min_size=1, max_size=20, server_settings=INBOX_SERVER_SETTINGS)
    try:
        yield Database(made.app_dsn, made.owner_dsn, made.roles, pool)
    finally:
        pool.terminate()
        await postgres.drop(made)


async def all_committed(kafka: Kafka, topic: str) -> None:
    """Wait until committed readers see what is in the topic: the markers come a little after a commit is answered.

    An open transaction is waited for, but no longer than the broker lets it stand.
    """
    partition = TopicPartition(topic, 0)
    anyone = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, isolation_level="read_uncommitted")
    await anyone.start()
    try:
        async with open_topic(kafka.bootstrap, topic) as reader:

            async def caught_up() -> bool:
                return bool(await reader.end() >= (await anyone.end_offsets([partition]))[partition])

            await until(caught_up, TRANSACTION_TIMEOUT_MS / 500)
    finally:
        await anyone.stop()


async def published(kafka: Kafka, topic: str) -> list[bytes]:
    """Read a whole topic; return the values of the committed records."""
    await all_committed(kafka, topic)
    async with open_topic(kafka.bootstrap, topic) as reader:
        begin, end = await reader.bounds()
        return [r.value for batch in [b async for b in reader.read(begin, end)] for r in batch]


PATIENCE_S = float(os.environ.get("UNIONAID_TEST_PATIENCE_S", "90"))
"""Seconds a test waits for what must come; a test that is expected to fail may be made to wait less."""


async def until(condition: Callable[[], Awaitable[bool] | bool], timeout_s: float = PATIENCE_S) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: it did not come true in `timeout_s` seconds.
    """
    async with asyncio.timeout(timeout_s):
        while True:
            answer = condition()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.02)


async def write(kafka: Kafka, topic: str, values: Sequence[bytes], key: bytes = b"a", batch: int = 1000) -> None:
    """Write records as anybody could, `batch` of them in one Kafka transaction."""
    producer = make_producer(kafka.bootstrap, f"{topic}.stranger")
    await producer.start()
    try:
        for start in range(0, len(values), batch):
            await producer.begin_transaction()
            for value in values[start : start + batch]:
                await producer.send(topic, value=value, key=key, partition=0)
            await producer.commit_transaction()
    finally:
        await producer.stop()
    await all_committed(kafka, topic)


class Amount(msgspec.Struct, frozen=True):
    """The data of a counter's event."""

    amount: int


class Totals:
    """A projection: number and sum of amounts per stream. An amount of 13131 violates its constraint."""

    name = "totals"
    version = 1
    tables = ("totals",)
    ddl = (
        "CREATE TABLE totals (stream text PRIMARY KEY, n bigint NOT NULL, amount bigint NOT NULL,"
        " CHECK (amount <> 13131))"
    )
    decoders: ClassVar[dict[str, Decoder]] = {TYPE: msgspec.json.Decoder(Amount).decode}

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Add the events to their streams' rows."""
        await conn.execute(
            "INSERT INTO totals AS t SELECT s, count(*), sum(a) FROM unnest($1::text[], $2::bigint[]) AS e(s, a) "
            "GROUP BY s ON CONFLICT (stream) DO UPDATE SET n = t.n + excluded.n, amount = t.amount + excluded.amount",
            [e.subject for e in events],
            [e.data.amount for e in events],
        )


class OwnTotals(Totals):
    """The same totals as a view of the service's own, in the schema `views`."""

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Add the events to their streams' rows."""
        await conn.execute("SET LOCAL search_path = views")
        await super().apply(conn, events)

    @staticmethod
    async def create(owner_dsn: str, roles: Roles) -> None:
        """Make the schema and its table."""
        owner = await asyncpg.connect(owner_dsn)
        await owner.execute(
            f"CREATE SCHEMA views; SET search_path = views; {Totals.ddl};"
            f'GRANT USAGE ON SCHEMA views TO "{roles.app}"; GRANT ALL ON ALL TABLES IN SCHEMA views TO "{roles.app}"'
        )
        await owner.close()


class Entries:
    """A projection: one row per event."""

    name = "entries"
    version = 1
    tables = ("entries",)
    ddl = "CREATE TABLE entries (topic text, index bigint, stream text, amount bigint, PRIMARY KEY (topic, index))"
    decoders = Totals.decoders

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write a row per event; the key refuses a second application."""
        await conn.executemany(
            "INSERT INTO entries VALUES ($1, $2, $3, $4)",
            [(e.topic, e.index, e.subject, e.data.amount) for e in events],
        )


def counters(*topics: str) -> ProjectionSet:
    """Return a set of two projections over topics of counters."""
    return ProjectionSet("counters", dict.fromkeys(topics, SOURCE), [Totals(), Entries()])


def fold(values: Sequence[bytes]) -> dict[str, tuple[int, int]]:
    """Compute what `Totals` must hold, from published values and by other code."""
    folded: dict[str, tuple[int, int]] = {}
    for value in values:
        event = json.loads(value)
        n, amount = folded.get(event["subject"], (0, 0))
        folded[event["subject"]] = (n + 1, amount + event["data"]["amount"])
    return folded


async def held(database: Database, chosen: ProjectionSet) -> dict[str, tuple[int, int]]:
    """Return what `Totals` holds in the live build."""
    async with reading(database.pool, chosen) as conn:
        return {row["stream"]: (row["n"], row["amount"]) for row in await conn.fetch("SELECT * FROM totals")}
