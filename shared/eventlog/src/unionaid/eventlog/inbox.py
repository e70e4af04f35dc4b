"""Consume a log once: the truth is the last index and its hash, kept in the transaction of what was written.

The Kafka offset beside them is a hint. A topic may be wiped, made anew, or hold records nobody of us wrote; the
inbox notices each by index and hash, reads again what it must, and never skips an index.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from unionaid.eventlog.cursor import AHEAD_ALARM_S, Accepted, Cursor, Sorted
from unionaid.eventlog.handling import (
    Event,
    Handler,
    Interest,
    Parked,
    apply_in_halves,
    blocked_keys,
    is_transient,
    park,
)
from unionaid.eventlog.limits import INBOX_TRANSACTION_TIMEOUT_S
from unionaid.eventlog.moments import keep_moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import asyncpg
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from unionaid.eventlog.store import Connection

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 3.0
"""Seconds without a record, or after a stop, after which a topic is looked at again."""
TRANSIENT_RETRY_S = 0.5
"""Seconds before a batch is read again after an error of the moment."""


class Moved(Exception):
    """Another reader has moved the position: this one rolls back and seeks again."""


class Inbox:
    """One subscription: `handler` receives each event of `topics` once, in index order of each topic.

    `topics` maps a topic's name to the CloudEvents source whose log it is. The pool's connections must end
    frozen transactions by themselves (`idle_in_transaction_session_timeout`), see `INBOX_SERVER_SETTINGS`.
    """

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        subscription: str,
        topics: Mapping[str, str],
        handler: Handler,
    ) -> None:
        self.subscription = subscription
        self.handler = handler
        self.cursors = {topic: Cursor(topic, source) for topic, source in sorted(topics.items())}
        self.moved = asyncio.Event()
        self._pool = pool
        self._interest = Interest(handler.decoders)
        self._blocked: set[tuple[str, str]] = set()
        self._blocked_before: set[tuple[str, str]] = set()
        self._heard_at: dict[str, float] = {}
        self._turn = asyncio.Lock()

    @property
    def alarms(self) -> dict[str, str]:
        """Why topics do not advance although records lie there, by topic."""
        return {c.topic: c.alarm for c in self.cursors.values() if c.alarm}

    def vector(self) -> dict[str, int]:
        """Return the last applied index of each topic."""
        return {c.topic: c.last_index for c in self.cursors.values()}

    async def _assigned(self, consumer: AIOKafkaConsumer, topics: Iterable[str]) -> None:
        chosen = [self.cursors[t] for t in topics if t in self.cursors]
        async with self._pool.acquire() as conn:
            self._heard_at.update(dict.fromkeys(self.cursors, time.monotonic()))
            stored = {cursor.topic: await self._position(conn, cursor.topic) for cursor in chosen}
            self._blocked = await blocked_keys(conn, self.subscription)
        for cursor in chosen:
            _try_seek(consumer, cursor.topic, cursor.take_up(*stored[cursor.topic]))

    async def receive(self, consumer: AIOKafkaConsumer, records: Sequence[ConsumerRecord[bytes, bytes]]) -> None:
        """Apply records of one or several topics in one transaction, and seek where that is needed.

        Errors of the moment are waited out: the topics are taken up again from their positions.
        """
        by_topic: dict[str, list[ConsumerRecord[bytes, bytes]]] = {}
        for record in records:
            by_topic.setdefault(record.topic, []).append(record)
        async with self._turn:
            await self._receive_or_take_up(consumer, by_topic)

    async def watch(self, consumer: AIOKafkaConsumer) -> None:
        """Look again at silent and at stopped topics; call every second or so while the consumer runs."""
        async with self._turn:
            now = time.monotonic()
            for partition in consumer.assignment():
                cursor = self.cursors.get(partition.topic)
                if cursor is not None and now - self._heard_at.get(cursor.topic, 0.0) > LOOK_AGAIN_S:
                    self._heard_at[cursor.topic] = now
                    _try_seek(consumer, cursor.topic, cursor.look_again())

    async def _receive_or_take_up(
        self, consumer: AIOKafkaConsumer, by_topic: Mapping[str, Sequence[ConsumerRecord[bytes, bytes]]]
    ) -> None:
        try:
            await self._receive(consumer, by_topic)
        except Exception as error:  # nothing is skipped: whatever it was, the topics are read again
            known = isinstance(error, (Moved, KafkaError)) or is_transient(error)
            log.warning("%s takes up again: %s: %s", self.subscription, type(error).__name__, error, exc_info=not known)
            await asyncio.sleep(TRANSIENT_RETRY_S)
            await self._take_up(consumer, list(by_topic))

    async def _receive(
        self, consumer: AIOKafkaConsumer, by_topic: Mapping[str, Sequence[ConsumerRecord[bytes, bytes]]]
    ) -> None:
        self._blocked_before = set(self._blocked)
        batches = {
            topic: self._sort(self.cursors[topic], records)
            for topic, records in by_topic.items()
            if topic in self.cursors and not self.cursors[topic].stopped
        }
        if any(batch.moved or batch.parked for batch in batches.values()):
            await self._apply(batches)
        for topic, batch in batches.items():
            self.cursors[topic].applied(batch)
            if batch.seek is not None:
                await self._seek(consumer, topic, batch.seek.offset)
        self.moved.set()
        self.moved = asyncio.Event()

    def _sort(self, cursor: Cursor, records: Sequence[ConsumerRecord[bytes, bytes]]) -> Sorted:
        looked_ahead = cursor.ahead_from is not None
        batch = cursor.sort(records, lambda batch, record: self._accept(cursor.topic, batch, record))
        self._heard_at[cursor.topic] = time.monotonic()
        if cursor.stopped:
            log.error("%s stops in %s: %s", self.subscription, cursor.topic, cursor.stopped)
        if cursor.ahead_from is not None and not looked_ahead:
            asyncio.get_running_loop().call_later(AHEAD_ALARM_S * 1.1, self._log_alarm, cursor)
        return batch

    def _log_alarm(self, cursor: Cursor) -> None:
        if cursor.alarm:
            log.error("%s stands still in %s: %s", self.subscription, cursor.topic, cursor.alarm)

    async def take_up(self, consumer: AIOKafkaConsumer, topics: list[str]) -> None:
        """Take up topics where the database says, as soon as it answers; called when partitions are assigned."""
        async with self._turn:  # a batch under way was sorted by cursors that must not change beneath it
            await self._take_up(consumer, topics)

    async def _take_up(self, consumer: AIOKafkaConsumer, topics: list[str]) -> None:
        while True:
            try:
                await self._assigned(consumer, topics)
            except Exception as error:
                if not is_transient(error) and not isinstance(error, KafkaError):
                    raise
                log.warning("%s waits for its database: %s", self.subscription, error)
                await asyncio.sleep(TRANSIENT_RETRY_S)
            else:
                return

    async def _position(self, conn: Connection, topic: str) -> tuple[int, bytes | None, int]:
        """Return the stored last index, its hash and the offset hint; a first reader starts at -1."""
        row = await conn.fetchrow(
            "SELECT last_index, last_hash, offset_hint FROM eventlog.positions WHERE subscription = $1 AND topic = $2",
            self.subscription,
            topic,
        )
        if row is None:
            await conn.execute(
                "INSERT INTO eventlog.positions (subscription, topic) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                self.subscription,
                topic,
            )
            return -1, None, 0
        return row["last_index"], row["last_hash"], row["offset_hint"]

    async def _seek(self, consumer: AIOKafkaConsumer, topic: str, offset: int | None) -> None:
        if offset is None:
            partition = TopicPartition(topic, 0)
            offset = (await consumer.beginning_offsets([partition]))[partition]
        _try_seek(consumer, topic, offset)

    def _accept(self, topic: str, batch: Sorted, record: Accepted) -> None:
        offset, index, value, read = record.offset, record.index, record.value, record.head
        if (topic, read.subject) in self._blocked:
            batch.parked.append(Parked(topic, offset, index, read.subject, "waits behind an earlier one", value))
            return
        event = self._interest.read(topic, index, read)
        if isinstance(event, str):
            self._blocked.add((topic, read.subject))
            batch.parked.append(Parked(topic, offset, index, read.subject, event, value))
        elif event is not None:
            batch.events.append(event)
            batch.offsets.append(offset)
            batch.values.append(value)

    async def _apply(self, batches: Mapping[str, Sorted]) -> None:
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(f"SET LOCAL transaction_timeout = '{INBOX_TRANSACTION_TIMEOUT_S}s'")
            for topic in sorted(batches):
                await self._lock_position(conn, topic, batches[topic].start_index)
            if self._blocked and await blocked_keys(conn, self.subscription) != self._blocked_before:
                raise Moved("what was parked has been applied meanwhile")
            events = [e for topic in sorted(batches) for e in batches[topic].events]
            culprits = await apply_in_halves(conn, self.handler.apply, events) if events else {}
            self._park_culprits(events, culprits, batches)
            for topic in sorted(batches):
                await self._move(conn, topic, batches[topic])

    async def _lock_position(self, conn: Connection, topic: str, expected: int) -> None:
        last = await conn.fetchval(
            "SELECT last_index FROM eventlog.positions WHERE subscription = $1 AND topic = $2 FOR UPDATE",
            self.subscription,
            topic,
        )
        if last != expected:
            raise Moved(f"{topic}: at {last}, not at {expected}")

    def _park_culprits(
        self, events: Sequence[Event], culprits: Mapping[int, str], batches: Mapping[str, Sorted]
    ) -> None:
        places = {
            (topic, event.index): place
            for topic, batch in batches.items()
            for place, event in enumerate(batch.events)
            if culprits
        }
        for n, reason in culprits.items():
            event = events[n]
            batch, place = batches[event.topic], places[event.topic, event.index]
            self._blocked.add((event.topic, event.subject))
            batch.parked.append(
                Parked(event.topic, batch.offsets[place], event.index, event.subject, reason, batch.values[place])
            )

    async def _move(self, conn: Connection, topic: str, batch: Sorted) -> None:
        await park(conn, self.subscription, [p for p in batch.parked if p.blocks is not None])
        foreign = await park(conn, self.subscription, [p for p in batch.parked if p.blocks is None])
        for parked in batch.parked:
            log.warning(
                "%s parked offset %s of %s (index %s): %s",
                self.subscription, parked.offset, parked.topic, parked.index, parked.reason,
            )  # fmt: skip
        moved = await conn.fetchval(
            "UPDATE eventlog.positions SET last_index = $4, last_hash = $5, offset_hint = $6, "
            "foreign_records = foreign_records + $7 "
            "WHERE subscription = $1 AND topic = $2 AND last_index = $3 RETURNING true",
            self.subscription,
            topic,
            batch.start_index,
            batch.last_index,
            batch.hash(),
            batch.last_offset,
            foreign,
        )
        if not moved:
            raise Moved(topic)
        await keep_moments(conn, self.subscription, topic, batch.moments)


def _try_seek(consumer: AIOKafkaConsumer, topic: str, offset: int) -> None:
    try:
        consumer.seek(TopicPartition(topic, 0), offset)
    except IllegalStateError:
        log.info("%s is no longer assigned here", topic)
