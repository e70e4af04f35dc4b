"""The service as a process: it starts, says it is ready, owns a log, answers registry, and ends when told to."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from unionaid.contracts import decode, read_envelope, topic_name, topics
from unionaid.contracts.mutualaid import ErasureConfirmed, UnmergeCleared
from unionaid.contracts.registry import PersonErased, UnmergeRequested
from unionaid.contracts.samples import ERASED, SAMPLES, Sample
from unionaid.testkit.log import published, until, write
from unionaid.testkit.stack import Kafka, Postgres

NAME: Final = "mutualaid"
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


async def test_it_starts_is_ready_confirms_what_registry_erases_and_clears_what_it_undoes(
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
        asked = SAMPLES[UnmergeRequested].event
        assert isinstance(asked, UnmergeRequested)
        erased, undoing = (
            Sample(fact, index, 3).value().replace(b"/unionaid/640302/", f"/unionaid/{DIVISION}/".encode())
            for index, fact in enumerate((told, asked))
        )
        await write(kafka, registry, [erased, erased, undoing, undoing])

        async def answered() -> bool:
            return len(await published(kafka, own)) > 1

        await until(answered, 60)
        answers = [decode(value) for value in await published(kafka, own)]
        facts: dict[type[Any], tuple[Any, Any]] = {type(event): (envelope, event) for envelope, event in answers}
        about = {"request_id": asked.request_id, "pair_id": asked.pair_id, "held_person_ids": asked.held_person_ids}
        expected: list[tuple[bytes, type[Any], dict[str, Any]]] = [
            (erased, ErasureConfirmed, {"person_id": ERASED}), (undoing, UnmergeCleared, about),
        ]  # fmt: skip
        for cause, kind, fields in expected:
            envelope, event = facts[kind]
            assert event == kind(occurred_on=event.occurred_on, **fields)
            assert (envelope.actor, envelope.causationid) == (f"service:{NAME}", read_envelope(cause).id)
        assert len(await published(kafka, own)) == len(facts)
    finally:
        service.send_signal(signal.SIGTERM)
        assert await service.wait() == 0
