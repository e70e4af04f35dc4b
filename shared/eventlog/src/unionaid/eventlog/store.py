"""Append to the log and load from it. Knows streams, versions and bytes, and no domain word."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from unionaid.eventlog.limits import EVENT_BYTES_MAX, IDEMPOTENCY_DAYS
from unionaid.eventlog.refusals import (
    Conflict,
    EventTooLarge,
    KeyReplayed,
    KeyReused,
    LogHalted,
    LogRefusal,
    ReservationTaken,
    VersionGap,
    WrongVersion,
)

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
"""A connection, of a pool or alone."""


class NewEvent(msgspec.Struct, frozen=True):
    """An event to be stored: `body` is the CloudEvents JSON object without index and log time."""

    id: UUID
    type: str
    body: bytes


class StreamAppend(msgspec.Struct, frozen=True):
    """New events of one stream; `expected_version` is that of the last event read, 0 for a new stream."""

    stream: str
    expected_version: int
    events: Sequence[NewEvent]


class Reservation(msgspec.Struct, frozen=True):
    """A thing that can be had once: `key` is a keyed hash of 32 bytes, held by `stream`."""

    scope: str
    key: bytes
    stream: str


class IdempotencyRow(msgspec.Struct, frozen=True):
    """What is kept of a command under its key: the HMAC of its body and what was answered."""

    key: bytes
    body: bytes
    status: int
    answer: bytes


class Beside(msgspec.Struct, frozen=True):
    """What belongs into the transaction of an append, outside the log.

    `store` writes, at once, the items that several commands have given for it.
    """

    store: Callable[[Connection, Sequence[Any]], Awaitable[None]]
    item: Any


class Write(msgspec.Struct, frozen=True):
    """What one command writes: events of one or several streams, what they take and give back, its answer."""

    appends: Sequence[StreamAppend]
    reserve: Sequence[Reservation] = ()
    release: Sequence[Reservation] = ()
    idempotency: IdempotencyRow | None = None
    beside: Beside | None = None

    def __post_init__(self) -> None:
        if not any(item.events for item in self.appends):
            raise ValueError("an append without events")
        for item in self.appends:
            for event in item.events:
                if len(event.body) > EVENT_BYTES_MAX:
                    raise EventTooLarge(item.stream, len(event.body), EVENT_BYTES_MAX)


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as it lies in the log."""

    position: int
    stream: str
    version: int
    id: UUID
    type: str
    body: bytes


_APPEND = "SELECT eventlog.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)"
# One event without reservations, the common command, as one plain statement: a third faster than the
# function. It returns no row when it must refuse; the function then says why, having changed nothing.
_ALLOWED = """
allowed AS (SELECT WHERE NOT EXISTS (SELECT FROM eventlog.halt) AND
    ($2 = 0 OR EXISTS (SELECT FROM eventlog.events WHERE stream = $1 AND version = $2)))
"""
_STORE = """
, stored AS (
    INSERT INTO eventlog.events (stream, version, id, type, body)
    SELECT $1::text, $2::integer + 1, $3, $4, $5::bytea FROM {source} RETURNING position
), queued AS (INSERT INTO eventlog.outbox SELECT position, ARRAY[position] FROM stored)
INSERT INTO eventlog.own_queue SELECT position, ARRAY[position] FROM stored RETURNING first_position
"""
_APPEND_ONE = "WITH" + _ALLOWED + _STORE.format(source="allowed")
_APPEND_ONE_KEYED = (
    "WITH"
    + _ALLOWED
    + """, keyed AS (INSERT INTO eventlog.idempotency (key, body, status, answer)
    SELECT $6::bytea, $7::bytea, $8, $9 FROM allowed ON CONFLICT DO NOTHING RETURNING true)"""
    + _STORE.format(source="keyed")
)
_LOAD = """
SELECT position, stream, version, id, type, body FROM eventlog.events
WHERE stream = $1 AND version > $2 ORDER BY version
"""
_LOAD_MANY = """
SELECT position, stream, version, id, type, body FROM eventlog.events
WHERE stream = ANY($1::text[]) ORDER BY stream, version
"""


async def load(conn: Connection, stream: str, after_version: int = 0) -> list[StoredEvent]:
    """Read the events of one stream with a version above `after_version`, in order."""
    return [StoredEvent(*row) for row in await conn.fetch(_LOAD, stream, after_version)]


