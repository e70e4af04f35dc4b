"""A database restored older than its topic, exports, and topics filled anew."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from unionaid.eventlog import (
    IdempotencyRow,
    KeyReplayed,
    LogHalted,
    NewEvent,
    Phase,
    StreamAppend,
    append,
    load,
)
from unionaid.eventlog.check import check_database, check_topic
from unionaid.eventlog.export import RepublishRefused, export, republish
from unionaid.eventlog.repair import RepairRefused, repair_from_topic
from unionaid.testkit.log import SOURCE, Database, count, counted, published, until, write
from unionaid.testkit.stack import Kafka, Postgres


async def publish_all(database: Database, kafka: Kafka, topic: str) -> None:
    relay = database.relay(kafka, topic)
    running = asyncio.create_task(relay.run())

    async def done() -> bool:
        waits = await database.pool.fetchval("select exists (select from eventlog.outbox)")
        last = await database.pool.fetchval("select coalesce(max(index), -1) from eventlog.log")
        return relay.state.phase is Phase.RUNNING and not waits and relay.state.published == last

    await until(done)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def backup(postgres: Postgres, database: Database) -> AsyncIterator[Database]:
    """Copy the database as it is now, as a restored backup is."""
    name = database.dsn.rpartition("/")[2]
    copy = f"{name}_backup"
    await database.pool.expire_connections()
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    await superuser.execute(f'alter database "{name}" allow_connections false')  # nobody comes back meanwhile
    await superuser.execute("select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = $1", name)
    await superuser.execute(f'create database "{copy}" template "{name}" owner "{database.roles.owner}"')
    await superuser.execute(f'alter database "{name}" allow_connections true')
    dsn = database.dsn.removesuffix(name) + copy
    pool = await asyncpg.create_pool(dsn, min_size=0, max_size=5)
    yield replace(database, dsn=dsn, owner_dsn=database.owner_dsn.removesuffix(name) + copy, pool=pool)
    pool.terminate()
    await superuser.execute(f'drop database "{copy}" with (force)')
    await superuser.close()


def key(n: int) -> IdempotencyRow:
    digest = hashlib.sha256(str(n).encode()).digest()
    return IdempotencyRow(digest, digest, 201, b"{}")


async def command(database: Database, stream: str, version: int, n: int) -> None:
    event = counted(stream, version + 1, n)
    body = event.body.replace(b'"commandid":"' + b"00" * 32, b'"commandid":"' + key(n).key.hex().encode())
    async with database.pool.acquire() as conn:
        await append(conn, [StreamAppend(stream, version, [NewEvent(event.id, event.type, body)])], idempotency=key(n))


@pytest.mark.parametrize("waiting_in_backup", [False, True])
async def test_a_database_older_than_its_topic(
    database: Database, postgres: Postgres, kafka: Kafka, topic: str, waiting_in_backup: bool
) -> None:
    for n in range(10):
        await command(database, "a", n, n)
    if not waiting_in_backup:
        await publish_all(database, kafka, topic)
    async with backup(postgres, database) as restored:
        for n in range(10, 25):
            await command(database, "a", n, n)
        await publish_all(database, kafka, topic)
        values = await published(kafka, topic)

        # The relay over the restored database numbers nothing and says why.
        numbered = await restored.pool.fetchval("select count(*) from eventlog.log")
        relay = restored.relay(kafka, topic)
        running = asyncio.create_task(relay.run())
        await until(lambda: relay.state.phase is Phase.HALTED)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert "the database does not have" in relay.state.reason
        assert await restored.pool.fetchval("select count(*) from eventlog.log") == numbered
        with pytest.raises(LogHalted):
            await command(restored, "b", 0, 99)

        owner = await asyncpg.connect(restored.owner_dsn)
        done = await repair_from_topic(owner, kafka.bootstrap, topic, SOURCE)
        assert (done.first_index, done.events) == (numbered, 25 - numbered)

        # A command repeated with its key doubles nothing, although its answer was lost.
        with pytest.raises(KeyReplayed) as replayed:
            await command(restored, "a", 24, 24)
        assert (replayed.value.status, replayed.value.answer) == (None, None)
        await command(restored, "a", 25, 25)
        await publish_all(restored, kafka, topic)
        assert (await published(kafka, topic))[:25] == values
        assert await restored.pool.fetchval("select sum(cardinality(positions)) from eventlog.own_queue") == 26
        report = await check_database(owner)
        await check_topic(owner, report, kafka.bootstrap, topic, SOURCE)
        assert report.breaches == {}
        await owner.close()


async def test_repair_refuses_where_another_event_has_taken_the_place(
    database: Database, postgres: Postgres, kafka: Kafka, topic: str
) -> None:
    await command(database, "a", 0, 0)
    await publish_all(database, kafka, topic)
    async with backup(postgres, database) as restored:
        await command(database, "a", 1, 1)
        await publish_all(database, kafka, topic)
        await command(restored, "a", 1, 77)
        owner = await asyncpg.connect(restored.owner_dsn)
        with pytest.raises(RepairRefused, match="a version 2"):
            await repair_from_topic(owner, kafka.bootstrap, topic, SOURCE)
        assert [e.version for e in await load(owner, "a")] == [1, 2]
        assert await owner.fetchval("select count(*) from eventlog.log") == 1
        await owner.close()


async def test_an_export_holds_every_value_and_its_hash(
    database: Database, kafka: Kafka, topic: str, tmp_path: Path
) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, *range(4500))
        await publish_all(database, kafka, topic)
        sha256 = await export(conn, tmp_path / "log.jsonl")
    content = (tmp_path / "log.jsonl").read_bytes()
    assert content.splitlines() == await published(kafka, topic)
    assert hashlib.sha256(content).hexdigest() == sha256
    assert (tmp_path / "log.jsonl.sha256").read_text() == f"{sha256}  log.jsonl\n"


async def test_a_new_topic_is_filled_after_a_confirmation_by_name(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, *range(4500))
        await publish_all(database, kafka, topic)
        values = await published(kafka, topic)
        with pytest.raises(RepublishRefused, match="confirm"):
            await republish(conn, kafka.bootstrap, topic, SOURCE, confirmed="yes")
        with pytest.raises(RepublishRefused, match="not empty"):
            await republish(conn, kafka.bootstrap, topic, SOURCE, confirmed=topic)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        assert await republish(conn, kafka.bootstrap, topic, SOURCE, confirmed=topic) == 4500
    assert await published(kafka, topic) == values


async def test_check_finds_a_record_altered_in_the_topic(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, *range(30))
        await publish_all(database, kafka, topic)
        values = await published(kafka, topic)
        await kafka.delete_topic(topic)
        await kafka.create_topic(topic)
        values[17] = json.dumps(json.loads(values[17]) | {"data": {"amount": 1000}}, separators=(",", ":")).encode()
        await write(kafka, topic, values)
        report = await check_database(conn)
        await check_topic(conn, report, kafka.bootstrap, topic, SOURCE)
    assert list(report.breaches) == ["published"]
    assert "index 17" in report.breaches["published"]


async def test_the_command_line_checks_and_says_so_in_json(database: Database, kafka: Kafka, topic: str) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
    await publish_all(database, kafka, topic)
    where = {
        "UNIONAID_OWNER_DATABASE_URL": database.owner_dsn,
        "UNIONAID_KAFKA": kafka.bootstrap,
        "UNIONAID_TOPIC": topic,
        "UNIONAID_SOURCE": SOURCE,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "unionaid.eventlog",
        "check",
        "--json",
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | where,
    )
    out, _ = await process.communicate()
    report = json.loads(out)
    assert (process.returncode, report["ok"], report["checked"]["published"]) == (0, True, 2)
