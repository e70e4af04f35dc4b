"""From a command that arrives to its event in reporting's tables: a whole stack, at rates that double until it breaks.

The stack is that of `./unionaid up`, each service a process of its own; a worker is registered per command.
"""

from __future__ import annotations

import asyncio
import json
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from stdnum.cn import ric

from unionaid.contracts import topic_name
from unionaid.eventlog import live_build
from unionaid.eventlog.projections import schema_of
from unionaid.eventlog.topic import open_topic
from unionaid.reporting.projections import totals_of
from unionaid.testkit.demo import Demo, empty_stack
from unionaid.testkit.log import until

from .arrivals import ANSWER_S_MAX, Arrival, arrive
from .contest import Line, Servers, Tell, demand, measured
from .naming import drawn_name
from .serving import Wire, request

RATE = 200
"""Commands per second at which the goal holds."""
GOAL_MS = 500.0
"""Milliseconds of the 99th percentile."""
ROUNDS = 3
RATE_MAX = 100 * RATE
"""Nothing here does as many: if it seemed so, the figures would be wrong."""
LOOK_S = 0.005
"""Seconds between two looks how far reporting has come: what is seen late counts as late."""
SETTLE_S_MAX = 120.0
"""Seconds after the last command within which all must be visible."""
ASK_PAUSE_S = 0.5
"""Seconds between two questions over HTTP that wait for a command just answered."""
NAMES = ("latency", "latency-median", "latency-max", "latency-breaks")
BIRTHDAYS = 60 * 365
"""Days of birth among those registered."""
WARM_UP = 100
"""Commands before the first round."""


@dataclass
class Watched:
    """How far reporting had come in a topic, and since when that is known to be committed."""

    dsn: str
    build: str
    topic: str
    times: list[float] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)

    async def watch(self) -> None:
        """Look at the position again and again, until cancelled."""
        conn = await asyncpg.connect(self.dsn)
        try:
            while True:
                index = await conn.fetchval(
                    "SELECT last_index FROM eventlog.positions WHERE subscription = $1 AND topic = $2",
                    self.build,
                    self.topic,
                )
                if index is not None and (not self.indexes or index > self.indexes[-1]):
                    self.times.append(time.perf_counter())
                    self.indexes.append(index)
                await asyncio.sleep(LOOK_S)
        finally:
            conn.terminate()

    def since(self, index: int) -> float:
        """Return when an index was first seen to be passed; IndexError if it was not."""
        return self.times[bisect_left(self.indexes, index)]

    async def reached(self, index: int) -> None:
        """Wait until an index is passed."""
        await until(lambda: bool(self.indexes) and self.indexes[-1] >= index, SETTLE_S_MAX)


