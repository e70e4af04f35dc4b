"""A reporting service on real servers: its database, its topics, its routes, and an office's token."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from unionaid.contracts import topics
from unionaid.eventlog import INBOX_SERVER_SETTINGS, ProjectionSet, Roles, feed, inbox_of, live_build
from unionaid.reporting.main import build, migrate
from unionaid.reporting.projections import totals_of
from unionaid.service.main import Parts
from unionaid.service.roles import Role
from unionaid.service.settings import MigrationSettings, Settings
from unionaid.service.tokens import IssuerKeys, Verifier
from unionaid.testkit.log import write
from unionaid.testkit.stack import Kafka, Postgres, ServiceDatabase

ISSUER = "http://issuer.test"


@dataclass
class Reporting:
    """One division's reporting: a migrated database, and the name of its division."""

    division: str
    owner_dsn: str
    app_dsn: str
    roles: Roles
    pool: asyncpg.Pool[asyncpg.Record]
    owner: asyncpg.Connection[asyncpg.Record]

    @property
    def set(self) -> ProjectionSet:
        return totals_of(self.division)

    async def schema(self) -> str:
        """The schema of the live build."""
        async with self.pool.acquire() as conn:
            return f"totals_{await live_build(conn, self.set)}"

    async def tables(self, schema: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of a build, sorted."""
        schema = schema or await self.schema()
        return {
            table: sorted((tuple(row) for row in await self.owner.fetch(f'SELECT * FROM "{schema}".{table}')), key=repr)
            for table in self.set.tables
        }

    async def clear(self) -> None:
        """Forget everything that was read."""
        schema = await self.schema()
        names = ", ".join(f'"{schema}".{table}' for table in self.set.tables)
        await self.owner.execute(f"TRUNCATE {names}, eventlog.positions, eventlog.moments, eventlog.parked")

    async def read(self, kafka: Kafka, *, last: Mapping[str, int]) -> None:
        """Read the topics into the live build, without a group, up to these indexes."""
        async with self.pool.acquire() as conn:
            number = await live_build(conn, self.set)
        inbox = inbox_of(self.pool, self.set, number)
        async with asyncio.timeout(60):
            await feed(inbox, kafka.bootstrap, until=lambda: all(inbox.vector()[t] >= n for t, n in last.items()))


async def _up_to_date(database: ServiceDatabase) -> None:
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))


@asynccontextmanager
async def migrated(postgres: Postgres, division: str) -> AsyncIterator[Reporting]:
    """Make a database with empty tables, and drop it again."""
    database = await postgres.create_prepared("reporting", _up_to_date)
    pool = await asyncpg.create_pool(database.app_dsn, min_size=0, max_size=4, server_settings=INBOX_SERVER_SETTINGS)
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        yield Reporting(division, database.owner_dsn, database.app_dsn, database.roles, pool, owner)
    finally:
        await owner.close()
        pool.terminate()
        await postgres.drop(database)


@pytest.fixture
async def reporting(postgres: Postgres) -> AsyncIterator[Reporting]:
    async with migrated(postgres, f"{SystemRandom().randrange(10**6):06}") as made:
        yield made


@pytest.fixture
async def stopped(postgres: Postgres, reporting: Reporting) -> AsyncIterator[Reporting]:
    """A second set of tables of the same division, for a reader that stops earlier."""
    async with migrated(postgres, reporting.division) as made:
        yield made


@pytest.fixture
async def division_topics(kafka: Kafka, reporting: Reporting) -> list[str]:
    """The topics of the test's division, made as the product makes them."""
    made = topics(reporting.division)
    for topic in made:
        await kafka.create_topic(topic.name, config=topic.config)
    return [topic.name for topic in made]


class Office:
    """Signs tokens as the office's issuer does."""

    def __init__(self) -> None:
        self.key = OKPKey.generate_key("Ed25519", {"kid": "one"})

    def token(self, *roles: Role) -> dict[str, str]:
        claims = {
            "iss": ISSUER,
            "sub": f"person-{uuid4()}",
            "aud": "unionaid",
            "exp": int(time.time()) + 600,
            "roles": [role.value for role in roles],
        }
        signed = jwt.encode({"alg": "Ed25519", "kid": "one"}, claims, self.key, algorithms=["Ed25519"])
        return {"Authorization": f"Bearer {signed}"}

    async def keys(self) -> bytes:
        return json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()


@dataclass
class Served:
    """The service as its callers see it."""

    client: httpx.AsyncClient
    office: Office
    parts: Parts
    reporting: Reporting

    async def get(self, path: str, role: Role = Role.AUDITOR, **query: Any) -> httpx.Response:
        """`from_` stands for `from`."""
        given = {name.rstrip("_"): str(value) for name, value in query.items() if value is not None}
        return await self.client.get(path, params=given, headers=self.office.token(role))

    async def answer(self, path: str, **query: Any) -> Any:
        """The body of a 200."""
        response = await self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()


@asynccontextmanager
async def serving(reporting: Reporting, kafka: Kafka, secrets_dir: Path) -> AsyncIterator[Served]:
    """Run the routes and the subscription, as `all` does without its relay."""
    for name in ("kek", "hmac"):
        (secrets_dir / name).write_bytes(secrets.token_bytes(32))
        (secrets_dir / name).chmod(0o600)
    settings = Settings(
        database_url=reporting.app_dsn,
        kafka=kafka.bootstrap,
        division=reporting.division,
        http_host="127.0.0.1",
        http_port=0,
        issuer=ISSUER,
        secrets_dir=secrets_dir,
    )
    parts, office = build(settings), Office()
    parts.app.state.shell.verifier = Verifier(ISSUER, "reporting", IssuerKeys(office.keys))
    reading = asyncio.create_task(_awaited(parts))
    transport = httpx.ASGITransport(app=parts.app)
    try:
        async with (
            parts.app.router.lifespan_context(parts.app),
            httpx.AsyncClient(transport=transport, base_url="http://reporting.test") as client,
        ):
            yield Served(client, office, parts, reporting)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _awaited(parts: Parts) -> None:
    await parts.consumers["totals"]()


@pytest.fixture
async def served(
    reporting: Reporting, kafka: Kafka, division_topics: list[str], tmp_path: Path
) -> AsyncIterator[Served]:
    async with serving(reporting, kafka, tmp_path) as running:
        yield running


Publish = Callable[[Mapping[str, Sequence[bytes]]], Awaitable[dict[str, int]]]


@pytest.fixture
def publish(kafka: Kafka, division_topics: list[str]) -> Publish:
    """`last = await publish({topic: values})`: what was sent, as topic -> last index."""

    async def send(logs: Mapping[str, Sequence[bytes]]) -> dict[str, int]:
        for topic, values in logs.items():
            await write(kafka, topic, values)
        return {topic: int(json.loads(values[-1])["logindex"]) for topic, values in logs.items()}

    return send
