"""What a subscription does with events, and how one bad event is kept from stopping the others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import asyncpg
import msgspec

from unionaid.eventlog.limits import PARKED_VALUE_BYTES_MAX
from unionaid.eventlog.records import Head, head

if TYPE_CHECKING:
    from unionaid.eventlog.store import Connection


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event as a subscription receives it. `data` is what the type's decoder made of it."""

    topic: str
    index: int
    logtime: str
    id: str
    type: str
    subject: str
    data: Any


Decoder = Callable[[bytes], object]


class Handler(Protocol):
    """Applies events in one transaction, together with the position.

    `decoders` names every event type the handler reads, with its version, and turns the bytes of its data
    into an object; what it raises parks the event. Types of other names are passed over; another version of
    a name the handler reads is parked, for it would be left out of a figure otherwise.
    """

    @property
    def decoders(self) -> Mapping[str, Decoder]:
        """Event type with version -> decoder of its data."""
        ...

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Write what follows from the events. Persist only: nothing is called from here."""
        ...


class Parked(msgspec.Struct, frozen=True):
    """A record that could not be applied. `blocks` is the key that waits behind it; None: a foreign record."""

    topic: str
    offset: int
    index: int | None
    blocks: str | None
    reason: str
    value: bytes | None


class Interest:
    """Which event types a handler reads, and under which other versions they must be parked."""

    def __init__(self, decoders: Mapping[str, Decoder]) -> None:
        self._decoders = dict(decoders)
        self._names = {name.rpartition(".v")[0] for name in decoders}

    def read(self, topic: str, index: int, head: Head) -> Event | str | None:
        """Return the decoded event, None for a type of no interest, or why it cannot be read."""
        decode = self._decoders.get(head.type)
        if decode is None:
            name, _, version = head.type.rpartition(".v")
            return f"unknown version {version} of {name}" if name in self._names else None
        try:
            data = decode(bytes(head.data))
        except Exception as error:  # noqa: BLE001  whatever a decoder raises, the record is at fault
            return _reason(error)
        return Event(topic, index, head.logtime, head.id, head.type, head.subject, data)


CONNECTION_LOST = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What asyncpg raises, besides errors the server sent, when the server goes away in the middle of a word."""
_TRANSIENT_CLASSES = ("08", "25", "40", "53", "55", "57", "58", "XX")


def is_transient(error: BaseException) -> bool:
    """Say whether an error is of the moment: it may pass, so nothing is parked for it."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_TRANSIENT_CLASSES)
    return isinstance(error, (*CONNECTION_LOST, MemoryError))


async def apply_in_halves(
    conn: Connection, apply: Callable[[Connection, Sequence[Event]], Any], events: Sequence[Event]
) -> dict[int, str]:
    """Apply events; when that fails, halve them until the culprit is alone.

    Returns the culprits, by their place in `events`, with the reason; later events of a culprit's subject are
    among them. Call inside a transaction. Raises only what is of the moment.
    """
    culprits: dict[int, str] = {}
    blocked: set[tuple[str, str]] = set()

    async def part(low: int, high: int) -> None:
        chosen = [n for n in range(low, high) if (events[n].topic, events[n].subject) not in blocked]
        for n in set(range(low, high)) - set(chosen):
            culprits[n] = _BEHIND
        if not chosen:
            return
        try:
            async with conn.transaction():
                await apply(conn, [events[n] for n in chosen])
        except Exception as error:
            if is_transient(error):
                raise
            if len(chosen) == 1:
                culprits[chosen[0]] = _reason(error)
                blocked.add((events[chosen[0]].topic, events[chosen[0]].subject))
                return
            middle = chosen[len(chosen) // 2]
            await part(low, middle)
            await part(middle, high)

    await part(0, len(events))
    return culprits


def _reason(error: Exception) -> str:
    """Return kind and first line of an error: further lines of PostgreSQL's quote values."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"[:500]


_BEHIND = "waits behind an earlier event of its key"


async def park(conn: Connection, subscription: str, records: Sequence[Parked]) -> int:
    """Put records aside with their bytes and reason; return how many were not there before."""
    if not records:
        return 0
    rows = await conn.fetch(
        "INSERT INTO eventlog.parked (subscription, topic, kafka_offset, index, blocks, reason, length, sha256, value) "
        "SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], "
        "$8::bytea[], $9::bytea[]) ON CONFLICT DO NOTHING RETURNING true",
        subscription,
        [r.topic for r in records],
        [r.offset for r in records],
        [r.index for r in records],
        [r.blocks for r in records],
        [r.reason.replace("\x00", "\\0") for r in records],
        [len(r.value or b"") for r in records],
        [hashlib.sha256(r.value or b"").digest() for r in records],
        [r.value if r.value is not None and len(r.value) <= PARKED_VALUE_BYTES_MAX else None for r in records],
    )
    return len(rows)


async def blocked_keys(conn: Connection, subscription: str) -> set[tuple[str, str]]:
    """Return the (topic, key) pairs whose later events are parked too."""
    rows = await conn.fetch(
        "SELECT DISTINCT topic, blocks FROM eventlog.parked WHERE subscription = $1 AND blocks IS NOT NULL",
        subscription,
    )
    return {(row["topic"], row["blocks"]) for row in rows}


async def list_parked(conn: Connection, subscription: str | None = None) -> list[dict[str, Any]]:
    """List what is parked, oldest first, without the bytes."""
    rows = await conn.fetch(
        "SELECT subscription, topic, kafka_offset, index, blocks, reason, length, parked_at FROM eventlog.parked "
        "WHERE $1::text IS NULL OR subscription = $1 ORDER BY parked_at, topic, index",
        subscription,
    )
    return [dict(row) for row in rows]


async def retry_parked(conn: Connection, subscription: str, handler: Handler) -> tuple[int, int]:
    """Apply what is parked under keys again, in index order; return how many were applied and how many remain.

    Foreign records stay: they belong to no log of ours.
    """
    async with conn.transaction():
        await conn.execute(
            "SELECT FROM eventlog.positions WHERE subscription = $1 ORDER BY topic FOR UPDATE", subscription
        )
        return await apply_parked(conn, subscription, handler, lambda value, _key: head(value))


async def apply_parked(
    conn: Connection, subscription: str, handler: Handler, read: Callable[[bytes, str], Head | None]
) -> tuple[int, int]:
    """Do the work of `retry_parked` inside the transaction that keeps the subscription from going on meanwhile.

    `read` makes the head of a parked value; it is given the key the value stands under too.
    """
    interest = Interest(handler.decoders)
    rows = await conn.fetch(
        "SELECT topic, index, kafka_offset, blocks, value FROM eventlog.parked "
        "WHERE subscription = $1 AND blocks IS NOT NULL AND value IS NOT NULL ORDER BY topic, index FOR UPDATE",
        subscription,
    )
    failed: set[tuple[str, str]] = set()
    applied = 0
    for row in rows:
        key = (row["topic"], row["blocks"])
        known = read(row["value"], row["blocks"])
        event = interest.read(row["topic"], row["index"], known) if known and key not in failed else "blocked"
        if isinstance(event, str) or (event is not None and await apply_in_halves(conn, handler.apply, [event])):
            failed.add(key)
            continue
        await conn.execute(
            "DELETE FROM eventlog.parked WHERE subscription = $1 AND topic = $2 AND index = $3 AND blocks IS NOT NULL",
            subscription,
            row["topic"],
            row["index"],
        )
        applied += 1
    return applied, len(rows) - applied
