"""Publish in index order, exactly once, as the only producer that is not fenced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from unionaid.eventlog.limits import (
    PRODUCER_BATCH_BYTES_MAX,
    TRANSACTION_EVENTS_MAX,
    TRANSACTION_TIMEOUT_MS,
)
from unionaid.eventlog.records import head
from unionaid.eventlog.sequencer import published_at
from unionaid.eventlog.topic import TopicUnreadable, open_topic

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Sequence

    from aiokafka import ConsumerRecord
    from aiokafka.structs import RecordMetadata

    from unionaid.eventlog.records import Published
    from unionaid.eventlog.store import Connection
    from unionaid.eventlog.topic import TopicReader

WALK_BACK_RECORDS = 64
"""Offsets in the first step back from the end of a topic; each further step is four times as long."""


def make_producer(bootstrap: str, topic: str) -> AIOKafkaProducer:
    """Make the relay's producer; starting it fences the former one of the same topic."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        transactional_id=f"{topic}.relay",
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        enable_idempotence=True,
        acks="all",
        max_batch_size=PRODUCER_BATCH_BYTES_MAX,
        max_request_size=2 * PRODUCER_BATCH_BYTES_MAX,
        linger_ms=0,
        request_timeout_ms=10_000,
    )


async def publish(producer: AIOKafkaProducer, topic: str, events: Sequence[Published], end: int) -> int:
    """Publish events in their order, at most `TRANSACTION_EVENTS_MAX` in one Kafka transaction.

    `end` is where the topic ended when it was looked at last. Returns the offset after the last record.

    Raises:
        TopicUnreadable: records would stand before that end: the topic was made anew, and lacks its beginning. The
            transaction was aborted, so that nobody reads them. Start again from the topic's tail.
        KafkaError: any. The producer is done for: close it and start again from the topic's tail.
    """
    for start in range(0, len(events), TRANSACTION_EVENTS_MAX):
        await producer.begin_transaction()
        sent: list[tuple[Future[RecordMetadata], int]] = []
        batch = producer.create_batch()
        for event in events[start : start + TRANSACTION_EVENTS_MAX]:
            record = {
                "key": event.stream.encode(),
                "value": event.value,
                "timestamp": int(event.logtime.timestamp() * 1000),
            }
            if batch.append(**record) is None:
                sent.append((await producer.send_batch(batch, topic, partition=0), batch.record_count()))
                batch = producer.create_batch()
                batch.append(**record)
        sent.append((await producer.send_batch(batch, topic, partition=0), batch.record_count()))
        for future, records in sent:
            offset = (await future).offset
            if offset < end:
                await producer.abort_transaction()
                raise TopicUnreadable(f"the topic ended at offset {end}, but records went to {offset}")
            end = offset + records
        await producer.commit_transaction()
    return end


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a topic: the last index of ours in it, and what must not be there after it."""

    last_index: int
    contradiction: str | None
    foreign: int


async def find_tail(reader: TopicReader, conn: Connection, source: str) -> Tail:
    """Walk back from the end of the topic to the last record of ours.

    A record is ours if its bytes equal the stored bytes at its index. If a record with the next index and
    our source follows the last of ours, the topic is ahead of the database, or differs from it.

    Raises:
        KafkaError: the topic could not be read; nothing is known.
    """
    begin, end = await reader.bounds()
    step, high = WALK_BACK_RECORDS, end
    after: list[ConsumerRecord[bytes, bytes]] = []
    while True:
        low = max(begin, high - step)
        chunk = [r async for records in reader.read(low, high) for r in records]
        stored = await published_at(conn, [int(h.logindex) for r in chunk if (h := head(r.value))])
        for n in range(len(chunk) - 1, -1, -1):
            read = head(chunk[n].value)
            if read and read.source == source and stored.get(int(read.logindex)) == chunk[n].value:
                return await _tail(conn, int(read.logindex), chunk[n + 1 :] + after, source)
        after = chunk + after
        if low == begin:
            return await _tail(conn, -1, after, source)
        step, high = step * 4, low


async def lacks_beginning(reader: TopicReader, conn: Connection, source: str) -> str | None:
    """Say whether the first record of ours is another than index 0, and which; None if all is well.

    So it is when a topic was deleted and made anew at the very moment something was published.

    Raises:
        KafkaError: the topic could not be read; nothing is known.
    """
    begin, end = await reader.bounds()
    async for records in reader.read(begin, end):
        stored = await published_at(conn, [int(h.logindex) for r in records if (h := head(r.value))])
        for record in records:
            read = head(record.value)
            if read and read.source == source and stored.get(int(read.logindex)) == record.value:
                index = int(read.logindex)
                return (
                    f"the topic begins with index {index}: delete it and make it anew, it fills itself"
                    if index
                    else None
                )
    return None


async def _tail(conn: Connection, last: int, after: list[ConsumerRecord[bytes, bytes]], source: str) -> Tail:
    for record in after:
        read = head(record.value)
        if read and read.source == source and int(read.logindex) == last + 1:
            known = await published_at(conn, [last + 1])
            how = "other bytes than the database has" if known else "an event the database does not have"
            reason = f"offset {record.offset} of the topic holds index {last + 1} of {source} with {how}"
            return Tail(last, reason, len(after))
    return Tail(last, None, len(after))


async def tail_of(bootstrap: str, topic: str, conn: Connection, source: str) -> Tail:
    """Open the topic and find its tail."""
    async with open_topic(bootstrap, topic) as reader:
        return await find_tail(reader, conn, source)


__all__ = ["KafkaError", "Tail", "find_tail", "make_producer", "publish", "tail_of"]