async def load_many(conn: Connection, streams: Sequence[str]) -> dict[str, list[StoredEvent]]:
    """Read many streams at once; a stream without events has an empty list."""
    loaded: dict[str, list[StoredEvent]] = {stream: [] for stream in streams}
    for row in await conn.fetch(_LOAD_MANY, list(loaded)):
        loaded[row["stream"]].append(StoredEvent(*row))
    return loaded


async def append(
    conn: Connection,
    appends: Sequence[StreamAppend],
    *,
    reserve: Sequence[Reservation] = (),
    release: Sequence[Reservation] = (),
    idempotency: IdempotencyRow | None = None,
) -> int:
    """Append events of one or several streams, all or nothing, and return the last position.

    Takes part in the caller's transaction if one is open; otherwise the one statement is its own.

    Raises:
        WrongVersion: another writer was first. Load again and decide again.
        VersionGap: a stream is shorter than expected.
        EventTooLarge: a body is over `EVENT_BYTES_MAX`.
        ReservationTaken: another stream holds what was asked for.
        KeyReplayed, KeyReused: the command came before, with the same or with another body.
        LogHalted: the log waits for a repair.
    """
    return await put(conn, Write(appends, reserve, release, idempotency))


async def put(conn: Connection, write: Write) -> int:
    """Append what one command writes, with the returns and refusals of `append`."""
    appends, answered = write.appends, write.idempotency
    try:
        if len(appends) == 1 and len(appends[0].events) == 1 and not write.reserve and not write.release:
            position = await _append_one(conn, appends[0], answered)
            if position is not None:
                return position
        return await append_all(conn, [write])
    except asyncpg.PostgresError as error:
        refusal = _refusal(error)
        if isinstance(refusal, KeyReplayed) and answered is not None and not conn.is_in_transaction():
            await replayed(conn, answered.key, answered.body)
        raise (refusal or error) from error


async def _append_one(conn: Connection, item: StreamAppend, key: IdempotencyRow | None) -> int | None:
    event = item.events[0]
    what = (item.stream, item.expected_version, event.id, event.type, event.body)
    if key is None:
        position = await conn.fetchval(_APPEND_ONE, *what)
    else:
        position = await conn.fetchval(_APPEND_ONE_KEYED, *what, key.key, key.body, key.status, key.answer)
    return None if position is None else int(position)


async def append_all(conn: Connection, writes: Sequence[Write]) -> int:
    """Append what several commands write, all or nothing, in one statement, and return the last position.

    Raises:
        asyncpg.PostgresError: as the database tells it; which of the commands is to blame is not known.
    """
    appends = [item for write in writes for item in write.appends]
    rows = [
        (item.stream, item.expected_version + n, event.id, event.type, event.body)
        for item in appends
        for n, event in enumerate(item.events, start=1)
    ]
    # One order for all writers of what is unique: no deadlock.
    wanted = sorted((r for write in writes for r in write.reserve), key=lambda r: (r.scope, r.key))
    given_back = [r for write in writes for r in write.release]
    keyed = sorted((write.idempotency for write in writes if write.idempotency), key=lambda row: row.key)
    arguments = (
        [item.stream for item in appends],
        [item.expected_version for item in appends],
        *_columns(rows, 5),
        *_columns([(r.scope, r.key, r.stream) for r in wanted], 3),
        *_columns([(r.scope, r.key) for r in given_back], 2),
        *_columns([(row.key, row.body, row.status, row.answer) for row in keyed], 4),
    )
    return int(await conn.fetchval(_APPEND, *arguments))


def _columns(rows: Sequence[tuple[Any, ...]], number: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(number)]


async def replayed(conn: Connection, key: bytes, body: bytes) -> None:
    """Look whether the command of this key was carried out before.

    Raises:
        KeyReplayed: yes, with what was answered then.
        KeyReused: yes, but with another body.
    """
    row = await conn.fetchrow("SELECT body, status, answer FROM eventlog.idempotency WHERE key = $1", key)
    if row is None:
        return
    if row["body"] is not None and row["body"] != body:
        raise KeyReused
    raise KeyReplayed(row["status"], row["answer"])


