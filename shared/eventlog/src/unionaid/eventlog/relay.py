"""The relay of one service: takes the lease, numbers what waits, publishes it. One leads, others wait."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import asyncpg
from aiokafka.errors import KafkaError

from unionaid.eventlog.handling import is_transient
from unionaid.eventlog.lease import Lease, hold
from unionaid.eventlog.limits import SEQUENCE_EVENTS_MAX
from unionaid.eventlog.publisher import find_tail, lacks_beginning, make_producer, publish
from unionaid.eventlog.refusals import LeaseLost
from unionaid.eventlog.sequencer import last_index, published_after, sequence
from unionaid.eventlog.topic import TopicReader, TopicUnreadable, open_topic

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiokafka import AIOKafkaProducer

    from unionaid.eventlog.records import Published

log = logging.getLogger(__name__)

IDLE_S = 0.05
"""Seconds the relay waits when nothing waits for it; `nudge` ends the wait."""
PACE_S = 0.05
"""Seconds from one numbering to the next while appends flow, so that a Kafka transaction takes many."""
LOOK_S = 3.0
"""Seconds between two looks at the topic's end while nothing is under way."""
SETTLED_S = 2.0
"""Seconds after which what was committed must show in the topic's end: the markers are written a little later."""
RETRY_S = 1.0
"""Seconds, with jitter, before a relay that has failed begins again."""


class Phase(StrEnum):
    """What a relay is doing."""

    WAITING = "waiting for the lease"
    STARTING = "looking for the tail of the topic"
    RUNNING = "running"
    HALTED = "halted"
    FAILED = "will begin again"


@dataclass(frozen=True, slots=True)
class RelayState:
    """Phase, reason, and how far the topic is known to reach (index)."""

    phase: Phase
    reason: str = ""
    published: int = -1
    foreign: int = 0


class Halted(Exception):
    """Database and topic disagree; numbering anything now would make two truths."""


class Relay:
    """Sequence and publish for one service.

    `source` is the CloudEvents source of its events, `clock` the service's clock, from which log times come.
    """

    def __init__(self, *, dsn: str, bootstrap: str, topic: str, source: str, clock: Callable[[], datetime]) -> None:
        self.state = RelayState(Phase.WAITING)
        self._dsn, self._bootstrap, self._topic, self._source, self._clock = dsn, bootstrap, topic, source, clock
        self._work = asyncio.Event()
        self._end = self._seen = 0
        self._published_at = 0.0

    def nudge(self) -> None:
        """Say that something was appended, so that the relay need not wait out its pause."""
        self._work.set()

    async def run(self) -> None:
        """Lead whenever the lease is free, until cancelled."""
        while True:
            self._enter(Phase.WAITING)
            try:
                async with hold(self._dsn, f"{self._topic}.relay") as lease:
                    await self._lead(lease)
            except Halted as error:
                self.state = replace(self.state, phase=Phase.HALTED, reason=str(error))
                log.error("relay halted: %s. See docs/how-to/repair-a-log.md.", error)
            except Exception as error:
                known = isinstance(error, (LeaseLost, KafkaError)) or is_transient(error)
                self.state = replace(self.state, phase=Phase.FAILED, reason=f"{type(error).__name__}: {error}")
                log.warning("relay begins again: %s: %s", type(error).__name__, error, exc_info=not known)
            await asyncio.sleep(RETRY_S * random.uniform(0.5, 1.5))  # noqa: S311  jitter

    def _enter(self, phase: Phase) -> None:
        """Show a phase; what has halted stays shown as halted until it runs again."""
        if self.state.phase is not Phase.HALTED:
            self.state = replace(self.state, phase=phase, reason="")

    async def _lead(self, lease: Lease) -> None:
        beat, work = asyncio.create_task(lease.beat()), asyncio.create_task(self._publish_all(lease))
        try:
            done, _ = await asyncio.wait({beat, work}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (beat, work):
                task.cancel()
            await asyncio.gather(beat, work, return_exceptions=True)

    async def _publish_all(self, lease: Lease) -> None:
        self._enter(Phase.STARTING)
        producer = make_producer(self._bootstrap, self._topic)
        try:
            await producer.start()
            async with open_topic(self._bootstrap, self._topic) as reader:
                published = await self._catch_up(lease, producer, reader)
                self.state = RelayState(Phase.RUNNING, published=published, foreign=self.state.foreign)
                await self._follow(lease, producer, reader)
        finally:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(producer.stop(), timeout=2)

    async def _catch_up(self, lease: Lease, producer: AIOKafkaProducer, reader: TopicReader) -> int:
        """Compare the topic's tail with the log and publish what it lacks. No index is given before."""
        conn = await asyncpg.connect(self._dsn, timeout=5)
        try:
            self._end = await reader.end()  # before the tail is looked for: a topic made anew meanwhile ends earlier
            tail = await find_tail(reader, conn, self._source)
            self.state = replace(self.state, foreign=tail.foreign)
            if tail.contradiction:
                async with lease.session() as session:
                    await session.execute(_HALT, tail.contradiction)
                raise Halted(tail.contradiction)
            async with lease.session() as session:
                await session.execute("DELETE FROM eventlog.halt")
            published = tail.last_index
            if published >= 0 and (reason := await lacks_beginning(reader, conn, self._source)):
                raise Halted(reason)
            while published < await last_index(conn):
                events = await published_after(conn, published, SEQUENCE_EVENTS_MAX)
                self._end = await publish(producer, self._topic, events, self._end)
                self._published_at = time.monotonic()
                published = events[-1].index
                self.state = replace(self.state, published=published)
            return published
        finally:
            await conn.close(timeout=2)

    async def _follow(self, lease: Lease, producer: AIOKafkaProducer, reader: TopicReader) -> None:
        """Number the next events while the former are on their way; when idle, look whether the topic still stands."""
        under_way: asyncio.Task[None] | None = None
        self._seen = await reader.end()
        looked = time.monotonic()
        try:
            while True:
                self._work.clear()
                began = time.monotonic()
                events = await sequence(lease, self._clock)
                if under_way:
                    await under_way
                under_way = asyncio.create_task(self._publish(producer, reader, events)) if events else None
                if 0 < len(events) < SEQUENCE_EVENTS_MAX:
                    await asyncio.sleep(began + PACE_S - time.monotonic())
                elif not events:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(IDLE_S):  # `wait_for` may swallow a cancellation in Python 3.11
                            await self._work.wait()
                if not under_way and time.monotonic() - looked > LOOK_S:
                    await self._look(reader)
                    looked = time.monotonic()
        finally:
            if under_way:
                under_way.cancel()
                await asyncio.gather(under_way, return_exceptions=True)

    async def _publish(self, producer: AIOKafkaProducer, reader: TopicReader, events: list[Published]) -> None:
        await self._look(reader)
        self._end = await publish(producer, self._topic, events, self._end)
        self._published_at = time.monotonic()
        self.state = replace(self.state, published=events[-1].index)

    async def _look(self, reader: TopicReader) -> None:
        """See that the topic's end has not come back: then records were lost, and are filled in from what is stored."""
        end = await reader.end()
        settled = time.monotonic() - self._published_at > SETTLED_S
        if end < self._seen or (settled and end < self._end):
            raise TopicUnreadable(f"the topic ended at offset {max(self._seen, self._end)}, now at {end}")
        self._seen = end


_HALT = "INSERT INTO eventlog.halt (reason) VALUES ($1) ON CONFLICT (only_one) DO UPDATE SET reason = excluded.reason"
