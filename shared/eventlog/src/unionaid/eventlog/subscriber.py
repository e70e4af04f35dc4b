"""Drive an inbox: by a FastStream subscriber in a group, or by a plain loop over all topics."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaMessage

from unionaid.eventlog.limits import INBOX_BATCH_RECORDS_MAX, INBOX_IDLE_IN_TRANSACTION_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aiokafka import ConsumerRecord
    from faststream.kafka import KafkaBroker, KafkaRouter

    from unionaid.eventlog.inbox import Inbox

log = logging.getLogger(__name__)

INBOX_SERVER_SETTINGS = {"idle_in_transaction_session_timeout": f"{INBOX_IDLE_IN_TRANSACTION_S}s"}
"""What connections of an inbox's pool must be opened with: a frozen reader loses its position row."""
SESSION_TIMEOUT_MS = 10_000
"""After this silence the group gives a reader's topics to another."""

FETCH_WAIT_MS = 50
"""Milliseconds a fetch may wait at the broker: while it waits for a silent topic, the others are not fetched."""
FETCH_BYTES_MAX = 16 << 20
PARTITION_FETCH_BYTES_MAX = 8 << 20


WATCH_S = 1.0
"""Seconds between two looks whether a topic has fallen silent."""


async def watch(subscriber: Any, inbox: Inbox) -> None:
    """Look after the topics of a subscriber that `subscribe` made, until cancelled."""
    while True:
        await asyncio.sleep(WATCH_S)
        if subscriber.consumer is not None:
            await inbox.watch(subscriber.consumer)


class _TakeUp(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka's base is untyped
    def __init__(self, inbox: Inbox, consumer: Callable[[], AIOKafkaConsumer]) -> None:
        self._inbox, self._consumer = inbox, consumer

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._inbox.take_up(self._consumer(), [p.topic for p in assigned])

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        pass  # what is under way either commits its position or finds that another has moved it


def subscribe(router: KafkaBroker | KafkaRouter, inbox: Inbox, group_id: str) -> Any:
    """Let a FastStream subscriber drive an inbox; of a group's members one has all topics at a time.

    The broker must be made with `apply_types=False`: the handler takes the raw records as they come.

    The records come raw: the inbox decodes them, for a bad one must be parked and not retried for ever. No
    offset is committed; an offset that is out of range means a topic made anew, which is read from its
    beginning and dropped up to the last index.
    """
    topics = list(inbox.cursors)
    holder: dict[str, Any] = {}

    async def raw(message: KafkaMessage) -> Any:
        return message.raw_message

    subscriber = router.subscriber(
        *topics,
        batch=True,
        group_id=group_id,
        max_records=INBOX_BATCH_RECORDS_MAX,
        batch_timeout_ms=50,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        partition_assignment_strategy=[RangePartitionAssignor],
        session_timeout_ms=SESSION_TIMEOUT_MS,
        heartbeat_interval_ms=1_000,
        max_poll_interval_ms=300_000,
        listener=_TakeUp(inbox, lambda: holder["subscriber"].consumer),
        decoder=raw,
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        fetch_max_bytes=FETCH_BYTES_MAX,
        max_partition_fetch_bytes=PARTITION_FETCH_BYTES_MAX,
    )
    holder["subscriber"] = subscriber

    async def receive(records: Sequence[ConsumerRecord[bytes, bytes]]) -> None:
        await inbox.receive(subscriber.consumer, records)

    subscriber(receive)

    return subscriber


async def feed(inbox: Inbox, bootstrap: str, until: Callable[[], bool] | None = None) -> None:
    """Read all topics of an inbox without a group, until cancelled or `until()` after a batch or a pause.

    Raises:
        KafkaError: the broker cannot be reached at the start.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        fetch_max_bytes=FETCH_BYTES_MAX,
        max_partition_fetch_bytes=PARTITION_FETCH_BYTES_MAX,
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0) for topic in inbox.cursors])
        await inbox.take_up(consumer, list(inbox.cursors))
        while until is None or not until():
            await inbox.watch(consumer)
            try:
                batches = await consumer.getmany(timeout_ms=100, max_records=INBOX_BATCH_RECORDS_MAX)
            except KafkaError as error:
                log.warning("%s: %s", inbox.subscription, error)
                await asyncio.sleep(0.5)
                continue
            records = [record for batch in batches.values() for record in batch]
            if records:
                await inbox.receive(consumer, records)
    finally:
        await consumer.stop()
