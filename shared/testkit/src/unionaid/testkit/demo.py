"""The whole stack with the sample history told to it: every service a process, every request real HTTP.

It has a home of its own beside the user's, where what set-up makes is kept; two runs of one checkout take turns.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from unionaid.embedded import kafka, maven
from unionaid.embedded.apart import run_apart
from unionaid.embedded.home import stack_home
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.postgres import EmbeddedPostgres
from unionaid.embedded.state import RunningStack
from unionaid.testkit.place import data_home
from unionaid.testkit.stack import Workshop, in_containers
from unionaid.testkit.traces import files_of

COMMAND_S_MAX = 600
"""Seconds that a command of the stack may take."""
_SEGMENT = re.compile(r"\d{20}")
"""Kafka's segments of records end in `.log` too."""


@dataclass
class Demo:
    """The stack in `home`; its commands are `./unionaid`'s, run by this interpreter."""

    home: Path
    servers: Mapping[str, str] = field(default_factory=dict)
    """The variables that name PostgreSQL and Kafka; without them the stack has its own."""
    workshop: Workshop | None = None
    """Where those servers come from."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """What the first telling wrote: id -> value, events, cites."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command and wait for its end."""
        meant = {name: value for name, value in os.environ.items() if not name.startswith("UNIONAID_")}
        return subprocess.run(  # noqa: S603  our own interpreter
            [sys.executable, "-m", "unionaid.embedded", *arguments],
            env={**meant, "UNIONAID_HOME": str(self.home), **self.servers},
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_S_MAX,
        )

    def done(self, *arguments: str) -> str:
        """Run a command that must end well; return what it says.

        Raises:
            AssertionError: it ended otherwise; the text is what it said.
        """
        ended = self.run(*arguments)
        if ended.returncode != 0:
            raise AssertionError(f"{' '.join(arguments)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def tell(self) -> Mapping[str, Any]:
        """Tell the sample history, and return the figures that the command wrote."""
        file = self.home / "figures.json"
        file.unlink(missing_ok=True)
        self.done("demo", "--figures", str(file))
        figures: Mapping[str, Any] = json.loads(file.read_text("utf-8"))["figures"]
        return figures

    def files(self) -> list[Path]:
        """Every file of the stack as it is now: databases, Kafka, logs, records; of containers a copy."""
        if self.workshop is not None:
            copies = self.home / "containers"
            shutil.rmtree(copies, ignore_errors=True)
            self.workshop.copy_files(copies)
        return files_of(self.home)

    def log_files(self) -> list[Path]:
        """Those of `files` that are logs of programs."""
        return [file for file in self.files() if file.suffix == ".log" and not _SEGMENT.fullmatch(file.stem)]

    @property
    def stack(self) -> RunningStack:
        """Where everything is."""
        return RunningStack.load(self.home)

    def token(self, *roles: str, unit: UUID | str | None = None) -> str:
        """Return a token of the stack's own issuer, for somebody new."""
        return Issuer(self.home / "issuer", self.stack.issuer).mint(f"person-{uuid4()}", roles, unit)

    def request(
        self,
        method: str,
        service: str,
        path: str,
        token: str | None,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **params: object,
    ) -> httpx.Response:
        """Send a request; a POST has a new Idempotency-Key. Strings and bytes are sent as they are.

        `headers` add to the usual ones, or replace them.
        """
        usual = {"Authorization": f"Bearer {token}"} if token is not None else {}
        if method == "POST":
            usual |= {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        content = body if isinstance(body, str | bytes | None) else json.dumps(body, ensure_ascii=False)
        given = {name.rstrip("_"): str(value) for name, value in params.items() if value is not None}
        url = self.stack.services[service] + path
        sent = {**usual, **(headers or {})}
        return httpx.request(method, url, headers=sent, content=content, params=given, timeout=30, trust_env=False)

    def ask(self, service: str, path: str, role: str, **params: Any) -> Any:
        """Read something that must be there. `from_` stands for `from`.

        Raises:
            httpx.HTTPStatusError: the service refused.
        """
        return self.request("GET", service, path, self.token(role), **params).raise_for_status().json()


@contextmanager
def demo_stack() -> Iterator[Demo]:
    """Start the stack, tell the history, and at the end stop it and delete its data."""
    with empty_stack("demo-test") as demo:
        demo.figures = demo.tell()
        yield demo


@contextmanager
def empty_stack(name: str, clock: str | None = None, *, synced: bool = False) -> Iterator[Demo]:
    """Start a stack in the home `name` beside the user's, and at the end stop it and delete its data.

    `clock` is a date (YYYY-MM-DD) at which a simulated clock starts. Its PostgreSQL does not wait for the disk, as no
    machine loses its power here; `synced`: it does, for who measures.
    """
    loaded = stack_home() / "kafka"
    if not in_containers():
        kafka.prepare(loaded, maven.read_settings(os.environ, Path.home()))
    home = stack_home() / name if synced else data_home() / "stacks" / name
    (home / "kafka").mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock, _servers() as (workshop, servers):
        fcntl.flock(lock, fcntl.LOCK_EX)
        demo = Demo(home, servers, workshop)
        jars = home / "kafka" / "jars"
        if not jars.exists():
            jars.symlink_to(loaded / "jars")
        demo.done("reset", "--yes")  # what a killed run left
        try:
            demo.done("up", "--detach", *(("--clock", clock) if clock else ()))
            if not synced and not servers:
                run_apart(_waits_for_no_disk(home / "postgres"))
            yield demo
        finally:
            demo.run("reset", "--yes")


async def _waits_for_no_disk(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.port = int((home / "port").read_text())
    superuser = await asyncpg.connect(server.superuser_dsn)
    try:
        await superuser.execute("ALTER SYSTEM SET fsync = off")
        await superuser.execute("SELECT pg_reload_conf()")
    finally:
        await superuser.close()


@contextmanager
def _servers() -> Iterator[tuple[Workshop | None, Mapping[str, str]]]:
    """Lend servers in containers, where tests run on those; else none."""
    if not in_containers():
        yield None, {}
        return
    workshop = Workshop()
    try:
        servers = {
            "UNIONAID_POSTGRES": workshop.postgres().superuser_dsn,
            "UNIONAID_KAFKA": workshop.kafka().bootstrap,
        }
        yield workshop, servers
    finally:
        workshop.close()
