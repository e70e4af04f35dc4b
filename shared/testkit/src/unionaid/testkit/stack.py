"""PostgreSQL and Kafka for tests: real servers, started at first use and shared by the whole run.

The fixtures (`postgres`, `kafka`, `new_postgres`, `new_kafka`) come with `unionaid.testkit.plugin`.
Servers are the embedded ones; with UNIONAID_STACK=docker containers, of UNIONAID_POSTGRES_IMAGE and
UNIONAID_KAFKA_IMAGE. UNIONAID_POSTGRES (a superuser's DSN) and UNIONAID_KAFKA (bootstrap servers) name servers to use
instead; tests that stop or kill a server are skipped then, by name.
"""

import asyncio
import fcntl
import os
import secrets
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from unionaid.embedded import kafka as embedded_kafka
from unionaid.embedded import maven
from unionaid.embedded.home import stack_home
from unionaid.embedded.kafka import EmbeddedKafka
from unionaid.embedded.postgres import EmbeddedPostgres
from unionaid.embedded.processes import recorded, write_record
from unionaid.embedded.provision import (
    ServiceDatabase,
    create_service_database,
    drop_service_database,
)
from unionaid.eventlog import Roles, topics

__all__ = ["Kafka", "Postgres", "ServiceDatabase", "Workshop"]

Prepare = Callable[[ServiceDatabase], Awaitable[object]]
"""Fills a new database, and leaves no connection to it."""


class Server(Protocol):
    """A server of this run, embedded or in a container."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def remove(self) -> None: ...


@runtime_checkable
class Copied(Protocol):
    """A server whose files are out of reach, and are copied out."""

    def copy_files(self, to: Path) -> None: ...


class PostgresServer(Server, Protocol):
    """Either PostgreSQL."""

    @property
    def superuser_dsn(self) -> str: ...


class KafkaServer(Server, Protocol):
    """Either Kafka."""

    @property
    def bootstrap(self) -> str: ...
    def wipe(self) -> None: ...


def in_containers() -> bool:
    """Whether servers are containers.

    Raises:
        ValueError: UNIONAID_STACK is neither `embedded` nor `docker`.
    """
    chosen = os.environ.get("UNIONAID_STACK") or "embedded"
    if chosen not in ("embedded", "docker"):
        raise ValueError(f"UNIONAID_STACK is {chosen}; it must be embedded or docker")
    return chosen == "docker"


@dataclass(frozen=True)
class _NamedTopic:
    name: str
    partitions: int
    config: Mapping[str, str]
    replication_factor: int = 1


class Postgres:
    """A PostgreSQL server for tests."""

    def __init__(self, dsn: str | None = None, server: PostgresServer | None = None) -> None:
        self._dsn = dsn
        self.server = server
        self._prepared: dict[Prepare, ServiceDatabase] = {}

    @property
    def superuser_dsn(self) -> str:
        return self._dsn or self._own().superuser_dsn

    @property
    def home(self) -> Path:
        """Directory that holds its files, for tests that read them."""
        if not isinstance(self.server, EmbeddedPostgres):
            pytest.skip("reads the files of an embedded PostgreSQL")
        return self.server.home

    async def create_service_database(self, name: str) -> ServiceDatabase:
        """A fresh database with roles of its own, named `<name>_<random>`; call it once per test."""
        return await create_service_database(self.superuser_dsn, f"{name}_{secrets.token_hex(4)}")

    async def create_prepared(self, name: str, prepare: Prepare) -> ServiceDatabase:
        """A fresh database, named as above, as `prepare` leaves one: that is done once in a run, and then copied.

        Its roles are its own, and members of those that own what is in it.
        """
        if prepare not in self._prepared:
            made = await self.create_service_database(name)
            await prepare(made)
            self._prepared[prepare] = made
        return await _copied(self.superuser_dsn, self._prepared[prepare], f"{name}_{secrets.token_hex(4)}")

    async def drop(self, database: ServiceDatabase) -> None:
        """Drop a database made here, open connections or not. Optional: all go with the server."""
        await drop_service_database(self.superuser_dsn, database.name)

    async def stop(self) -> None:
        """Stop in order; connections are closed by the server."""
        await asyncio.to_thread(self._own().stop)

    async def kill(self) -> None:
        """SIGKILL of the server and its backends."""
        await asyncio.to_thread(self._own().kill)

    async def start(self) -> None:
        """Start again on the same port, recovering what was acknowledged; nothing if it runs."""
        await asyncio.to_thread(self._own().start)

    def _own(self) -> PostgresServer:
        if self.server is None:
            pytest.skip("needs a PostgreSQL of its own, not the one UNIONAID_POSTGRES names")
        return self.server


async def _copied(superuser_dsn: str, like: ServiceDatabase, name: str) -> ServiceDatabase:
    roles = Roles.of(name)
    superuser = await asyncpg.connect(superuser_dsn)
    try:
        rows = await superuser.fetch(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY($1)", astuple(like.roles)
        )
        passwords = {row["rolname"]: row["rolpassword"] for row in rows}
        for role, former in zip(astuple(roles), astuple(like.roles), strict=True):
            login = f"LOGIN PASSWORD '{passwords[former]}'" if passwords[former] else "NOLOGIN"
            await superuser.execute(f'CREATE ROLE "{role}" {login} IN ROLE "{former}"')
        await superuser.execute(f'ALTER ROLE "{roles.auditor}" SET default_transaction_read_only = on')
        await superuser.execute(f'GRANT "{roles.vault}" TO "{roles.owner}"')
        await superuser.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like.name}" OWNER "{roles.owner}"')
        await superuser.execute(
            f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC; '
            f'GRANT CONNECT ON DATABASE "{name}" TO "{roles.app}", "{roles.auditor}"'
        )
    finally:
        await superuser.close()

    def dsn(of: str, role: str) -> str:
        login, _, host = urlsplit(of).netloc.rpartition("@")
        return urlunsplit(urlsplit(of)._replace(netloc=f"{role}:{login.partition(':')[2]}@{host}", path=f"/{name}"))

    return ServiceDatabase(
        name,
        roles,
        dsn(like.owner_dsn, roles.owner),
        dsn(like.app_dsn, roles.app),
        dsn(like.auditor_dsn, roles.auditor),
    )


class Kafka:
    """A Kafka broker for tests."""

    def __init__(self, bootstrap: str | None = None, server: KafkaServer | None = None) -> None:
        self._bootstrap = bootstrap
        self.server = server

    @property
    def bootstrap(self) -> str:
        """Bootstrap servers for clients; stays the same over stop, kill and wipe."""
        return self._bootstrap or self._own().bootstrap

    async def create_topic(self, name: str, *, partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
        """Create a topic kept forever, as the product's are (`config` adds or overrides); return its name."""
        kept = {"retention.ms": "-1", "cleanup.policy": "delete", **(config or {})}
        await topics.create(self.bootstrap, [_NamedTopic(name, partitions, kept)])
        return name

    async def delete_topic(self, name: str) -> None:
        """Delete a topic and wait until it is gone; it may be created anew at once."""
        await topics.delete(self.bootstrap, name)

    async def stop(self) -> None:
        """Stop in order."""
        await asyncio.to_thread(self._own().stop)

    async def kill(self) -> None:
        """SIGKILL of the broker."""
        await asyncio.to_thread(self._own().kill)

    async def start(self) -> None:
        """Start again on the same port; nothing if it runs. After `kill` about 2.5 s."""
        await asyncio.to_thread(self._own().start)

    async def wipe(self) -> None:
        """Lose everything: a new, empty cluster on the same port; all topics are gone."""
        await asyncio.to_thread(self._own().wipe)

    def _own(self) -> KafkaServer:
        if self.server is None:
            pytest.skip("needs a Kafka of its own, not the one UNIONAID_KAFKA names")
        return self.server


