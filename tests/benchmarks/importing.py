"""A workbook of 5,000 workers with 300 bad rows through registry over HTTP: its whole report, then the good rows."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx

from unionaid.registry.examples import resident_id
from unionaid.registry.main import migrate
from unionaid.service.settings import MigrationSettings
from unionaid.sheets import listing

from .contest import Line, Servers, Tell, demand
from .serving import Served, served
from .stored import DIVISION

ROUNDS = 3
BAD_EACH = 50 / 3
"""One row of so many is bad: 300 of 5,000."""
REPORT_GOAL_MS, ENTRY_GOAL_MS = 10_000.0, 15_000.0
NAMES = ("import", "import-entry")
ON = "2017-01-03"
_COLUMNS = (("姓名", 12), ("身份证号", 24), ("联系电话", 16), ("农民工", 8))
_CREATED, _OK = 201, 200


@dataclass(frozen=True)
class Book:
    """A workbook, and what its report must say: row, column and code of each fault."""

    content: bytes
    faults: Sequence[tuple[int, str, str]]
    good: int


def book(rows: int, first: int, draw: Random) -> Book:
    """Return a workbook of so many people, none of them in another of another `first`."""
    bad = set(draw.sample(range(rows), round(rows / BAD_EACH)))
    lines: list[list[str]] = []
    faults: list[tuple[int, str, str]] = []
    for n in range(rows):
        number = first + n
        born = date(1960, 1, 1) + timedelta(days=number // 1000)
        line = ["甲乙丙", resident_id(number % 1000, born), "13912345678", "是"]
        if n in bad:
            column, value, letter, code = draw.choice(_WRONG)
            line[column] = value
            faults.append((n + 2, letter, code))
        lines.append(line)
    return Book(listing("职工", _COLUMNS, lines), faults, rows - len(bad))


_WRONG = (
    (0, "甲3", "A", "name-implausible"),
    (1, "6.40302E+17", "B", "cell-number"),
    (1, "640302198002290", "B", "resident-id-15-digits"),
    (2, "12", "C", "phone-malformed"),
    (3, "也许", "D", "cell-not-yes-or-no"),
)


async def measure_import(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """Send a new workbook each round; time the report and the entry, and compare both with what was put in."""
    database = await servers.postgres.create_service_database("registry")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    owner = await asyncpg.connect(database.owner_dsn)
    taken: dict[str, list[float]] = {name: [] for name in NAMES}
    draw = Random(11)
    try:
        with tempfile.TemporaryDirectory() as directory:
            async with (
                served("registry", Path(directory), database.app_dsn, DIVISION, "district_officer") as running,
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", timeout=120) as client,
            ):
                union = await _made(client, running, "/union-orgs", level="district", name="样区总工会")
                for number in range(ROUNDS):
                    made = book(size, number * size, draw)
                    report = await _looked(client, running, made, union, taken)
                    await _entered(client, running, made, report, taken)
                    tell(f"round {number + 1}: {taken['import'][-1]:,.0f} and {taken['import-entry'][-1]:,.0f} ms")
                    workers = await owner.fetchval(
                        "SELECT count(*) FROM eventlog.events WHERE type LIKE '%.WorkerRegistered.%'"
                    )
                    demand(workers == made.good * (number + 1), "not every good row is a worker")
    finally:
        await owner.close()
        await servers.postgres.drop(database)
    goals = {"import": REPORT_GOAL_MS, "import-entry": ENTRY_GOAL_MS}
    return [
        Line(name, statistics.median(ms), None, None, max(ms), goals[name], ms, "ms", True, f"{size:,} rows")
        for name, ms in taken.items()
    ]


async def _made(client: httpx.AsyncClient, running: Served, path: str, **body: Any) -> str:
    headers = {"Authorization": running.authorization, "Idempotency-Key": path}
    answered = await client.post(path, json={**body, "occurred_on": ON}, headers=headers)
    demand(answered.status_code == _CREATED, answered.text[:300])
    return str(answered.json()["org_id"])


async def _looked(
    client: httpx.AsyncClient, running: Served, made: Book, union: str, taken: dict[str, list[float]]
) -> str:
    began = time.perf_counter()
    answered = await client.post(
        "/imports/workers",
        data={"union_org_id": union, "occurred_on": ON},
        files={"file": ("workers.xlsx", made.content)},
        headers={"Authorization": running.authorization},
    )
    taken["import"].append((time.perf_counter() - began) * 1000)
    demand(answered.status_code == _CREATED, answered.text[:300])
    report = json.loads(answered.content)
    told = [(fault["row"], fault["column"], fault["code"]) for fault in report["faults"]]
    demand(told == list(made.faults), "the report is not exactly what is wrong")
    demand(report["good"] == made.good, "the report counts other good rows")
    return str(report["import_id"])


async def _entered(
    client: httpx.AsyncClient, running: Served, made: Book, import_id: str, taken: dict[str, list[float]]
) -> None:
    headers = {"Authorization": running.authorization, "Idempotency-Key": import_id}
    began = time.perf_counter()
    answered = await client.post(f"/imports/{import_id}/entry", json={"rows": made.good}, headers=headers)
    taken["import-entry"].append((time.perf_counter() - began) * 1000)
    demand(answered.status_code == _CREATED, answered.text[:300])
    demand(answered.json()["entered"] == made.good, "other rows were entered")
