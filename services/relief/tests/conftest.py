"""Relief as it runs, on a real PostgreSQL; registry's tables filled as its topic would fill them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from unionaid.contracts import Event as Fact
from unionaid.contracts.registry import UnionOrgEstablished, WorkerRegistered
from unionaid.contracts.relief import lines_hash
from unionaid.eventlog import Event, ProjectionSet, Relay
from unionaid.relief.examples import APPROVER as APPROVES
from unionaid.relief.examples import CASHIER, ENTERER, VERIFIER
from unionaid.relief.main import assemble, migrate
from unionaid.relief.views.people import Orgs, registry_people
from unionaid.service.clock import BUSINESS_ZONE
from unionaid.service.keys import Keys
from unionaid.service.main import Parts
from unionaid.service.settings import MigrationSettings, Settings
from unionaid.service.tokens import IssuerKeys
from unionaid.testkit.stack import Postgres, ServiceDatabase

ISSUER = "http://issuer.test"
DIVISION = "640302"
TOPIC = f"unionaid.{DIVISION}.registry"
DISTRICT, SUB_DISTRICT, GRASSROOTS, OTHER = (uuid5(UUID(int=0), name) for name in ("d", "s", "g", "o"))
ACCOUNTANT, OFFICER = f"person-{uuid4()}", f"person-{uuid4()}"


class FixedClock:
    """It is 1 March 2017."""

    simulated = True

    def now(self) -> datetime:
        return datetime(2017, 3, 1, 2, tzinfo=UTC)

    def business_date(self) -> date:
        return self.now().astimezone(BUSINESS_ZONE).date()


class Registry(httpx.AsyncBaseTransport):
    """Registry as relief's pages ask it: whose a number is, and who persons are. It keeps what it was asked."""

    def __init__(self) -> None:
        self.numbers: dict[str, UUID] = {}
        self.names: dict[UUID, str] = {}
        self.accounts: dict[UUID, str] = {}
        self.changed: dict[UUID, str] = {}
        """On which day another account was recorded."""
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.away = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        body = json.loads(await request.aread())
        self.asked.append((request.url.path, body, request.headers["authorization"]))
        if request.url.path == "/matches":
            found = [self.numbers.get(value) for value in body["values"]]
            matches = [{"person_id": one and str(one), "code": None if one else "nobody-found"} for one in found]
            return httpx.Response(200, json={"matches": matches})
        if request.url.path == "/account-standings":
            return httpx.Response(200, json={"accounts": [self.standing(UUID(one)) for one in body["person_ids"]]})
        none: dict[UUID, str] = {}
        told = {"name": self.names, "bank_account": self.accounts, "bank_code": none, "account_holder": none}
        persons = [
            {
                "person_id": one,
                "identity": {name: told[name].get(UUID(one)) for name in body["fields"]}
                if UUID(one) in self.names
                else None,
            }
            for one in body["person_ids"]
        ]
        return httpx.Response(200, json={"opening_id": str(uuid4()), "persons": persons})

    def standing(self, person: UUID) -> dict[str, Any]:
        """How the account of somebody stands: every change is a statement more."""
        account = self.accounts.get(person)
        same = [str(other) for other, known in self.accounts.items() if known == account and other != person]
        changed = self.changed.get(person)
        statement = 1 if changed is None else 1 + date.fromisoformat(changed).toordinal()
        return {"person_id": str(person), "statement": statement, "changed_on": changed, "shared_with": same}


