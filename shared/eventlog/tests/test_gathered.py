"""Commands that share a statement: each is carried out or refused as if it were alone."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionaid.eventlog import (
    EVENT_BYTES_MAX,
    Beside,
    Connection,
    EventTooLarge,
    IdempotencyRow,
    KeyReplayed,
    KeyReused,
    Log,
    LogHalted,
    LogRefusal,
    NewEvent,
    Reservation,
    ReservationTaken,
    StoredEvent,
    StreamAppend,
    VersionGap,
    Write,
    WrongVersion,
    gathered,
    load_many,
)
from unionaid.eventlog.limits import GATHERED_EVENTS_MAX, GATHERED_FLIGHTS_MAX, GATHERED_MAX
from unionaid.testkit.log import Database, counted, until

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database.pool)


async def tried(log: Log, stream: str, expected: int, events: int = 1, key: bytes | None = None) -> str:
    row = IdempotencyRow(key, key, 201, b"{}") if key else None
    new = [counted(stream, expected + n + 1) for n in range(events)]
    try:
        await log.append([StreamAppend(stream, expected, new)], idempotency=row)
    except LogRefusal as refusal:
        return refusal.code
    return "done"


async def statements(database: Database) -> int:
    """How many appends wait for the service's own views: one for each statement."""
    return int(await database.pool.fetchval("select count(*) from eventlog.own_queue"))


async def test_what_waits_at_one_moment_goes_in_one_statement(log: Log, database: Database) -> None:
    told = await asyncio.gather(*[tried(log, f"s{n}", 0, key=os.urandom(32)) for n in range(40)])
    assert told == ["done"] * 40
    assert await statements(database) == 1
    assert await database.pool.fetchval("select count(*) from eventlog.events") == 40
    assert await database.pool.fetchval("select count(*) from eventlog.idempotency") == 40


async def test_a_refusal_is_its_own_commands_and_no_others(log: Log, database: Database) -> None:
    assert await tried(log, "old", 0, 2, KEY) == "done"
    await database.pool.execute("insert into eventlog.reservations values ('id', $1, 'somebody')", OTHER)
    taking = log.append([StreamAppend("taker", 0, [counted("taker", 1)])], reserve=[Reservation("id", OTHER, "taker")])
    other_body = log.append(
        [StreamAppend("reuser", 0, [counted("reuser", 1)])], idempotency=IdempotencyRow(KEY, OTHER, 201, b"{}")
    )
    told = await asyncio.gather(
        tried(log, "new", 0, key=OTHER),
        tried(log, "old", 1),
        tried(log, "old again", 0, key=KEY),
        tried(log, "short", 3),
        taking,
        other_body,
        tried(log, "last", 0, 3),
        return_exceptions=True,
    )
    assert told[:4] == ["done", WrongVersion.code, KeyReplayed.code, VersionGap.code]
    assert isinstance(told[4], ReservationTaken)
    assert [(c.holder, c.wanted_by) for c in told[4].conflicts] == [("somebody", "taker")]
    assert isinstance(told[5], KeyReused)
    assert told[6] == "done"
    lengths = {stream: len(events) for stream, events in (await log.load(["old", "new", "last", "taker"])).items()}
    assert lengths == {"old": 2, "new": 1, "last": 3, "taker": 0}


async def test_writers_of_one_stream_do_not_fail_their_company(log: Log, database: Database) -> None:
    told = await asyncio.gather(*[tried(log, "hot" if n % 2 else f"s{n}", 0) for n in range(20)])
    assert Counter(told) == {"done": 11, WrongVersion.code: 9}
    assert await statements(database) == 1  # none of the rest of `hot` was in it
    assert await tried(log, "hot", 1) == "done"


async def test_what_is_too_large_is_refused_before_it_has_company(log: Log) -> None:
    large = NewEvent(counted("a", 1).id, "counted", b"{" + b" " * EVENT_BYTES_MAX + b"}")
    with pytest.raises(EventTooLarge):
        await log.append([StreamAppend("a", 0, [large])])
    with pytest.raises(ValueError, match="without events"):
        await log.append([StreamAppend("a", 0, [])])


