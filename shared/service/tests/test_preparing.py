"""What is made once before a service runs, and what a service does that was started before it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import signal
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import pytest

from unionaid.contracts import topic_name
from unionaid.eventlog import topics
from unionaid.eventlog.provision import drop
from unionaid.service.settings import EXIT_CODE
from unionaid.service.waiting import EXIT_GAVE_UP, GaveUp, NotYet, until
from unionaid.testkit.log import published
from unionaid.testkit.stack import Kafka, Postgres

PROGRAM = """
from importlib.resources import files
import asyncpg
from unionaid.eventlog import Roles, install
from unionaid.service import health
from unionaid.service.app import create_app, http_pool
from unionaid.service.keys import Keys
from unionaid.service.main import Parts, Service, run

async def migrate(settings):
    owner = await asyncpg.connect(settings.owner_database_url)
    await install(owner, Roles.of(settings.database))
    await owner.close()

def build(settings):
    pool = http_pool(settings, "supervision")
    checks = {"schema": health.schema(pool, {"eventlog": files("unionaid.eventlog") / "sql"})}
    keys = Keys(b"k" * 32, b"h" * 32)
    return Parts(app=create_app("supervision", settings, [], title="x", pool=pool, keys=keys, checks=checks))

run(Service("supervision", migrate, build))
"""
NEWER = "INSERT INTO public.schema_migrations (member, file, sha256) VALUES ('eventlog', '9999_newer.sql', '')"


class Prepared:
    """A service's program with the settings that containers of it would have."""

    def __init__(self, postgres: Postgres, kafka: Kafka, directory: Path) -> None:
        self.name, self.division = f"x{secrets.token_hex(4)}", f"{secrets.randbelow(10**6):06}"
        self.superuser, self.kafka = postgres.superuser_dsn, kafka.bootstrap
        self._program = directory / "program.py"
        self._program.write_text(textwrap.dedent(PROGRAM), "utf-8")
        self.environment = {
            "UNIONAID_SUPERUSER_DATABASE_URL": self.superuser,
            "UNIONAID_OWNER_DATABASE_URL": self.url("owner"),
            "UNIONAID_DATABASE_URL": self.url("app"),
            "UNIONAID_KAFKA": self.kafka,
            "UNIONAID_DIVISION": self.division,
            "UNIONAID_HTTP_HOST": "127.0.0.1",
            "UNIONAID_HTTP_PORT": "0",
            "UNIONAID_ISSUER": "http://127.0.0.1:1",
            "UNIONAID_SECRETS_DIR": str(directory),
            "UNIONAID_WAIT_S": "30",
        }

    def url(self, role: str) -> str:
        host = urlsplit(self.superuser).netloc.rpartition("@")[2]
        login = f"{self.name}_{role}:{quote('a b/c@d', safe='')}"
        return urlunsplit(urlsplit(self.superuser)._replace(netloc=f"{login}@{host}", path=f"/{self.name}"))

    async def start(self, command: str, **changed: str) -> asyncio.subprocess.Process:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("UNIONAID_")}
        return await asyncio.create_subprocess_exec(
            sys.executable, str(self._program), command, stderr=asyncio.subprocess.PIPE,
            env={**inherited, "PYTHONPATH": os.pathsep.join(sys.path), **self.environment, **changed},
        )  # fmt: skip

    async def run(self, command: str, **changed: str) -> tuple[int | None, str]:
        process = await self.start(command, **changed)
        _, said = await process.communicate()
        return process.returncode, said.decode()

    async def made(self, sql: str) -> None:
        owner = await asyncpg.connect(self.environment["UNIONAID_OWNER_DATABASE_URL"])
        await owner.execute(sql)
        await owner.close()

    async def remove(self) -> None:
        await drop(self.superuser, self.name)


@pytest.fixture
async def prepared(postgres: Postgres, kafka: Kafka, tmp_path: Path) -> AsyncIterator[Prepared]:
    prepared = Prepared(postgres, kafka, tmp_path)
    yield prepared
    await prepared.remove()


async def event_of(process: asyncio.subprocess.Process, event: str) -> dict[str, str]:
    """Read the process's log up to an event."""
    assert process.stderr is not None
    while line := await process.stderr.readline():
        entry: dict[str, str] = json.loads(line)
        if entry["event"] == event:
            return entry
    raise AssertionError(f"it ended without {event}")


async def test_a_service_started_before_everything_waits_and_then_serves(prepared: Prepared) -> None:
    service = await prepared.start("all")
    assert (await event_of(service, "waiting"))["what"] == "database"
    assert await prepared.run("provision") == (0, "")
    while (waited := await event_of(service, "waiting"))["reason"] != "run migrate: " + ", ".join(all_files()):
        assert waited["reason"] != "", "it says what is missing"
    assert await prepared.run("migrate") == (0, "")
    assert await prepared.run("topic") == (0, "")
    await event_of(service, "serving")
    service.send_signal(signal.SIGTERM)
    await service.communicate()
    assert service.returncode == 0


def all_files() -> list[str]:
    return sorted(f"eventlog/{f.name}" for f in (files("unionaid.eventlog") / "sql").iterdir())


