"""Whatever is killed, and when: each acknowledged event is in the topic once, in order, and in every table.

`UNIONAID_KILLS` and `UNIONAID_EVENTS` make the run longer: 50 kills over 20,000 events is the form written down in
docs/reference/faults.md; the defaults are the short one.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from unionaid.eventlog import CONNECTION_LOST
from unionaid.eventlog.check import check_database, check_topic
from unionaid.testkit.faults import Client, CounterService, Process, counter_services
from unionaid.testkit.log import SOURCE, held, until
from unionaid.testkit.plugin import StartKafka, StartPostgres
from unionaid.testkit.stack import Kafka, Postgres

KILLS = int(os.environ.get("UNIONAID_KILLS", "12"))
EVENTS = int(os.environ.get("UNIONAID_EVENTS", "3000"))
CLIENTS, STREAMS = 8, 5
SETTLED_S_MAX = 600
"""Seconds after which what is not yet in every table is held for lost; a busy machine takes minutes."""


async def test_nothing_is_lost_or_doubled(new_postgres: StartPostgres, new_kafka: StartKafka, tmp_path: Path) -> None:
    postgres, kafka = await new_postgres(), await new_kafka()
    seed = random.randrange(1 << 30)
    print(f"\n{KILLS} kills over {EVENTS} events, seed {seed}")
    async with counter_services(postgres, kafka, tmp_path) as service:
        for name in ("relay-1", "relay-2", "consume-1", "consume-2", "serve-1"):
            service.part(name)
        kills = await under_fire(service.processes, postgres, kafka, tmp_path, random.Random(seed))
        print(dict(kills))
        await settled(service)
        values = await naive_read(kafka, service.topic)
        compare(acknowledged_in(tmp_path), values)
        folded = naive_fold(values)
        assert await held(service.database, service.chosen) == folded
        assert await service.own_totals() == folded
        entries = await service.database.pool.fetch(
            "select index, stream, amount from counters_1.entries order by index"
        )
        assert [tuple(e) for e in entries] == [(int(v["logindex"]), v["subject"], v["data"]["amount"]) for v in values]
        async with service.database.pool.acquire() as conn:
            report = await check_database(conn)
            await check_topic(conn, report, kafka.bootstrap, service.topic, SOURCE)
        assert report.breaches == {}


def acknowledged_in(files: Path) -> list[tuple[str, ...]]:
    return [tuple(line.split()) for f in files.glob("*.acknowledged") for line in f.read_text().splitlines()]


async def under_fire(
    processes: list[Process], postgres: Postgres, kafka: Kafka, files: Path, draw: random.Random
) -> Counter[str]:
    """Let clients write while everything is killed in turn, and started again at once."""
    for process in processes:
        process.start()
    url = f"http://127.0.0.1:{processes[-1].command[-1]}"
    clients = [Client(f"c{n}", url, files / f"c{n}.acknowledged") for n in range(CLIENTS)]
    writing = asyncio.gather(*[c.send(EVENTS // CLIENTS, STREAMS) for c in clients])
    kills: Counter[str] = Counter()
    victims: list[Process | Postgres | Kafka] = [*processes, postgres, kafka]
    while not writing.done() or kills.total() < KILLS:
        await asyncio.sleep(draw.uniform(0.1, 1.2))
        if kills.total() >= KILLS:
            continue
        victim = draw.choice(victims)
        if isinstance(victim, Process):
            victim.kill()
            await asyncio.sleep(draw.uniform(0, 0.5))
            victim.start()
            kills[victim.name] += 1
        else:
            await victim.kill()
            await asyncio.sleep(draw.uniform(0, 0.5))
            await victim.start()
            kills["postgres" if victim is postgres else "kafka"] += 1
    await writing
    return kills


async def settled(service: CounterService) -> None:
    for process in service.processes:
        process.start()

    async def done() -> bool:
        try:
            return bool(
                await service.database.pool.fetchval(
                    "select not exists (select from eventlog.outbox) and not exists (select from eventlog.own_queue) "
                    "and (select max(index) from eventlog.log) = "
                    "(select last_index from eventlog.positions where topic = $1)",
                    service.topic,
                )
            )
        except (asyncpg.PostgresError, *CONNECTION_LOST):
            return False

    await until(done, SETTLED_S_MAX)


async def naive_read(kafka: Kafka, topic: str) -> list[dict[str, Any]]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        values = []
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                values += [json.loads(r.value) for r in records]
        return values
    finally:
        await consumer.stop()


def compare(acknowledged: list[tuple[str, ...]], values: list[dict[str, Any]]) -> None:
    assert len(acknowledged) == EVENTS // CLIENTS * CLIENTS
    assert [int(v["logindex"]) for v in values] == list(range(len(values)))
    seen = Counter(v["id"] for v in values)
    assert max(seen.values()) == 1
    assert {(id, stream, int(amount)) for id, stream, amount in acknowledged} == {
        (v["id"], v["subject"], v["data"]["amount"]) for v in values
    }
    versions: Counter[str] = Counter()
    for value in values:
        versions[value["subject"]] += 1
        assert value["streamversion"] == versions[value["subject"]]


def naive_fold(values: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    folded: dict[str, tuple[int, int]] = {}
    for value in values:
        n, amount = folded.get(value["subject"], (0, 0))
        folded[value["subject"]] = (n + 1, amount + value["data"]["amount"])
    return folded
