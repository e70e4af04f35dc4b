"""The parts of a stack: each is started, asked whether it is ready, started again when it dies, and stopped."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from unionaid.embedded.errors import StackError, explained, looks_full, tail
from unionaid.embedded.readiness import readiness
from unionaid.embedded.service_process import ServiceProcess
from unionaid.embedded.state import SERVING, PartStatus

READY_WAIT_S = 120
SETTLE_WAIT_S = 30
"""How long a part that does its work already counts as starting: its relay looks for the end of its topic."""
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


@dataclass
class _Part:
    status: PartStatus
    server: Server | None = None  # None: a server of somebody else, named by the environment
    url: str = ""  # where to ask for readiness; empty: ready once started
    keeper: "asyncio.Task[None] | None" = None


class Parts:
    """The parts of the stack in `home`, by name. `tell()` is called at each change of a status."""

    def __init__(self, names: Sequence[str], home: Path, tell: Callable[[], None]) -> None:
        self._home, self._tell = home, tell
        self._parts = {name: _Part(PartStatus(name)) for name in names}
        self._client = httpx.AsyncClient(timeout=2, trust_env=False)

    @property
    def statuses(self) -> list[PartStatus]:
        """How each part is, in order."""
        return [part.status for part in self._parts.values()]

    def set(self, name: str, **changes: object) -> None:
        """Change the status of a part."""
        status = self._parts[name].status
        if any(getattr(status, key) != value for key, value in changes.items()):
            for key, value in changes.items():
                setattr(status, key, value)
            self._tell()

    async def start_server(self, name: str, server: Server) -> None:
        """Start a server that is ready once it is started."""
        part = self._parts[name]
        part.server = server
        self.set(name, state="starting")
        await asyncio.to_thread(server.start)
        self.set(name, state="ready", pid=server.pid)
        part.keeper = asyncio.create_task(self._keep_running(part))

    def start_process(self, name: str, process: ServiceProcess, url: str) -> None:
        """Start a process whose readiness is asked over HTTP."""
        part = self._parts[name]
        part.server = process
        part.url = url
        process.start()
        self.set(name, state="starting", pid=process.pid, address=url)
        part.keeper = asyncio.create_task(self._keep_running(part))

    async def until_ready(self, go_on: Callable[[], None]) -> None:
        """Wait until every part does its work; `go_on()` is called meanwhile, and may end it by raising.

        Raises:
            StackError: a part cannot start, or takes longer than `READY_WAIT_S`.
        """
        deadline = time.monotonic() + READY_WAIT_S
        while waiting := [part for part in self._parts.values() if part.status.state not in SERVING]:
            go_on()
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

    async def let_go(self) -> None:
        """Keep nothing running any more; what runs runs on."""
        keepers = [part.keeper for part in self._parts.values() if part.keeper is not None]
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await self._client.aclose()

    async def stop(self, *names: str) -> None:
        """Stop some parts at once."""
        await asyncio.gather(*(self._stop(self._parts[name]) for name in names))

    async def _stop(self, part: _Part) -> None:
        if part.server is not None:
            await asyncio.to_thread(part.server.stop)
            self.set(part.status.name, state="stopped", pid=None, reason="")

    async def _keep_running(self, part: _Part) -> None:
        """Ask for readiness, and start the server again whenever it dies, after 1 s, 2 s, … up to 30 s."""
        server, name = part.server, part.status.name
        if server is None:
            return
        backoff_s, started_at = 1.0, time.monotonic()
        while True:
            await asyncio.sleep(_POLL_S)
            if server.is_alive:
                if part.url and part.status.state in ("starting", "degraded"):
                    state, reason = await readiness(self._client, part.url, name)
                    settling = state == "degraded" and time.monotonic() - started_at < SETTLE_WAIT_S
                    self.set(name, state="starting" if state == "not ready" or settling else state, reason=reason)
                continue
            if time.monotonic() - started_at > _STABLE_S:
                backoff_s = 1.0
            part.status.restarts += 1
            self.set(name, state="restarting", pid=None, reason=why_it_died(server))
            await asyncio.sleep(backoff_s)
            backoff_s, started_at = min(backoff_s * 2, BACKOFF_MAX_S), time.monotonic()
            try:
                await _to_the_end(server.start)
            except (StackError, OSError) as error:
                self.set(name, reason=explained(error, self._home).message)
                continue
            self.set(name, state="starting" if part.url else "ready", pid=server.pid, reason="")


def why_it_died(server: Server) -> str:
    """One line on a server that ended unasked."""
    if looks_full(server.log, server.log.parent):
        return "the disk is full"
    code = server.exit_code
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    last = tail(server.log).splitlines()
    return f"ended with code {code}: {last[-1][:200] if last else 'without a word'}"


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
