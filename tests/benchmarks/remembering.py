"""How much memory a process of ours takes while it replays a long log: the consumer, a rebuild, a relay."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

from unionaid.contracts import topic_name, topics
from unionaid.eventlog import live_build
from unionaid.eventlog.projections import schema_of
from unionaid.eventlog.topic import open_topic
from unionaid.relief.main import migrate

from .contest import Line, Servers, Tell, demand, measured
from .publishing import fill
from .rebuilding import EVENTS_PER_PERSON, Division, new_division
from .serving import environment_of, running
from .stored import DIVISION, Ledger, applications, new_ledger, rows_of

MARKS = (0.2, 0.6, 1.0)
"""Shares of the log; the most memory up to each is told, since the mark before."""
GOAL_MIB, GROWTH_MIB_MAX = 300.0, 30.0
LOOK_S = 0.02
"""Seconds between two looks at a process's memory."""
REPLAY_S_MAX = 900.0
LAST_LOOK_S = 5.0
"""Seconds after a process's end in which its last commit must show."""
CHUNK = 50_000
"""Events of a backlog that are made at a time."""
NAMES = ("memory", "memory-consume", "memory-rebuild", "memory-relay", "memory-growth")
Progress = Callable[[], Awaitable[int]]
"""How many events a process has replayed."""


async def most_between_marks(pid: int, progress: Progress, events: int) -> list[float]:
    """Return the most resident memory (MiB) of a process up to each mark, since the mark before."""
    process, most = psutil.Process(pid), [0.0 for _ in MARKS]
    done = 0

    async def follow() -> None:
        nonlocal done
        while done < events:
            done = await progress()
            await asyncio.sleep(LOOK_S)

    async with asyncio.timeout(REPLAY_S_MAX):
        following = asyncio.create_task(follow())
        with suppress(psutil.NoSuchProcess):  # a rebuild ends by itself
            while not following.done():
                place = next(n for n, mark in enumerate(MARKS) if done <= mark * events)
                most[place] = max(most[place], process.memory_info().rss / 2**20)
                await asyncio.sleep(LOOK_S)
        await asyncio.wait([following], timeout=LAST_LOOK_S)
        demand(following.done(), f"the process ended when it had replayed {done:,} of {events:,} events")
        following.result()
    for place in range(1, len(most)):  # a short log is replayed between two looks
        most[place] = most[place] or most[place - 1]
    return most


def applied(division: Division, schema: str) -> Progress:
    """Return what tells how many events a build holds."""

    async def progress() -> int:
        return int(
            await division.owner.fetchval(
                "SELECT coalesce(sum(last_index + 1), 0) FROM eventlog.positions WHERE subscription = $1", schema
            )
        )

    return progress


async def consume_and_rebuild(servers: Servers, size: int) -> AsyncIterator[tuple[str, list[float]]]:
    """Let reporting's consumer read all topics from index 0, then let an operator rebuild its projections."""
    people = max(10, size // EVENTS_PER_PERSON)
    async with new_division(servers, people, read=False) as division:
        with tempfile.TemporaryDirectory() as directory:
            environment = environment_of(Path(directory), division.dsn, division.code, kafka=division.bootstrap)
            owner = {"UNIONAID_OWNER_DATABASE_URL": division.owner_dsn}
            live = await live_build(division.owner, division.set)
            for name, command, build in (("consume", "consume", live), ("rebuild", "rebuild", live + 1)):
                schema = schema_of(division.set.name, build)
                async with running(
                    "-m", "unionaid.reporting.main", command, environment=environment | owner
                ) as process:
                    most = await most_between_marks(process.pid, applied(division, schema), division.events)
                    demand(command != "rebuild" or await process.wait() == 0, "the rebuild did not go live")
                await division.check(schema)
                yield name, most


@asynccontextmanager
async def backlog(servers: Servers, size: int) -> AsyncIterator[tuple[Ledger, str]]:
    """Put a backlog of commands into a log, none of it numbered; give the SHA-256 of all bodies in their order."""
    digest = hashlib.sha256()
    async with new_ledger(servers, migrate) as ledger:
        for start in range(0, size, CHUNK):
            appends = await asyncio.to_thread(applications, min(CHUNK, size - start))
            await fill(ledger, appends)
            for row in rows_of(appends):
                digest.update(row.body)
        yield ledger, digest.hexdigest()


async def relay(servers: Servers, size: int) -> list[float]:
    """Let relief's relay number and publish the backlog."""
    topic = topic_name(DIVISION, "relief")
    config = next(each.config for each in topics(DIVISION) if each.name == topic)
    async with backlog(servers, size) as (ledger, digest):
        await servers.kafka.create_topic(topic, config=config)
        try:
            events = int(await ledger.owner.fetchval("SELECT count(*) FROM eventlog.events"))

            async def numbered() -> int:
                return 1 + int(await ledger.owner.fetchval("SELECT coalesce(max(index), -1) FROM eventlog.log"))

            with tempfile.TemporaryDirectory() as directory:
                dsn, kafka = ledger.database.app_dsn, servers.kafka.bootstrap
                environment = environment_of(Path(directory), dsn, DIVISION, kafka=kafka)
                async with running("-m", "unionaid.relief.main", "relay", environment=environment) as process:
                    most = await most_between_marks(process.pid, numbered, events)
                    demand(
                        await _bodies(kafka, topic, events) == digest, "the topic holds other bytes than were stored"
                    )
        finally:
            await servers.kafka.delete_topic(topic)
    return most


async def _bodies(bootstrap: str, topic: str, events: int) -> str:
    """Read a topic until it holds so many records; return the SHA-256 of their bodies, index and log time taken off."""
    digest, index = hashlib.sha256(), 0
    async with open_topic(bootstrap, topic) as reader, asyncio.timeout(REPLAY_S_MAX):
        begin, _ = await reader.bounds()
        while index < events:  # a commit is acknowledged before readers see it
            _, end = await reader.bounds()
            async for records in reader.read(begin, end):
                for record in records:
                    front = f'{{"logindex":"{index}","logtime":"{json.loads(record.value)["logtime"]}",'.encode()
                    demand(record.value.startswith(front), f"index {index} is not where it should be")
                    digest.update(b"{" + record.value[len(front) :])
                    index += 1
            begin = end
    return digest.hexdigest()


async def measure_memory(servers: Servers, size: int, tell: Tell) -> list[Line]:
    """Measure the three processes one after the other."""
    found: dict[str, Sequence[float]] = {}
    async for name, most in consume_and_rebuild(servers, size):
        found[name] = most
        tell(f"{name}: {max(most):,.0f} MiB")
    found["relay"] = await relay(servers, size)
    tell(f"relay: {max(found['relay']):,.0f} MiB")
    peaks = [max(most) for most in found.values()]
    growth = [most[-1] - most[0] for most in found.values()]
    places = ", ".join(f"{size * mark:,.0f}" for mark in MARKS)
    return [
        Line("memory", max(peaks), None, None, max(peaks), GOAL_MIB, peaks, "MiB", True, "the most of any process"),
        *(measured(f"memory-{name}", most, "MiB", note=f"the most up to {places}") for name, most in found.items()),
        Line(
            "memory-growth", max(growth), None, None, max(growth), GROWTH_MIB_MAX, growth, "MiB", True,
            f"the most after {size * MARKS[-2]:,.0f} events less that up to {size * MARKS[0]:,.0f}",
        ),
    ]  # fmt: skip
