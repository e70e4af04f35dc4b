"""Append, reservations and idempotency: what is refused is refused by name, and nothing is half done."""

from __future__ import annotations

import asyncio
import os

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionaid.eventlog import (
    EVENT_BYTES_MAX,
    EventTooLarge,
    IdempotencyRow,
    KeyReplayed,
    KeyReused,
    LogHalted,
    Reservation,
    ReservationTaken,
    StreamAppend,
    VersionGap,
    WrongVersion,
    append,
    load,
    load_many,
    load_snapshot,
    log_index,
    save_snapshot,
)
from unionaid.testkit.log import Database, count, counted

KEY, OTHER = b"k" * 32, b"o" * 32


def row(key: bytes = KEY, body: bytes = KEY, answer: bytes = b"{}") -> IdempotencyRow:
    return IdempotencyRow(key, body, 201, answer)


async def everything(database: Database) -> list[object]:
    """All rows an append may write."""
    tables = ("events", "outbox", "own_queue", "reservations", "idempotency")
    return [await database.pool.fetch(f"select * from eventlog.{t} order by 1") for t in tables]


async def test_versions_count_from_one_without_a_gap(database: Database) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        await count(conn, "a", 2, 3)
        events = await load(conn, "a")
    assert [e.version for e in events] == [1, 2, 3]
    assert [e.position for e in events] == sorted(e.position for e in events)


@pytest.mark.parametrize("amounts", [(1,), (1, 2)])
async def test_a_wrong_version_and_a_gap_change_nothing(database: Database, amounts: tuple[int, ...]) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1, 2)
        before = await everything(database)
        with pytest.raises(WrongVersion) as wrong:
            await count(conn, "a", 1, *amounts)
        with pytest.raises(VersionGap):
            await count(conn, "a", 5, *amounts)
    assert wrong.value.stream == "a"
    assert await everything(database) == before


@pytest.mark.parametrize("also", [0, 1])
async def test_an_event_over_the_limit_changes_nothing(database: Database, also: int) -> None:
    before = await everything(database)
    events = [counted("a", 1, padding=EVENT_BYTES_MAX), *(counted("a", 2 + n) for n in range(also))]
    async with database.pool.acquire() as conn:
        with pytest.raises(EventTooLarge) as refused:
            await append(conn, [StreamAppend("a", 0, events)])
    assert refused.value.limit == 65_279
    assert await everything(database) == before


async def test_the_largest_event_is_stored(database: Database) -> None:
    room = EVENT_BYTES_MAX - len(counted("a", 1, padding=1).body) + 1
    async with database.pool.acquire() as conn:
        await append(conn, [StreamAppend("a", 0, [counted("a", 1, padding=room)])])
        assert len((await load(conn, "a"))[0].body) == EVENT_BYTES_MAX


async def test_several_streams_are_written_together_or_not_at_all(database: Database) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "b", 0, 1)
        before = await everything(database)
        with pytest.raises(WrongVersion):
            await append(conn, [StreamAppend("a", 0, [counted("a", 1)]), StreamAppend("b", 0, [counted("b", 1)])])
        assert await everything(database) == before
        await append(conn, [StreamAppend("a", 0, [counted("a", 1)]), StreamAppend("b", 1, [counted("b", 2)])])
        loaded = await load_many(conn, ["a", "b", "c"])
    assert {name: len(events) for name, events in loaded.items()} == {"a": 1, "b": 2, "c": 0}


async def test_a_taken_reservation_names_its_holder_and_changes_nothing(database: Database) -> None:
    async with database.pool.acquire() as conn:
        event = StreamAppend("a", 0, [counted("a", 1)])
        await append(conn, [event], reserve=[Reservation("id", KEY, "a")])
        before = await everything(database)
        wanted = [Reservation("id", OTHER, "b"), Reservation("id", KEY, "b")]
        with pytest.raises(ReservationTaken) as taken:
            await append(conn, [StreamAppend("b", 0, [counted("b", 1)])], reserve=wanted)
        assert [(c.scope, c.key, c.holder, c.wanted_by) for c in taken.value.conflicts] == [("id", KEY, "a", "b")]
        assert await everything(database) == before
        released = [Reservation("id", KEY, "a")]
        await append(
            conn,
            [StreamAppend("a", 1, [counted("a", 2)]), StreamAppend("b", 0, [counted("b", 1)])],
            release=released,
            reserve=[Reservation("id", KEY, "b")],
        )


async def test_two_lines_of_one_append_cannot_take_the_same_thing(database: Database) -> None:
    before = await everything(database)
    async with database.pool.acquire() as conn:
        with pytest.raises(ReservationTaken):
            await append(
                conn,
                [StreamAppend(s, 0, [counted(s, 1)]) for s in "ab"],
                reserve=[Reservation("id", KEY, s) for s in "ab"],
            )
    assert await everything(database) == before