async def test_a_long_append_goes_alone(log: Log, database: Database) -> None:
    await asyncio.gather(tried(log, "a", 0, GATHERED_EVENTS_MAX + 1), *[tried(log, f"s{n}", 0) for n in range(5)])
    assert await statements(database) == 2


async def test_a_halted_log_refuses_all_of_the_company(log: Log, database: Database) -> None:
    await database.pool.execute("insert into eventlog.halt (reason) values ('the topic is ahead')")
    assert {*await asyncio.gather(*[tried(log, f"s{n}", 0) for n in range(5)])} == {LogHalted.code}


async def test_more_than_fits_goes_in_several_statements(log: Log, database: Database) -> None:
    told = await asyncio.gather(*[tried(log, f"s{n}", 0) for n in range(GATHERED_MAX + 1)])
    assert told == ["done"] * (GATHERED_MAX + 1)
    assert await statements(database) == 2


async def test_what_stands_beside_appends_is_written_at_once_in_their_transaction(log: Log, database: Database) -> None:
    calls: list[list[str]] = []

    async def note(conn: Connection, items: Sequence[str]) -> None:
        assert conn.is_in_transaction()
        calls.append(list(items))
        await conn.executemany("insert into eventlog.snapshots values ($1, 'beside', 1, '')", [(i,) for i in items])

    async def tried_with(stream: str, item: str, expected: int = 0) -> object:
        append = StreamAppend(stream, expected, [counted(stream, expected + 1)])
        [told] = await asyncio.gather(log.put(Write([append], beside=Beside(note, item))), return_exceptions=True)
        return type(told)

    async def noted() -> list[str]:
        return [row["stream"] for row in await database.pool.fetch("select stream from eventlog.snapshots order by 1")]

    assert await asyncio.gather(*[tried_with(f"s{n}", f"i{n}") for n in range(3)], tried(log, "without", 0)) == [
        int, int, int, "done",
    ]  # fmt: skip
    assert calls == [["i0", "i1", "i2"]]
    assert await noted() == ["i0", "i1", "i2"]
    assert await statements(database) == 1

    # One is refused by the log, one by what stands beside; the others are carried out, and of the refused is nothing.
    second = (("s3", "i3"), ("s0", "never"), ("s4", "i0"), ("s5", "i5"))
    told = await asyncio.gather(*[tried_with(stream, item) for stream, item in second])
    assert told == [int, WrongVersion, asyncpg.UniqueViolationError, int]
    assert await noted() == ["i0", "i1", "i2", "i3", "i5"]
    lengths = {stream: len(events) for stream, events in (await log.load(["s0", "s3", "s4", "s5"])).items()}
    assert lengths == {"s0": 1, "s3": 1, "s4": 0, "s5": 1}


async def test_loads_that_wait_together_are_each_given_their_own(log: Log, database: Database) -> None:
    for n in range(3):
        await tried(log, f"s{n}", 0, n + 1)
    loads = await asyncio.gather(log.load(["s0", "s1"]), log.load(["s2"]), log.load(["none"]), log.load([]))
    async with database.pool.acquire() as conn:
        truth = await load_many(conn, ["s0", "s1", "s2"])
    assert [*loads] == [{"s0": truth["s0"], "s1": truth["s1"]}, {"s2": truth["s2"]}, {"none": []}, {}]


async def test_a_stuck_statement_does_not_hold_up_who_comes_after(log: Log, database: Database) -> None:
    async with database.pool.acquire() as conn:
        held = conn.transaction()
        await held.start()
        await conn.execute("insert into eventlog.reservations values ('id', $1, 'other')", KEY)
        stuck = asyncio.create_task(
            log.append([StreamAppend("a", 0, [counted("a", 1)])], reserve=[Reservation("id", KEY, "a")])
        )
        await until(lambda: _waits_for_a_lock(database))
        assert await tried(log, "b", 0) == "done"
        assert not stuck.done()
        await held.rollback()
    await stuck


