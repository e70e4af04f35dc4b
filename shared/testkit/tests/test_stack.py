"""The fixtures other tests stand on."""

import os
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from unionaid.embedded.processes import write_record
from unionaid.testkit.place import data_home
from unionaid.testkit.plugin import StartKafka
from unionaid.testkit.stack import Kafka, Postgres, Workshop


async def test_database_roles_are_kept_apart(postgres: Postgres) -> None:
    database = await postgres.create_service_database("relief")
    owner = await asyncpg.connect(database.owner_dsn)
    app = await asyncpg.connect(database.app_dsn)
    try:
        await owner.execute(f'CREATE SCHEMA vault AUTHORIZATION "{database.vault_role}"')
        await owner.execute("CREATE TABLE fact (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetch("SELECT * FROM fact")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("CREATE TABLE public.mine (id int)")
    finally:
        await owner.close()
        await app.close()


async def test_a_role_reaches_its_own_database_only(postgres: Postgres) -> None:
    one = await postgres.create_service_database("relief")
    other = await postgres.create_service_database("registry")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(one.app_dsn.replace(one.name, other.name).replace(other.name, one.name, 1))


async def test_killed_postgres_keeps_what_it_acknowledged(postgres: Postgres) -> None:
    database = await postgres.create_service_database("relief")
    connection = await asyncpg.connect(database.owner_dsn)
    await connection.execute("CREATE TABLE fact (id int)")
    await connection.execute("INSERT INTO fact VALUES (1)")
    await postgres.kill()
    with pytest.raises((OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await connection.execute("INSERT INTO fact VALUES (2)")
    connection.terminate()
    await postgres.start()
    connection = await asyncpg.connect(database.owner_dsn)
    assert await connection.fetchval("SELECT array_agg(id) FROM fact") == [1]
    await connection.close()


async def test_killed_kafka_comes_back_with_its_records_and_wiped_without(new_kafka: StartKafka) -> None:
    kafka = await new_kafka()
    await kafka.create_topic("facts")
    await _produce(kafka, b"one")
    await kafka.kill()
    await kafka.start()
    assert await _consume(kafka) == [b"one"]
    await kafka.wipe()
    await kafka.create_topic("facts")
    await _produce(kafka, b"two")
    assert await _consume(kafka) == [b"two"]


async def test_a_topic_is_not_made_by_writing_to_it(kafka: Kafka) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, request_timeout_ms=500) as producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("typo", b"fact")


def test_a_run_clears_what_a_killed_one_left_and_nothing_of_a_living_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNIONAID_TEST_DATA", str(tmp_path / "tests"))
    dead, living = tmp_path / "tests" / "dead", tmp_path / "tests" / "living"
    for run in (dead, living):
        (run / "postgres-1").mkdir(parents=True)
        write_record(run / "run.json", os.getpid())
    (dead / "run.json").write_text('{"pid": 1, "start_time": 1}')
    Workshop(data_home()).close()
    assert not dead.exists()
    assert (living / "postgres-1").exists()


async def _produce(kafka: Kafka, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all") as producer:
        await producer.send_and_wait("facts", value)


async def _consume(kafka: Kafka) -> list[bytes | None]:
    consumer = AIOKafkaConsumer("facts", bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    batch = await consumer.getmany(timeout_ms=10_000)
    await consumer.stop()
    return [record.value for records in batch.values() for record in records]
