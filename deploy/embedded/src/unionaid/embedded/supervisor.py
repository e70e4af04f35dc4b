"""Starts the stack, keeps it running, stops it in order.

Order: PostgreSQL with databases and migrations, beside it Kafka with topics; the issuer; the services; the front.
Stopped in reverse.
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from unionaid.embedded import databases, kafka, maven, ports
from unionaid.embedded.clock import SimulatedClock
from unionaid.embedded.errors import StackError, explained
from unionaid.embedded.keeping import Parts
from unionaid.embedded.only_one import only_one
from unionaid.embedded.postgres import EmbeddedPostgres
from unionaid.embedded.provision import ServiceDatabase, kept_secrets
from unionaid.embedded.service_process import ServiceProcess
from unionaid.embedded.state import SERVICES, RunningStack, Status

log = logging.getLogger(__name__)
A = TypeVar("A")
B = TypeVar("B")

DIVISION = "640302"  # Litong District, Wuzhong, Ningxia (GB/T 2260)
STOPPED_IN_TURN = (("front",), SERVICES, ("issuer",), ("kafka",), ("postgres",))


class _Stopped(Exception):
    """Asked to stop while starting."""


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
        self._parts = Parts(("postgres", "kafka", "issuer", *SERVICES, "front"), self.home, self._tell)
        self.status.parts = self._parts.statuses
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Start everything, keep it running until SIGINT, SIGTERM or SIGHUP, stop it.

        Raises StackError if the stack cannot start, after stopping what had started.
        """
        with only_one(self.home):
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._stopping.set)
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
        prepared, kafka_bootstrap = await _both(self._start_databases(), self._start_topics())
        self._go_on()
        port = {name: ports.keep(self.home / "run" / f"{name}.port", None, name) for name in SERVICES}
        urls = {name: f"http://127.0.0.1:{port[name]}" for name in SERVICES}
        issuer_url = self._start_issuer(urls["registry"])
        environments = self._environments(prepared, kafka_bootstrap, issuer_url, port)
        for name in SERVICES:
            module = f"unionaid.{name}.main"
            service = ServiceProcess(name, module, ["all"], self.home, environments[name])
            self._parts.start_process(name, service, urls[name])
        front_url = self._start_front({**urls, "issuer": issuer_url})
        await self._parts.until_ready(self._go_on)
        RunningStack(
            division=self.division,
            front=front_url,
            services=urls,
            issuer=issuer_url,
            kafka=kafka_bootstrap,
            databases={
                name: {"app": each.app_dsn, "owner": each.owner_dsn, "auditor": each.auditor_dsn}
                for name, each in prepared.items()
            },
            clock=self.status.clock,
            home=str(self.home),
        ).save(self.home)
        self.status.phase = "ready"
        self._tell()

    async def _start_databases(self) -> dict[str, ServiceDatabase]:
        superuser_dsn = await self._start_postgres()
        return await databases.prepare(superuser_dsn, self.home, self.clock, self._inherited(), self._migrating)

    def _migrating(self, name: str, begins: bool) -> None:
        self._parts.set(name, state="starting", reason="migrating" if begins else "")

    async def _start_topics(self) -> str:
        from unionaid.contracts.topics import topics as of_division  # noqa: PLC0415  reads a data file
        from unionaid.eventlog import topics  # noqa: PLC0415  its package is slow to import

        bootstrap = await self._start_kafka()
        await topics.create(bootstrap, of_division(self.division))
        return bootstrap

    async def _start_postgres(self) -> str:
        dsn = self.environment.get("UNIONAID_POSTGRES")
        if dsn:
            self._external("postgres", dsn.rpartition("@")[2], "UNIONAID_POSTGRES")
            return dsn
        server = EmbeddedPostgres(self.home / "postgres")
        await self._parts.start_server("postgres", server)
        self._parts.set("postgres", address=f"127.0.0.1:{server.port}")
        return server.superuser_dsn

    async def _start_kafka(self) -> str:
        bootstrap = self.environment.get("UNIONAID_KAFKA")
        if bootstrap:
            self._external("kafka", bootstrap, "UNIONAID_KAFKA")
            return bootstrap
        settings = maven.read_settings(self.environment, Path.home())
        program = await asyncio.to_thread(kafka.prepare, self.home / "kafka", settings)
        server = kafka.EmbeddedKafka(self.home / "kafka" / "broker", program)
        await self._parts.start_server("kafka", server)
        self._parts.set("kafka", address=server.bootstrap)
        return server.bootstrap

    def _external(self, name: str, address: str, variable: str) -> None:
        self._parts.set(name, state="ready", address=address, reason=f"not ours: {variable} names it")

    def _start_issuer(self, registry_url: str) -> str:
        port = ports.keep(self.home / "run" / "issuer.port", None, "the issuer")
        url = f"http://127.0.0.1:{port}"
        front = ports.keep(self.home / "run" / "front.port", None, "the front")
        args = [str(self.home / "issuer"), str(port), registry_url, str(front)]
        process = ServiceProcess("issuer", "unionaid.embedded.issuer", args, self.home, self.environment)
        self._parts.start_process("issuer", process, url)
        return url

    def _start_front(self, urls: Mapping[str, str]) -> str:
        port = ports.keep(self.home / "run" / "front.port", None, "the front")
        url = f"http://127.0.0.1:{port}"
        args = [str(port), json.dumps(urls)]
        process = ServiceProcess("front", "unionaid.embedded.front", args, self.home, self._inherited())
        self._parts.start_process("front", process, url)
        return url

    def _environments(
        self, prepared: Mapping[str, ServiceDatabase], bootstrap: str, issuer_url: str, port: Mapping[str, int]
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
            for name, database in prepared.items()
        }

    def _inherited(self) -> dict[str, str]:
        """The environment without what is meant for the stack itself."""
        own = {name: value for name, value in self.environment.items() if not name.startswith("UNIONAID_")}
        return {**own, "PYTHONUNBUFFERED": "1"}

    async def _stop(self) -> None:
        if self.status.phase != "failed":
            self.status.phase = "stopping"
        (self.home / "stack.json").unlink(missing_ok=True)
        await self._parts.let_go()
        for names in STOPPED_IN_TURN:
            await self._parts.stop(*names)
        if self.status.phase != "failed":
            self.status.phase = "stopped"
        self._tell()

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _fail(self, error: StackError) -> None:
        self.status.phase = "failed"
        self.status.message, self.status.way_on = error.message, error.way_on
        self._tell()

    def _tell(self) -> None:
        self.status.save(self.home)
        self.changed(self.status)


async def _both(one: Awaitable[A], other: Awaitable[B]) -> tuple[A, B]:
    """Wait for both, also when one fails: nothing is left starting behind a stop."""
    first, second = await asyncio.gather(one, other, return_exceptions=True)
    for result in (first, second):
        if isinstance(result, BaseException):
            raise result
    return first, second  # type: ignore[return-value]  # exceptions are raised above