@dataclass
class Office:
    """A grassroots union on a running stack, and the officer who registers its workers."""

    demo: Demo
    watched: Watched
    union_id: str
    registry: asyncpg.Connection[asyncpg.Record]
    authorization: str
    accepted: dict[str, int] = field(default_factory=dict)
    """Person -> index of the last event of the command, of all rounds."""
    asked: int = 0
    """Questions that reporting answered for the state after a command."""
    draw: Random = field(default_factory=lambda: Random(5))
    """Of the names."""
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def port(self) -> int:
        """Where registry answers."""
        return _port(self.demo, "registry")

    def requests(self, number: int) -> list[bytes]:
        """Return that many commands, each of somebody new."""
        return [
            request("POST", "/workers", self.port, {"Authorization": self.authorization}, self._worker(n))
            for n, _ in zip(self._numbers, range(number), strict=False)
        ]

    def _worker(self, n: int) -> dict[str, Any]:
        serial, day = divmod(n, BIRTHDAYS)
        born = date(1950, 1, 1) + timedelta(days=day * 7_919 % BIRTHDAYS)
        body = f"640302{born:%Y%m%d}{serial + 1:03d}"
        return {
            "union_org_id": self.union_id, "name": drawn_name(self.draw), "migrant": False, "occurred_on": "2016-11-10",
            "resident_id": body + ric.calc_check_digit(body + "0"),
        }  # fmt: skip

    async def round(self, rate: float, commands: int) -> Round:
        """Let commands arrive at a rate; wait until all that were accepted are visible."""
        arrivals: list[Arrival] = []
        requests = self.requests(commands)
        asking = asyncio.create_task(self._ask_now_and_then(arrivals))
        try:
            await arrive(self.port, requests, rate, arrivals)
        finally:
            asking.cancel()
            [ended] = await asyncio.gather(asking, return_exceptions=True)
        if isinstance(ended, Exception):
            raise ended
        await self._ask_after(arrivals)
        persons = {json.loads(a.body)["person_id"]: a for a in arrivals if a.accepted}
        indexes = await self._indexes(list(persons))
        self.accepted |= indexes
        await self.watched.reached(max(indexes.values(), default=-1))
        seconds = [self.watched.since(index) - persons[person].due for person, index in indexes.items()]
        return Round(rate, commands, sorted(seconds), sorted(a.answered - a.due for a in persons.values()))

    async def _indexes(self, persons: Sequence[str]) -> dict[str, int]:
        """Return the index of each person's second event, as soon as all have one."""
        found: dict[str, int] = {}

        async def numbered() -> bool:
            rows = await self.registry.fetch(
                "SELECT e.stream, l.index FROM eventlog.events e JOIN eventlog.log l ON l.position = e.position "
                "WHERE e.stream = ANY($1::text[]) AND e.version = 2",
                [f"person-{person}" for person in persons],
            )
            found.update({row["stream"].removeprefix("person-"): row["index"] for row in rows})
            return len(found) == len(persons)

        await until(numbered, SETTLE_S_MAX)
        return found

    async def _ask_now_and_then(self, arrivals: Sequence[Arrival]) -> None:
        while True:
            await asyncio.sleep(ASK_PAUSE_S)
            await self._ask_after(arrivals)

    async def _ask_after(self, arrivals: Sequence[Arrival]) -> None:
        """Ask reporting for its state after the command last answered: then it must stand in its vector."""
        answered = next((a for a in reversed(arrivals) if a.accepted), None)
        if answered is None:
            return
        auditor = {"Authorization": f"Bearer {self.demo.token('auditor')}"}
        person = json.loads(answered.body)["person_id"]
        index = (await self._indexes([person]))[person]
        port = _port(self.demo, "reporting")
        path = f"/totals/relief?from=2017-01-01&to=2017-12-31&after={self.watched.topic}@{index}"
        wire = await Wire.to(port)
        status, body = await wire.ask(request("GET", path, port, auditor))
        wire.close()
        if status == UNAVAILABLE:  # it waited its five seconds: the round's figures say so too
            return
        demand(json.loads(body)["citation"]["vector"][self.watched.topic] >= index, "reporting answered too early")
        self.asked += 1

    async def check(self) -> None:
        """Compare the topic, read anew, and reporting's tables with what was accepted."""
        async with open_topic(self.demo.stack.kafka, self.watched.topic) as reader:
            begin, end = await reader.bounds()
            values = [r.value async for records in reader.read(begin, end) for r in records]
        events = [json.loads(value) for value in values]
        demand([int(e["logindex"]) for e in events] == list(range(len(events))), "the topic's indexes have a hole")
        kinds = ("unionaid.registry.PersonRegistered.v1", "unionaid.registry.WorkerRegistered.v1")
        folded = Counter((e["type"], e["data"]["person_id"]) for e in events if e["type"] in kinds)
        demand(
            folded == Counter({(kind, person): 1 for kind in kinds for person in self.accepted}),
            "the topic does not hold those accepted, each once",
        )
        for person, index in self.accepted.items():
            demand(events[index]["data"]["person_id"] == person, "an index is not that of its person")
        conn = await asyncpg.connect(self.watched.dsn)
        try:
            for table in ("person", "worker"):
                rows = await conn.fetch(f'SELECT person_id FROM "{self.watched.build}".{table}')
                demand(
                    sorted(str(row["person_id"]) for row in rows) == sorted(self.accepted),
                    f"reporting's table {table} does not hold those accepted",
                )
        finally:
            await conn.close()
        demand(self.asked > 0, "reporting was never asked")