class Workshop:
    """Starts servers for one run of tests and removes them after it, and what a killed run left."""

    def __init__(self, runs: Path | None = None) -> None:
        """Have the servers' data below `runs`: on the disk beside the stack's where nothing is said."""
        runs = runs or stack_home() / "tests"
        runs.mkdir(parents=True, exist_ok=True)
        with (runs / "lock").open("w") as lock:  # a run that begins has no record yet, and is none that died
            fcntl.flock(lock, fcntl.LOCK_EX)
            _clear_dead(runs)
            self._home = runs / f"{os.getpid()}-{secrets.token_hex(3)}"
            self._home.mkdir()
            write_record(self._home / "run.json", os.getpid())
        self._servers: list[Server] = []
        if in_containers():
            from unionaid.testkit import containers  # noqa: PLC0415  only then Docker must be there

            containers.clear_dead()

    def postgres(self, settings: Mapping[str, str] | None = None) -> Postgres:
        """A started PostgreSQL."""
        server: PostgresServer
        if in_containers():
            from unionaid.testkit.containers import ContainerPostgres  # noqa: PLC0415

            server = ContainerPostgres(self._home, settings)
        else:
            server = EmbeddedPostgres(self._next("postgres"), settings=settings)
        self._servers.append(server)
        server.start()
        return Postgres(server=server)

    def kafka(self, settings: Mapping[str, str] | None = None) -> Kafka:
        """A started Kafka."""
        server: KafkaServer
        if in_containers():
            from unionaid.testkit.containers import ContainerKafka  # noqa: PLC0415

            server = ContainerKafka(self._home, settings)
        else:
            program = embedded_kafka.prepare(stack_home() / "kafka", maven.read_settings(os.environ, Path.home()))
            server = EmbeddedKafka(self._next("kafka"), program, settings=settings)
        self._servers.append(server)
        server.start()
        return Kafka(server=server)

    def copy_files(self, to: Path) -> None:
        """Copy what the containers keep and log below a directory, one each; nothing of embedded servers."""
        for number, server in enumerate(self._servers):
            if isinstance(server, Copied):
                server.copy_files(to / str(number))

    def remove(self, server: Server) -> None:
        """Stop one server and delete its data."""
        self._servers.remove(server)
        server.remove()

    def close(self) -> None:
        """Stop all servers and delete their data."""
        for server in list(self._servers):
            self.remove(server)
        shutil.rmtree(self._home, ignore_errors=True)

    def _next(self, kind: str) -> Path:
        return self._home / f"{kind}-{secrets.token_hex(3)}"


def _clear_dead(runs: Path) -> None:
    for home in runs.glob("*/"):
        if recorded(home / "run.json") is None:
            for place in home.glob("postgres-*"):
                EmbeddedPostgres(place).remove()
            for place in home.glob("kafka-*"):
                EmbeddedKafka(place, embedded_kafka.Program([])).remove()
            shutil.rmtree(home, ignore_errors=True)
