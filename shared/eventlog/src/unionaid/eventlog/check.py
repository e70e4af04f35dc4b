"""Check a log from outside: no holes, no doubles, nothing altered. Names the first breach of each kind."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaError

from unionaid.eventlog.records import head
from unionaid.eventlog.sequencer import published_after, published_at
from unionaid.eventlog.topic import open_topic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unionaid.eventlog.store import Connection, Reservation

CHECK_BATCH = 2_000
"""Events compared with the topic at a time."""


@dataclass
class Report:
    """What was checked, and every breach found, the first of each kind."""

    checked: dict[str, int] = field(default_factory=dict)
    breaches: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True if there is no breach."""
        return not self.breaches

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {"ok": self.ok, **asdict(self)}


_FIRST = {
    "index-gap": (
        "SELECT 'index ' || n || ' is missing' FROM (SELECT index, row_number() OVER (ORDER BY index) - 1 AS n "
        "FROM eventlog.log) l WHERE index <> n ORDER BY index LIMIT 1"
    ),
    "logtime-falls": (
        "SELECT 'log time falls at index ' || index FROM (SELECT index, logtime, lag(logtime) OVER (ORDER BY index) "
        "AS before FROM eventlog.log) l WHERE logtime < before ORDER BY index LIMIT 1"
    ),
    "version-gap": (
        "SELECT stream || ' has no version ' || n FROM (SELECT stream, version, row_number() OVER "
        "(PARTITION BY stream ORDER BY version) AS n FROM eventlog.events) e WHERE version <> n "
        "ORDER BY stream, n LIMIT 1"
    ),
    "order-in-stream": (
        "SELECT stream || ' version ' || version || ' has a lower index than the one before' FROM (SELECT e.stream, "
        "e.version, l.index, lag(l.index) OVER (PARTITION BY e.stream ORDER BY e.version) AS before "
        "FROM eventlog.events e JOIN eventlog.log l USING (position)) x WHERE index < before LIMIT 1"
    ),
    "lost-event": (
        "SELECT 'position ' || e.position || ' has no index and does not wait for one' FROM eventlog.events e "
        "WHERE NOT EXISTS (SELECT FROM eventlog.log l WHERE l.position = e.position) AND NOT EXISTS "
        "(SELECT FROM eventlog.outbox o WHERE o.positions @> ARRAY[e.position]) LIMIT 1"
    ),
    "log-without-event": (
        "SELECT 'index ' || l.index || ' has no event' FROM eventlog.log l "
        "WHERE NOT EXISTS (SELECT FROM eventlog.events e WHERE e.position = l.position) LIMIT 1"
    ),
    "leaf": (
        "SELECT 'the leaf of index ' || l.index || ' is not that of its value' FROM eventlog.log l "
        "JOIN eventlog.events e USING (position) "
        "WHERE l.leaf <> sha256('\\x00'::bytea || eventlog.value(l.index, l.logtime, e.body)) ORDER BY l.index LIMIT 1"
    ),
    "halted": "SELECT reason FROM eventlog.halt",
    "position": (
        "SELECT subscription || ' stands at ' || last_index || ' of ' || topic || ' without a hash' "
        "FROM eventlog.positions WHERE (last_index >= 0) <> (last_hash IS NOT NULL) LIMIT 1"
    ),
}


async def check_database(conn: Connection) -> Report:
    """Check indexes, versions, order, leaves and positions of one service's log."""
    report = Report()
    for table in ("events", "log", "outbox", "reservations", "parked"):
        report.checked[table] = int(await conn.fetchval(f"SELECT count(*) FROM eventlog.{table}"))
    for kind, sql in _FIRST.items():
        breach = await conn.fetchval(sql)
        if breach is not None:
            report.breaches[kind] = breach
    return report


async def check_reservations(conn: Connection, report: Report, expected: Iterable[Reservation]) -> None:
    """Compare the reservations with those the events imply."""
    implied = {(r.scope, bytes(r.key)): r.stream for r in expected}
    held = {
        (row["scope"], bytes(row["key"])): row["stream"]
        for row in await conn.fetch("SELECT scope, key, stream FROM eventlog.reservations")
    }
    for scope, key in sorted(implied.keys() - held.keys()):
        report.breaches.setdefault("reservation-missing", f"{scope} of {implied[scope, key]}")
    for scope, key in sorted(held.keys() - implied.keys()):
        report.breaches.setdefault("reservation-without-event", f"{scope} of {held[scope, key]}")


async def check_topic(conn: Connection, report: Report, bootstrap: str, topic: str, source: str) -> None:
    """Compare every published record with the stored bytes, in index order; foreign records are counted."""
    expected, foreign = 0, 0
    ahead: tuple[int, int, bytes] | None = None
    try:
        async with open_topic(bootstrap, topic) as reader:
            begin, end = await reader.bounds()
            stored: dict[int, bytes] = {}
            async for records in reader.read(begin, end):
                for record in records:
                    read = head(record.value)
                    if expected not in stored:
                        stored = {p.index: p.value for p in await published_after(conn, expected - 1, CHECK_BATCH)}
                    if stored.get(expected) is not None and record.value == stored[expected]:
                        expected += 1
                        continue
                    if read and read.source == source and int(read.logindex) == expected:
                        report.breaches["published"] = f"offset {record.offset}: index {expected} has other bytes"
                        return
                    if read and read.source == source and int(read.logindex) < expected:
                        report.breaches.setdefault("doubled", f"offset {record.offset}: index {read.logindex} again")
                    if ahead is None and read and read.source == source and int(read.logindex) > expected:
                        ahead = (record.offset, int(read.logindex), record.value)
                    foreign += 1
    except KafkaError as error:
        report.breaches["topic"] = f"{topic} cannot be read: {error}"
        return
    if ahead is not None and (await published_at(conn, [ahead[1]])).get(ahead[1]) == ahead[2]:
        report.breaches["hole"] = f"index {expected} is missing: offset {ahead[0]} already holds index {ahead[1]}"
    report.checked.update({"published": expected, "foreign": foreign})
    last = await conn.fetchval("SELECT coalesce(max(index), -1) FROM eventlog.log")
    with contextlib.suppress(TypeError):
        report.checked["unpublished"] = max(0, last + 1 - expected)
