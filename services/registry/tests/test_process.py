"""Registry as a process of its own: migrated, ready, commanded over HTTP, published, stopped."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from unionaid.contracts import decode, read_envelope
from unionaid.contracts.registry import PersonRegistered, WorkerRegistered
from unionaid.embedded.issuer import Issuer
from unionaid.registry.examples import resident_id
from unionaid.testkit.log import published, until

if TYPE_CHECKING:
    from unionaid.testkit.stack import Kafka, Postgres

DIVISION = "640381"
TOPIC = f"unionaid.{DIVISION}.registry"
PEOPLE = 4_116
NAME = "标记甲乙丙"
STOP_WAIT_S = 30


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def process(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", *arguments], env={**os.environ, **environment}) as started:
        try:
            yield started
        finally:
            started.kill()


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
async def environment(postgres: Postgres, kafka: Kafka, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    database = await postgres.create_service_database("registry")
    await kafka.create_topic(TOPIC)
    for name in ("kek", "hmac"):
        (tmp_path / name).write_bytes(secrets.token_bytes(32))
        (tmp_path / name).chmod(0o600)
    yield {
        "UNIONAID_DATABASE_URL": database.app_dsn,
        "UNIONAID_OWNER_DATABASE_URL": database.owner_dsn,
        "UNIONAID_KAFKA": kafka.bootstrap,
        "UNIONAID_DIVISION": DIVISION,
        "UNIONAID_HTTP_HOST": "127.0.0.1",
        "UNIONAID_HTTP_PORT": str(free_port()),
        "UNIONAID_ISSUER": f"http://127.0.0.1:{free_port()}",
        "UNIONAID_SECRETS_DIR": str(tmp_path),
    }
    await kafka.delete_topic(TOPIC)
    await postgres.drop(database)


async def test_from_migration_to_topic_to_stop(
    environment: dict[str, str], kafka: Kafka, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with process(environment, "unionaid.registry.main", "migrate") as migration:
        assert migration.wait(STOP_WAIT_S) == 0
    issuer = Issuer(tmp_path / "issuer", environment["UNIONAID_ISSUER"])
    base = f"http://127.0.0.1:{environment['UNIONAID_HTTP_PORT']}"
    token = issuer.mint(f"person-{uuid4()}", ["district_officer"])
    with (
        process(environment, "unionaid.embedded.issuer", str(tmp_path / "issuer"), issuer.url.rpartition(":")[2]),
        process(environment, "unionaid.registry.main", "all") as service,
    ):
        async with httpx.AsyncClient(base_url=base, timeout=60, headers={"Authorization": f"Bearer {token}"}) as client:
            await until(lambda: answers(client, f"{issuer.url}/readyz"))
            await until(lambda: answers(client, "/readyz"))
            union = {"level": "district", "name": "样区总工会", "occurred_on": "2017-01-03"}
            made = await client.post("/union-orgs", json=union, headers={"Idempotency-Key": "1"})
            assert made.status_code == 201, made.text
            roster = {
                "union_org_id": made.json()["org_id"],
                "occurred_on": "2017-01-03",
                "rows": [
                    {
                        "name": NAME,
                        "resident_id": resident_id(n % 1000, date(1970, 1, 1) + timedelta(days=n // 1000)),
                        "phone": f"139{n:08d}",
                        "migrant": False,
                    }
                    for n in range(PEOPLE)
                ],
            }
            began = time.perf_counter()
            entered = await client.post("/rosters", json=roster, headers={"Idempotency-Key": "2"})
            entered_s = time.perf_counter() - began
            assert entered.status_code == 201, entered.text
            person_ids = entered.json()["person_ids"]

            last = f"/log/position?stream=person-{person_ids[-1]}&version=2"
            await until(lambda: answers(client, last))
            assert (await client.get(last)).json() == {"topic": TOPIC, "index": 2 * PEOPLE}

            async def all_published() -> bool:
                return len(await published(kafka, TOPIC)) == 2 * PEOPLE + 1

            await until(all_published)
            published_s = time.perf_counter() - began
        service.terminate()
        assert service.wait(STOP_WAIT_S) == 0
    with capsys.disabled():
        print(f"\nroster of {PEOPLE:,}: entered in {entered_s:.2f} s, all in the topic after {published_s:.2f} s")
    values = await published(kafka, TOPIC)
    assert [read_envelope(value).index for value in values] == list(range(2 * PEOPLE + 1))
    facts = [decode(value)[1] for value in values[1:]]
    assert [str(f.person_id) for f in facts if isinstance(f, PersonRegistered)] == person_ids
    assert [str(f.person_id) for f in facts if isinstance(f, WorkerRegistered)] == person_ids
    topic = b"\n".join(values)
    assert not [row for row in roster["rows"] if row["resident_id"].encode() in topic or NAME.encode() in topic]
