"""Whether a service lives and is ready, and why not.

`failed` takes the service out of use; `degraded` is told but does not: a service's own work goes on while
Kafka is down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from unionaid.eventlog import MigrationRefused, Phase, pending
from unionaid.service.limits import CHECK_TIMEOUT_S

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import asyncpg

    from unionaid.eventlog import Relay


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `reason` says why it is not ok."""

    health: Health
    reason: str = ""
    lasting: bool = False
    """Waiting does not help: a person must do something."""


OK = Finding(Health.OK)
Check = Callable[[], Awaitable[Finding]]


async def examine(checks: Mapping[str, Check]) -> dict[str, Finding]:
    """Run all checks at once; one that raises, or takes over `CHECK_TIMEOUT_S`, has failed."""
    findings = await asyncio.gather(*(_examine(check) for check in checks.values()))
    return dict(zip(checks, findings, strict=True))


async def _examine(check: Check) -> Finding:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await check()
    except TimeoutError:
        return Finding(Health.FAILED, f"no answer in {CHECK_TIMEOUT_S:g} s")
    except Exception as error:  # noqa: BLE001  whatever it is, it is why we are not ready
        return Finding(Health.FAILED, type(error).__name__)


def database(pool: asyncpg.Pool[asyncpg.Record]) -> Check:
    """Check that the database answers."""

    async def check() -> Finding:
        await pool.fetchval("SELECT 1")
        return OK

    return check


def schema(pool: asyncpg.Pool[asyncpg.Record], members: Mapping[str, Traversable]) -> Check:
    """Check that the migrations of `members` (name -> directory of SQL files) have run, and none besides."""

    async def check() -> Finding:
        async with pool.acquire(timeout=CHECK_TIMEOUT_S) as conn:
            try:
                waiting = [f"{m}/{file}" for m, files in members.items() for file in await pending(conn, m, files)]
            except MigrationRefused as error:
                return Finding(Health.FAILED, str(error), lasting=True)
        return Finding(Health.FAILED, f"run migrate: {', '.join(waiting)}") if waiting else OK

    return check


def kafka(bootstrap: str) -> Check:
    """Check that a broker answers. Says nothing of consumers."""

    async def check() -> Finding:
        try:
            await reach(bootstrap)
        except KafkaError as error:
            return Finding(Health.DEGRADED, f"{type(error).__name__}: other services' views wait")
        return OK

    return check


async def reach(bootstrap: str) -> None:
    """Ask a broker for its cluster.

    Raises:
        KafkaError: none answers.
    """
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(CHECK_TIMEOUT_S * 1000))
    try:
        await client.bootstrap()
    finally:
        await client.close()


def relay(running: Relay) -> Check:
    """Check the relay of this process: halted is a failure, anything else but running is told."""

    async def check() -> Finding:
        state = running.state
        if state.phase is Phase.RUNNING:
            return OK
        health = Health.FAILED if state.phase is Phase.HALTED else Health.DEGRADED
        return Finding(health, ": ".join(filter(None, (state.phase.value, state.reason))))

    return check
