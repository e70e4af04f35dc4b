"""The app of a service: one FastAPI with everything each service answers alike."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import asyncpg
import structlog
from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from unionaid.contracts import Service, source, topic_name
from unionaid.eventlog import LogRefusal, Unsettled, log_index
from unionaid.service import openapi
from unionaid.service.access import ANY_ROLE, require
from unionaid.service.clock import Clock, clock_of
from unionaid.service.health import Check, Finding, Health, examine
from unionaid.service.idempotency import CommandKeys
from unionaid.service.keys import Keys
from unionaid.service.languages import Catalogue
from unionaid.service.limits import (
    HTTP_POOL_MAX,
    HTTP_POOL_MIN,
    IDLE_IN_TRANSACTION_MS,
    POOL_WAIT_S,
    RETRY_AFTER_S,
    STATEMENT_CACHE_SIZE,
    STATEMENT_TIMEOUT_MS,
)
from unionaid.service.metrics import ConditionMetrics, HttpMetrics
from unionaid.service.middleware import LimitBody, Observe
from unionaid.service.problems import Problem, of_http_exception, of_validation, shell_codes
from unionaid.service.provider import Provider
from unionaid.service.refusals import NotFound, Refusal, declared_codes
from unionaid.service.roles import Actor
from unionaid.service.routes import Router, refuse_unguarded
from unionaid.service.screens import SHELL_PAGES, Screens
from unionaid.service.signing_in import SIGNING_IN
from unionaid.service.telling import told
from unionaid.service.tokens import IssuerKeys, Verifier

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from unionaid.service.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Position = Callable[[str], Awaitable[int | None]]
"""Topic -> last index its views hold, None for a topic the service does not read."""


async def _reads_no_topic(_: str) -> int | None:
    return None


def _nothing() -> None:
    """Nobody waits for appends."""


@dataclass(kw_only=True)
class Shell:
    """What requests need of their service; at `request.app.state.shell`."""

    name: Service
    settings: Settings
    keys: Keys
    clock: Clock
    pool: Pool
    verifier: Verifier
    provider: Provider
    catalogue: Catalogue
    screens: Screens
    statuses: Mapping[str, int] = field(default_factory=dict)
    position: Position = _reads_no_topic
    appended: Callable[[], None] = _nothing
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    checks: dict[str, Check] = field(default_factory=dict)
    log: Any = field(default_factory=lambda: structlog.stdlib.get_logger("unionaid.service"))

    def __post_init__(self) -> None:
        self.command_keys = CommandKeys(self.keys.hmac)
        self.condition = ConditionMetrics(self.registry)
        self.source = source(self.settings.division, self.name)
        self.topic = topic_name(self.settings.division, self.name)

    def problem_of(self, refusal: Refusal | LogRefusal) -> Problem:
        """Return the problem a refusal is told as; see `Problem.of_log_refusal`."""
        if isinstance(refusal, Refusal):
            return Problem.of_refusal(refusal, self.statuses)
        return Problem.of_log_refusal(refusal)


async def _as_it_is(_: object) -> None:
    """Give a connection back without a round trip: asyncpg has rolled back what was open before it calls this."""


def http_pool(settings: Settings, service: str) -> Pool:
    """Return the pool of a service's requests, not yet connected; the app opens and closes it.

    Call it in the event loop. Requests leave no session state behind: no SET, LISTEN, cursor or session lock
    outside a transaction, for a connection is given back as it is.
    """
    return asyncpg.create_pool(
        settings.database_url,
        min_size=HTTP_POOL_MIN,
        max_size=HTTP_POOL_MAX,
        statement_cache_size=STATEMENT_CACHE_SIZE,
        timeout=POOL_WAIT_S,
        reset=_as_it_is,
        server_settings={
            "application_name": f"unionaid {service} http",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
        },
    )


def create_app(
    name: Service,
    settings: Settings,
    routers: Sequence[Router],
    *,
    title: str,
    pool: Pool | None = None,
    keys: Keys | None = None,
    clock: Clock | None = None,
    issuer_keys: IssuerKeys | None = None,
    provider: Provider | None = None,
    locales: Sequence[Traversable] = (),
    statuses: Mapping[str, int] | None = None,
    checks: Mapping[str, Check] | None = None,
    position: Position = _reads_no_topic,
    appended: Callable[[], None] = _nothing,
    upload_prefixes: Sequence[str] = (),
    refusals: Sequence[str] | None = None,
    pages: Sequence[str] = (),
) -> FastAPI:
    """Return the app of a service.

    `statuses` says which status a refusal's code has (422 where it is silent), `locales` are the directories
    of its texts, `checks` its readiness, `position` how far its views are in other services' topics,
    `appended` is called after each command (nudge the relay and the own views), `upload_prefixes` are the
    paths on which bodies up to `UPLOAD_BYTES_MAX` are taken, `refusals` the packages whose refusals the service
    may tell: its own where nothing is said, `pages` the packages with templates of its screens.

    Raises:
        RouteUnguarded: a route does not say who may use it.
        CatalogueRefused: a refusal has no text in one of the languages.
        SecretsRefused: a secret is missing.
    """
    catalogue = Catalogue.of(*locales)
    packages = [f"unionaid.{name}"] if refusals is None else refusals
    catalogue.refuse_missing({*shell_codes(), *declared_codes("unionaid.service", *packages)})
    keys = keys or Keys.read(settings.secrets_dir)
    provider = provider or Provider.of(settings, keys.client_secret)
    shell = Shell(
        name=name,
        settings=settings,
        keys=keys,
        provider=provider,
        clock=clock or clock_of(settings),
        pool=pool or http_pool(settings, name),
        verifier=Verifier(settings.issuer, name, issuer_keys or IssuerKeys(provider.keys)),
        catalogue=catalogue,
        screens=Screens(catalogue, *pages),
        statuses=statuses or {},
        position=position,
        appended=appended,
        checks=dict(checks or {}),
    )
    app = FastAPI(
        title=title,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        routes=[
            *_OWN_ROUTES,
            *SHELL_PAGES,
            *SIGNING_IN,
            *_log.routes,
            *(route for router in routers for route in router.routes),
        ],
        exception_handlers={
            HTTPException: _problem,
            RequestValidationError: _problem,
            Refusal: _problem,
            LogRefusal: _problem,
            **dict.fromkeys(_DATABASE_AWAY, _database_away),
        },
    )
    app.state.shell = shell
    metrics = HttpMetrics(shell.registry)
    app.add_middleware(LimitBody, upload_prefixes=upload_prefixes)
    app.add_middleware(Observe, metrics=metrics, catalogue=catalogue)
    refuse_unguarded(app.routes)
    openapi.describe(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    shell: Shell = app.state.shell
    await shell.pool
    try:
        yield
    finally:
        await shell.pool.close()


_DATABASE_AWAY: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    Unsettled,
    ConnectionError,
    TimeoutError,
)
"""Errors of the moment: the database is away, full, busy with others, or too slow."""


async def _problem(request: Request, error: Exception) -> Response:
    shell: Shell = request.app.state.shell
    match error:
        case Refusal() | LogRefusal():
            problem = shell.problem_of(error)
        case RequestValidationError():
            problem = of_validation(error.errors(), shell.catalogue)
        case HTTPException():
            problem = of_http_exception(error)
        case _:
            raise error
    return told(request, problem)


async def _database_away(request: Request, error: Exception) -> Response:
    shell: Shell = request.app.state.shell
    shell.log.warning("database unavailable", error=type(error).__name__)
    return told(request, Problem.moment("database-unavailable"))


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def _readyz(request: Request) -> Response:
    shell: Shell = request.app.state.shell
    findings = await examine(shell.checks)
    ready = all(finding.health is not Health.FAILED for finding in findings.values())
    return JSONResponse(
        {
            "service": shell.name,
            "ready": ready,
            "simulated": shell.clock.simulated,
            "checks": {name: _shown(finding) for name, finding in findings.items()},
        },
        status_code=200 if ready else 503,
    )


def _shown(finding: Finding) -> dict[str, str]:
    shown = {"health": finding.health.value}
    return {**shown, "reason": finding.reason} if finding.reason else shown


async def _metrics(request: Request) -> Response:
    shell: Shell = request.app.state.shell
    shell.condition.found(await examine(shell.checks))
    with contextlib.suppress(*_DATABASE_AWAY, asyncpg.PostgresError):  # the checks say that it is away
        await shell.condition.count(shell.pool)
    return Response(generate_latest(shell.registry), media_type=CONTENT_TYPE_LATEST)


_OWN_ROUTES = [
    Route("/healthz", _healthz, include_in_schema=False),
    Route("/readyz", _readyz, include_in_schema=False),
    Route("/metrics", _metrics, include_in_schema=False),
]
_log = Router(prefix="/log", tags=["log"])


@_log.get("/position", responses={202: {"description": "The event waits for its index; ask again."}})
async def log_position(
    request: Request,
    _: Annotated[Actor, require(*ANY_ROLE)],
    stream: Annotated[str, Query(min_length=1, max_length=200)],
    version: Annotated[int, Query(ge=1, le=2**31 - 1)],
) -> Response:
    """Turn stream and version into topic and index, for `?after=` at another service."""
    shell: Shell = request.app.state.shell
    async with shell.pool.acquire(timeout=POOL_WAIT_S) as conn:
        try:
            index = await log_index(conn, stream, version)
        except LookupError:
            raise NotFound from None
    if index is None:
        return JSONResponse({"topic": shell.topic, "index": None}, 202, {"Retry-After": str(RETRY_AFTER_S)})
    return JSONResponse({"topic": shell.topic, "index": index})
