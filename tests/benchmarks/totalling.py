"""Totals over HTTP with a million facts in reporting's tables, as of any moment, against plain counting."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition

from unionaid.contracts import topic_name
from unionaid.eventlog import INBOX_SERVER_SETTINGS, inbox_of, live_build
from unionaid.reporting.main import migrate
from unionaid.reporting.projections import totals_of
from unionaid.service.settings import MigrationSettings

from .contest import Line, Servers, Tell, demand
from .payments import YEARS, History, figures, shares
from .serving import Served, Wire, request, served
from .stored import DIVISION

ROUNDS = 5
ONE_PROGRAMME, ANY, BY = 20, 5, 4
"""Questions of each kind in a round."""
GOAL_MS, ANY_GOAL_MS = 100.0, 1_000.0
NAMES = ("totals", "totals-any", "totals-by")
END = datetime(YEARS[-1] + 1, 2, 1, tzinfo=UTC)
"""After it nothing was recorded."""
OK = 200


class NoTopic:
    """Takes seeks and holds nothing: what is read is handed over."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Go nowhere."""


@asynccontextmanager
async def filled(servers: Servers, history: History, tell: Tell) -> AsyncIterator[Served]:
    """Read the history into reporting's live build as its consumer does, and serve it."""
    database = await servers.postgres.create_service_database("reporting")
    await migrate(MigrationSettings(owner_database_url=database.owner_dsn))
    owner = await asyncpg.connect(database.owner_dsn)
    pool = await asyncpg.create_pool(database.app_dsn, min_size=0, max_size=2, server_settings=INBOX_SERVER_SETTINGS)
    try:
        chosen, consumer = totals_of(DIVISION), NoTopic()
        inbox: Any = inbox_of(pool, chosen, await live_build(owner, chosen))
        await inbox.take_up(consumer, sorted(chosen.topics))
        await inbox.receive(consumer, _records("registry", 0, history.registry()))
        read = 0
        for values in history.relief():
            await inbox.receive(consumer, _records("relief", read, values))
            read += len(values)
            await asyncio.sleep(0)
        demand(inbox.vector()[topic_name(DIVISION, "relief")] == read - 1, "reporting did not take all payments")
        await owner.execute("VACUUM (ANALYZE)")  # as autovacuum leaves tables that have grown over years
        tell(f"{len(history.paid):,} payments of {len(history.programmes)} programmes")
        with tempfile.TemporaryDirectory() as directory:
            async with served("reporting", Path(directory), database.app_dsn, DIVISION, "auditor") as running:
                yield running
    finally:
        await owner.close()
        pool.terminate()
        await servers.postgres.drop(database)


def _records(service: Any, first: int, values: list[bytes]) -> list[ConsumerRecord[bytes, bytes]]:
    topic = topic_name(DIVISION, service)
    return [ConsumerRecord(topic, 0, n, 0, 0, b"", v, None, 0, len(v), ()) for n, v in enumerate(values, start=first)]


@dataclass
class Questions:
    """Draws questions, asks them one after the other, and compares each answer with the count by hand."""

    history: History
    served: Served
    draw: Random = field(default_factory=lambda: Random(7))

    def _moment(self, since: datetime) -> str:
        seconds = (END - since).total_seconds()
        return f"{since + timedelta(seconds=self.draw.random() * seconds):%Y-%m-%dT%H:%M:%S.%fZ}"

    def one_programme(self) -> dict[str, str]:
        """Ask for a programme and its year: as of a moment from the year's start on, and once in five as of now."""
        programme, (kind, year) = self.draw.choice(sorted(self.history.programmes.items()))
        asked = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
        asked |= {"programme": programme} if self.draw.randrange(2) else {"kind": kind}
        return asked | self._when(datetime(year, 1, 1, tzinfo=UTC))

    def any_total(self) -> dict[str, str]:
        """Ask for a long period, of all programmes: of the division, a town or a kind."""
        asked = {"from": f"{YEARS[0]}-01-01", "to": f"{YEARS[-1]}-12-31"}
        narrowed = self.draw.randrange(4)
        if narrowed == 1:
            asked["union"] = self.draw.choice(sorted(self.history.parent))
        elif narrowed == 2:
            asked["kind"] = self.draw.choice(sorted(self.history.programmes.values()))[0]
        return asked | self._when(datetime(YEARS[-1], 1, 1, tzinfo=UTC))

    def _when(self, since: datetime) -> dict[str, str]:
        return {"as_of": self._moment(since)} if self.draw.randrange(5) else {}

    async def ask(self, asked: Mapping[str, str], dimension: str | None = None) -> float:
        """Return the milliseconds from question to answer, once the answer has proved right."""
        path = "/totals/relief" if dimension is None else "/totals/relief/by"
        query = urlencode({**asked, **({"dimension": dimension} if dimension else {})})
        sent = request("GET", f"{path}?{query}", self.served.port, {"Authorization": self.served.authorization})
        wire = await Wire.to(self.served.port)
        began = time.perf_counter()
        status, body = await wire.ask(sent)
        seconds = time.perf_counter() - began
        wire.close()
        demand(status == OK, f"{path}?{query}: {status} {body[:300]!r}")
        await asyncio.to_thread(self._check, json.loads(body), asked, dimension)
        return seconds * 1000

    def _check(self, answer: Mapping[str, Any], asked: Mapping[str, str], dimension: str | None) -> None:
        counted = self.history.counted(asked)
        total = answer if dimension is None else answer["total"]
        told = {name: total[name] for name in ("people", "times", "amount_fen")}
        told["sha256"] = total["citation"]["sha256"]
        demand(told == figures(counted), f"{asked}: the total is not what its payments add up to")
        if dimension is not None:
            lines = {line["key"]: (line["people"], line["times"], line["amount_fen"]) for line in answer["lines"]}
            demand(
                lines == shares(counted, dimension), f"{asked} by {dimension}: the lines are not what they add up to"
            )


async def measure_totals(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """Ask random questions, in rounds, one at a time."""
    history = History(size)
    taken: dict[str, list[list[float]]] = {name: [] for name in NAMES}
    async with filled(servers, history, tell) as running:
        questions = Questions(history, running)
        for asked in (questions.one_programme(), questions.any_total()):
            await questions.ask(asked)
        for number in range(ROUNDS):
            narrow = [questions.one_programme() for _ in range(ONE_PROGRAMME)]
            taken["totals"].append([await questions.ask(asked) for asked in narrow])
            taken["totals-any"].append([await questions.ask(questions.any_total()) for _ in range(ANY)])
            dimensions = questions.draw.sample(("programme", "union", "month", "method"), BY)
            taken["totals-by"].append([await questions.ask(questions.any_total(), each) for each in dimensions])
            tell(f"round {number + 1}: {statistics.median(taken['totals'][-1]):,.1f} ms")
    goals = {"totals": GOAL_MS, "totals-any": ANY_GOAL_MS, "totals-by": None}
    return [_line(name, rounds, goals[name]) for name, rounds in taken.items()]


def _line(name: str, rounds: list[list[float]], goal: float | None) -> Line:
    """Tell the median of all questions, and the slowest of all and of each round."""
    every = [ms for each in rounds for ms in each]
    note = f"{len(every)} questions, each answer equal to plain counting; worst: the slowest of all"
    slowest = [max(each) for each in rounds]
    return Line(name, statistics.median(every), None, None, max(every), goal, slowest, "ms", True, note)
