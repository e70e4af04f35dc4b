"""Processes frozen by SIGSTOP, restarted while Kafka is down, or killed in the middle of a transaction."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from unionaid.eventlog import list_parked
from unionaid.testkit.faults import CounterService, Process
from unionaid.testkit.log import count, fold, held, published, until, write


async def topic_length(service: CounterService) -> int:
    return len(await published(service.kafka, service.topic))


async def published_reaches(service: CounterService, n: int, timeout_s: float = 60) -> None:
    async def done() -> bool:
        return await topic_length(service) >= n

    await until(done, timeout_s)


async def test_a_frozen_relay_is_relieved_and_does_no_harm(counter_service: CounterService) -> None:
    first, second = counter_service.part("relay-1"), counter_service.part("relay-2")
    async with counter_service.database.pool.acquire() as conn:
        first.start()
        await count(conn, "a", 0, 1, 2, 3)
        await published_reaches(counter_service, 3)
        second.start()
        await asyncio.sleep(2)  # it waits for the lease
        await count(conn, "a", 3, *range(500))
        first.freeze()
        frozen_at = time.monotonic()
        await count(conn, "b", 0, 1, 2)
        await published_reaches(counter_service, 505)
        print(f"\ntaken over {time.monotonic() - frozen_at:.1f} s after the freeze")
        assert first.running
        first.wake()
        await count(conn, "b", 2, *range(300))
        await published_reaches(counter_service, 805)
        await asyncio.sleep(3)  # time for the woken one to do harm
        second.kill()
        await count(conn, "b", 302, 9)
        await published_reaches(counter_service, 806)
    values = await published(counter_service.kafka, counter_service.topic)
    assert len(values) == 806
    assert [f'{{"logindex":"{n}"'.encode() for n in range(806)] == [v[: v.index(b",")] for v in values]


async def test_a_relay_restarted_while_kafka_is_down_leaves_own_views_going(counter_service: CounterService) -> None:
    relay, serve = counter_service.part("relay-1"), counter_service.part("serve-1")
    relay.start()
    serve.start()
    async with counter_service.database.pool.acquire() as conn:
        await count(conn, "a", 0, 1)
        await published_reaches(counter_service, 1)
        await counter_service.kafka.kill()
        try:
            relay.kill()
            relay.start()
            await count(conn, "a", 1, *[1] * 50)

            async def seen() -> bool:
                return (await counter_service.own_totals()).get("a") == (51, 51)

            await until(seen)
            assert await conn.fetchval("select count(*) from eventlog.log") == 1
        finally:
            await counter_service.kafka.start()
        await published_reaches(counter_service, 51)


async def test_a_consumer_frozen_in_mid_batch_applies_nothing_twice(counter_service: CounterService) -> None:
    service = counter_service
    relay, one, two = (service.part(name) for name in ("relay-1", "consume-1", "consume-2"))
    relay.start()
    one.start()
    async with service.database.pool.acquire() as conn, service.database.pool.acquire() as blocker:
        await count(conn, "a", 0, *range(100, 110))

        async def passed(n: int) -> bool:
            return await service.position() >= n

        await until(lambda: passed(9))
        # The row it must write is held, so that it freezes inside its transaction, with the position locked.
        transaction = blocker.transaction()
        await transaction.start()
        await blocker.execute("select 1 from counters_1.totals where stream = 'a' for update")
        await count(conn, "a", 10, *range(200, 260))

        async def waiting() -> bool:
            return bool(
                await conn.fetchval(
                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
                    "and datname = current_database()"
                )
            )

        await until(waiting)
        one.freeze()
        await transaction.rollback()
        two.start()
        await until(lambda: passed(69), 60)
        assert one.running
        one.wake()
        await count(conn, "a", 70, *range(300, 330))
        await until(lambda: passed(99), 60)
        await asyncio.sleep(3)  # time for the woken one to do harm
        assert await list_parked(conn) == []
        entries = await conn.fetch("select index from counters_1.entries order by index")
    assert [e["index"] for e in entries] == list(range(100))
    assert await held(service.database, service.chosen) == fold(await published(service.kafka, service.topic))


async def test_the_topic_wiped_under_running_consumers(counter_service: CounterService) -> None:
    service = counter_service
    relay, one, two = (service.part(name) for name in ("relay-1", "consume-1", "consume-2"))
    for process in (relay, one, two):
        process.start()

    async def passed(n: int) -> bool:
        return await service.position() >= n

    async with service.database.pool.acquire() as conn:
        for n in range(40):
            await count(conn, f"s-{n % 5}", 10 * (n // 5), *range(100, 110))
        await until(lambda: passed(399), 60)
        values = await published(service.kafka, service.topic)
        relay.kill()
        await service.kafka.delete_topic(service.topic)
        await service.kafka.create_topic(service.topic)
        await write(service.kafka, service.topic, values, batch=3)
        relay.start()
        await count(conn, "s-9", 0, *range(100, 200))
        await until(lambda: passed(499), 90)
        again = await published(service.kafka, service.topic)
    assert again[:400] == values
    assert await held(service.database, service.chosen) == fold(again)


async def test_kafka_wiped_whole_is_filled_again_by_the_relay(counter_service: CounterService) -> None:
    service = counter_service
    relay, consume = service.part("relay-1"), service.part("consume-1")
    relay.start()
    consume.start()

    async def passed(n: int) -> bool:
        return await service.position() >= n

    async with service.database.pool.acquire() as conn:
        await count(conn, "a", 0, *range(100, 400))
        await until(lambda: passed(299), 60)
        before = await held(service.database, service.chosen)
        values = await published(service.kafka, service.topic)
        await service.kafka.wipe()
        await service.kafka.create_topic(service.topic)
        await published_reaches(service, 300)
        assert await published(service.kafka, service.topic) == values
        assert await held(service.database, service.chosen) == before
        await count(conn, "b", 0, 7)
        await until(lambda: passed(300), 90)
    assert await held(service.database, service.chosen) == before | {"b": (1, 7)}


IN_A_TRANSACTION = """
import asyncio, sys
from unionaid.eventlog.publisher import make_producer
async def main(bootstrap, topic):
    producer = make_producer(bootstrap, topic)
    await producer.start()
    await producer.begin_transaction()
    for n in range(50):
        await producer.send_and_wait(topic, b"half done", key=b"a", partition=0)
    print("inside", flush=True)
    await asyncio.sleep(600)
asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_relay_killed_inside_a_transaction_without_a_successor(
    counter_service: CounterService, tmp_path: Path
) -> None:
    service = counter_service
    relay = service.part("relay-1")
    relay.start()
    async with service.database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        await published_reaches(service, 2)
        relay.kill()
        log = tmp_path / "inside.log"
        victim = Process(
            "inside", [sys.executable, "-c", IN_A_TRANSACTION, service.kafka.bootstrap, service.topic], log
        )
        service.processes.append(victim)
        victim.start()
        await until(lambda: log.exists() and "inside" in log.read_text())
        victim.kill()
        await count(conn, "a", 2, 3)
        # Nobody leads for 30 s: the broker ends the transaction by itself, and readers are not held up by it.
        await write(service.kafka, service.topic, [b"from another"])
        started = time.monotonic()
        await until(lambda: _sees(service, b"from another"), 60)
        print(f"\nreaders went on {time.monotonic() - started:.1f} s after the kill")
        await asyncio.sleep(max(0.0, 30 - (time.monotonic() - started)))
        relay.start()
        await published_reaches(service, 4)
    values = [v for v in await published(service.kafka, service.topic) if v != b"from another"]
    assert len(values) == 3
    assert fold(values) == {"a": (3, 6)}


async def _sees(service: CounterService, value: bytes) -> bool:
    return value in await published(service.kafka, service.topic)
