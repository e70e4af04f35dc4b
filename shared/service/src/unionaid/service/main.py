"""One process of a service: migrate, serve, relay, consume, or all of it; and what an operator does to it by hand.

SERVICE = Service("relief", migrate=migrate, build=build)
if __name__ == "__main__":
    run(SERVICE)
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
import uvloop

from unionaid.contracts.event import Service as ServiceName
from unionaid.eventlog import MigrationRefused
from unionaid.eventlog.migrations import ServerTooOld, refuse_old
from unionaid.service import health, logs, operating, preparing, sweeping
from unionaid.service.commands import COMMANDS, parser, refuse_wrong_settings
from unionaid.service.health import OK, Finding, Health
from unionaid.service.idempotency import forget_old_answers
from unionaid.service.keys import SecretsRefused
from unionaid.service.limits import DRAIN_S, GC_OBJECTS, PART_RESTART_S_MAX, PART_RESTART_S_MIN, PART_STEADY_S
from unionaid.service.reservations import Imply, compare, nothing_reserved
from unionaid.service.settings import (
    MigrationSettings,
    ProvisionSettings,
    Settings,
    TopicSettings,
    exit_with,
    settings_or_exit,
)
from unionaid.service.waiting import EXIT_GAVE_UP, GaveUp, NotYet, until

if TYPE_CHECKING:
    from fastapi import FastAPI

    from unionaid.service.app import Shell

log = structlog.stdlib.get_logger(__name__)
Work = Callable[[], Awaitable[None]]
"""Runs until it is cancelled."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a service consists of. `beside` runs wherever its HTTP part runs: the own views."""

    app: FastAPI
    beside: Mapping[str, Work] = field(default_factory=dict)
    relay: Work | None = None
    consumers: Mapping[str, Work] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """A service as a process sees it. `build` is called in the event loop and connects to nothing itself."""

    name: ServiceName
    migrate: Callable[[MigrationSettings], Coroutine[Any, Any, None]]
    build: Callable[[Settings], Parts]
    imply: Imply = nothing_reserved
    """What the service's events imply to be reserved."""
    views: operating.Views = field(default_factory=operating.Views)
    """What the service derives from events, its own and others'."""
    identity: Sequence[str] = ()
    """The tables that hold identity, which a sweep writes anew."""
    neighbours: Sequence[ServiceName] = ()
    """The other services that are called for somebody who waits."""


class Part:
    """One part of the process: started again when it ends or crashes; says so in `/readyz`."""

    def __init__(self, name: str, work: Work) -> None:
        self._name, self._work = name, work
        self._finding = OK

    async def check(self) -> Finding:
        """Say how the part is."""
        return self._finding

    async def keep_running(self) -> None:
        """Run until cancelled; between two starts wait twice as long as before, unless it ran steadily."""
        loop = asyncio.get_running_loop()
        pause = PART_RESTART_S_MIN
        while True:
            began = loop.time()
            try:
                await self._work()
                reason = "ended"
            except Exception as error:
                reason = type(error).__name__
                log.exception("part crashed", part=self._name)
            if loop.time() - began > PART_STEADY_S:
                pause = PART_RESTART_S_MIN
            self._finding = Finding(Health.DEGRADED, f"{reason}; starts again in {pause:g} s")
            await asyncio.sleep(pause)
            self._finding = OK
            pause = min(pause * 2, PART_RESTART_S_MAX)


def run(service: Service, arguments: Sequence[str] | None = None) -> None:
    """Run one command of a service, until SIGTERM or SIGINT.

    Exits with 2 when settings, secrets, server or schema are missing or wrong, naming all of them; with 3 when a
    database or broker was not up in time.
    """
    given = parser(service.name).parse_args(arguments)
    logs.set_up(service.name)
    refuse_wrong_settings(COMMANDS[given.command], os.environ, service.neighbours)
    _settle()
    match given.command:
        case "reservations":
            owner = settings_or_exit(MigrationSettings, os.environ)
            raise SystemExit(asyncio.run(compare(owner, service.imply, rebuild=given.rebuild)))
        case "rebuild":
            operating.rebuild_sets(service.views, replace_disagreeing=given.replace_disagreeing)
        case "parked":
            operating.parked(service.views, retry=given.retry)
        case "sweep":
            sweeping.run_sweep(service.name, service.identity)
        case "provision" | "migrate" | "topic" | "prepare" as command:
            _run(_prepare(service, command))
        case command:
            _run(_build_and_run(service, command, settings_or_exit(Settings, os.environ)))


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work)
    except (MigrationRefused, ServerTooOld) as refused:
        exit_with(f"refused: {refused}")
    except GaveUp as vain:
        exit_with(str(vain), EXIT_GAVE_UP)