async def _waits_for_a_lock(database: Database) -> bool:
    return bool(await database.pool.fetchval("select exists (select from pg_locks where not granted)"))


async def test_who_is_cancelled_while_it_waits_writes_nothing(log: Log, database: Database) -> None:
    asked = [asyncio.create_task(tried(log, f"s{n}", 0)) for n in range(3)]
    await asyncio.sleep(0)  # all have asked, nothing has gone yet
    asked[1].cancel()
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [told[0], type(told[1]), told[2]] == ["done", asyncio.CancelledError, "done"]
    assert {s: len(e) for s, e in (await log.load(["s0", "s1", "s2"])).items()} == {"s0": 1, "s1": 0, "s2": 1}


async def test_a_lost_connection_is_told_to_all_and_the_next_go_on(log: Log, database: Database) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    async with owner.transaction():
        await owner.execute("lock table eventlog.events in exclusive mode")
        asked = [asyncio.create_task(tried(log, f"s{n}", 0, key=os.urandom(32))) for n in range(3)]
        await until(lambda: _waits_for_a_lock(database))
        await database.pool.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' "
            "and datname = current_database()"
        )
        told = await asyncio.gather(*asked, return_exceptions=True)
    await owner.close()
    assert [isinstance(error, asyncpg.PostgresError | OSError) for error in told] == [True] * 3
    assert await tried(log, "after", 0) == "done"
    assert {s: len(e) for s, e in (await log.load(["s0", "s1", "s2"])).items()} == {"s0": 0, "s1": 0, "s2": 0}


def test_few_statements_are_under_way_at_once() -> None:
    flying, most = 0, 0

    async def slow(items: object) -> list[int]:
        nonlocal flying, most
        flying, most = flying + 1, max(most, flying + 1)
        await asyncio.sleep(0.1)
        flying -= 1
        return [0] * len(items)  # type: ignore[arg-type]

    async def all_of_them() -> None:
        gatherer: gathered._Gatherer[int, int] = gathered._Gatherer(slow)
        await asyncio.gather(*[_after(n * 0.002, gatherer) for n in range(200)])

    asyncio.run(all_of_them())
    assert 1 < most <= GATHERED_FLIGHTS_MAX


async def _after(seconds: float, gatherer: gathered._Gatherer[int, int]) -> None:
    await asyncio.sleep(seconds)
    await gatherer.ask(0)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 3), st.integers(1, 2), st.sampled_from([None, *range(6)])),
        max_size=24,
    )
)
async def test_any_company_ends_as_some_order_of_its_commands_would(
    log: Log, tries: list[tuple[str, int, int, int | None]]
) -> None:
    """What was told explains what is stored: versions without gaps, each key once, each refusal true of an order."""
    run = os.urandom(28).hex()[:56]
    keys = [None if key is None else f"{run[:31]}{key}".encode() for *_, key in tries]
    told = await asyncio.gather(
        *[tried(log, f"{run}-{s}", expected, n, key) for (s, expected, n, _), key in zip(tries, keys, strict=True)]
    )
    stored = await log.load([f"{run}-{s}" for s in "abcd"])
    done = [(s, expected, n) for (s, expected, n, _), result in zip(tries, told, strict=True) if result == "done"]
    for name, events in stored.items():
        mine = sorted((expected, n) for s, expected, n in done if f"{run}-{s}" == name)
        length = 0
        for expected, n in mine:  # in the order of versions, each begins where the one before it ended
            assert expected == length
            length += n
        assert [e.version for e in events] == list(range(1, length + 1))
        assert positions(events) == sorted(positions(events))
    used = Counter(key for key, result in zip(keys, told, strict=True) if key and result == "done")
    assert set(used.values()) <= {1}
    for (s, expected, _, _), key, result in zip(tries, keys, told, strict=True):
        length = len(stored[f"{run}-{s}"])
        if result == KeyReplayed.code:
            assert key in used
        elif result == WrongVersion.code:
            assert length > expected
        else:
            assert result in ("done", VersionGap.code)


def positions(events: list[StoredEvent]) -> list[int]:
    return [event.position for event in events]
