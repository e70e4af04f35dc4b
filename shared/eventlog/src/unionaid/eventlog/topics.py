"""Topics: made and deleted through Kafka's admin protocol."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

_REQUEST_TIMEOUT_MS = 15_000
_SEEN_WAIT_S = 30
_POLL_S = 0.02
_NO_ERROR = 0
_UNKNOWN_TOPIC = 3
_TOPIC_EXISTS = 36


class Topic(Protocol):
    """A topic as `unionaid.contracts.topics` describes it."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def replication_factor(self) -> int: ...
    @property
    def config(self) -> Mapping[str, str]: ...


async def create(bootstrap: str, topics: Iterable[Topic]) -> list[str]:
    """Create the topics that do not exist yet, wait until they can be used, return the names of the new ones.

    Existing topics are left as they are. Raises KafkaError if the broker refuses one.
    """
    wanted = [
        NewTopic(topic.name, topic.partitions, topic.replication_factor, topic_configs=dict(topic.config))
        for topic in topics
    ]
    if not wanted:
        return []
    new = []
    async with _admin(bootstrap) as admin:
        answer = await admin.create_topics(wanted)
        for name, code, *reason in answer.topic_errors:
            if code == _NO_ERROR:
                new.append(name)
            elif code != _TOPIC_EXISTS:
                raise for_code(code)(f"{name}: {reason}")
        await _until(admin, [topic.name for topic in wanted], _NO_ERROR)
    return new


async def delete(bootstrap: str, name: str) -> None:
    """Delete a topic with all its records and wait until it is gone. Raises KafkaError if refused."""
    async with _admin(bootstrap) as admin:
        for _, code in (await admin.delete_topics([name])).topic_error_codes:
            if code != _NO_ERROR:
                raise for_code(code)(name)
        await _until(admin, [name], _UNKNOWN_TOPIC)


async def answers(bootstrap: str) -> bool:
    """True if a broker answers a metadata request and is part of its cluster."""
    try:
        async with _admin(bootstrap) as admin:
            return bool((await admin.describe_cluster())["brokers"])
    except (TimeoutError, KafkaError, OSError):
        return False


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _until(admin: Any, names: list[str], code: int) -> None:
    deadline = time.monotonic() + _SEEN_WAIT_S
    while True:
        described = await admin.describe_topics(names)
        if all(
            topic["error_code"] == code and all(p["leader"] >= 0 for p in topic["partitions"]) for topic in described
        ):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"topics {names} did not change within {_SEEN_WAIT_S} s")
        await asyncio.sleep(_POLL_S)