async def test_prepare_does_all_three_and_again_changes_nothing(prepared: Prepared) -> None:
    assert await prepared.run("prepare") == (0, "")
    await prepared.made("CREATE TABLE kept ()")
    assert await prepared.run("prepare") == (0, "")
    await prepared.made("DROP TABLE kept")
    topic = topic_name(prepared.division, "supervision")
    assert await published(Kafka(prepared.kafka), topic) == []
    await topics.delete(prepared.kafka, topic)


async def test_what_is_not_up_in_time_is_given_up_by_name(prepared: Prepared) -> None:
    nowhere = {"UNIONAID_WAIT_S": "1", "UNIONAID_SUPERUSER_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/postgres"}
    code, said = await prepared.run("prepare", **nowhere)
    assert (code, said.splitlines()[-1]) == (EXIT_GAVE_UP, "database: not up within 1 s: ConnectionRefusedError")
    code, said = await prepared.run("topic", UNIONAID_WAIT_S="1", UNIONAID_KAFKA="127.0.0.1:1")
    assert (code, said.splitlines()[-1]) == (EXIT_GAVE_UP, "Kafka: not up within 1 s: KafkaConnectionError")


@pytest.mark.parametrize("command", ["relay", "consume"])
async def test_what_works_on_kafka_alone_waits_for_it_and_gives_up(prepared: Prepared, command: str) -> None:
    assert await prepared.run("prepare") == (0, "")
    waiting = await prepared.start(command, UNIONAID_WAIT_S="1", UNIONAID_KAFKA="127.0.0.1:1")
    assert (await event_of(waiting, "waiting"))["what"] == "Kafka"
    _, said = await waiting.communicate()
    assert (waiting.returncode, said.decode().splitlines()[-1]) == (
        EXIT_GAVE_UP, "Kafka: not up within 1 s: KafkaConnectionError",
    )  # fmt: skip


async def test_who_serves_does_so_without_kafka(prepared: Prepared) -> None:
    assert await prepared.run("prepare") == (0, "")
    service = await prepared.start("all", UNIONAID_WAIT_S="1", UNIONAID_KAFKA="127.0.0.1:1")
    await event_of(service, "serving")
    service.send_signal(signal.SIGTERM)
    await service.communicate()
    assert service.returncode == 0


@asynccontextmanager
async def as_version(dsn: str, major: int) -> AsyncIterator[str]:
    """Lend the address of a way to a server on which it says that it is of another version."""
    host, port = urlsplit(dsn).hostname, urlsplit(dsn).port
    told = f"server_version\0{major}".encode()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(65_536):
                writer.write(re.sub(rb"server_version\0\d\d", told, chunk))
                await writer.drain()
        writer.close()

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, before = await asyncio.open_connection(host, port)
        await asyncio.gather(pump(reader, before), pump(behind, writer))

    server = await asyncio.start_server(through, "127.0.0.1", 0)
    login = urlsplit(dsn).netloc.rpartition("@")[0]
    address = f"{login}@127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield urlunsplit(urlsplit(dsn)._replace(netloc=address))
    server.close()


@pytest.mark.parametrize(
    ("command", "setting"),
    [
        ("provision", "UNIONAID_SUPERUSER_DATABASE_URL"),
        ("migrate", "UNIONAID_OWNER_DATABASE_URL"),
        ("all", "UNIONAID_DATABASE_URL"),
    ],
)
async def test_a_server_older_than_17_is_refused_at_start(prepared: Prepared, command: str, setting: str) -> None:
    if command != "provision":
        assert await prepared.run("prepare") == (0, "")
    async with as_version(prepared.environment[setting], 17) as just_new_enough:
        if command != "all":
            assert await prepared.run(command, **{setting: just_new_enough}) == (0, "")
    async with as_version(prepared.environment[setting], 16) as old:
        code, said = await prepared.run(command, **{setting: old})
    assert code == EXIT_CODE
    assert said == "refused: the PostgreSQL server is version 16; 17 or newer is needed\n"


@pytest.mark.parametrize("command", ["all", "migrate"])
async def test_a_newer_schema_is_refused_at_once(prepared: Prepared, command: str) -> None:
    assert await prepared.run("prepare") == (0, "")
    await prepared.made(NEWER)
    code, said = await prepared.run(command)
    assert code == EXIT_CODE
    assert said == "refused: eventlog: the database has 9999_newer.sql, which this program does not know\n"


async def test_logins_that_do_not_belong_together_are_refused(prepared: Prepared) -> None:
    other = prepared.environment["UNIONAID_DATABASE_URL"].replace(prepared.name, "another")
    code, said = await prepared.run("provision", UNIONAID_DATABASE_URL=other)
    assert code == EXIT_CODE
    wanted = f"the role {prepared.name}_app with a password and the database {prepared.name}"
    assert said.startswith(f"UNIONAID_DATABASE_URL must name {wanted}. Example: UNIONAID_DATABASE_URL=postgresql://")
    assert len(said.splitlines()) == 1


async def test_waiting_ends_when_it_is_there_and_not_for_another_reason() -> None:
    tries = 0

    async def third_time() -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise NotYet("a table is missing")
        return tries

    assert await until("database", 30, third_time) == 3

    async def never() -> None:
        raise NotYet("a table is missing")

    with pytest.raises(GaveUp, match=r"^database: not up within 0\.5 s: a table is missing$"):
        await until("database", 0.5, never)

    async def wrong() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await until("database", 30, wrong)
