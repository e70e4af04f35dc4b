"""The right to number and publish: a session advisory lock whose session PostgreSQL ends when it falls silent.

A lock alone survives a frozen holder for ever; here the server ends a session that says nothing for
`LEASE_TIMEOUT_S`, so another takes over while the first is still frozen.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from unionaid.eventlog.handling import CONNECTION_LOST
from unionaid.eventlog.limits import LEASE_BEAT_S, LEASE_TIMEOUT_S
from unionaid.eventlog.refusals import LeaseLost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def lease_key(name: str) -> int:
    """Return the number of the advisory lock of a lease, from its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=False) >> 1


class Lease:
    """A held lease. Its connection serves one statement at a time; `session()` waits for its turn."""

    def __init__(self, conn: asyncpg.Connection[asyncpg.Record], key: int) -> None:
        self.key = key
        self._conn = conn
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """Lend the session that holds the lease.

        Raises:
            LeaseLost: PostgreSQL has ended it.
        """
        async with self._turn:
            try:
                yield self._conn
            except (asyncpg.PostgresConnectionError, *CONNECTION_LOST) as error:
                raise LeaseLost(f"{type(error).__name__}: {error}") from error
            except asyncpg.PostgresError as error:
                if error.sqlstate in _ENDED:
                    raise LeaseLost(str(error)) from error
                raise

    async def beat(self) -> None:
        """Keep the session alive until cancelled.

        Raises:
            LeaseLost: it was ended all the same.
        """
        while True:
            await asyncio.sleep(LEASE_BEAT_S)
            async with self.session() as conn:
                await conn.execute("SELECT 1")


_ENDED = {"UL006", "57P01", "57P05", "25P03", "25P04", "08006", "08003"}


@asynccontextmanager
async def hold(dsn: str, name: str) -> AsyncIterator[Lease]:
    """Wait for the lease `name` and hold it.

    Raises:
        LeaseLost: while waiting, the database went away.
    """
    key = lease_key(name)
    timeout = f"{LEASE_TIMEOUT_S}s"
    conn = await asyncpg.connect(
        dsn,
        timeout=LEASE_TIMEOUT_S,
        command_timeout=LEASE_TIMEOUT_S,
        server_settings={
            "application_name": f"lease {os.getpid()} {name}"[:63],
            "idle_session_timeout": timeout,
            "idle_in_transaction_session_timeout": timeout,
            "transaction_timeout": timeout,
        },
    )
    try:
        lease = Lease(conn, key)
        while True:
            async with lease.session():
                if await conn.fetchval("SELECT pg_try_advisory_lock($1)", key):
                    break
            await asyncio.sleep(LEASE_BEAT_S)
        yield lease
    finally:
        try:
            await asyncio.shield(conn.close(timeout=1))
        except (TimeoutError, asyncio.CancelledError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            conn.terminate()
