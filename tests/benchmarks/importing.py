"""Workbooks of 5,000 rows, 300 of them bad, through registry over HTTP: the whole report, then the good rows.

One of workers, one of households of three; there the rows beside a bad one wait for it, and the report names them too.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
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
HOUSEHOLD_NAMES = ("import-households", "import-households-entry")
HOUSEHOLD_ROWS = 3
ON = "2017-01-03"
_COLUMNS = (("姓名", 12), ("身份证号", 24), ("联系电话", 16), ("农民工", 8))
_MEMBER_COLUMNS = (
    ("家庭编号", 8), ("姓名", 12), ("身份证号", 24), ("出生日期", 12), ("与户主关系", 12), ("健康状况", 12),
    ("月收入（元）", 12),
)  # fmt: skip
_CREATED, _OK = 201, 200


@dataclass(frozen=True)
class Book:
    """A workbook, and what its report must say: row, column and code of each fault."""

    content: bytes
    faults: Sequence[tuple[int, str, str]]
    good: int


@dataclass(frozen=True)
class Kind:
    """What is measured: a table, the names of the rows, the event of a good row, how a workbook is made."""

    table: str
    names: tuple[str, str]
    event: str
    book: Callable[[int, int, Random], Book]


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


def households_book(rows: int, first: int, draw: Random) -> Book:
    """Return a workbook of households of three: two with an ID, a child without one."""
    bad = set(draw.sample(range(rows), round(rows / BAD_EACH)))
    lines: list[list[str]] = []
    faults: list[tuple[int, str, str]] = []
    for n in range(rows):
        household, place = divmod(n, HOUSEHOLD_ROWS)
        number = first + n
        born = date(1960, 1, 1) + timedelta(days=number // 1000)
        line = [
            str(household),
            "甲乙丙",
            resident_id(number % 1000, born),
            "",
            ("户主", "配偶", "子女")[place],
            "健康",
            "800",
        ]
        if place == HOUSEHOLD_ROWS - 1:
            line[2], line[3] = "", "2009-05-17"
        beside = {m for m in bad if m // HOUSEHOLD_ROWS == household}
        if n in bad:
            column, value, letter, code = draw.choice(_WRONG_MEMBER)
            line[column] = value
            faults.append((n + 2, letter, code))
        elif beside:
            faults.append((n + 2, "A", "household-waits"))
        lines.append(line)
    return Book(listing("家庭", _MEMBER_COLUMNS, lines), faults, rows - len(faults))


_WRONG_MEMBER = (
    (1, "甲3", "B", "name-implausible"),
    (2, "6.40302E+17", "C", "cell-number"),
    (3, "2009-02-30", "D", "date-impossible"),
    (4, "邻居", "E", "cell-not-a-choice"),
    (6, "很少", "G", "amount-form"),
)


async def measure_import(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """Send a new workbook of workers each round; time report and entry, and compare both with what was put in."""
    return await _measure(servers, size, tell, Kind("workers", NAMES, "WorkerRegistered", book))


async def measure_households(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """The same with households of three."""
    return await _measure(
        servers, size, tell, Kind("households", HOUSEHOLD_NAMES, "HouseholdMemberJoined", households_book)
    )


async def _measure(servers: Servers, size: int, tell: Tell, kind: Kind) -> list[Line]:
    database = await servers.postgres.create_service_database("registry")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    owner = await asyncpg.connect(database.owner_dsn)
    taken: dict[str, list[float]] = {name: [] for name in kind.names}
    draw, good = Random(11), 0
    try:
        with tempfile.TemporaryDirectory() as directory:
            async with (
                served("registry", Path(directory), database.app_dsn, DIVISION, "district_officer") as running,
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", timeout=120) as client,
            ):
                union = await _made(client, running, "/union-orgs", level="district", name="样区总工会")
                for number in range(ROUNDS):
                    made = kind.book(size, number * size, draw)
                    good += made.good
                    report, looked_ms = await _looked(client, running, kind.table, made, union)
                    entered_ms = await _entered(client, running, made, report)
                    for name, ms in zip(kind.names, (looked_ms, entered_ms), strict=True):
                        taken[name].append(ms)
                    tell(f"round {number + 1}: {looked_ms:,.0f} and {entered_ms:,.0f} ms")
                    found = await owner.fetchval(
                        "SELECT count(*) FROM eventlog.events WHERE type LIKE '%.' || $1 || '.%'", kind.event
                    )
                    demand(found == good, "not every good row was entered")
    finally:
        await owner.close()
        await servers.postgres.drop(database)
    goals = dict(zip(kind.names, (REPORT_GOAL_MS, ENTRY_GOAL_MS), strict=True))
    return [
        Line(name, statistics.median(ms), None, None, max(ms), goals[name], ms, "ms", True, f"{size:,} rows")
        for name, ms in taken.items()
    ]


async def _made(client: httpx.AsyncClient, running: Served, path: str, **body: Any) -> str:
    headers = {"Authorization": running.authorization, "Idempotency-Key": path}
    answered = await client.post(path, json={**body, "occurred_on": ON}, headers=headers)
    demand(answered.status_code == _CREATED, answered.text[:300])
    return str(answered.json()["org_id"])


async def _looked(client: httpx.AsyncClient, running: Served, table: str, made: Book, union: str) -> tuple[str, float]:
    began = time.perf_counter()
    answered = await client.post(
        f"/imports/{table}",
        data={"union_org_id": union, "occurred_on": ON},
        files={"file": (f"{table}.xlsx", made.content)},
        headers={"Authorization": running.authorization},
    )
    taken_ms = (time.perf_counter() - began) * 1000
    demand(answered.status_code == _CREATED, answered.text[:300])
    report = json.loads(answered.content)
    told = [(fault["row"], fault["column"], fault["code"]) for fault in report["faults"]]
    demand(told == list(made.faults), "the report is not exactly what is wrong")
    demand(report["good"] == made.good, "the report counts other good rows")
    return str(report["import_id"]), taken_ms


async def _entered(client: httpx.AsyncClient, running: Served, made: Book, import_id: str) -> float:
    headers = {"Authorization": running.authorization, "Idempotency-Key": import_id}
    began = time.perf_counter()
    answered = await client.post(f"/imports/{import_id}/entry", json={"rows": made.good}, headers=headers)
    taken_ms = (time.perf_counter() - began) * 1000
    demand(answered.status_code == _CREATED, answered.text[:300])
    demand(answered.json()["entered"] == made.good, "other rows were entered")
    return taken_ms