@pytest.mark.parametrize("number", [1, 2])
async def test_a_repeated_key_gets_the_first_answer(database: Database, number: int) -> None:
    async with database.pool.acquire() as conn:
        events = [counted("a", n + 1) for n in range(number)]
        await append(conn, [StreamAppend("a", 0, events)], idempotency=row(answer=b'{"n":1}'))
        before = await everything(database)
        with pytest.raises(KeyReplayed) as replayed:
            await append(conn, [StreamAppend("a", 0, events)], idempotency=row())
        assert (replayed.value.status, replayed.value.answer) == (201, b'{"n":1}')
        with pytest.raises(KeyReused):
            await append(conn, [StreamAppend("b", 0, events)], idempotency=row(body=OTHER))
    assert await everything(database) == before


async def test_a_refused_append_does_not_use_up_its_key(database: Database) -> None:
    async with database.pool.acquire() as conn:
        with pytest.raises(VersionGap):
            await append(conn, [StreamAppend("a", 3, [counted("a", 4)])], idempotency=row())
        await append(conn, [StreamAppend("a", 0, [counted("a", 1)])], idempotency=row())


async def test_twins_of_one_command_are_carried_out_once(database: Database) -> None:
    async def twin() -> str:
        async with database.pool.acquire() as conn:
            try:
                await append(conn, [StreamAppend("a", 0, [counted("a", 1)])], idempotency=row())
            except KeyReplayed as replayed:
                return f"replayed {replayed.status}"
            return "done"

    answers = sorted(await asyncio.gather(*[twin() for _ in range(16)]))
    assert answers == ["done"] + ["replayed 201"] * 15


async def test_concurrent_writers_of_one_stream_lose_nothing(database: Database) -> None:
    async def writer() -> None:
        done = 0
        while done < 20:
            async with database.pool.acquire() as conn:
                version = len(await load(conn, "hot"))
                try:
                    await count(conn, "hot", version, 1)
                    done += 1
                except WrongVersion:
                    pass

    await asyncio.gather(*[writer() for _ in range(8)])
    async with database.pool.acquire() as conn:
        assert [e.version for e in await load(conn, "hot")] == list(range(1, 161))


async def test_the_database_itself_refuses_to_alter_history(database: Database) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1)
    for statement in (
        "update eventlog.events set type = 'x'",
        "delete from eventlog.events",
        "truncate eventlog.events",
        "truncate eventlog.log",
    ):
        with pytest.raises(asyncpg.PostgresError) as by_owner:
            await owner.execute(statement)
        assert by_owner.value.sqlstate == "UL000"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.pool.execute(statement)
    for statement in (
        "alter table eventlog.events disable trigger all",
        "drop trigger insert_only on eventlog.events",
        "set session_replication_role = replica",
        "alter table eventlog.log add column other text",
        "drop function eventlog.refuse_change() cascade",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.pool.execute(statement)
    await owner.close()


async def test_a_halted_log_takes_nothing(database: Database) -> None:
    await database.pool.execute("insert into eventlog.halt (reason) values ('the topic is ahead')")
    async with database.pool.acquire() as conn:
        for amounts in ((1,), (1, 2)):
            with pytest.raises(LogHalted) as halted:
                await count(conn, "a", 0, *amounts)
            assert halted.value.reason == "the topic is ahead"


async def test_an_event_waits_for_its_index(database: Database) -> None:
    async with database.pool.acquire() as conn:
        await count(conn, "a", 0, 1)
        assert await log_index(conn, "a", 1) is None
        with pytest.raises(LookupError):
            await log_index(conn, "a", 2)


async def test_a_snapshot_is_not_replaced_by_an_older_one(database: Database) -> None:
    async with database.pool.acquire() as conn:
        await save_snapshot(conn, "fund-1", "v1", 10, b"ten")
        await save_snapshot(conn, "fund-1", "v1", 9, b"nine")
        assert await load_snapshot(conn, "fund-1", "v1") == (10, b"ten")
        assert await load_snapshot(conn, "fund-1", "v2") is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6), st.integers(1, 3)), max_size=12))
async def test_any_sequence_of_appends_leaves_versions_without_gaps(
    database: Database, tries: list[tuple[str, int, int]]
) -> None:
    run, lengths = os.urandom(4).hex(), dict.fromkeys("abc", 0)
    async with database.pool.acquire() as conn:
        for name, expected, n in tries:
            fits = expected == lengths[name]
            try:
                await count(conn, f"{run}-{name}", expected, *range(n))
                assert fits
                lengths[name] += n
            except VersionGap:
                assert expected > lengths[name]
            except WrongVersion:
                assert expected < lengths[name]
        for name, length in lengths.items():
            assert [e.version for e in await load(conn, f"{run}-{name}")] == list(range(1, length + 1))
