"""A command over HTTP: relief as it serves itself, with tokens, keys and log, against a bare route."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from unionaid.embedded.ports import free_port
from unionaid.relief.main import migrate

from .contest import Contest, Servers, demand
from .serving import request, running, send_all, served
from .stored import DIVISION, WRITERS, Ledger, new_ledger

BARE_ROUTE = Path(__file__).parent / "bare_route.py"


async def _rate(port: int, headers: Mapping[str, str], names: Sequence[str]) -> float:
    """Open funds of these names, `WRITERS` callers at once; return funds per second."""
    given = {"occurred_on": "2017-01-05", "source": "dues"}
    prepared = [request("POST", "/funds", port, headers, given | {"name": name}) for name in names]
    return await send_all(port, prepared, WRITERS)


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
            served("relief", Path(directory), ledger.database.app_dsn, DIVISION, "accountant") as relief,
            running(str(BARE_ROUTE), ledger.database.app_dsn, str(bare), port=bare),
        ):

            async def ours(commands: int = size) -> float:
                names = _names(numbers, commands)
                mark = await ledger.mark("eventlog.events")
                keys = await ledger.owner.fetchval("SELECT count(*) FROM eventlog.idempotency WHERE status = 201")
                rate = await _rate(relief.port, {"Authorization": relief.authorization}, names)
                await _check(ledger, mark, names, keys)
                return rate

            async def rival(commands: int = size) -> float:
                names = _names(numbers, commands)
                mark = await ledger.mark("rival.plain")
                rate = await _rate(bare, {}, names)
                await _check_plain(ledger, mark, names)
                return rate

            await ours(4 * WRITERS), await rival(4 * WRITERS)
            yield Contest(ours, rival)


def _names(numbers: Iterator[int], number: int) -> list[str]:
    return [f"会费{next(numbers)}" for _ in range(number)]
