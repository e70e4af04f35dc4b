"""Take a log out as a file, and fill an empty topic with it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from unionaid.eventlog.limits import TRANSACTION_EVENTS_MAX
from unionaid.eventlog.publisher import make_producer, publish, tail_of
from unionaid.eventlog.sequencer import last_index, published_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from unionaid.eventlog.store import Connection


class RepublishRefused(Exception):
    """The topic may not be filled; the message says why."""


async def export(conn: Connection, file: Path, progress: Callable[[int, int], None] = lambda *_: None) -> str:
    """Write all published values in index order as JSON Lines, and beside them `<file>.sha256`.

    Returns the SHA-256 of the file in hex. A file half written is never left under the name.
    """
    partial, digest, index = file.with_name(file.name + ".partial"), hashlib.sha256(), -1
    last = await last_index(conn)
    with partial.open("wb") as out:
        while index < last:
            for event in await published_after(conn, index, TRANSACTION_EVENTS_MAX):
                line = event.value + b"\n"
                out.write(line)
                digest.update(line)
                index = event.index
            progress(index + 1, last + 1)
    partial.replace(file)
    sha256 = digest.hexdigest()
    file.with_name(file.name + ".sha256").write_text(f"{sha256}  {file.name}\n")
    return sha256


async def republish(
    conn: Connection,
    bootstrap: str,
    topic: str,
    source: str,
    *,
    confirmed: str,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """Fill a new, empty topic with the whole log, from index 0; return how many events that were.

    `confirmed` must be the topic's name, typed by the operator. Fences the relay; it begins again behind this.

    Raises:
        RepublishRefused: not confirmed, or the topic holds records of this log already.
        KafkaError: the broker failed; the topic may hold a first part: the relay goes on from there.
    """
    if confirmed != topic:
        raise RepublishRefused(f"confirm by naming the topic: {topic}")
    producer = make_producer(bootstrap, topic)
    await producer.start()
    try:
        tail = await tail_of(bootstrap, topic, conn, source)
        if tail.last_index >= 0 or tail.contradiction:
            raise RepublishRefused(f"{topic} is not empty: delete it and make it anew, or let the relay go on")
        index, end, last = -1, 0, await last_index(conn)
        while index < last:
            events = await published_after(conn, index, TRANSACTION_EVENTS_MAX)
            end = await publish(producer, topic, events, end)
            index = events[-1].index
            progress(index + 1, last + 1)
        return index + 1
    finally:
        await producer.stop()