UNAVAILABLE = 503


@dataclass(frozen=True)
class Round:
    """What one round gave: `seconds` from arrival to visible, of the commands accepted, in order of size."""

    rate: float
    commands: int
    seconds: Sequence[float]
    answered: Sequence[float]
    """Seconds from arrival to answer, of the same, in order of size."""

    def ms(self, share: float) -> float:
        """Return the milliseconds that this share of all commands stayed within.

        A command that was not accepted counts as one for which its caller waited as long as it may.
        """
        place = min(self.commands - 1, int(self.commands * share))
        return (self.seconds[place] if place < len(self.seconds) else ANSWER_S_MAX) * 1000

    @property
    def broken(self) -> bool:
        """Whether the rate is too high: the 99th percentile is over the goal, or commands were refused."""
        return len(self.seconds) < self.commands or self.ms(0.99) > GOAL_MS

    def __str__(self) -> str:
        refused = self.commands - len(self.seconds)
        told = f"{self.rate:g}/s: p50 {self.ms(0.5):,.0f} ms, p99 {self.ms(0.99):,.0f} ms"
        if self.answered:
            told += f" (answered: p99 {self.answered[int(len(self.answered) * 0.99)] * 1000:,.0f} ms)"
        return f"{told}, {refused:,} not accepted" if refused else told


def _port(demo: Demo, service: str) -> int:
    return int(urlsplit(demo.stack.services[service]).port or 0)


@asynccontextmanager
async def new_office() -> AsyncIterator[Office]:
    """Start a stack in a home of its own, and enter a union into it."""
    opened = empty_stack("bench-latency", synced=True)
    demo = await asyncio.to_thread(opened.__enter__)
    try:
        async with _office(demo) as office:
            yield office
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


@asynccontextmanager
async def _office(demo: Demo) -> AsyncIterator[Office]:
    above: str | None = None
    for level in ("district", "sub_district", "grassroots"):
        body = {"level": level, "name": f"样例{level}工会", "occurred_on": "2013-01-04", "parent_id": above}
        answer = demo.request("POST", "registry", "/union-orgs", demo.token("district_officer"), body)
        above = str(answer.raise_for_status().json()["org_id"])
    assert above is not None
    stack = demo.stack
    dsn = stack.databases["reporting"]["app"]
    conn = await asyncpg.connect(dsn)
    chosen = totals_of(stack.division)
    build = schema_of(chosen.name, await live_build(conn, chosen))
    await conn.close()
    watched = Watched(dsn, build, topic_name(stack.division, "registry"))
    registry = await asyncpg.connect(stack.databases["registry"]["app"])
    looking = asyncio.create_task(watched.watch())
    officer = f"Bearer {demo.token('grassroots_officer', unit=above)}"
    try:
        yield Office(demo, watched, above, registry, officer)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        registry.terminate()


async def measure_latency(_: Servers, size: int, tell: Tell) -> list[Line]:
    """Three rounds of `size` commands at `RATE`, then rounds as long at rates that double until one is too high."""
    async with new_office() as office:
        await office.round(RATE / 4, min(size, WARM_UP))
        rounds = []
        for _number in range(ROUNDS):
            rounds.append(await office.round(RATE, size))
            tell(str(rounds[-1]))
        tried = [max(rounds, key=lambda each: each.ms(0.99))]
        while not tried[-1].broken:
            rate = tried[-1].rate * 2
            demand(rate <= RATE_MAX, "no rate was too high")
            tried.append(await office.round(rate, int(size * rate / RATE)))
            tell(str(tried[-1]))
        await office.check()
    breaks = tried[-1].rate
    return [
        measured("latency", [each.ms(0.99) for each in rounds], "ms", GOAL_MS),
        measured("latency-median", [each.ms(0.5) for each in rounds], "ms"),
        measured("latency-max", [each.ms(1.0) for each in rounds], "ms"),
        measured(
            "latency-breaks", [breaks], "commands/s", lower_is_better=False, note="; ".join(str(each) for each in tried)
        ),
    ]
