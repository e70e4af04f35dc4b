"""Starts the stack, keeps it running, stops it in order.

Order: PostgreSQL with databases and migrations, beside it Kafka with topics; the issuer; the services; the front.
Stopped in reverse.
"""

import asyncio
import fcntl
import json
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TextIO, TypeVar

import asyncpg
import httpx

from unionaid.embedded import kafka, maven, migrated, ports
from unionaid.embedded.clock import SimulatedClock, refuse_going_back
from unionaid.embedded.errors import StackError, explained, looks_full, tail
from unionaid.embedded.postgres import EmbeddedPostgres
from unionaid.embedded.processes import write_record
from unionaid.embedded.provision import (
    ServiceDatabase,
    create_service_database,
    kept_passwords,
    kept_secrets,
)
from unionaid.embedded.readiness import readiness
from unionaid.embedded.service_process import ServiceProcess
from unionaid.embedded.state import SERVICES, PartStatus, RunningStack, Status, running

log = logging.getLogger(__name__)
A = TypeVar("A")
B = TypeVar("B")

DIVISION = "640302"  # Litong District, Wuzhong, Ningxia (GB/T 2260)
READY_WAIT_S = 120
START_TRIES_MAX = 3
BACKOFF_MAX_S = 30.0
_STABLE_S = 60.0
_POLL_S = 0.1


class Server(Protocol):
    """What the supervisor keeps running."""

    @property
    def pid(self) -> int | None: ...
    @property
    def exit_code(self) -> int | None: ...
    @property
    def is_alive(self) -> bool: ...
    @property
    def log(self) -> Path: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class _Stopped(Exception):
    """Asked to stop while starting."""


@dataclass
class _Part:
    status: PartStatus
    server: Server | None = None  # None: a server of somebody else, named by the environment
    url: str = ""  # where to ask for readiness; empty: ready once started
    keeper: "asyncio.Task[None] | None" = None


