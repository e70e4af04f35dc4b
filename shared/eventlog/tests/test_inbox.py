"""Consume once: whatever happens to the topic, no event is applied twice, out of order, or skipped."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError
from faststream.kafka import KafkaBroker

from unionaid.eventlog import (
    Inbox,
    ProjectionSet,
    StreamAppend,
    append,
    ensure_build,
    feed,
    inbox_of,
    list_parked,
    retry_parked,
    subscribe,
)
from unionaid.eventlog.lease import hold
from unionaid.eventlog.sequencer import published_after, sequence
from unionaid.testkit.log import (
    PATIENCE_S,
    TYPE,
    Database,
    count,
    counted,
    counters,
    fold,
    held,
    now,
    published,
    until,
    write,
)
from unionaid.testkit.stack import Kafka


@asynccontextmanager
async def reading_topics(database: Database, kafka: Kafka, chosen: ProjectionSet) -> AsyncIterator[Inbox]:
    inbox = inbox_of(database.pool, chosen, 1)
    task = asyncio.create_task(feed(inbox, kafka.bootstrap))
    try:
        yield inbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def build(database: Database, chosen: ProjectionSet) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    await ensure_build(owner, chosen, database.roles)
    await owner.close()


async def at(inbox: Inbox, topic: str, index: int, timeout_s: float = PATIENCE_S) -> None:
    await until(lambda: inbox.vector()[topic] == index, timeout_s)


async def history(database: Database, n: int, streams: int = 7) -> list[bytes]:
    """Number n events of a few streams, without publishing them; return their values."""
    draw, versions = random.Random(1), dict.fromkeys(range(streams), 0)
    async with database.pool.acquire() as conn, hold(database.dsn, "test") as lease:
        for _ in range(n):
            s = draw.randrange(streams)
            await count(conn, f"s-{s}", versions[s], draw.randrange(100, 200))
            versions[s] += 1
        while await sequence(lease, now):
            pass
        return [p.value for p in await published_after(conn, -1, n)]


async def test_every_event_is_applied_once(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 500)
    await write(kafka, topic, values[:300], batch=7)
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 299)
    await write(kafka, topic, values[300:], batch=50)
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 499)
        assert inbox.alarms == {}
    assert await held(database, chosen) == fold(values)


async def test_a_topic_wiped_under_a_running_reader(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 900)
    await write(kafka, topic, values[:600], batch=10)
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 599)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        # With one transaction instead of sixty the same offsets hold later events.
        await write(kafka, topic, values, batch=900)
        await at(inbox, topic, 899, 60)
    assert await held(database, chosen) == fold(values)


@pytest.mark.parametrize("batches", [(1000, 3), (3, 1000)])
async def test_a_topic_wiped_between_two_runs(
    database: Database, kafka: Kafka, topic: str, batches: tuple[int, int]
) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 400)
    await write(kafka, topic, values[:250], batch=batches[0])
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 249)
    await kafka.delete_topic(topic)
    await kafka.create_topic(topic)
    await write(kafka, topic, values, batch=batches[1])
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 399)
    assert await held(database, chosen) == fold(values)


async def test_a_topic_that_lost_its_tail_is_waited_for(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 300)
    await write(kafka, topic, values[:200])
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 199)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        await write(kafka, topic, values[:120], batch=5)
        await asyncio.sleep(1)
        await write(kafka, topic, values[120:], batch=5)
        await at(inbox, topic, 299, 60)
    assert await held(database, chosen) == fold(values)


async def test_foreign_records_are_parked_and_everything_else_flows(
    database: Database, kafka: Kafka, topic: str
) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 100)
    huge = json.dumps(json.loads(values[10]) | {"logindex": "123456789012"}).encode()
    other_source = values[50].replace(b"/unionaid/test/counter", b"/unionaid/test/another")
    strange = [b"\x00\xff\xfe", b"", b"null", b"[" * 5000, huge, other_source, b'{"logindex":"51"}', b"9" * 900_000]
    await write(kafka, topic, values[:50])
    await write(kafka, topic, strange)
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 49)
        await write(kafka, topic, values[50:80])
        await at(inbox, topic, 79, 2 * PATIENCE_S)
        await write(kafka, topic, [huge, *values[80:90], huge, *values[90:]])
        await at(inbox, topic, 99, 2 * PATIENCE_S)
        assert inbox.alarms == {}
    assert await held(database, chosen) == fold(values)
    async with database.pool.acquire() as conn:
        parked = await list_parked(conn)
        counted_foreign = await conn.fetchval("select foreign_records from eventlog.positions")
    assert len(parked) == counted_foreign == len(strange) + 2
    assert all(p["blocks"] is None for p in parked)


async def test_ten_megabytes_on_a_topic_that_lets_them_in(database: Database, kafka: Kafka) -> None:
    topic = await kafka.create_topic("unionaid.test.huge", config={"max.message.bytes": str(20 << 20)})
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 20)
    await write(kafka, topic, values[:10])
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, max_request_size=20 << 20, acks="all")
    await producer.start()
    await producer.send_and_wait(topic, b"x" * (10 << 20), key=b"s-1", partition=0)
    await producer.stop()
    await write(kafka, topic, values[10:])
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 19, 60)
    assert await held(database, chosen) == fold(values)
    row = await database.pool.fetchrow("select length, value from eventlog.parked")
    assert row is not None
    assert (row["length"], row["value"]) == (10 << 20, None)


async def test_a_hole_stops_the_reader_and_is_never_skipped(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 60)
    await write(kafka, topic, values[:20] + values[21:])
    async with reading_topics(database, kafka, chosen) as inbox:
        await until(lambda: bool(inbox.alarms))
        assert "index 20 is missing" in inbox.alarms[topic]
        assert inbox.vector()[topic] == 19
    assert await held(database, chosen) == fold(values[:20])


async def test_the_last_index_with_other_bytes_stops_the_reader(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 30)
    await write(kafka, topic, [*values[:10], values[9].replace(b"2017-01-01T", b"2018-01-01T"), *values[10:]])
    async with reading_topics(database, kafka, chosen) as inbox:
        await until(lambda: bool(inbox.alarms) and inbox.vector()[topic] == 9)
        assert "other bytes" in inbox.alarms[topic]
    assert await held(database, chosen) == fold(values[:10])


async def test_a_record_that_cannot_be_read_blocks_its_key_alone(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 90, streams=3)
    stream_of = [json.loads(v)["subject"] for v in values]
    other = next(n for n in range(40, 90) if stream_of[n] != stream_of[20])
    subjects = {n: stream_of[n] for n in (20, other)}
    sent = list(values)
    sent[20] = json.dumps(json.loads(values[20]) | {"data": {"amount": "many"}}).encode()
    sent[other] = values[other].replace(TYPE.encode(), TYPE.replace(".v1", ".v7").encode())
    await write(kafka, topic, sent)
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 89)
    blocked_from = {s: min(n for n, at in subjects.items() if at == s) for s in subjects.values()}
    expected = [v for n, v in enumerate(values) if n < blocked_from.get(json.loads(v)["subject"], len(values))]
    assert await held(database, chosen) == fold(expected)
    async with database.pool.acquire() as conn:
        parked = await list_parked(conn)
    assert len(parked) == len(values) - len(expected)
    assert "unknown version 7" in " ".join(p["reason"] for p in parked)


async def test_one_bad_event_in_a_batch_is_found_and_the_rest_applied(
    database: Database, kafka: Kafka, topic: str
) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    async with database.pool.acquire() as conn:
        await append(
            conn, [StreamAppend(f"c-{n}", 0, [counted(f"c-{n}", 1, 13131 if n == 777 else 5)]) for n in range(1000)]
        )
        await count(conn, "c-777", 1, 0)
        await count(conn, "c-778", 1, 1)
    relay = database.relay(kafka, topic)
    running = asyncio.create_task(relay.run())
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 1001)
    running.cancel()
    totals = await held(database, chosen)
    assert len(totals) == 999
    assert totals["c-778"] == (2, 6)
    async with database.pool.acquire() as conn:
        parked = await list_parked(conn)
        assert [(p["blocks"], p["index"]) for p in parked] == [("c-777", 777), ("c-777", 1000)]
        assert "violates check constraint" in parked[0]["reason"]
        # The constraint was wrong; once it is gone, what waited is applied, in order.
        owner = await asyncpg.connect(database.owner_dsn)
        await owner.execute("alter table counters_1.totals drop constraint totals_amount_check")
        await owner.close()
        async with reading_topics(database, kafka, chosen) as running_on:
            assert await retry_parked(conn, "counters_1", inbox.handler) == (2, 0)
            assert (await held(database, chosen))["c-777"] == (2, 13131)
            # A reader that ran all the while takes later events of the key again.
            await count(conn, "c-777", 2, 5)
            relaying = asyncio.create_task(relay.run())
            await at(running_on, topic, 1002)
            relaying.cancel()
        assert await list_parked(conn) == []
    assert (await held(database, chosen))["c-777"] == (3, 13136)


async def test_the_topic_itself_refuses_a_record_over_its_limit(kafka: Kafka, topic: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, max_request_size=20 << 20, acks="all")
    await producer.start()
    try:
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(topic, b"x" * (10 << 20), partition=0)
    finally:
        await producer.stop()


class FakeConsumer:
    """Takes seeks and holds nothing."""

    def __init__(self) -> None:
        self.offsets: list[int] = []

    def seek(self, _partition: TopicPartition, offset: int) -> None:
        self.offsets.append(offset)


async def test_a_reader_left_behind_applies_nothing(database: Database, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 20)
    records = [ConsumerRecord(topic, 0, n, 0, 0, b"s", v, None, 1, len(v), ()) for n, v in enumerate(values)]
    behind, ahead, consumer = inbox_of(database.pool, chosen, 1), inbox_of(database.pool, chosen, 1), FakeConsumer()
    for inbox in (behind, ahead):
        await inbox.take_up(consumer, [topic])
    await ahead.receive(consumer, records)
    before = await held(database, chosen)
    await behind.receive(consumer, records[:15])
    assert await held(database, chosen) == before == fold(values)
    assert behind.vector() == ahead.vector() == {topic: 19}
    assert consumer.offsets[-1] == 19  # it takes up where the other has left the position


async def test_members_of_a_group_take_over_from_each_other(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    values = await history(database, 600)

    async def member() -> tuple[KafkaBroker, Inbox]:
        broker = KafkaBroker(kafka.bootstrap, apply_types=False)
        inbox = inbox_of(database.pool, chosen, 1)
        subscribe(broker, inbox, group_id=f"{topic}.counters")
        await broker.start()
        return broker, inbox

    async def position() -> int:
        return int(await database.pool.fetchval("select coalesce(max(last_index), -1) from eventlog.positions"))

    async def passed(n: int) -> bool:
        return await position() == n

    one, _ = await member()
    await write(kafka, topic, values[:200], batch=20)
    await until(lambda: passed(199))
    two, _ = await member()
    await write(kafka, topic, values[200:400], batch=20)
    await until(lambda: passed(399))
    await one.stop()
    await write(kafka, topic, values[400:], batch=20)
    await until(lambda: passed(599))
    await two.stop()
    assert await held(database, chosen) == fold(values)


async def test_the_published_topic_reads_as_the_projections_say(database: Database, kafka: Kafka, topic: str) -> None:
    chosen = counters(topic)
    await build(database, chosen)
    async with database.pool.acquire() as conn:
        for n in range(40):
            await count(conn, f"s-{n % 3}", n // 3, 100 + n)
    running = asyncio.create_task(database.relay(kafka, topic).run())
    async with reading_topics(database, kafka, chosen) as inbox:
        await at(inbox, topic, 39)
    running.cancel()
    assert await held(database, chosen) == fold(await published(kafka, topic))
