"""Others can read what is published: kcat, the CloudEvents SDK, and a consumer in another language."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cloudevents.conversion import to_dict
from cloudevents.http import from_json

from unionaid.contracts import source
from unionaid.contracts.samples import SAMPLES
from unionaid.eventlog import Relay, append
from unionaid.service.deciding import Issued, encoded
from unionaid.testkit.log import Database, new_database, published, until
from unionaid.testkit.stack import Kafka, Postgres

GO = Path(__file__).parent / "go_consumer"


class Log:
    """A published log with one real event of every type relief has."""

    def __init__(self, kafka: Kafka, topic: str, values: list[bytes]) -> None:
        self.bootstrap, self.topic, self.values = kafka.bootstrap, topic, values


@pytest.fixture
async def log(postgres: Postgres, kafka: Kafka) -> AsyncIterator[Log]:
    topic = await kafka.create_topic(f"unionaid.test.{uuid4().hex[:8]}")
    async with new_database(postgres) as database:
        events = await _append_samples(database)
        relay = Relay(
            dsn=database.dsn,
            bootstrap=kafka.bootstrap,
            topic=topic,
            source=source("640302", "relief"),
            clock=lambda: datetime.now(UTC),
        )
        running = asyncio.create_task(relay.run())
        await until(lambda: relay.state.published == events - 1)
        yield Log(kafka, topic, await published(kafka, topic))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _append_samples(database: Database) -> int:
    issued = Issued(
        source=source("640302", "relief"),
        actor=f"person-{uuid4()}",
        command_id=os.urandom(32),
        body=os.urandom(32),
        time=datetime.now(UTC),
        business_date=datetime.now(UTC).date(),
    )
    chosen = [sample.event for kind, sample in SAMPLES.items() if kind.TYPE.startswith("unionaid.relief.")]
    async with database.pool.acquire() as conn:
        await append(conn, encoded(issued, chosen, {}))
    return len(chosen)


def test_the_cloudevents_sdk_reads_every_record(log: Log) -> None:
    for index, value in enumerate(log.values):
        event = from_json(value)
        attributes = to_dict(event)
        assert event["specversion"] == "1.0"
        assert event["logindex"] == str(index)
        assert event["source"] == "/unionaid/640302/relief"
        assert attributes["data"] == json.loads(value)["data"]


@pytest.mark.needs("kcat")
def test_kcat_reads_the_topic(log: Log) -> None:
    done = subprocess.run(
        ["kcat", "-C", "-e", "-q", "-b", log.bootstrap, "-t", log.topic, "-X", "isolation.level=read_committed",
         "-f", "%k\\t%s\\n"],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    lines = [line.split(b"\t", 1) for line in done.stdout.splitlines()]
    assert [value for _, value in lines] == log.values
    assert [key.decode() for key, _ in lines] == [json.loads(value)["subject"] for value in log.values]


@pytest.mark.needs("go")
def test_a_consumer_in_another_language_reads_the_topic(log: Log) -> None:
    done = subprocess.run(
        ["go", "run", ".", log.bootstrap, log.topic, str(len(log.values) - 1)],
        cwd=GO, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == Counter(json.loads(value)["type"] for value in log.values)
