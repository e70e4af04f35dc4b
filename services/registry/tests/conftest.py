"""Registry over HTTP on a real PostgreSQL, with an issuer of its own; no Kafka: nothing here needs the topic."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OKPKey

from unionaid.registry.examples import uscc_code
from unionaid.registry.main import build, migrate
from unionaid.service.keys import Keys
from unionaid.service.roles import Role
from unionaid.service.settings import MigrationSettings, Settings
from unionaid.service.tokens import IssuerKeys
from unionaid.testkit.stack import Postgres, ServiceDatabase

ISSUER = "http://issuer.test"
TODAY = datetime(2017, 1, 5, 4, tzinfo=UTC)
ON = "2017-01-03"


class Issuer:
    """Signs tokens as the office's issuer does."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"kid": "first"})
        self.person = f"person-{uuid4()}"

    def token(self, roles: Sequence[Role], unit: UUID | str | None = None, **changed: object) -> str:
        claims = {
            "iss": ISSUER,
            "sub": self.person,
            "aud": "unionaid",
            "exp": int(time.time()) + 600,
            "roles": [role.value for role in roles],
            **({"unit": str(unit)} if unit else {}),
            **changed,
        }
        return jwt.encode({"alg": "Ed25519", "kid": "first"}, claims, self._key, algorithms=["Ed25519"])

    async def fetch(self) -> bytes:
        return json.dumps({"keys": [self._key.as_dict(private=False)]}).encode()


@dataclass
class Office:
    """A running registry, and somebody who sends requests to it."""

    client: httpx.AsyncClient
    pool: asyncpg.Pool
    issuer: Issuer
    database: ServiceDatabase
    keys: "count[int]" = field(default_factory=count)

    async def post(
        self,
        path: str,
        body: object,
        *roles: Role,
        unit: UUID | str | None = None,
        key: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Give a command as a district officer, or as who else is named; each under a new key."""
        token = self.issuer.token(roles or (Role.DISTRICT_OFFICER,), unit)
        given = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": key or f"key-{next(self.keys)}",
            "Content-Type": "application/json",
            "Accept-Language": "en",
        }
        content = body if isinstance(body, bytes) else json.dumps(body)
        return await self.client.post(path, content=content, headers={**given, **headers})

    async def get(self, path: str, *roles: Role, unit: UUID | str | None = None) -> httpx.Response:
        """Read as a district officer, or as who else is named."""
        token = self.issuer.token(roles or (Role.DISTRICT_OFFICER,), unit)
        return await self.client.get(path, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})

    async def made(self, path: str, body: Mapping[str, object], name: str) -> str:
        """Give a command that goes well; return the id it made."""
        answered = await self.post(path, body)
        assert answered.status_code == 201, answered.text
        return str(answered.json()[name])

    async def events(self) -> int:
        """How many events the log holds."""
        return int(await self.pool.fetchval("SELECT count(*) FROM eventlog.events"))


@dataclass
class Units:
    """A tree with two branches, and an enterprise."""

    district: str
    street: str
    factory_union: str
    other_street: str
    enterprise: str


async def migrated(database: ServiceDatabase) -> None:
    """Bring a new database up to date."""
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))


@asynccontextmanager
async def opened(
    postgres: Postgres, database: ServiceDatabase | None = None, keys: Keys | None = None, now: datetime = TODAY
) -> AsyncIterator[Office]:
    """A running registry, on a new database with new keys unless they are given; its clock begins at `now`."""
    if database is None:
        database = await postgres.create_prepared("registry", migrated)
    issuer = Issuer()
    settings = Settings(
        database_url=database.app_dsn,
        kafka="localhost:1",
        division="640302",
        http_host="127.0.0.1",
        http_port=0,
        issuer=ISSUER,
        secrets_dir=Path("/nowhere"),
        clock_start=now,
        clock_origin=datetime.now(UTC),
    )
    keys = keys or Keys(secrets.token_bytes(32), secrets.token_bytes(32))
    parts = build(settings, keys=keys, issuer_keys=IssuerKeys(issuer.fetch))
    transport = httpx.ASGITransport(app=parts.app, raise_app_exceptions=False)
    async with (
        parts.app.router.lifespan_context(parts.app),
        httpx.AsyncClient(transport=transport, base_url="http://registry.test", timeout=60) as client,
    ):
        views = asyncio.ensure_future(parts.beside["own views"]())
        try:
            yield Office(client, parts.app.state.shell.pool, issuer, database)
        finally:
            views.cancel()
            await asyncio.wait([views])


@pytest.fixture
async def office(postgres: Postgres) -> AsyncIterator[Office]:
    async with opened(postgres) as office:
        yield office
    await postgres.drop(office.database)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office_of_the_module(postgres: Postgres) -> AsyncIterator[Office]:
    async with opened(postgres) as office:
        yield office
    await postgres.drop(office.database)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(office_of_the_module: Office) -> Units:
    """The units of the module's office."""
    return await established(office_of_the_module)


@pytest_asyncio.fixture(loop_scope="module")
async def refusing(office_of_the_module: Office) -> AsyncIterator[Office]:
    """One office for the tests of a module that run in its loop and are refused everything."""
    before = await office_of_the_module.events()
    yield office_of_the_module
    assert await office_of_the_module.events() == before, "what is refused changes nothing"


@pytest.fixture
async def units(office: Office) -> Units:
    return await established(office)


async def established(office: Office) -> Units:
    """Enter the units."""

    async def union(level: str, name: str, parent_id: str | None) -> str:
        body = {"level": level, "name": name, "occurred_on": ON, "parent_id": parent_id}
        return await office.made("/union-orgs", body, "org_id")

    district = await union("district", "样区总工会", None)
    street = await union("sub_district", "样街道总工会", district)
    factory_union = await union("grassroots", "样厂工会委员会", street)
    other_street = await union("sub_district", "别街道总工会", district)
    enterprise = await office.made(
        "/enterprises",
        {
            "uscc": uscc_code(),
            "name": "样厂有限公司",
            "ownership": "non_public",
            "union_org_id": factory_union,
            "occurred_on": ON,
        },
        "enterprise_id",
    )
    return Units(district, street, factory_union, other_street, enterprise)
