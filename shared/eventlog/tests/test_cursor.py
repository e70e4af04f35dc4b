"""Whatever lies in a topic and however it is read: applied is always a part of the true log, from its beginning."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from unionaid.eventlog.cursor import Accepted, Cursor, Sorted

SOURCE = "/unionaid/test/counter"


def value(index: int, *, forged: bool = False) -> bytes:
    head = {"logindex": str(index), "logtime": "2017-01-01T00:00:00Z", "id": "x", "source": SOURCE}
    return json.dumps(head | {"type": "t.v1", "subject": "s", "streamversion": 1, "data": forged}).encode()


@dataclass(frozen=True)
class FakeRecord:
    offset: int
    value: bytes | None


@dataclass
class FakeTopic:
    """Records at offsets with holes, as transaction markers leave them."""

    records: list[FakeRecord] = field(default_factory=list)
    end: int = 0

    def put(self, content: bytes, gap: int) -> None:
        self.records.append(FakeRecord(self.end, content))
        self.end += 1 + gap

    def fetch(self, offset: int, n: int) -> list[FakeRecord]:
        """Out of range starts from the beginning, as the reader's reset policy says."""
        start = 0 if offset > self.end else offset
        return [r for r in self.records if r.offset >= start][:n]


@dataclass
class Reader:
    cursor: Cursor = field(default_factory=lambda: Cursor("t", SOURCE))
    stored: tuple[int, bytes | None, int] = (-1, None, 0)
    applied: list[int] = field(default_factory=list)
    offset: int = 0

    def take_up(self) -> None:
        self.offset = self.cursor.take_up(*self.stored)

    def read(self, topic: FakeTopic, n: int) -> bool:
        records = topic.fetch(self.offset, n)
        if not records:
            return False

        def accept(_: Sorted, record: Accepted) -> None:
            assert json.loads(record.value)["data"] is False
            self.applied.append(record.index)

        batch = self.cursor.sort(records, accept)
        self.cursor.applied(batch)
        self.stored = (self.cursor.last_index, self.cursor.last_hash, self.cursor.hint)
        self.offset = records[-1].offset + 1
        if batch.seek is not None:
            self.offset = batch.seek.offset or 0
        return True

    def drain(self, topic: FakeTopic, n: int) -> None:
        looked = 0
        for _ in range(50 + 20 * len(topic.records)):
            if self.read(topic, n):
                continue
            if looked == 3:
                return
            looked += 1
            self.offset = self.cursor.look_again()
        raise AssertionError("the reader goes round in circles")


steps = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 8), st.integers(0, 2)),
        st.tuples(st.just("garbage"), st.integers(1, 3), st.integers(0, 2)),
        st.tuples(st.just("forge ahead"), st.integers(2, 50), st.integers(0, 2)),
        st.tuples(st.just("forge old"), st.integers(2, 50), st.integers(0, 2)),
        st.tuples(st.just("wipe"), st.integers(0, 3), st.integers(0, 2)),
        st.tuples(st.just("lose tail"), st.integers(1, 5), st.integers(0, 2)),
        st.tuples(st.just("read"), st.integers(1, 7), st.just(0)),
        st.tuples(st.just("restart"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=500, deadline=None)
@given(steps, st.integers(1, 10))
def test_applied_is_the_log_in_order_without_a_hole(history: list[tuple[str, int, int]], n: int) -> None:
    topic, reader, written = FakeTopic(), Reader(), 0
    for what, number, gap in history:
        match what:
            case "publish":
                for _ in range(number):
                    topic.put(value(written), gap)
                    written += 1
            case "garbage":
                for _ in range(number):
                    topic.put(b"\xff", gap)
            case "forge ahead":
                topic.put(value(written + number, forged=True), gap)
            case "forge old" if written - number > 0:
                topic.put(value(written - number, forged=True), gap)
            case "wipe" | "lose tail":
                topic = FakeTopic()
                keep = written if what == "wipe" else max(0, written - number)
                for index in range(keep):
                    topic.put(value(index), gap if index % (number + 1) == 0 else 0)
                if what == "lose tail":
                    reader.read(topic, n)
                    for index in range(keep, written):
                        topic.put(value(index), gap)
            case "read" | "restart":
                reader.take_up() if what == "restart" else reader.read(topic, number)
        assert reader.applied == list(range(len(reader.applied)))
    topic.put(value(written), 0)
    reader.drain(topic, n)
    assert reader.applied == list(range(written + 1))


@given(st.integers(1, 30), st.data(), st.integers(1, 10))
def test_a_hole_is_never_passed(length: int, data: st.DataObject, n: int) -> None:
    hole = data.draw(st.integers(0, length - 1))
    topic, reader = FakeTopic(), Reader()
    for index in range(length + 1):
        if index != hole:
            topic.put(value(index), 1)
    reader.drain(topic, n)
    assert reader.applied == list(range(hole))
    assert reader.cursor.missing == hole