@dataclass
class Service:
    """The service and its callers; `parts` is None where it runs as a process of its own."""

    parts: Parts | None
    client: httpx.AsyncClient
    pool: asyncpg.Pool
    database: ServiceDatabase
    people: ProjectionSet
    issuer_key: OKPKey
    issuer: str = ISSUER
    keys: Any = field(default_factory=lambda: count(1))
    registry: Registry = field(default_factory=Registry)

    def token(self, who: str, *roles: str, unit: UUID | None = None, **changed: object) -> str:
        claims = {
            "iss": self.issuer,
            "sub": who,
            "aud": "unionaid",
            "exp": int(time.time()) + 600,
            "roles": list(roles),
            **({"unit": str(unit)} if unit else {}),
            **changed,
        }
        return jwt.encode({"alg": "Ed25519", "kid": "first"}, claims, self.issuer_key, algorithms=["Ed25519"])

    async def post(
        self,
        path: str,
        body: object,
        who: str,
        *roles: str,
        unit: UUID | None = None,
        key: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        given = {
            "Authorization": f"Bearer {self.token(who, *roles, unit=unit)}",
            "Idempotency-Key": key or f"key {next(self.keys)}",
            "Content-Type": "application/json",
            "Accept-Language": "en",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        content = body if isinstance(body, str | bytes) else json.dumps(body, default=str)
        return await self.client.post(path, content=content, headers=given)

    async def get(self, path: str, who: str, *roles: str, unit: UUID | None = None) -> httpx.Response:
        token = self.token(who, *roles, unit=unit)
        return await self.client.get(path, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})

    async def events(self) -> int:
        return int(await self.pool.fetchval("SELECT count(*) FROM eventlog.events"))

    async def register(self, persons: Sequence[UUID], union: UUID = GRASSROOTS) -> None:
        """Put workers where the subscription would put them."""
        await self.hear(
            WorkerRegistered(occurred_on=date(2014, 3, 10), person_id=p, union_org_id=union, migrant=False)
            for p in persons
        )

    async def hear(self, told: Iterable[Fact]) -> None:
        """Apply what registry told, as the subscription would."""
        values = [(one.TYPE, one.subject, one.model_dump_json().encode()) for one in told]
        async with self.pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL search_path = registry_people_1")
            for projection in self.people.projections:
                decoders = projection.decoders
                events = [
                    Event(TOPIC, 0, "", "", kind, subject, decoders[kind](data))
                    for kind, subject, data in values
                    if kind in decoders
                ]
                if events:
                    await projection.apply(conn, events)

    async def funded(self, fen: int = 200_000_000, budget_fen: int | None = None) -> Winter:
        """A fund with money, a programme, a budget."""
        fund = await self.post("/funds", FUND, ACCOUNTANT, "accountant")
        fund_id = fund.json()["fund_id"]
        receipt = {"occurred_on": "2016-11-20", "amount_fen": fen, "voucher": "样财预〔2016〕112号"}
        assert (await self.post(f"/funds/{fund_id}/receipts", receipt, ACCOUNTANT, "accountant")).status_code == 201
        programme = await self.post("/programmes", PROGRAMME, OFFICER, "district_officer")
        programme_id = programme.json()["programme_id"]
        allotment = {"occurred_on": "2016-12-02", "programme_id": programme_id, "amount_fen": budget_fen or fen}
        budget = await self.post(f"/funds/{fund_id}/budgets", allotment, ACCOUNTANT, "accountant")
        assert budget.status_code == 201, budget.text
        return Winter(self, fund_id, programme_id, budget.json()["budget_id"])


FUND = {"occurred_on": "2016-11-01", "source": "appropriation", "name": "2017年送温暖专项资金"}
PROGRAMME = {
    "occurred_on": "2016-12-01",
    "kind": "WINTER_WARMTH",
    "year": 2017,
    "name": "2017年元旦春节送温暖",
    "window_from": "2016-12-15",
    "window_to": "2017-02-11",
    "purpose": "festival-visit",
}


@dataclass
class Winter:
    """One programme with its money, and the officers who work on its lists."""

    service: Service
    fund_id: str
    programme_id: str
    budget_id: str

    def list_body(self, lines: Sequence[tuple[UUID, int]], union: UUID = GRASSROOTS) -> dict[str, Any]:
        return {
            "occurred_on": "2016-12-20",
            "programme_id": self.programme_id,
            "budget_id": self.budget_id,
            "union_org_id": str(union),
            "declared": {
                "lines": len(lines),
                "amount_fen": sum(fen for _, fen in lines),
                "lines_hash": lines_hash((n, p, fen) for n, (p, fen) in enumerate(lines, start=1)),
            },
            "lines": [{"person_id": str(p), "amount_fen": fen} for p, fen in lines],
        }

    async def submit(self, body: dict[str, Any] | str | bytes, **more: Any) -> httpx.Response:
        return await self.service.post("/lists", body, ENTERER, "grassroots_officer", **{"unit": GRASSROOTS, **more})

    async def submitted(self, lines: Sequence[tuple[UUID, int]]) -> str:
        answer = await self.submit(self.list_body(lines))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["list_id"])

    async def verify(self, list_id: str, who: str = VERIFIER, **more: Any) -> httpx.Response:
        given = {"unit": SUB_DISTRICT, **more}
        body = {"occurred_on": "2016-12-22"}
        return await self.service.post(f"/lists/{list_id}/verification", body, who, "sub_district_officer", **given)

    async def approve(self, list_id: str, who: str = APPROVES, **more: Any) -> httpx.Response:
        body = {"occurred_on": "2016-12-26"}
        return await self.service.post(f"/lists/{list_id}/approval", body, who, "approver", **more)

    async def reject(self, list_id: str, who: str = APPROVES, **more: Any) -> httpx.Response:
        body = {"occurred_on": "2016-12-27", "reason_code": "not-eligible"}
        return await self.service.post(f"/lists/{list_id}/rejection", body, who, "approver", **more)

    def payment(self, lines: int) -> dict[str, Any]:
        return {
            "occurred_on": "2017-01-05",
            "visitors": [str(UUID(int=1)), str(UUID(int=2))],
            "signed_list_sha256": "ab" * 32,
            "signed_list_bytes": 482_113,
            "lines": [{"line": n, "signed_by": "payee"} for n in range(1, lines + 1)],
        }

    async def pay(self, list_id: str, lines: int, who: str = CASHIER, **more: Any) -> httpx.Response:
        return await self.service.post(f"/lists/{list_id}/cash-payment", self.payment(lines), who, "cashier", **more)

    async def approved(self, lines: Sequence[tuple[UUID, int]]) -> str:
        """A list of persons who are registered here, approved."""
        await self.service.register([p for p, _ in lines])
        list_id = await self.submitted(lines)
        for step in (self.verify, self.approve):
            assert (await step(list_id)).status_code == 200
        return list_id

    def batch_body(self, lines: Sequence[tuple[int, UUID, int]], on: str = "2017-01-06") -> dict[str, Any]:
        """What agrees with lines (number, person, fen) that wait."""
        declared = {
            "lines": len(lines),
            "amount_fen": sum(fen for _, _, fen in lines),
            "lines_hash": lines_hash(lines),
        }
        return {"occurred_on": on, "declared": declared}

    async def issue(self, list_id: str, body: dict[str, Any], who: str = CASHIER, **more: Any) -> httpx.Response:
        return await self.service.post(f"/lists/{list_id}/payment-batches", body, who, "cashier", **more)

    async def release(self, batch_id: str, who: str = ACCOUNTANT, **more: Any) -> httpx.Response:
        body = {"occurred_on": "2017-01-09"}
        return await self.service.post(f"/payment-batches/{batch_id}/release", body, who, "accountant", **more)

    async def withdraw(self, batch_id: str, who: str = CASHIER, **more: Any) -> httpx.Response:
        body = {"occurred_on": "2017-01-09", "reason_code": "account-in-doubt"}
        return await self.service.post(f"/payment-batches/{batch_id}/withdrawal", body, who, "cashier", **more)

    async def bank_answers(
        self, batch_id: str, answers: Mapping[int, str | None], who: str = ACCOUNTANT, **more: Any
    ) -> httpx.Response:
        """Book answers of the bank: by line, the reason why it did not pay, None for paid."""
        lines = [
            {"line": n, "outcome": "failed", "reason_code": reason} if reason else {"line": n, "outcome": "paid"}
            for n, reason in answers.items()
        ]
        body = {"occurred_on": "2017-01-12", "lines": lines}
        return await self.service.post(f"/payment-batches/{batch_id}/bank-return", body, who, "accountant", **more)

    async def cancel(self, list_id: str, lines: Sequence[int], who: str = APPROVES, **more: Any) -> httpx.Response:
        body = {"occurred_on": "2017-01-16", "reason_code": "moved-away", "lines": list(lines)}
        return await self.service.post(f"/lists/{list_id}/cancellation", body, who, "approver", **more)

    async def budget(self) -> dict[str, int]:
        found: dict[str, int] = (await self.service.get(f"/budgets/{self.budget_id}", ACCOUNTANT, "accountant")).json()
        return {name: value for name, value in found.items() if name.endswith("_fen")}


