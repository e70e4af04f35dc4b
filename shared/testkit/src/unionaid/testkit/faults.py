"""Faults as reusable parts: processes that are killed, frozen and woken, and clients that repeat what had no answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import httpx

from unionaid.embedded.ports import free_port
from unionaid.eventlog import ProjectionSet, ensure_build
from unionaid.testkit.log import Database, OwnTotals, counters, new_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from unionaid.testkit.stack import Kafka, Postgres


@dataclass
class Process:
    """A child that can be killed, frozen and started again. Only this child is ever signalled."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    """Without it this process's own."""
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    def python(cls, name: str, log: Path, *arguments: str) -> Process:
        """Return a child of this interpreter: `python <arguments>`."""
        return cls(name, [sys.executable, *arguments], log)

    def start(self) -> None:
        """Start it; nothing if it runs."""
        if self._child is None or self._child.poll() is not None:
            with self.log.open("ab") as out:
                environment = os.environ if self.environment is None else self.environment
                self._child = subprocess.Popen(self.command, stdout=out, stderr=out, env=dict(environment))  # noqa: S603

    @property
    def running(self) -> bool:
        """True while the child lives, frozen or not."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        """The child's, None while none lives."""
        return self._child.pid if self._child is not None and self.running else None

    def end(self, wait_s: float) -> int:
        """SIGTERM, and return the exit code.

        Raises:
            subprocess.TimeoutExpired: it lives after `wait_s` seconds.
        """
        self._signal(signal.SIGTERM)
        return self._child.wait(wait_s) if self._child is not None else 0

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        if self._child is not None:
            self._child.wait()

    def freeze(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)


@dataclass
class Client:
    """Sends commands and repeats each under its key until it is answered; keeps what was acknowledged in a file."""

    name: str
    url: str
    acknowledged: Path

    async def send(self, number: int, streams: int) -> None:
        """Add `number` amounts to some streams, one after the other."""
        async with httpx.AsyncClient(timeout=5) as http:
            with self.acknowledged.open("a") as file:
                for n in range(number):
                    key, stream = f"{self.name}-{n}", f"{self.name}-{n % streams}"
                    id = await self._until_answered(http, stream, key, n % 97 + 1)
                    file.write(f"{id} {stream} {n % 97 + 1}\n")
                    file.flush()

    async def _until_answered(self, http: httpx.AsyncClient, stream: str, key: str, amount: int) -> str:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                answer = await http.post(
                    f"{self.url}/streams/{stream}", content=str(amount), headers={"Idempotency-Key": key}
                )
                if answer.status_code in (200, 201):
                    return answer.text
                if answer.status_code != 503:  # noqa: PLR2004
                    raise AssertionError(f"{answer.status_code} {answer.text}")
            await asyncio.sleep(0.05)


@dataclass
class CounterService:
    """The service of counters over one database and one topic; `part` makes its processes."""

    database: Database
    kafka: Kafka
    topic: str
    chosen: ProjectionSet
    logs: Path
    processes: list[Process] = field(default_factory=list)

    def part(self, name: str) -> Process:
        """Make, not start, a process: `relay-1`, `consume-2`, `serve-1` and so on."""
        where = ("--dsn", self.database.dsn, "--kafka", self.kafka.bootstrap, "--topic", self.topic)
        kind = name.partition("-")[0]
        port = ("--port", str(free_port())) if kind == "serve" else ()
        log = self.logs / f"{name}.log"
        process = Process.python(name, log, "-m", "unionaid.testkit.counter", kind, *where, *port)
        self.processes.append(process)
        return process

    async def own_totals(self) -> dict[str, tuple[int, int]]:
        """What the own views hold: number and sum by stream."""
        rows = await self.database.pool.fetch("select * from views.totals")
        return {r["stream"]: (r["n"], r["amount"]) for r in rows}

    async def position(self) -> int:
        """The last index the projections have applied."""
        return int(
            await self.database.pool.fetchval(
                "select coalesce(max(last_index), -1) from eventlog.positions where topic = $1", self.topic
            )
        )


@asynccontextmanager
async def counter_services(postgres: Postgres, kafka: Kafka, logs: Path) -> AsyncIterator[CounterService]:
    """Make the database, the topic and the tables of a counter service; kill its processes at the end."""
    topic = await kafka.create_topic(f"unionaid.test.{uuid4().hex[:8]}")
    async with new_database(postgres) as database:
        chosen = counters(topic)
        owner = await asyncpg.connect(database.owner_dsn)
        await ensure_build(owner, chosen, database.roles)
        await owner.close()
        await OwnTotals.create(database.owner_dsn, database.roles)
        service = CounterService(database, kafka, topic, chosen, logs)
        try:
            yield service
        finally:
            for process in service.processes:
                process.kill()
