"""A small service to try the shell on: it keeps gifts in the stream of a fund, with a real event log."""

import io
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
import structlog
from fastapi import FastAPI, UploadFile
from joserfc import jwt
from joserfc.jwk import OKPKey
from pydantic import Field, StrictInt
from starlette.responses import Response

from unionaid.contracts.relief import FundOpened, FundsReceived
from unionaid.eventlog import Log, install
from unionaid.service import logs, routes
from unionaid.service.access import look_up, require
from unionaid.service.after import after
from unionaid.service.app import create_app
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import Command, answer, commands
from unionaid.service.keys import Keys
from unionaid.service.refusals import Fault, NotFound, Refusal
from unionaid.service.roles import Actor, Role
from unionaid.service.settings import Settings
from unionaid.service.tokens import IssuerKeys
from unionaid.testkit.stack import Postgres, ServiceDatabase

ISSUER = "http://issuer.test"
GIFT_MOST = 1_000


class TestClosed(Refusal):
    __module__, __test__ = "trial.relief", False
    code = "test-closed"


class TestOver(Refusal):
    __module__, __test__ = "trial.relief", False
    code = "test-over"


class OpenFund(routes.Body):
    fund_id: UUID
    name: Annotated[str, Field(min_length=1, max_length=40)]


class Receive(routes.Body):
    amount_fen: Annotated[StrictInt, Field(ge=1)]
    on: date = date(2017, 1, 5)
    lines: tuple[dict[str, int], ...] = ()


@dataclass
class Trial:
    """The trial app, and what its tests steer and see."""

    app: FastAPI
    client: httpx.AsyncClient
    pool: asyncpg.Pool
    log: Log
    issuer: "Issuer"
    keys: Keys
    reached: dict[str, int] = field(default_factory=dict)
    appended: int = 0
    gift_most: int = GIFT_MOST
    hold: Callable[[], Any] | None = None

    def headers(self, *roles: Role, key: str | None = None, **more: str) -> dict[str, str]:
        given = {"Authorization": f"Bearer {self.issuer.token(roles=roles or (Role.ACCOUNTANT,))}"}
        return {**given, **({"Idempotency-Key": key} if key else {}), **more}


class Issuer:
    """Signs tokens as the office's issuer does."""

    def __init__(self) -> None:
        self.key = OKPKey.generate_key("Ed25519", {"kid": "first"})
        self.person = f"person-{uuid4()}"
        self.published = [self.key]
        self.fetched = 0

    def token(self, roles: tuple[Role, ...] = (), key: OKPKey | None = None, **changed: object) -> str:
        claims = {
            "iss": ISSUER, "sub": self.person, "aud": "unionaid", "exp": int(time.time()) + 60,
            "roles": [role.value for role in roles], "unit": str(uuid4()), **changed,
        }  # fmt: skip
        used = key or self.key
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "Ed25519", "kid": used.kid}, claims, used, algorithms=["Ed25519"])

    async def fetch(self) -> bytes:
        self.fetched += 1
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.published]}).encode()


