"""Where a subscription stands in one topic, and what it makes of each record it meets. No IO.

States: following; verifying (the next record must be the last one applied); rereading (from the beginning, dropping
what was applied); looking ahead (an index is missing, nothing is applied until it is found); stopped.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from unionaid.eventlog.handling import Event, Parked
from unionaid.eventlog.records import Head, head

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AHEAD_ALARM_S = 1.0
"""Seconds a reader looks ahead for a missing index before it says so; it goes on looking, and never skips."""


class Record(Protocol):
    """What is read of a Kafka record."""

    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


class Seek(NamedTuple):
    """Go on at an offset, None for the beginning."""

    offset: int | None


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """A record with the expected index."""

    offset: int
    index: int
    value: bytes
    head: Head


@dataclass(slots=True)
class Sorted:
    """A batch of one topic, sorted: to apply, to park, and where to go on."""

    start_index: int
    """The last index applied when the batch was sorted: what the stored position must still say."""
    last_index: int
    last_hash: bytes | None
    last_offset: int
    moved: bool = False
    events: list[Event] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    moments: dict[str, int] = field(default_factory=dict)
    """Log time, as it is written -> the last index of it."""
    seek: Seek | None = None
    _last_value: bytes | None = None

    def hash(self) -> bytes | None:
        """Return the hash of the last record of ours."""
        if self._last_value is not None:
            self.last_hash, self._last_value = sha256(self._last_value), None
        return self.last_hash

    def move(self, record: Accepted) -> None:
        """Take the next index."""
        self.moved, self.last_index, self.last_offset = True, record.index, record.offset
        self._last_value = record.value
        self.moments[record.head.logtime] = record.index


@dataclass(slots=True)
class Cursor:
    """A subscription's place in one topic. `hint` is the offset of the last record applied."""

    topic: str
    source: str
    last_index: int = -1
    last_hash: bytes | None = None
    hint: int = 0
    cap: int | None = None
    """Nothing above this index is applied; used while building beside a live set."""
    verifying: bool = False
    rereading: bool = False
    suspect: int | None = None
    """Offset of an unexpected record: up to here it was looked whether the topic is still the same."""
    ahead_from: int | None = None
    missing: int | None = None
    """The index that is looked for, `missing_since` when (monotonic seconds)."""
    missing_since: float = 0.0
    foreign_until: int = 0
    """Records of other than the expected index before this offset are foreign."""
    stopped: str | None = None

    def take_up(self, last_index: int, last_hash: bytes | None, hint: int) -> int:
        """Begin anew from a stored position; return the offset to seek."""
        self.last_index, self.last_hash, self.hint = last_index, last_hash, hint
        self.suspect = self.ahead_from = self.stopped = None
        self.foreign_until = 0
        self.verifying, self.rereading = last_index >= 0, last_index < 0
        return hint if last_index >= 0 else 0

    def look_again(self) -> int:
        """Look whether the topic is still the one it was, when nothing came for a while; return the offset to seek.

        A topic made anew may end just where this reader waits; without a look the reader would wait for ever.
        """
        nothing_there = self.verifying
        offset = self.take_up(self.last_index, self.last_hash, self.hint)
        if nothing_there:
            # Not even the last applied record came: the topic now ends before it.
            self.verifying, self.rereading, offset = False, True, 0
        return offset

    def applied(self, batch: Sorted) -> None:
        """Take over where a batch has led, after its transaction."""
        self.last_index, self.last_hash, self.hint = batch.last_index, batch.hash(), batch.last_offset

    @property
    def alarm(self) -> str | None:
        """Why the topic does not advance although records lie there."""
        looked_for = self.missing == self.last_index + 1 and time.monotonic() - self.missing_since > AHEAD_ALARM_S
        if self.stopped or not looked_for:
            return self.stopped
        return f"index {self.missing} is missing: what follows in the topic holds others"

    def sort(self, records: Sequence[Record], accept: Callable[[Sorted, Accepted], None]) -> Sorted:
        """Sort records into what `accept` takes, in index order without a hole, and what is foreign."""
        batch = Sorted(self.last_index, self.last_index, self.last_hash, self.hint)
        for record in records:
            read = head(record.value)
            index = int(read.logindex) if read is not None and read.source == self.source else None
            if self.verifying:
                self._verify(batch, record, index)
            elif self.ahead_from is not None:
                self._look_ahead(batch, record, index, self.ahead_from)
            elif record.value is None or read is None or index is None:
                batch.parked.append(Parked(self.topic, record.offset, None, None, "no event of this log", record.value))
            elif index == batch.last_index + 1:
                self._next(batch, Accepted(record.offset, index, record.value, read), accept)
            elif index == batch.last_index:
                self._again(batch, record)
            else:
                self._unexpected(batch, record, index)
            if batch.seek is not None or self.stopped:
                break
        return batch

    def _verify(self, batch: Sorted, record: Record, index: int | None) -> None:
        self.verifying = False
        if index != batch.last_index or sha256(record.value) != batch.hash():
            self.rereading, batch.seek = True, Seek(None)

    def _look_ahead(self, batch: Sorted, record: Record, index: int | None, ahead_from: int) -> None:
        if index == batch.last_index + 1:
            found_later = record.offset > ahead_from
            self.foreign_until = record.offset if found_later else 0
            batch.seek = Seek(ahead_from if found_later else record.offset)
            self.ahead_from = None

    def _next(self, batch: Sorted, record: Accepted, accept: Callable[[Sorted, Accepted], None]) -> None:
        if self.cap is not None and record.index > self.cap:
            batch.seek = Seek(record.offset)
            return
        self.rereading, self.suspect = False, None
        batch.move(record)
        accept(batch, record)

    def _again(self, batch: Sorted, record: Record) -> None:
        if sha256(record.value) != batch.hash():
            self.stopped = f"offset {record.offset} holds index {batch.last_index} again with other bytes"
        else:
            batch.last_offset, self.rereading = record.offset, False

    def _unexpected(self, batch: Sorted, record: Record, index: int) -> None:
        above = index > batch.last_index
        looked = self.suspect is not None and record.offset <= self.suspect
        if record.offset < self.foreign_until or (looked and not above):
            reason = f"index {index} where {batch.last_index + 1} was expected"
            batch.parked.append(Parked(self.topic, record.offset, None, None, reason, record.value))
        elif self.rereading and not above:
            pass  # applied before
        elif self.rereading or looked:
            self.ahead_from, self.suspect = record.offset, None
            if self.missing != batch.last_index + 1:
                self.missing, self.missing_since = batch.last_index + 1, time.monotonic()
        else:
            # The topic may have been made anew under us: is the last applied record still where it was?
            self.suspect, self.verifying, self.rereading = record.offset, batch.last_index >= 0, batch.last_index < 0
            batch.seek = Seek(batch.last_offset if batch.last_index >= 0 else None)


def sha256(value: bytes | None) -> bytes:
    """Return the SHA-256 of a value."""
    return hashlib.sha256(value or b"").digest()
