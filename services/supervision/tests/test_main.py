"""The service as a process: it starts, says it is ready, owns a log, confirms erasures, and ends when told to."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from unionaid.contracts import decode, read_envelope, topic_name, topics
from unionaid.contracts.registry import PersonErased
from unionaid.contracts.samples import ERASED, SAMPLES, Sample
from unionaid.contracts.supervision import ErasureConfirmed
from unionaid.testkit.log import published, until, write
from unionaid.testkit.stack import Kafka, Postgres

NAME: Final = "supervision"
DIVISION = f"{secrets.randbelow(10**6):06}"


async def start(command: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"unionaid.{NAME}.main", command, env={**os.environ, **environment}
    )


async def ready(client: httpx.AsyncClient) -> bool:
    try:
        answer = await client.get("/readyz")
    except httpx.TransportError:
        return False
    checks = answer.json()["checks"]
    return answer.status_code == 200 and {check["health"] for check in checks.values()} == {"ok"}


async def test_it_starts_is_ready_and_confirms_what_registry_erases(
    postgres: Postgres, kafka: Kafka, tmp_path: Path
) -> None:
    database = await postgres.create_service_database(NAME)
    for topic in topics(DIVISION):
        await kafka.create_topic(topic.name, config=topic.config)
    for name in ("kek", "hmac"):
        (tmp_path / name).write_bytes(secrets.token_bytes(32))
        (tmp_path / name).chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    running = {
        "UNIONAID_DATABASE_URL": database.app_dsn,
        "UNIONAID_KAFKA": kafka.bootstrap,
        "UNIONAID_DIVISION": DIVISION,
        "UNIONAID_HTTP_HOST": "127.0.0.1",
        "UNIONAID_HTTP_PORT": str(port),
        "UNIONAID_ISSUER": url,
        "UNIONAID_SECRETS_DIR": str(tmp_path),
    }
    for _ in ("new", "as it was"):
        migrating = await start("migrate", {"UNIONAID_OWNER_DATABASE_URL": database.owner_dsn})
        assert await migrating.wait() == 0
    service = await start("all", running)
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            await until(lambda: ready(client), 60)
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/log/position?stream=x-1&version=1")).status_code == 401
        conn = await asyncpg.connect(database.app_dsn)
        assert await conn.fetchval("SELECT count(*) FROM eventlog.events") == 0
        await conn.close()
        registry, own = topic_name(DIVISION, "registry"), topic_name(DIVISION, NAME)
        assert await published(kafka, own) == []
        told = SAMPLES[PersonErased].event
        erased = Sample(told, 0, 3).value().replace(b"/unionaid/640302/", f"/unionaid/{DIVISION}/".encode())
        await write(kafka, registry, [erased, erased])

        async def confirmed() -> bool:
            return len(await published(kafka, own)) > 0

        await until(confirmed, 60)
        (value,) = await published(kafka, own)
        envelope, event = decode(value)
        assert event == ErasureConfirmed(occurred_on=event.occurred_on, person_id=ERASED)
        assert (envelope.actor, envelope.causationid) == (f"service:{NAME}", read_envelope(erased).id)
    finally:
        service.send_signal(signal.SIGTERM)
        assert await service.wait() == 0