async def keep_answer(conn: Connection, row: IdempotencyRow) -> None:
    """Keep the answer to a command that appended nothing, such as a refusal by the domain.

    Raises:
        KeyReplayed, KeyReused: a twin of the command was first.
    """
    done = await conn.fetchval(
        "INSERT INTO eventlog.idempotency (key, body, status, answer) VALUES ($1::bytea,$2::bytea,$3,$4) "
        "ON CONFLICT DO NOTHING RETURNING true",
        row.key,
        row.body,
        row.status,
        row.answer,
    )
    if not done:
        await replayed(conn, row.key, row.body)


async def release(conn: Connection, held: Iterable[Reservation]) -> None:
    """Give back what these streams hold, beside an append; what another stream holds stays."""
    rows = [(r.scope, r.key, r.stream) for r in held]
    await conn.execute(
        "DELETE FROM eventlog.reservations r "
        "USING unnest($1::text[], $2::bytea[], $3::text[]) AS x(scope, key, stream) "
        "WHERE r.scope = x.scope AND r.key = x.key AND r.stream = x.stream",
        *_columns(rows, 3),
    )


async def forget_bodies(conn: Connection, keys: Sequence[bytes]) -> None:
    """Forget what the requests of these commands said: a repeat gets the first answer, whatever its body is."""
    await conn.execute("UPDATE eventlog.idempotency SET body = NULL WHERE key = ANY($1::bytea[])", list(keys))


async def forget_answers(conn: Connection) -> int:
    """Delete answers older than `IDEMPOTENCY_DAYS`; return how many."""
    gone = await conn.fetch(
        "DELETE FROM eventlog.idempotency WHERE stored_at < now() - make_interval(days => $1) RETURNING true",
        IDEMPOTENCY_DAYS,
    )
    return len(gone)


async def log_index(conn: Connection, stream: str, version: int) -> int | None:
    """Return the index of an event, None while it waits for one.

    Raises:
        LookupError: the stream has no such version.
    """
    row = await conn.fetchrow(
        "SELECT l.index FROM eventlog.events e LEFT JOIN eventlog.log l ON l.position = e.position "
        "WHERE e.stream = $1 AND e.version = $2",
        stream,
        version,
    )
    if row is None:
        raise LookupError(f"{stream} has no version {version}")
    index: int | None = row["index"]
    return index


async def holders(conn: Connection, scope: str, keys: Sequence[bytes]) -> dict[bytes, str]:
    """Return which streams hold these things now; what is free is absent. Only an append decides for good."""
    rows = await conn.fetch(
        "SELECT key, stream FROM eventlog.reservations WHERE scope = $1 AND key = ANY($2::bytea[])", scope, list(keys)
    )
    return {bytes(row["key"]): row["stream"] for row in rows}


async def held_in(conn: Connection, scope: str) -> dict[bytes, str]:
    """Return everything that is held in a scope, by key, each with the stream that holds it."""
    rows = await conn.fetch("SELECT key, stream FROM eventlog.reservations WHERE scope = $1", scope)
    return {bytes(row["key"]): row["stream"] for row in rows}


async def held_by_keys(conn: Connection, keys: Sequence[bytes]) -> list[Reservation]:
    """Return what is held under these keys in whatever scope."""
    rows = await conn.fetch(
        "SELECT scope, key, stream FROM eventlog.reservations WHERE key = ANY($1::bytea[]) ORDER BY scope, key",
        list(keys),
    )
    return [Reservation(row["scope"], bytes(row["key"]), row["stream"]) for row in rows]


async def rebuild_reservations(conn: Connection, held: Iterable[Reservation]) -> None:
    """Replace all reservations by those the events imply. Call inside a transaction."""
    await conn.execute("DELETE FROM eventlog.reservations")
    await conn.copy_records_to_table(
        "reservations",
        schema_name="eventlog",
        columns=["scope", "key", "stream"],
        records=[(r.scope, r.key, r.stream) for r in held],
    )


def _refusal(error: asyncpg.PostgresError) -> LogRefusal | None:
    detail = str(getattr(error, "detail", None) or "")
    match error.sqlstate:
        case "UL002":
            return VersionGap(detail)
        case "UL003":
            return ReservationTaken(
                [Conflict(c["scope"], bytes.fromhex(c["key"]), c["holder"], c["wanted_by"]) for c in json.loads(detail)]
            )
        case "UL004":
            return KeyReplayed(None, None)
        case "UL005":
            return LogHalted(detail)
        case "23505" if getattr(error, "constraint_name", None) == "events_pkey":
            return WrongVersion(detail.partition(")=(")[2].rpartition(", ")[0])
        case _:
            return None
