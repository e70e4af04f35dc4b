"""A command over HTTP: relief as it serves itself, with tokens, keys and log, against a bare route."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import uuid4

from unionaid.embedded.issuer import Issuer
from unionaid.embedded.ports import free_port
from unionaid.relief.main import migrate

from .contest import Contest, Servers, demand
from .stored import DIVISION, WRITERS, Ledger, Watch, new_ledger

BARE_ROUTE = Path(__file__).parent / "bare_route.py"
UP_WAIT_S = 60
CREATED = b"HTTP/1.1 201"


@dataclass
class Caller:
    """Sends prepared requests over connections of its own, each the next when it has its answer.

    Its own few lines, for a client library would take as long as the servers that are compared.
    """

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def prepared(self, name: str) -> bytes:
        """Return the bytes of one request that opens a fund of this name."""
        body = json.dumps({"occurred_on": "2017-01-05", "source": "dues", "name": name}).encode()
        lines = [
            "POST /funds HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Content-Type: application/json",
            f"Content-Length: {len(body)}", f"Idempotency-Key: {uuid4()}",
            *(f"{header}: {value}" for header, value in self.headers.items()),
        ]  # fmt: skip
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def send(self, requests: Sequence[bytes]) -> float:
        """Send all; return requests per second."""
        ends = [await asyncio.open_connection("127.0.0.1", self.port) for _ in range(WRITERS)]
        try:
            watch = Watch()
            await asyncio.gather(*(_talk(*end, requests[n::WRITERS]) for n, end in enumerate(ends)))
            return watch.rate(len(requests))
        finally:
            for _, writer in ends:
                writer.close()


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Sequence[bytes]) -> None:
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = await reader.readexactly(int(length))
        demand(head.startswith(CREATED), f"a command was refused: {body[:200]!r}")


@asynccontextmanager
async def _running(port: int, *command: str, **environment: str) -> AsyncIterator[None]:
    """Run a server of this interpreter until the end, from when it listens."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("UNIONAID_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env={**inherited, **environment}, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(UP_WAIT_S):
            while not await _listens(port):
                demand(process.returncode is None, f"{command[-1]} did not start")
                await asyncio.sleep(0.05)
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def _relief(ledger: Ledger, directory: Path) -> AsyncIterator[Caller]:
    """Serve relief, with an issuer that it asks for keys."""
    issuing, serving = free_port(), free_port()
    issuer = Issuer(directory, f"http://127.0.0.1:{issuing}")
    for name in ("kek", "hmac"):
        (directory / name).write_bytes(secrets.token_bytes(32))
        (directory / name).chmod(0o600)
    environment = {
        "UNIONAID_DATABASE_URL": ledger.database.app_dsn, "UNIONAID_KAFKA": "127.0.0.1:1",
        "UNIONAID_DIVISION": DIVISION, "UNIONAID_HTTP_HOST": "127.0.0.1", "UNIONAID_HTTP_PORT": str(serving),
        "UNIONAID_ISSUER": issuer.url, "UNIONAID_SECRETS_DIR": str(directory),
    }  # fmt: skip
    token = issuer.mint(f"person-{uuid4()}", ["accountant"])
    async with (
        _running(issuing, "-m", "unionaid.embedded.issuer", str(directory), str(issuing)),
        _running(serving, "-m", "unionaid.relief.main", "serve", **environment),
    ):
        yield Caller(serving, {"Authorization": f"Bearer {token}"})


async def _check(ledger: Ledger, mark: int, names: Sequence[str], keys: int) -> None:
    """Read each event as plain JSON: one fund of each name, and an idempotency row for each command."""
    rows = await ledger.owner.fetch("SELECT version, body FROM eventlog.events WHERE position > $1", mark)
    events = [json.loads(row["body"]) for row in rows]
    demand({row["version"] for row in rows} == {1}, "a fund was opened twice")
    demand(sorted(event["data"]["name"] for event in events) == sorted(names), "the funds are not those asked for")
    kept = await ledger.owner.fetchval("SELECT count(*) FROM eventlog.idempotency WHERE status = 201")
    demand(kept == keys + len(names), "idempotency rows are missing")


async def _check_plain(ledger: Ledger, mark: int, names: Sequence[str]) -> None:
    rows = await ledger.owner.fetch("SELECT body FROM rival.plain WHERE position > $1", mark)
    demand(sorted(json.loads(row["body"])["name"] for row in rows) == sorted(names), "the rows are not those asked for")


@asynccontextmanager
async def open_http(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """Open funds over HTTP, 16 callers; each server a process of its own."""
    numbers = count(1)
    with tempfile.TemporaryDirectory() as directory:
        bare = free_port()
        async with (
            new_ledger(servers, migrate) as ledger,
            _relief(ledger, Path(directory)) as relief,
            _running(bare, str(BARE_ROUTE), ledger.database.app_dsn, str(bare)),
        ):

            async def ours(commands: int = size) -> float:
                names = _names(numbers, commands)
                mark = await ledger.mark("eventlog.events")
                keys = await ledger.owner.fetchval("SELECT count(*) FROM eventlog.idempotency WHERE status = 201")
                rate = await relief.send([relief.prepared(name) for name in names])
                await _check(ledger, mark, names, keys)
                return rate

            async def rival(commands: int = size) -> float:
                names = _names(numbers, commands)
                mark, caller = await ledger.mark("rival.plain"), Caller(bare)
                rate = await caller.send([caller.prepared(name) for name in names])
                await _check_plain(ledger, mark, names)
                return rate

            await ours(4 * WRITERS), await rival(4 * WRITERS)
            yield Contest(ours, rival)


def _names(numbers: Iterator[int], number: int) -> list[str]:
    return [f"会费{next(numbers)}" for _ in range(number)]