def trial_router(trial: Callable[[], Trial]) -> routes.Router:
    router = routes.Router(prefix="/funds")

    @router.post("", status_code=201)
    async def open_fund(body: OpenFund, command: Annotated[Command, commands(Role.ACCOUNTANT)]) -> Response:
        async def act(issued: Issued) -> Done:
            def decide(_: History) -> Decision:
                opened = FundOpened(
                    occurred_on=issued.business_date, fund_id=body.fund_id, source="donation", name=body.name
                )
                told = answer({"fund_id": body.fund_id}, location=f"/funds/{body.fund_id}", version=1)
                return Decision([opened], 201, told)

            return await carry_out(trial().log, issued, [f"fund-{body.fund_id}"], decide)

        return await command.run(act)

    @router.post("/{fund_id}/gifts")
    async def receive(
        fund_id: UUID, body: Receive, command: Annotated[Command, commands(Role.ACCOUNTANT, Role.CASHIER)]
    ) -> Response:
        stream = f"fund-{fund_id}"

        async def act(issued: Issued) -> Done:
            def decide(history: History) -> Decision:
                command.expect(len(history[stream]))
                if not history[stream]:
                    raise NotFound
                if body.lines:
                    refusal = TestOver(most=0)
                    refusal.faults = [Fault(f"lines.{n}.n", "test-odd", {"row": n + 1}) for n in range(len(body.lines))]
                    raise refusal
                if body.amount_fen > GIFT_MOST:
                    raise TestOver(field="amount_fen", most=GIFT_MOST)
                if any(isinstance(e, FundsReceived) and e.amount_fen == GIFT_MOST for e in history[stream]):
                    raise TestClosed
                gift = FundsReceived(occurred_on=body.on, fund_id=fund_id, amount_fen=body.amount_fen, voucher="R-1")
                version = len(history[stream]) + 1
                return Decision([gift], 200, answer({"gifts": version - 1}, version=version))

            if (hold := trial().hold) is not None:
                await hold()
            return await carry_out(trial().log, issued, [stream], decide)

        return await command.run(act)

    @router.post("/{fund_id}/scan")
    @router.post("/uploads/{fund_id}")
    async def scan(fund_id: UUID, file: UploadFile, command: Annotated[Command, commands(Role.ACCOUNTANT)]) -> Response:
        data = await file.read()

        async def act(issued: Issued) -> Done:
            def decide(history: History) -> Decision:
                gift = FundsReceived(occurred_on=issued.business_date, fund_id=fund_id, amount_fen=1, voucher="S-1")
                return Decision([gift], 200, answer({"bytes": len(data)}))

            return await carry_out(trial().log, issued, [f"fund-{fund_id}"], decide)

        return await command.run(act)

    @router.get("/{fund_id}")
    async def show(
        fund_id: UUID, reader: Annotated[Actor, require(Role.AUDITOR)], _: Annotated[None, after], note: str = ""
    ) -> dict[str, str]:
        return {"fund_id": str(fund_id), "reader": reader.id, "note": note}

    @router.post("/search")
    async def search(body: OpenFund, _: Annotated[Actor, look_up(Role.AUDITOR)]) -> dict[str, str]:
        raise RuntimeError(f"secret {body.name}")

    return router


def settings_for(database_url: str, **changed: object) -> Settings:
    given = {
        "database_url": database_url,
        "kafka": "localhost:1",
        "division": "640302",
        "http_host": "127.0.0.1",
        "http_port": 0,
        "issuer": ISSUER,
        "secrets_dir": Path("/nowhere"),
    }
    return Settings.model_validate({**given, **changed})


async def log_installed(database: ServiceDatabase) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    await install(owner, database.roles)
    await owner.close()


@asynccontextmanager
async def opened(postgres: Postgres) -> AsyncIterator[Trial]:
    """The trial app on a database of its own."""
    database = await postgres.create_prepared("relief", log_installed)
    issuer, keys = Issuer(), Keys(b"k" * 32, b"h" * 32)
    made: list[Trial] = []

    async def position(topic: str) -> int | None:
        return made[0].reached.get(topic)

    def appended() -> None:
        made[0].appended += 1

    app = create_app(
        "relief",
        settings_for(database.app_dsn),
        [trial_router(lambda: made[0])],
        title="Trial",
        keys=keys,
        issuer_keys=IssuerKeys(issuer.fetch),
        locales=[Path(__file__).parent / "locale"],
        statuses={"test-closed": 409},
        position=position,
        appended=appended,
        upload_prefixes=["/funds/uploads"],
        refusals=["trial.relief"],
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://relief.test") as client,
    ):
        made.append(Trial(app, client, app.state.shell.pool, Log(app.state.shell.pool), issuer, keys))
        yield made[0]
    await postgres.drop(database)


@pytest.fixture
async def trial(postgres: Postgres) -> AsyncIterator[Trial]:
    async with opened(postgres) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def trial_of_the_module(postgres: Postgres) -> AsyncIterator[Trial]:
    async with opened(postgres) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def refusing(trial_of_the_module: Trial) -> AsyncIterator[Trial]:
    """One app for all the tests of a module that run in its loop, and in which everything is refused."""
    yield trial_of_the_module
    async with trial_of_the_module.pool.acquire() as conn:
        stored = "SELECT (SELECT count(*) FROM eventlog.events) + (SELECT count(*) FROM eventlog.idempotency)"
        assert await conn.fetchval(stored) == 0, "what is refused leaves nothing"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the process writes to its logs, as in production."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    written = io.StringIO()
    logs.set_up("relief", written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = True
    structlog.reset_defaults()


@pytest.fixture
def make_settings() -> Callable[..., Settings]:
    return settings_for