def _event(data: Any, topic: str = TOPIC) -> Event:
    return Event(topic, 0, "", "", data.TYPE, data.subject, data)


def settings_for(database: ServiceDatabase, kafka: str = "127.0.0.1:1") -> Settings:
    return Settings.model_validate(
        {
            "database_url": database.app_dsn,
            "kafka": kafka,
            "division": DIVISION,
            "http_host": "127.0.0.1",
            "http_port": 0,
            "issuer": ISSUER,
            "secrets_dir": Path("/nowhere"),
            "urls": {"registry": "http://registry.test"},
        }
    )


async def migrated(database: ServiceDatabase) -> None:
    """Bring a new database up to date."""
    await migrate(MigrationSettings.model_validate({"owner_database_url": database.owner_dsn}))


@pytest.fixture
async def service(postgres: Postgres) -> AsyncIterator[Service]:
    database = await postgres.create_prepared("relief", migrated)
    settings, key = settings_for(database), OKPKey.generate_key("Ed25519", {"kid": "first"})

    async def fetch() -> bytes:
        return json.dumps({"keys": [key.as_dict(private=False)]}).encode()

    relay = Relay(
        dsn=database.app_dsn, bootstrap=settings.kafka, topic="unused", source="unused", clock=FixedClock().now
    )
    people, registry = registry_people(DIVISION), Registry()
    parts = assemble(
        settings,
        relay,
        people,
        keys=Keys(b"k" * 32, b"h" * 32),
        clock=FixedClock(),
        issuer_keys=IssuerKeys(fetch),
        neighbours=registry,
    )
    transport = httpx.ASGITransport(app=parts.app, raise_app_exceptions=False)
    async with (
        parts.app.router.lifespan_context(parts.app),
        httpx.AsyncClient(transport=transport, base_url="http://relief.test", timeout=60) as client,
    ):
        made = Service(parts, client, parts.app.state.shell.pool, database, people, key, registry=registry)
        async with made.pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL search_path = registry_people_1")
            await Orgs().apply(conn, [_event(org) for org in ORGS])
        own_views = asyncio.ensure_future(parts.beside["own views"]())
        yield made
        own_views.cancel()
        await asyncio.gather(own_views, return_exceptions=True)
    await postgres.drop(database)


def _org(org_id: UUID, level: Any, parent_id: UUID | None) -> UnionOrgEstablished:
    return UnionOrgEstablished(
        occurred_on=date(2013, 1, 1), org_id=org_id, level=level, parent_id=parent_id, name="样例工会"
    )


ORGS = (
    _org(DISTRICT, "district", None),
    _org(SUB_DISTRICT, "sub_district", DISTRICT),
    _org(GRASSROOTS, "grassroots", SUB_DISTRICT),
    _org(OTHER, "grassroots", DISTRICT),
)


@pytest.fixture
def make_service() -> Any:
    """Make the callers of a service that runs elsewhere."""
    return partial(Service, None)


@pytest.fixture
async def winter(service: Service) -> Winter:
    return await service.funded()
