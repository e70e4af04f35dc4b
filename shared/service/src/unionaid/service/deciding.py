"""Load, decide, append: the one way a command changes anything, in every service."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from unionaid.contracts import EventMeta, decode, encode_with, uuid7
from unionaid.eventlog import (
    Busy,
    IdempotencyRow,
    KeyReplayed,
    NewEvent,
    Reservation,
    StreamAppend,
    WrongVersion,
    append,
    load,
    load_many,
    replayed,
)
from unionaid.eventlog.limits import APPEND_TRIES_MAX

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    import asyncpg

    from unionaid.contracts import Event
    from unionaid.eventlog import Connection, StoredEvent

RETRY_PAUSE_S = 0.01
"""Seconds, doubled and with jitter, before a command is decided again."""


@dataclass(frozen=True, slots=True)
class Issued:
    """Who commands, when, and under which key. `command_id` and `body` are HMACs of 32 bytes."""

    source: str
    actor: str
    command_id: bytes
    body: bytes
    time: datetime
    business_date: date
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    simulated: bool = False

    def meta(self) -> EventMeta:
        """Return the attributes all events of this command share."""
        return EventMeta(
            source=self.source,
            time=self.time,
            command_id=self.command_id,
            actor=self.actor,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            traceparent=self.traceparent,
            simulated=self.simulated,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule has decided: events, in order, of any streams; what they take and give back; the answer.

    `answer` is kept for a repeated request, so it holds no identity.
    """

    events: Sequence[Event]
    status: int = 201
    answer: bytes = b"{}"
    reserve: Sequence[Reservation] = ()
    release: Sequence[Reservation] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A command carried out: the answer, the last position, the new version of each stream."""

    status: int
    answer: bytes
    position: int
    versions: Mapping[str, int] = field(default_factory=dict)


class History(dict[str, list["Event"]]):
    """The events of each loaded stream, oldest first; none for a new stream.

    `actors` says, event by event, who caused it: what two pairs of eyes are checked against.
    """

    def __init__(self, stored: Mapping[str, Sequence[StoredEvent]]) -> None:
        decoded = {name: [decode(e.body) for e in events] for name, events in stored.items()}
        super().__init__({name: [event for _, event in pairs] for name, pairs in decoded.items()})
        self.actors = {name: [envelope.actor for envelope, _ in pairs] for name, pairs in decoded.items()}


async def carry_out(
    pool: asyncpg.Pool[asyncpg.Record],
    issued: Issued,
    streams: Sequence[str],
    decide: Callable[[History], Decision],
    *,
    also: Callable[[Connection], Awaitable[None]] | None = None,
) -> Done:
    """Load `streams`, decide, append; decide again when another writer was first.

    `also` writes what belongs into the same transaction, such as the vault. A stream that is written but was
    not loaded must be new.

    Raises:
        Busy: others were first `APPEND_TRIES_MAX` times; the same request may be sent again.
        LogRefusal: any other of `unionaid.eventlog.append`.
        Exception: what `decide` refuses with.
    """
    contested = ""
    for attempt in range(APPEND_TRIES_MAX):
        async with pool.acquire() as conn:
            try:
                if also is None:
                    return await _try(conn, issued, streams, decide)
                async with conn.transaction():
                    done = await _try(conn, issued, streams, decide)
                    await also(conn)
                    return done
            except WrongVersion as refusal:
                contested = refusal.stream
            except KeyReplayed:
                await replayed(conn, issued.command_id, issued.body)  # raises with the answer given then
                raise
        await asyncio.sleep(RETRY_PAUSE_S * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311  jitter
    raise Busy(contested, APPEND_TRIES_MAX)


def encoded(issued: Issued, events: Sequence[Event], versions: Mapping[str, int]) -> list[StreamAppend]:
    """Turn events into appends: grouped by stream, each with the version it stands at."""
    meta = issued.meta()
    grouped: dict[str, list[NewEvent]] = {}
    for event in events:
        stream = event.subject
        mine = grouped.setdefault(stream, [])
        id = uuid7(issued.time)
        version = versions.get(stream, 0) + len(mine) + 1
        body = encode_with(meta, event, id=id, subject=stream, stream_version=version)
        mine.append(NewEvent(id, event.TYPE, body))
    return [StreamAppend(stream, versions.get(stream, 0), new) for stream, new in grouped.items()]


async def _try(conn: Connection, issued: Issued, streams: Sequence[str], decide: Callable[[History], Decision]) -> Done:
    stored = await _load(conn, streams)
    decision = decide(History(stored))
    appends = encoded(
        issued, decision.events, {name: events[-1].version if events else 0 for name, events in stored.items()}
    )
    row = IdempotencyRow(issued.command_id, issued.body, decision.status, decision.answer)
    position = await append(conn, appends, reserve=decision.reserve, release=decision.release, idempotency=row)
    versions = {item.stream: item.expected_version + len(item.events) for item in appends}
    return Done(decision.status, decision.answer, position, versions)


async def _load(conn: Connection, streams: Sequence[str]) -> Mapping[str, Sequence[StoredEvent]]:
    if len(streams) == 1:
        return {streams[0]: await load(conn, streams[0])}
    return await load_many(conn, streams) if streams else {}
