"""Sequence and publish: in index order, once, by one relay at a time, and never past a contradiction."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest
from aiokafka.errors import ProducerFenced

from unionaid.eventlog import Phase, Relay, StreamAppend, append
from unionaid.eventlog.check import check_database, check_topic
from unionaid.eventlog.lease import hold
from unionaid.eventlog.publisher import make_producer, publish
from unionaid.eventlog.records import body_of, head, leaf
from unionaid.eventlog.sequencer import sequence
from unionaid.eventlog.topic import TopicUnreadable
from unionaid.testkit.log import PATIENCE_S, SOURCE, Database, count, counted, published, until, write
from unionaid.testkit.plugin import StartKafka
from unionaid.testkit.stack import Kafka


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[Relay]:
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def reached(relay: Relay, index: int, timeout_s: float = PATIENCE_S) -> None:
    await until(lambda: relay.state.published >= index, timeout_s)


async def indexes(kafka: Kafka, topic: str) -> list[int]:
    heads = [head(value) for value in await published(kafka, topic)]
    return [int(h.logindex) for h in heads if h]


async def assert_sound(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        report = await check_database(conn)
        await check_topic(conn, report, kafka.bootstrap, topic, SOURCE)
    assert report.breaches == {}
    assert report.checked["unpublished"] == 0


async def test_what_was_appended_is_published_in_index_order(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2, 3)
        await append(conn, [StreamAppend(f"c-{n}", 0, [counted(f"c-{n}", 1)]) for n in range(5000)])
        await count(conn, "a", 3, 4)
    async with running(database.relay(kafka, topic)) as relay:
        await reached(relay, 5003)
    values = await published(kafka, topic)
    stored = await database.pool.fetch(
        "select l.leaf, e.body from eventlog.log l join eventlog.events e using (position) order by index"
    )
    heads = [head(v) for v in values]
    assert [int(h.logindex) for h in heads if h is not None] == list(range(5004))
    assert [leaf(v) for v in values] == [r["leaf"] for r in stored]
    assert [body_of(v) for v in values] == [r["body"] for r in stored]
    times = [json.loads(v)["logtime"] for v in values]
    assert times == sorted(times)
    await assert_sound(database, kafka, topic)


async def test_another_relay_takes_over(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn, running(database.relay(kafka, topic)) as second:
        async with running(database.relay(kafka, topic)) as first:
            await until(lambda: Phase.RUNNING in (first.state.phase, second.state.phase))
            await count(conn, "a", 0, 1, 2, 3)
            await until(lambda: max(first.state.published, second.state.published) == 2)
        await count(conn, "a", 3, 4)
        await reached(second, 3)
    assert await indexes(kafka, topic) == [0, 1, 2, 3]


async def test_a_transaction_that_commits_late_is_published(database: Database, kafka: Kafka, topic: str) -> None:
    async with (
        database.pool.acquire() as late,
        database.pool.acquire() as conn,
        running(database.relay(kafka, topic)) as relay,
    ):
        transaction = late.transaction()
        await transaction.start()
        await count(late, "late", 0, 1)
        await count(conn, "early", 0, 1, 2)
        await reached(relay, 1)
        await transaction.commit()
        await reached(relay, 2)
    subjects = [json.loads(v)["subject"] for v in await published(kafka, topic)]
    assert subjects == ["early", "early", "late"]
    await assert_sound(database, kafka, topic)


async def test_records_of_others_at_the_end_are_passed_over(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        async with running(database.relay(kafka, topic)) as relay:
            await reached(relay, 1)
        forged = json.loads((await published(kafka, topic))[0]) | {"logindex": "999999"}
        await write(kafka, topic, [b"\x00\xff", json.dumps(forged).encode(), b"{}"] * 50)
        await count(conn, "a", 2, 3)
        async with running(database.relay(kafka, topic)) as relay:
            await reached(relay, 2)
            assert relay.state.foreign == 150
    assert [i for i in await indexes(kafka, topic) if i < 999999] == [0, 1, 2]


async def test_a_topic_behind_is_filled_up(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, *range(3000))
        async with running(database.relay(kafka, topic)) as relay:
            await reached(relay, 2999)
        values = await published(kafka, topic)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        await write(kafka, topic, values[:1234])
        await count(conn, "a", 3000, 1)
        async with running(database.relay(kafka, topic)) as relay:
            await reached(relay, 3000)
    after = await published(kafka, topic)
    assert after[:3000] == values
    await assert_sound(database, kafka, topic)


async def test_a_topic_ahead_halts_the_log_and_numbers_nothing(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        async with running(database.relay(kafka, topic)) as relay:
            await reached(relay, 1)
        ahead = json.loads((await published(kafka, topic))[1]) | {"logindex": "2", "streamversion": 3}
        await write(kafka, topic, [json.dumps(ahead).encode()])
        await count(conn, "b", 0, 1)
        async with running(database.relay(kafka, topic)) as relay:
            await until(lambda: relay.state.phase is Phase.HALTED)
            assert "index 2" in relay.state.reason
            assert "does not have" in relay.state.reason
        assert await conn.fetchval("select max(index) from eventlog.log") == 1
        assert "index 2" in await conn.fetchval("select reason from eventlog.halt")


async def test_other_bytes_at_the_next_index_halt_the_log(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2, 3)
        async with running(database.relay(kafka, topic)) as relay:
            await reached(relay, 2)
        values = await published(kafka, topic)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        await write(kafka, topic, [values[0], values[1].replace(b'"amount":2', b'"amount":9')])
        async with running(database.relay(kafka, topic)) as relay:
            await until(lambda: relay.state.phase is Phase.HALTED)
            assert "other bytes" in relay.state.reason


async def test_an_expired_transactional_id_is_survived(database: Database, new_kafka: StartKafka) -> None:
    kafka = await new_kafka(
        {
            "transactional.id.expiration.ms": "5000",
            "transaction.remove.expired.transaction.cleanup.interval.ms": "200",
            "producer.id.expiration.ms": "5000",
            "producer.id.expiration.check.interval.ms": "200",
        }
    )
    topic = await kafka.create_topic("unionaid.test.idle")
    async with database.pool.acquire() as conn, running(database.relay(kafka, topic)) as relay:
        await count(conn, "a", 0, 1)
        await reached(relay, 0)
        await asyncio.sleep(9)  # the idle days of a Spring Festival, shortened with the expiry
        await count(conn, "a", 1, 2)
        await reached(relay, 1)
        await count(conn, "a", 2, 3)
        await reached(relay, 2)
    assert await indexes(kafka, topic) == [0, 1, 2]
    await assert_sound(database, kafka, topic)


async def test_a_new_producer_fences_the_former(kafka: Kafka, topic: str) -> None:
    former, successor = make_producer(kafka.bootstrap, topic), make_producer(kafka.bootstrap, topic)
    await former.start()
    try:
        await former.begin_transaction()
        await former.send_and_wait(topic, b"from the former", key=b"a", partition=0)
        await successor.start()
        with pytest.raises(ProducerFenced):
            await former.commit_transaction()
    finally:
        await asyncio.gather(former.stop(), successor.stop(), return_exceptions=True)
    assert await published(kafka, topic) == []


async def test_only_the_session_with_the_lease_may_number(database: Database) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1)
        with pytest.raises(asyncpg.PostgresError, match="lease") as refused:
            await conn.fetch("select * from eventlog.sequence(1, now(), 10)")
        assert refused.value.sqlstate == "UL006"
        assert await conn.fetchval("select count(*) from eventlog.log") == 0


async def test_a_topic_made_anew_under_a_busy_relay_is_filled_from_the_beginning(
    database: Database, kafka: Kafka, topic: str
) -> None:
    written = 0

    async def write_on() -> None:
        nonlocal written
        async with database.pool.acquire() as conn:
            while True:
                await count(conn, "a", written, 1)
                written += 1
                await asyncio.sleep(0.005)

    async with running(database.relay(kafka, topic)) as relay:
        writing = asyncio.create_task(write_on())
        await reached(relay, 100)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        await asyncio.sleep(2)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        last = int(await database.pool.fetchval("select max(version) from eventlog.events")) - 1

        async def whole() -> bool:
            return await indexes(kafka, topic) == list(range(last + 1))

        await until(whole)
    await assert_sound(database, kafka, topic)


async def test_what_would_stand_before_the_known_end_of_a_topic_is_taken_back(
    database: Database, kafka: Kafka, topic: str
) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        async with hold(database.dsn, f"{topic}.relay") as lease:
            events = await sequence(lease, lambda: datetime.now(UTC))
        producer = make_producer(kafka.bootstrap, topic)
        await producer.start()
        try:
            with pytest.raises(TopicUnreadable, match="ended at offset 7, but records went to 0"):
                await publish(producer, topic, events[1:], 7)
            assert await published(kafka, topic) == []
            await publish(producer, topic, events, 0)
        finally:
            await producer.stop()
    assert await indexes(kafka, topic) == [0, 1]


async def test_a_topic_without_its_beginning_is_not_added_to(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, *range(20))
        async with running(database.relay(kafka, topic)) as relay:
            await reached(relay, 19)
        values = await published(kafka, topic)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        await write(kafka, topic, values[7:])
        await count(conn, "a", 20, 1)
        async with running(database.relay(kafka, topic)) as relay:
            await until(lambda: relay.state.phase is Phase.HALTED)
            assert "begins with index 7" in relay.state.reason
        assert await indexes(kafka, topic) == list(range(7, 20))
        report = await check_database(conn)
        await check_topic(conn, report, kafka.bootstrap, topic, SOURCE)
    assert "index 0 is missing" in report.breaches["hole"]
