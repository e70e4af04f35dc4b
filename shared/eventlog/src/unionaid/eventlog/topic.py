"""Read one topic without a group: the tail of it, or all of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka import ConsumerRecord

READ_TIMEOUT_S = 10.0
"""Seconds without any progress after which reading a topic is given up."""


class TopicUnreadable(KafkaError):  # type: ignore[misc]  # aiokafka's errors are untyped
    """The topic gave nothing for `READ_TIMEOUT_S`, or does not exist."""


class TopicReader:
    """A committed reader of the one partition of a topic."""

    def __init__(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
        self.consumer = consumer
        self.partition = partition

    async def bounds(self) -> tuple[int, int]:
        """Return the first offset and the offset after the last committed record.

        Raises:
            TopicUnreadable: no answer within `READ_TIMEOUT_S`; of a topic that has vanished the client asks for ever.
        """
        end = await self.end()
        async with _in_time(self.partition.topic):
            begin = await self.consumer.beginning_offsets([self.partition])
        return begin[self.partition], end

    async def end(self) -> int:
        """Return the offset after the last committed record.

        Raises:
            TopicUnreadable: as `bounds`.
        """
        async with _in_time(self.partition.topic):
            return int((await self.consumer.end_offsets([self.partition]))[self.partition])

    async def read(self, start: int, end: int) -> AsyncIterator[list[ConsumerRecord[bytes, bytes]]]:
        """Yield the records from `start` up to, not including, `end`.

        The end of a topic is transaction markers, which no fetch returns: the reader's position passes
        over them, and only the position says that the end is reached.

        Raises:
            TopicUnreadable: no progress.
        """
        self.consumer.seek(self.partition, start)
        position, loop = start, asyncio.get_running_loop()
        progress = loop.time()
        while position < end:
            batches = await self.consumer.getmany(self.partition, timeout_ms=200)
            records = [r for r in batches.get(self.partition, []) if r.offset < end]
            if records:
                yield records
            moved = await self.consumer.position(self.partition)
            if moved > position:
                position, progress = moved, loop.time()
            elif loop.time() - progress > READ_TIMEOUT_S:
                raise TopicUnreadable(f"{self.partition.topic}: nothing read at offset {position} of {end}")


@asynccontextmanager
async def _in_time(topic: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            yield
    except TimeoutError:
        raise TopicUnreadable(f"{topic}: its bounds are not told") from None


@asynccontextmanager
async def open_topic(bootstrap: str, topic: str) -> AsyncIterator[TopicReader]:
    """Open a topic for reading.

    Raises:
        KafkaError: the broker cannot be reached.
        TopicUnreadable: there is no such topic.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_max_bytes=8 << 20,
        max_partition_fetch_bytes=8 << 20,
    )
    await consumer.start()
    try:
        partitions = await _partitions(consumer, topic)
        if partitions != {0}:
            raise TopicUnreadable(f"{topic} must have exactly one partition, it has {len(partitions)}")
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        yield TopicReader(consumer, partition)
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    await consumer._client.set_topics([topic])  # a topic never read before is unknown to a fresh client
    return set(consumer.partitions_for_topic(topic) or ())
