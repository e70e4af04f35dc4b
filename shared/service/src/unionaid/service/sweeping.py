"""The sweep after an erasure: what was deleted is also gone from the files of the database.

Deleted rows lie on in tables, indexes, statistics and the write-ahead log. The sweep writes the tables anew, has their
statistics made anew, and replaces every segment of the write-ahead log that was written before. It does not reach
backups, nor freed blocks of a disk: docs/how-to/erase-a-person.md.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from unionaid.service.settings import MigrationSettings, settings_or_exit

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

BESIDES = ("eventlog.reservations", "eventlog.idempotency")
"""What every log holds of a person: keyed hashes of the ID and of the request."""
STATISTICS = "pg_catalog.pg_statistic"
LOCK_WAIT_S = 30
"""Seconds to wait until nobody reads a table that is to be written anew."""
READERS_WAIT_S = 30
"""Seconds to wait until nobody's transaction sees deleted rows any more."""
LOOK_AGAIN_S = 1.0
EXIT_REFUSED = 1
_DEAD_ROWS_LEFT = re.compile(r"\s*(\d+)")
_SEGMENT = re.compile(r"[0-9A-F]{24}")


class SweepRefused(Exception):
    """Something that was deleted may still be in a file; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    tables: Sequence[str]
    segments: int
    """Segments of the write-ahead log that were removed or overwritten."""


def run_sweep(name: str, tables: Sequence[str]) -> None:
    """Sweep the database of the service `name`, whose identity lies in `tables`, and say what was done.

    Exits with `EXIT_REFUSED` and the reason when something may be left.
    """
    if not tables:
        print(f"{name} keeps no identity: there is nothing to sweep")
        return
    settings = settings_or_exit(MigrationSettings, os.environ)
    try:
        done = asyncio.run(sweep(settings, tables))
    except SweepRefused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        raise SystemExit(EXIT_REFUSED) from None
    except (OSError, asyncpg.PostgresError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(EXIT_REFUSED) from None
    print(f"written anew: {', '.join(done.tables)}")
    print(f"write-ahead log: {done.segments} segments replaced")


async def sweep(settings: MigrationSettings, tables: Sequence[str]) -> Swept:
    """Write `tables`, `BESIDES` and their statistics anew, and replace the write-ahead log.

    The service may run; who reads one of the tables waits while it is written.

    Raises:
        SweepRefused: a transaction still sees deleted rows, the server keeps old segments, or the owner lacks a right.
        asyncpg.LockNotAvailableError: a table was in use for `LOCK_WAIT_S`.
    """
    owner = await asyncpg.connect(settings.owner_database_url)
    try:
        await owner.execute(f"SET lock_timeout = '{LOCK_WAIT_S}s'")
        swept = [*tables, *BESIDES]
        for table in swept:
            await _written_anew(owner, table)
            await _statistics_anew(owner, table)
        await _written_anew(owner, STATISTICS)
        try:
            segments = await _log_replaced(owner)
        except asyncpg.InsufficientPrivilegeError:
            raise SweepRefused(_RIGHTS) from None
    finally:
        await owner.close()
    return Swept([*swept, STATISTICS], segments)


async def _written_anew(owner: Owner, table: str) -> None:
    """Rewrite a table with its indexes. Rows that somebody's snapshot still sees would be taken along: wait."""
    told: list[str] = []

    def listen(_: object, message: Any) -> None:
        told.append(message.detail or "")

    for _ in range(int(READERS_WAIT_S / LOOK_AGAIN_S)):
        told.clear()
        owner.add_log_listener(listen)
        await owner.execute(f"VACUUM (FULL, VERBOSE) {table}")
        owner.remove_log_listener(listen)
        left = [int(found[1]) for detail in told if (found := _DEAD_ROWS_LEFT.match(detail))]
        if left and not any(left):
            return
        await asyncio.sleep(LOOK_AGAIN_S)
    raise SweepRefused(
        f"{table}: an open transaction still sees deleted rows. Look for an old one in pg_stat_activity, or a prepared "
        "one in pg_prepared_xacts; end it and sweep again."
    )


async def _statistics_anew(owner: Owner, table: str) -> None:
    """Drop what ANALYZE has sampled of a table's bytes, then sample those that are left.

    ANALYZE alone would keep the old samples of a table that is empty now. Giving a column the type it has drops them.
    """
    columns = await owner.fetch(_BYTES, table)
    changes = ", ".join(f'ALTER COLUMN "{row["name"]}" TYPE {row["type"]}' for row in columns)
    if changes:
        await owner.execute(f"ALTER TABLE {table} {changes}")
    await owner.execute(f"ANALYZE {table}")


async def _log_replaced(owner: Owner) -> int:
    """Let no segment of the write-ahead log remain that was written before; return how many there were.

    A checkpoint removes old segments, or renames them to be written over later. Those are passed through one by one:
    a switch fills the rest of a segment with zeros.
    """
    last = await _switched(owner)
    old = [name for name in await _segments(owner) if name <= last]
    await owner.execute("CHECKPOINT")
    kept = [name for name in await _segments(owner) if name <= last]
    if kept:
        raise SweepRefused(
            f"the server keeps {len(kept)} old segments of the write-ahead log, {kept[0]} the first: for a replication "
            "slot, an archive that is behind, or wal_keep_size. See to it and sweep again."
        )
    renamed = max(await _segments(owner), default=last)
    while last < renamed:
        last = await _switched(owner)
    await owner.execute("CHECKPOINT")
    return len(old)


async def _switched(owner: Owner) -> str:
    """End the current segment and return its name; a segment without a record would not be ended."""
    await owner.execute("SELECT pg_logical_emit_message(true, 'unionaid', 'sweep')")
    name = await owner.fetchval("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
    await owner.execute("SELECT pg_switch_wal()")
    return str(name)


async def _segments(owner: Owner) -> list[str]:
    rows = await owner.fetch("SELECT name FROM pg_ls_waldir()")
    return sorted(row["name"] for row in rows if _SEGMENT.fullmatch(row["name"]))


_BYTES = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND 'bytea'::regtype IN (a.atttypid, t.typbasetype)
ORDER BY a.attnum
"""
_RIGHTS = (
    "tables and statistics were written anew, the write-ahead log was not: the database's owner needs pg_checkpoint, "
    "and EXECUTE on pg_switch_wal() and pg_ls_waldir(). As superuser, in this database: "
    "GRANT pg_checkpoint TO <owner>; GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_ls_waldir() TO <owner>"
)
