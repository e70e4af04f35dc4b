"""A service of ours as a process, for rows that need no whole stack, and a client that costs little."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

from unionaid.embedded.issuer import Issuer
from unionaid.embedded.ports import free_port

from .contest import demand
from .stored import Watch

UP_WAIT_S = 60
KAFKA_NOBODY = "127.0.0.1:1"
"""A broker's address where there is none: nothing that is measured asks it."""


@asynccontextmanager
async def running(
    *command: str, port: int | None = None, environment: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Process]:
    """Run a program of this interpreter until the end, from when it listens on `port`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("UNIONAID_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env={**inherited, **environment}, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(UP_WAIT_S):
            while port is not None and not await _listens(port):
                demand(process.returncode is None, f"{command[-1]} did not start")
                await asyncio.sleep(0.05)
        yield process
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


def environment_of(
    directory: Path, dsn: str, division: str, *, kafka: str = KAFKA_NOBODY, port: int = 0, issuer: str = ""
) -> dict[str, str]:
    """Return what a service's process needs, with secrets made in `directory`."""
    for name in ("kek", "hmac"):
        (directory / name).write_bytes(secrets.token_bytes(32))
        (directory / name).chmod(0o600)
    return {
        "UNIONAID_DATABASE_URL": dsn, "UNIONAID_KAFKA": kafka, "UNIONAID_DIVISION": division,
        "UNIONAID_HTTP_HOST": "127.0.0.1", "UNIONAID_HTTP_PORT": str(port),
        "UNIONAID_ISSUER": issuer or "http://127.0.0.1:1", "UNIONAID_SECRETS_DIR": str(directory),
        "UNIONAID_URLS_REGISTRY": "http://127.0.0.1:1",
    }  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A service that answers, and the header of somebody who may ask it."""

    port: int
    authorization: str


@asynccontextmanager
async def served(service: str, directory: Path, dsn: str, division: str, role: str) -> AsyncIterator[Served]:
    """Serve a service without relay and consumers, with an issuer that it asks for keys."""
    issuing, serving = free_port(), free_port()
    issuer = Issuer(directory, f"http://127.0.0.1:{issuing}")
    environment = environment_of(directory, dsn, division, port=serving, issuer=issuer.url)
    token = issuer.mint(f"person-{uuid4()}", [role])
    async with (
        running("-m", "unionaid.embedded.issuer", str(directory), str(issuing), port=issuing),
        running("-m", f"unionaid.{service}.main", "serve", port=serving, environment=environment),
    ):
        yield Served(serving, f"Bearer {token}")


def request(method: str, path: str, port: int, headers: Mapping[str, str], body: object = None) -> bytes:
    """Return the bytes of one request; a command has a new Idempotency-Key."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    key = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"} if method == "POST" else {}
    lines = [
        f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(content)}",
        *(f"{name}: {value}" for name, value in {**key, **headers}.items()),
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


class Wire:
    """One connection that is kept. Its own few lines: a client library would take as long as the servers compared."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> Wire:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    @property
    def ended(self) -> bool:
        """Whether the server has closed it, as it does when nothing comes for some seconds."""
        return self._reader.at_eof()

    async def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Send one request; return status and body of the answer.

        Raises:
            ConnectionError: the server ended the connection.
        """
        self._writer.write(sent)
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            return int(head[9:12]), await self._reader.readexactly(int(length))
        except asyncio.IncompleteReadError:
            raise ConnectionResetError("the server ended the connection before its answer") from None

    def close(self) -> None:
        """End the connection."""
        self._writer.close()


CREATED = 201


async def send_all(port: int, requests: Sequence[bytes], callers: int) -> float:
    """Send commands from `callers` connections, each the next when it has its answer; return commands per second.

    Raises:
        Void: one was refused.
    """
    wires = [await Wire.to(port) for _ in range(callers)]

    async def talk(wire: Wire, mine: Sequence[bytes]) -> None:
        for sent in mine:
            status, body = await wire.ask(sent)
            demand(status == CREATED, f"a command was refused: {body[:200]!r}")

    try:
        watch = Watch()
        await asyncio.gather(*(talk(wire, requests[n::callers]) for n, wire in enumerate(wires)))
        return watch.rate(len(requests))
    finally:
        for wire in wires:
            wire.close()
