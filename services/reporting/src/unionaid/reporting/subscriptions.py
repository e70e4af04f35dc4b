"""Reads the other services' logs into the live build, and confirms registry's erasures; of several replicas one drives
and the others wait.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka import AIOKafkaConsumer
from faststream.kafka import KafkaBroker

from unionaid.contracts.registry import PersonErased
from unionaid.contracts.reporting import ErasureConfirmed
from unionaid.eventlog import INBOX_SERVER_SETTINGS, Inbox, inbox_of, live_build, subscribe
from unionaid.eventlog.subscriber import watch
from unionaid.service.answering import Answers, answering
from unionaid.service.health import Finding, Health

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from unionaid.eventlog import ProjectionSet
    from unionaid.service.keys import Keys
    from unionaid.service.settings import Settings

log = logging.getLogger(__name__)

POOL_MAX = 2
"""Connections of the consumer: one that applies, one that looks which build is live."""
BUILD_LOOK_S = 1.0
"""Seconds between two looks whether a rebuild has put another build in place."""

ERASURES = "erasures"
"""The subscription that answers erasures."""


def confirming(settings: Settings, keys: Keys) -> Callable[[], Awaitable[None]]:
    """Return what confirms erasures. What lies here was told by events, and they hold nothing that tells who it is."""
    return answering(settings, keys, Answers(PersonErased, _confirmed), name="reporting", subscription=ERASURES)


def _confirmed(erased: PersonErased, today: date) -> ErasureConfirmed:
    return ErasureConfirmed(occurred_on=today, person_id=erased.person_id)


class Subscription:
    """Drives the live build of `chosen` as a member of a consumer group, until cancelled."""

    def __init__(self, database_url: str, bootstrap: str, chosen: ProjectionSet, group: str) -> None:
        self._database_url, self._bootstrap = database_url, bootstrap
        self._set, self._group = chosen, group
        self._inbox: Inbox | None = None
        self._consumer: AIOKafkaConsumer | None = None

    async def run(self) -> None:
        """Drive whichever build is live; when a rebuild has put another in its place, drive that.

        Raises:
            NotBuilt: there is no build of this version; the part is started again and says so in `/readyz`.
        """
        async with asyncpg.create_pool(
            self._database_url,
            min_size=0,
            max_size=POOL_MAX,
            server_settings={"application_name": "unionaid reporting consumer", **INBOX_SERVER_SETTINGS},
        ) as pool:
            while True:
                async with pool.acquire() as conn:
                    build = await live_build(conn, self._set)
                log.info("driving build %s of %s", build, self._set.name)
                await self._drive(pool, build)

    async def _drive(self, pool: asyncpg.Pool[asyncpg.Record], build: int) -> None:
        inbox = inbox_of(pool, self._set, build)
        broker = KafkaBroker(self._bootstrap, apply_types=False, logger=None)
        subscriber: Any = subscribe(broker, inbox, group_id=self._group)
        await broker.start()
        self._inbox, self._consumer = inbox, subscriber.consumer
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(watch(subscriber, inbox))
                await self._until_replaced(pool, build)
                watching.cancel()
        finally:
            self._inbox = self._consumer = None
            await broker.stop()

    async def _until_replaced(self, pool: asyncpg.Pool[asyncpg.Record], build: int) -> None:
        while True:
            await asyncio.sleep(BUILD_LOOK_S)
            try:
                async with pool.acquire() as conn:
                    if await live_build(conn, self._set) != build:
                        return
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
                log.warning("cannot see which build is live: %s", error)

    async def check(self) -> Finding:
        """Say how far behind each topic is, in records; degraded where a topic does not advance."""
        inbox, consumer = self._inbox, self._consumer
        if inbox is None or consumer is None:
            return Finding(Health.DEGRADED, "not reading yet")
        if inbox.alarms:
            return Finding(Health.DEGRADED, "; ".join(f"{t}: {why}" for t, why in inbox.alarms.items()))
        behind = {p.topic: await _behind(consumer, p) for p in consumer.assignment()}
        if not behind:
            return Finding(Health.OK, "no topic is assigned here: another replica reads")
        return Finding(Health.OK, ", ".join(f"{t}: {n} behind" for t, n in sorted(behind.items())))


async def _behind(consumer: AIOKafkaConsumer, partition: Any) -> int:
    end = consumer.highwater(partition)
    return 0 if end is None else max(0, end - await consumer.position(partition))
