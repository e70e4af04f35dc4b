"""Put back into a restored database what only the topic still has.

A backup is older than the topic: the relay has found that out, has halted the log, and has numbered nothing. The
missing events come back with the indexes, log times and bytes they were published with; then their idempotency rows,
so that a repeated command doubles nothing; the own views follow from the queue. Reservations and what lies in the
vault are the service's to rebuild.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from unionaid.eventlog.records import Head, body_of, head, leaf
from unionaid.eventlog.sequencer import last_index, published_at
from unionaid.eventlog.topic import open_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from unionaid.eventlog.store import Connection

REPAIR_BATCH = 2_000
"""Events put back in one transaction."""


class RepairRefused(Exception):
    """The topic cannot mend this database; nothing was changed by the step that failed."""


@dataclass
class Repaired:
    """How many events came back, from which index on, and the streams they belong to."""

    first_index: int
    events: int = 0
    streams: set[str] = field(default_factory=set)
    foreign: int = 0


async def repair_from_topic(
    owner: Connection,
    bootstrap: str,
    topic: str,
    source: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Repaired:
    """Bring back the events above the database's last index, and end the halt.

    `owner` must be the owner of the schema, with the relay and the service stopped.

    Raises:
        RepairRefused: the topic differs below the last index, or an event that waits for its index already
            has the place of one that comes back. The message names it.
        KafkaError: the topic cannot be read.
    """
    expected = await last_index(owner) + 1
    done = Repaired(expected)
    async with open_topic(bootstrap, topic) as reader:
        begin, end = await reader.bounds()
        batch: list[tuple[Head, bytes]] = []
        async for records in reader.read(begin, end):
            known = await _stored(owner, [r.value for r in records], expected)
            for record in records:
                read = head(record.value)
                if read is None or read.source != source or record.value is None:
                    done.foreign += 1
                elif int(read.logindex) < expected:
                    if known.get(int(read.logindex)) not in (None, record.value):
                        raise RepairRefused(f"index {read.logindex} has other bytes in the topic; nothing was put back")
                elif int(read.logindex) == expected:
                    batch.append((read, record.value))
                    expected += 1
                else:
                    done.foreign += 1
            while len(batch) >= REPAIR_BATCH:
                await _put_back(owner, batch[:REPAIR_BATCH], done)
                batch = batch[REPAIR_BATCH:]
                progress(done.events)
        if batch:
            await _put_back(owner, batch, done)
            progress(done.events)
    await owner.execute("DELETE FROM eventlog.halt")
    return done


async def _stored(conn: Connection, values: list[bytes | None], below: int) -> dict[int, bytes]:
    heads = [h for h in map(head, values) if h is not None]
    return await published_at(conn, [i for h in heads if (i := int(h.logindex)) < below])


async def _put_back(conn: Connection, batch: list[tuple[Head, bytes]], done: Repaired) -> None:
    async with conn.transaction():
        waiting = await _waiting(conn, batch)
        missing = [(h, value) for h, value in batch if (h.subject, h.streamversion) not in waiting]
        rows = await conn.fetch(
            "INSERT INTO eventlog.events (stream, version, id, type, body) "
            "SELECT * FROM unnest($1::text[], $2::integer[], $3::uuid[], $4::text[], $5::bytea[]) "
            "RETURNING stream, version, position",
            [h.subject for h, _ in missing],
            [h.streamversion for h, _ in missing],
            [UUID(h.id) for h, _ in missing],
            [h.type for h, _ in missing],
            [body_of(value) for _, value in missing],
        )
        positions = waiting | {(row["stream"], row["version"]): row["position"] for row in rows}
        await conn.execute(
            "INSERT INTO eventlog.log (index, position, logtime, leaf) "
            "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::bytea[])",
            [int(h.logindex) for h, _ in batch],
            [positions[h.subject, h.streamversion] for h, _ in batch],
            [datetime.fromisoformat(h.logtime) for h, _ in batch],
            [leaf(value) for _, value in batch],
        )
        await _refuse_altered(conn, batch)
        await _no_longer_waiting(conn, list(waiting.values()))
        if rows:
            added = sorted(row["position"] for row in rows)
            await conn.execute("INSERT INTO eventlog.own_queue VALUES ($1, $2)", added[0], added)
        await conn.execute(
            "INSERT INTO eventlog.idempotency (key) SELECT DISTINCT decode(k, 'hex') FROM unnest($1::text[]) AS k "
            "ON CONFLICT DO NOTHING",
            [h.commandid for h, _ in batch if h.commandid],
        )
    done.events += len(batch)
    done.streams.update(h.subject for h, _ in batch)


async def _waiting(conn: Connection, batch: list[tuple[Head, bytes]]) -> dict[tuple[str, int], int]:
    """Return the positions of events the backup already had, still waiting for the index they got later."""
    rows = await conn.fetch(
        "SELECT e.stream, e.version, e.position, e.body FROM eventlog.events e "
        "JOIN unnest($1::text[], $2::integer[]) AS b(stream, version) USING (stream, version)",
        [h.subject for h, _ in batch],
        [h.streamversion for h, _ in batch],
    )
    published = {(h.subject, h.streamversion): body_of(value) for h, value in batch}
    for row in rows:
        if published[row["stream"], row["version"]] != row["body"]:
            raise RepairRefused(
                f"{row['stream']} version {row['version']} was written after the restore and was never published, "
                "but the topic holds another event there: restore the backup again with the services stopped, "
                "and repair before they start"
            )
    return {(row["stream"], row["version"]): row["position"] for row in rows}


async def _no_longer_waiting(conn: Connection, positions: list[int]) -> None:
    rows = await conn.fetch(
        "DELETE FROM eventlog.outbox WHERE positions && $1::bigint[] RETURNING positions", positions
    )
    for row in rows:
        if rest := sorted(set(row["positions"]) - set(positions)):
            await conn.execute("INSERT INTO eventlog.outbox VALUES ($1, $2)", rest[0], rest)


async def _refuse_altered(conn: Connection, batch: list[tuple[Head, bytes]]) -> None:
    rebuilt = await published_at(conn, [int(h.logindex) for h, _ in batch])
    for read, value in batch:
        if rebuilt.get(int(read.logindex)) != value:
            raise RepairRefused(f"index {read.logindex} of the topic cannot be stored byte for byte")
