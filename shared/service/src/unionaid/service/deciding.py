"""Load, decide, append: the one way a command changes anything, in every service."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from unionaid.contracts import EventMeta, decode, encode_with, uuid7
from unionaid.eventlog import (
    Busy,
    IdempotencyRow,
    KeyReplayed,
    NewEvent,
    Reservation,
    StreamAppend,
    Write,
    WrongVersion,
    load_many,
    put,
    replayed,
)
from unionaid.eventlog.limits import APPEND_TRIES_MAX

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from unionaid.contracts import Event
    from unionaid.eventlog import Beside, Connection, Log, StoredEvent

RETRY_PAUSE_S = 0.01
"""Seconds, doubled and with jitter, before a command is decided again."""


class Issued(msgspec.Struct, frozen=True):
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


class Decision(msgspec.Struct, frozen=True):
    """What a rule has decided: events, in order, of any streams; what they take and give back; the answer.

    `answer` is kept for a repeated request, so it holds no identity.
    """

    events: Sequence[Event]
    status: int = 201
    answer: bytes = b"{}"
    reserve: Sequence[Reservation] = ()
    release: Sequence[Reservation] = ()


class Done(msgspec.Struct, frozen=True):
    """A command carried out: the answer, a position not before its last event's, the new version of each stream."""

    status: int
    answer: bytes
    position: int
    versions: Mapping[str, int] = {}


class History(dict[str, list["Event"]]):
    """The events of each loaded stream, oldest first; none for a new stream.

    `actors` says, event by event, who caused it: what two pairs of eyes are checked against.
    """

    def __init__(self, stored: Mapping[str, Sequence[StoredEvent]]) -> None:
        decoded = {name: [decode(e.body) for e in events] for name, events in stored.items()}
        super().__init__({name: [event for _, event in pairs] for name, pairs in decoded.items()})
        self.actors = {name: [envelope.actor for envelope, _ in pairs] for name, pairs in decoded.items()}


async def carry_out(
    log: Log,
    issued: Issued,
    streams: Sequence[str],
    decide: Callable[[History], Decision],
    *,
    first: Callable[[Connection], Awaitable[None]] | None = None,
    also: Callable[[Connection], Awaitable[None]] | None = None,
    beside: Beside | None = None,
) -> Done:
    """Load `streams`, decide, append; decide again when another writer was first.

    `first` reads, or clears, what else the decision is about, such as the vault, after the streams: who changes it
    later has changed a stream too, and all is done again. `also` writes what belongs into the same transaction;
    `beside` too, and may be written together with that of other commands, but neither with `first` nor with `also`.
    A stream that is written but was not loaded must be new.

    Raises:
        Busy: others were first `APPEND_TRIES_MAX` times; the same request may be sent again.
        LogRefusal: any other of `unionaid.eventlog.append`.
        Exception: what `decide` refuses with.
    """
    if beside is not None and (first is not None or also is not None):
        raise ValueError("`beside` goes with neither `first` nor `also`")
    tries = 0
    while True:
        tries += 1
        try:
            if also is None and first is None:
                made = _made(issued, await log.load(streams), decide, beside)
                return made.done(await log.put(made.write))
            async with log.pool.acquire() as conn, conn.transaction():
                stored = await load_many(conn, streams) if streams else {}
                if first is not None:
                    await first(conn)
                made = _made(issued, stored, decide)
                position = await put(conn, made.write)
                if also is not None:
                    await also(conn)
                return made.done(position)
        except WrongVersion as refusal:
            if tries == APPEND_TRIES_MAX:
                raise Busy(refusal.stream, tries) from None
        except KeyReplayed:
            async with log.pool.acquire() as conn:
                await replayed(conn, issued.command_id, issued.body)  # raises with the answer given then
            raise
        await asyncio.sleep(RETRY_PAUSE_S * 2 ** (tries - 1) * random.uniform(0.5, 1.5))  # noqa: S311  jitter


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


class _Made(msgspec.Struct, frozen=True):
    """A decision as the log takes it."""

    decision: Decision
    write: Write

    def done(self, position: int) -> Done:
        versions = {item.stream: item.expected_version + len(item.events) for item in self.write.appends}
        return Done(self.decision.status, self.decision.answer, position, versions)


def _made(
    issued: Issued,
    stored: Mapping[str, Sequence[StoredEvent]],
    decide: Callable[[History], Decision],
    beside: Beside | None = None,
) -> _Made:
    decision = decide(History(stored))
    appends = encoded(
        issued, decision.events, {name: events[-1].version if events else 0 for name, events in stored.items()}
    )
    row = IdempotencyRow(issued.command_id, issued.body, decision.status, decision.answer)
    return _Made(decision, Write(appends, decision.reserve, decision.release, row, beside))