async def _prepare(service: Service, command: str) -> None:
    if command in ("provision", "prepare"):
        await preparing.provision(settings_or_exit(ProvisionSettings, os.environ))
    if command in ("migrate", "prepare"):
        owner = settings_or_exit(MigrationSettings, os.environ)
        await until("database", owner.wait_s, lambda: service.migrate(owner))
    if command in ("topic", "prepare"):
        await preparing.create_topic(service.name, settings_or_exit(TopicSettings, os.environ))


async def _build_and_run(service: Service, command: str, settings: Settings) -> None:
    try:
        parts = service.build(settings)  # inside the loop, for pools belong to the loop they are made in
    except SecretsRefused as error:
        exit_with(str(error))
    shell = parts.app.state.shell
    if "schema" not in shell.checks:  # a service without tables needs no database
        _settle()
        await run_parts(parts, command, settings)
        return
    await until("database", settings.wait_s, lambda: _usable(shell))
    if command in ("relay", "consume"):  # who serves has work to do without Kafka as well
        await until("Kafka", settings.wait_s, lambda: health.reach(settings.kafka))
    _settle()
    try:
        await run_parts(parts, command, settings)
    finally:
        await shell.pool.close()


async def _usable(shell: Shell) -> None:
    """Look whether the database is one that this program can work with."""
    await shell.pool
    async with shell.pool.acquire() as conn:
        refuse_old(conn)
    schema = await shell.checks["schema"]()
    if schema.lasting:
        raise MigrationRefused(schema.reason)
    if schema.health is not Health.OK:
        raise NotYet(schema.reason)


def _settle() -> None:
    """Let what is loaded stay: the collector of cycles need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_OBJECTS)


async def run_parts(parts: Parts, command: str, settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run what a command asks for until a signal, or `stop`, comes; then drain.

    First no more requests are taken and those under way are answered; then consumers stop, and last the
    relay, so that what was accepted is published where possible.
    """
    stop = stop or asyncio.Event()
    with _signals(stop):
        async with contextlib.AsyncExitStack() as running:  # ends in the reverse order
            if parts.relay and command in ("relay", "all"):
                await running.enter_async_context(_kept(parts.app, {"relay": parts.relay}))
            if command in ("consume", "all"):
                await running.enter_async_context(_kept(parts.app, parts.consumers))
            if command in ("serve", "all"):
                await running.enter_async_context(_kept(parts.app, {**parts.beside, "old answers": _forget(parts.app)}))
                await _serve(parts.app, settings, stop)
            else:
                await stop.wait()


def _forget(app: FastAPI) -> Work:
    pool = app.state.shell.pool
    return lambda: forget_old_answers(pool)


@contextlib.asynccontextmanager
async def _kept(app: FastAPI, works: Mapping[str, Work]) -> AsyncIterator[None]:
    parts = {name: Part(name, work) for name, work in works.items()}
    app.state.shell.checks.update({f"part {name}": part.check for name, part in parts.items()})
    tasks = [asyncio.create_task(part.keep_running(), name=name) for name, part in parts.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are ours


async def _serve(app: FastAPI, settings: Settings, stop: asyncio.Event) -> None:
    listening = _listen(settings)
    host, port = listening.getsockname()[:2]
    server = _Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=DRAIN_S,
        )
    )

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    log.info("serving", host=host, port=port)
    try:
        await server.serve([listening])
    finally:
        ending.cancel()
        listening.close()
    if not stop.is_set():
        raise SystemExit(1)  # it never came up; why stands in the log


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
        return socket.create_server((settings.http_host, settings.http_port), family=family, backlog=2048)
    except OSError as error:
        exit_with(f"UNIONAID_HTTP_HOST, UNIONAID_HTTP_PORT: cannot listen there: {error.strerror}")