@dataclass
class Supervisor:
    """The stack whose data lie in `home`. `changed(status)` is called at each change."""

    home: Path
    clock: SimulatedClock | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    changed: Callable[[Status], None] = lambda _status: None

    def __post_init__(self) -> None:
        self.division = self.environment.get("UNIONAID_DIVISION") or DIVISION
        self.status = Status(clock=self.clock.environment() if self.clock else {})
        self._parts: dict[str, _Part] = {}
        for name in ("postgres", "kafka", "issuer", *SERVICES, "front"):
            part = _Part(PartStatus(name))
            self._parts[name] = part
            self.status.parts.append(part.status)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Start everything, keep it running until SIGINT, SIGTERM or SIGHUP, stop it.

        Raises StackError if the stack cannot start, after stopping what had started.
        """
        with only_one(self.home):
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._stopping.set)
            async with httpx.AsyncClient(timeout=2, trust_env=False) as self._client:
                try:
                    await self._start()
                    await self._stopping.wait()
                except _Stopped:
                    pass
                except Exception as error:
                    failure = explained(error, self.home)
                    log.debug("the stack could not start", exc_info=True)
                    self._fail(failure)
                    raise failure from error
                finally:
                    await self._stop()

    async def _start(self) -> None:
        self._tell()
        databases, kafka_bootstrap = await _both(self._start_databases(), self._start_topics())
        self._go_on()
        port = {name: ports.keep(self.home / "run" / f"{name}.port", None, name) for name in SERVICES}
        urls = {name: f"http://127.0.0.1:{port[name]}" for name in SERVICES}
        issuer_url = self._start_issuer(urls["registry"])
        environments = self._environments(databases, kafka_bootstrap, issuer_url, port)
        for name in SERVICES:
            module = f"unionaid.{name}.main"
            service = ServiceProcess(name, module, ["all"], self.home, environments[name])
            self._start_process(name, service, urls[name])
        front_url = self._start_front({**urls, "issuer": issuer_url})
        await self._until_ready()
        RunningStack(
            division=self.division,
            front=front_url,
            services=urls,
            issuer=issuer_url,
            kafka=kafka_bootstrap,
            databases={
                name: {"app": each.app_dsn, "owner": each.owner_dsn, "auditor": each.auditor_dsn}
                for name, each in databases.items()
            },
            clock=self.status.clock,
            home=str(self.home),
        ).save(self.home)
        self.status.phase = "ready"
        self._tell()

    async def _start_databases(self) -> dict[str, ServiceDatabase]:
        superuser_dsn = await self._start_postgres()
        databases = {}
        for name in SERVICES:
            passwords = kept_passwords(self.home / "secrets" / "postgres", name)
            databases[name] = await create_service_database(superuser_dsn, name, passwords)
        ends = await _ends_of_logs(databases)
        refuse_going_back(self.clock, {name: end for name, end in ends.items() if end is not None})
        await self._migrate(databases, all_installed=ends.keys() == databases.keys())
        return databases

    async def _start_topics(self) -> str:
        from unionaid.contracts.topics import topics as of_division  # noqa: PLC0415  reads a data file
        from unionaid.eventlog import topics  # noqa: PLC0415  its package is slow to import

        bootstrap = await self._start_kafka()
        await topics.create(bootstrap, of_division(self.division))
        return bootstrap

    async def _start_postgres(self) -> str:
        dsn = self.environment.get("UNIONAID_POSTGRES")
        if dsn:
            self._external("postgres", dsn.rpartition("@")[2])
            return dsn
        server = EmbeddedPostgres(self.home / "postgres")
        await self._start_server("postgres", server)
        self._set("postgres", address=f"127.0.0.1:{server.port}")
        return server.superuser_dsn

    async def _start_kafka(self) -> str:
        bootstrap = self.environment.get("UNIONAID_KAFKA")
        if bootstrap:
            self._external("kafka", bootstrap)
            return bootstrap
        settings = maven.read_settings(self.environment, Path.home())
        program = await asyncio.to_thread(kafka.prepare, self.home / "kafka", settings)
        server = kafka.EmbeddedKafka(self.home / "kafka" / "broker", program)
        await self._start_server("kafka", server)
        self._set("kafka", address=server.bootstrap)
        return server.bootstrap

    def _external(self, name: str, address: str) -> None:
        self._set(name, state="ready", address=address, reason="not ours: named by the environment")

    async def _start_server(self, name: str, server: Server) -> None:
        """Start a server that is ready once it is started."""
        part = self._parts[name]
        part.server = server
        self._set(name, state="starting")
        await asyncio.to_thread(server.start)
        self._set(name, state="ready", pid=server.pid)
        part.keeper = asyncio.create_task(self._keep_running(part))

    def _start_process(self, name: str, process: ServiceProcess, url: str) -> None:
        """Start a process whose readiness is asked over HTTP."""
        part = self._parts[name]
        part.server = process
        part.url = url
        process.start()
        self._set(name, state="starting", pid=process.pid, address=url)
        part.keeper = asyncio.create_task(self._keep_running(part))

    def _start_issuer(self, registry_url: str) -> str:
        port = ports.keep(self.home / "run" / "issuer.port", None, "the issuer")
        url = f"http://127.0.0.1:{port}"
        front = ports.keep(self.home / "run" / "front.port", None, "the front")
        args = [str(self.home / "issuer"), str(port), registry_url, str(front)]
        process = ServiceProcess("issuer", "unionaid.embedded.issuer", args, self.home, self.environment)
        self._start_process("issuer", process, url)
        return url

    def _start_front(self, urls: Mapping[str, str]) -> str:
        port = ports.keep(self.home / "run" / "front.port", None, "the front")
        url = f"http://127.0.0.1:{port}"
        args = [str(port), json.dumps(urls)]
        process = ServiceProcess("front", "unionaid.embedded.front", args, self.home, self._inherited())
        self._start_process("front", process, url)
        return url

    def _environments(
        self, databases: Mapping[str, ServiceDatabase], bootstrap: str, issuer_url: str, port: Mapping[str, int]
    ) -> dict[str, dict[str, str]]:
        """The environment of each service."""
        common = {
            **self._inherited(),
            "UNIONAID_KAFKA": bootstrap,
            "UNIONAID_DIVISION": self.division,
            "UNIONAID_ISSUER": issuer_url,
            "UNIONAID_HTTP_HOST": "127.0.0.1",
            **{f"UNIONAID_URLS_{name.upper()}": f"http://127.0.0.1:{port[name]}" for name in SERVICES},
            **self.status.clock,
        }
        return {
            name: {
                **common,
                "UNIONAID_DATABASE_URL": database.app_dsn,
                "UNIONAID_HTTP_PORT": str(port[name]),
                "UNIONAID_SECRETS_DIR": str(kept_secrets(self.home / "secrets" / name)),
            }
            for name, database in databases.items()
        }

    def _inherited(self) -> dict[str, str]:
        """The environment without what is meant for the stack itself."""
        own = {name: value for name, value in self.environment.items() if not name.startswith("UNIONAID_")}
        return {**own, "PYTHONUNBUFFERED": "1"}

    async def _migrate(self, databases: Mapping[str, ServiceDatabase], *, all_installed: bool) -> None:
        """Migrate, unless this very program did so; databases made anew by hand have no log, whatever the note says."""
        note, program = migrated.Note(self.home), await asyncio.to_thread(migrated.program)
        if note.says(program) and all_installed:
            return
        note.clear()

        async def one(name: str) -> None:
            self._set(name, state="starting", reason="migrating")
            # The owner's password is for this only: no service that runs gets to know it.
            environment = {**self._inherited(), "UNIONAID_OWNER_DATABASE_URL": databases[name].owner_dsn}
            module = f"unionaid.{name}.main"
            process = ServiceProcess(f"{name}-migrate", module, ["migrate"], self.home, environment)
            await asyncio.to_thread(process.run)
            self._set(name, reason="")

        await asyncio.gather(*(one(name) for name in SERVICES))
        note.write(program)

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + READY_WAIT_S
        while waiting := [part for part in self._parts.values() if part.status.state != "ready"]:
            self._go_on()
            for part in waiting:
                if part.status.restarts >= START_TRIES_MAX and isinstance(part.server, ServiceProcess):
                    raise part.server.failure()
            if time.monotonic() > deadline:
                status = waiting[0].status
                raise StackError(
                    f"{status.name} was not ready after {READY_WAIT_S} s: {status.reason}",
                    f"Its log: ./unionaid logs {status.name}",
                )
            await asyncio.sleep(_POLL_S)

    async def _keep_running(self, part: _Part) -> None:
        """Ask for readiness, and start the server again whenever it dies, after 1 s, 2 s, … up to 30 s."""
        server, name = part.server, part.status.name
        if server is None:
            return
        backoff_s, started_at = 1.0, time.monotonic()
        while True:
            await asyncio.sleep(_POLL_S)
            if server.is_alive:
                if part.url and part.status.state == "starting":
                    ready, reason = await readiness(self._client, part.url, name)
                    self._set(name, state="ready" if ready else "starting", reason=reason)
                continue
            if time.monotonic() - started_at > _STABLE_S:
                backoff_s = 1.0
            part.status.restarts += 1
            self._set(name, state="restarting", pid=None, reason=why_it_died(server))
            await asyncio.sleep(backoff_s)
            backoff_s, started_at = min(backoff_s * 2, BACKOFF_MAX_S), time.monotonic()
            try:
                await _to_the_end(server.start)
            except (StackError, OSError) as error:
                self._set(name, reason=explained(error, self.home).message)
                continue
            self._set(name, state="starting" if part.url else "ready", pid=server.pid, reason="")

    async def _stop(self) -> None:
        if self.status.phase != "failed":
            self.status.phase = "stopping"
        (self.home / "stack.json").unlink(missing_ok=True)
        for part in self._parts.values():
            if part.keeper is not None:
                part.keeper.cancel()
        await asyncio.gather(
            *(part.keeper for part in self._parts.values() if part.keeper is not None), return_exceptions=True
        )
        for names in (("front",), SERVICES, ("issuer",), ("kafka",), ("postgres",)):
            await asyncio.gather(*(self._stop_part(self._parts[name]) for name in names))
        if self.status.phase != "failed":
            self.status.phase = "stopped"
        self._tell()

    async def _stop_part(self, part: _Part) -> None:
        if part.server is not None:
            await asyncio.to_thread(part.server.stop)
            self._set(part.status.name, state="stopped", pid=None, reason="")

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _fail(self, error: StackError) -> None:
        self.status.phase = "failed"
        self.status.message, self.status.way_on = error.message, error.way_on
        self._tell()

    def _set(self, name: str, **changes: object) -> None:
        status = self._parts[name].status
        if any(getattr(status, key) != value for key, value in changes.items()):
            for key, value in changes.items():
                setattr(status, key, value)
            self._tell()

    def _tell(self) -> None:
        self.status.save(self.home)
        self.changed(self.status)


def why_it_died(server: Server) -> str:
    """One line on a server that ended unasked."""
    if looks_full(server.log, server.log.parent):
        return "the disk is full"
    code = server.exit_code
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    last = tail(server.log).splitlines()
    return f"ended with code {code}: {last[-1][:200] if last else 'without a word'}"


class only_one:  # noqa: N801  reads as a phrase: with only_one(home)
    """Held by the one supervisor of a stack; the system lets go of it even if that is killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: TextIO | None = None

    def __enter__(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._file = (self._home / "supervisor.lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"The stack in {self._home} runs already (process {running(self._home)}).",
                "See it: ./unionaid status    Stop it: ./unionaid down",
            ) from None
        write_record(self._home / "supervisor.json", os.getpid())

    def __exit__(self, *_: object) -> None:
        (self._home / "supervisor.json").unlink(missing_ok=True)
        if self._file is not None:
            self._file.close()


async def _both(one: Awaitable[A], other: Awaitable[B]) -> tuple[A, B]:
    """Wait for both, also when one fails: nothing is left starting behind a stop."""
    first, second = await asyncio.gather(one, other, return_exceptions=True)
    for result in (first, second):
        if isinstance(result, BaseException):
            raise result
    return first, second  # type: ignore[return-value]  # exceptions are raised above


async def _ends_of_logs(databases: Mapping[str, ServiceDatabase]) -> dict[str, datetime | None]:
    """Service -> log time of its last event, None for an empty log; without those that have no log yet."""
    ends = {}
    for name, database in databases.items():
        connection = await asyncpg.connect(database.owner_dsn)
        try:
            if await connection.fetchval("SELECT to_regclass('eventlog.log') IS NOT NULL"):
                ends[name] = await connection.fetchval("SELECT max(logtime) FROM eventlog.log")
        finally:
            await connection.close()
    return ends


async def _to_the_end(function: Callable[[], None]) -> None:
    """Run `function` in a thread; if cancelled meanwhile, wait for its end all the same.

    A server that is being started must not be stopped before it has.
    """
    running = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
