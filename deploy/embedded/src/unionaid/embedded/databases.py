"""The five databases of a stack: made or found, none ahead of the clock, migrated by this very program."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import asyncpg

from unionaid.embedded import migrated
from unionaid.embedded.clock import SimulatedClock, refuse_going_back
from unionaid.embedded.provision import ServiceDatabase, create_service_database, kept_passwords
from unionaid.embedded.service_process import ServiceProcess
from unionaid.embedded.state import SERVICES

Migrating = Callable[[str, bool], None]
"""Is told of each service whose database begins (True) or ends to be migrated."""


async def prepare(
    superuser_dsn: str,
    home: Path,
    clock: SimulatedClock | None,
    environment: Mapping[str, str],
    migrating: Migrating,
) -> dict[str, ServiceDatabase]:
    """Return the database of each service, migrated. `environment` is what the migrations inherit.

    Raises:
        StackError: a log ends after the clock's start, or a migration failed.
    """
    databases = {}
    for name in SERVICES:
        passwords = kept_passwords(home / "secrets" / "postgres", name)
        databases[name] = await create_service_database(superuser_dsn, name, passwords)
    ends = await _ends_of_logs(databases)
    refuse_going_back(clock, {name: end for name, end in ends.items() if end is not None})
    note, program = migrated.Note(home), await asyncio.to_thread(migrated.program)
    # Databases made anew by hand have no log, whatever the note says.
    if note.says(program) and ends.keys() == databases.keys():
        return databases
    note.clear()

    async def migrate(name: str) -> None:
        migrating(name, True)
        # The owner's password is for this only: no service that runs gets to know it.
        own = {**environment, "UNIONAID_OWNER_DATABASE_URL": databases[name].owner_dsn}
        process = ServiceProcess(f"{name}-migrate", f"unionaid.{name}.main", ["migrate"], home, own)
        await asyncio.to_thread(process.run)
        migrating(name, False)

    await asyncio.gather(*(migrate(name) for name in SERVICES))
    note.write(program)
    return databases


async def _ends_of_logs(databases: Mapping[str, ServiceDatabase]) -> dict[str, datetime | None]:
    """Service -> log time of its last event, None for an empty log; without those that have no log yet."""
    ends = {}
    for name, database in databases.items():
        connection = await asyncpg.connect(database.owner_dsn)
        try:
            if await connection.fetchval("SELECT to_regclass('eventlog.log') IS NOT NULL"):
                ends[name] = await connection.fetchval("SELECT max(logtime) FROM eventlog.log")
        finally:
            await connection.close()
    return ends
