"""The PyPI package `eventsourcing`: its PostgreSQL recorder with 16 threads, a pool of 16."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from unionaid.eventlog import StreamAppend

from .appending import appended, commanding, dealt
from .contest import Contest, Servers, demand
from .stored import WRITERS, Watch, applications, new_ledger, rows_of


def _datastore(dsn: str) -> PostgresDatastore:
    parts = urlsplit(dsn)
    return PostgresDatastore(
        dbname=parts.path.lstrip("/"),
        host=str(parts.hostname),
        port=str(parts.port),
        user=unquote(str(parts.username)),
        password=unquote(str(parts.password)),
        pool_size=WRITERS,
        max_overflow=0,
    )


def _stored(appends: Sequence[StreamAppend]) -> list[StoredEvent]:
    """The same events as the package keeps them: the stream is the UUID alone."""
    return [
        StoredEvent(UUID(row.stream.partition("-")[2]), row.version, row.type, row.body) for row in rows_of(appends)
    ]


@asynccontextmanager
async def open_eventsourcing(servers: Servers, size: int) -> AsyncIterator[Contest]:
    """`eventlog.append`, 16 writers, against `insert_events` of one event, 16 threads."""
    async with new_ledger(servers) as ledger, commanding(ledger) as log:
        datastore = _datastore(ledger.database.owner_dsn)
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        await asyncio.to_thread(recorder.create_table)
        loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(WRITERS)

        def insert(events: Sequence[StoredEvent]) -> None:
            for event in events:
                recorder.insert_events([event])

        async def ours() -> float:
            return await appended(ledger, log, size)

        async def rival(events: int = max(WRITERS * 4, size // 4)) -> float:
            hands = [_stored(hand) for hand in dealt(applications(events))]
            expected = [event for hand in hands for event in hand]
            watch = Watch()
            await asyncio.gather(*(loop.run_in_executor(threads, insert, hand) for hand in hands))
            rate = watch.rate(len(expected))
            streams: dict[UUID | str, list[StoredEvent]] = {}
            for event in expected:
                streams.setdefault(event.originator_id, []).append(event)
            for id, events_of_it in streams.items():
                demand(list(recorder.select_events(id)) == events_of_it, f"{id} was not stored whole")
            return rate

        try:
            await appended(ledger, log, 4 * WRITERS)
            await rival(4 * WRITERS)
            yield Contest(ours, rival)
        finally:
            threads.shutdown()
            datastore.close()
