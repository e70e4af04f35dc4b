"""Reservations against the events that imply them: checked, and after a repair made anew.

Reservations lie in the database alone. A database that was restored and repaired from its topic has the events again,
and must be told what they hold; what hangs on identity comes from the vault, and a person whom the vault no longer
knows is named, to be entered again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from unionaid.contracts import Envelope, Event, decode
from unionaid.eventlog import Reservation, rebuild_reservations
from unionaid.eventlog.check import Report, check_reservations

if TYPE_CHECKING:
    from unionaid.service.settings import MigrationSettings

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
READ_AT_ONCE = 5_000
"""Events fetched in one round trip."""


@dataclass(frozen=True)
class Implied:
    """What a service's events imply to be reserved, and where the vault says otherwise than they do."""

    held: Sequence[Reservation]
    without_identity: Sequence[str] = field(default=())
    """Persons (ids) whom the vault does not know any more, or not in the version the events name."""
    to_forget: Sequence[str] = field(default=())
    """Persons (ids) who were erased and whom the vault, restored from an older backup, knows again."""
    without_statements: Sequence[str] = field(default=())
    """Statements (stream, topic, person) that the vault has not any more, or not in the version the events name."""
    matters_to_forget: Sequence[str] = field(default=())
    """Matters (ids) whose words were erased and are there again."""


Imply: TypeAlias = Callable[[Owner, str], Awaitable[Implied]]
"""Reads a service's own log (and vault) as the owner of the database; the string is the database's name."""


async def own_events(owner: Owner, *kinds: type[Event]) -> AsyncIterator[tuple[Envelope, Event]]:
    """Yield the service's own events of some kinds, in every version, oldest first."""
    names = [f"{kind.TYPE.rpartition('.v')[0]}.v" for kind in kinds]
    async with owner.transaction():
        query = "SELECT body FROM eventlog.events WHERE type LIKE ANY($1::text[]) ORDER BY position"
        async for row in owner.cursor(query, [f"{name}%" for name in names], prefetch=READ_AT_ONCE):
            yield decode(row["body"])


async def compare(settings: MigrationSettings, imply: Imply, *, rebuild: bool) -> int:
    """Print, as JSON, whether the reservations are those the events imply; with `rebuild` make them so first.

    Run it with the service stopped. Returns 0 if they agree, nothing is missing from the vault that events name, and
    nothing is there again that was erased; else 1.
    """
    owner = await asyncpg.connect(settings.owner_database_url)
    try:
        implied = await imply(owner, settings.database)
        if rebuild:
            async with owner.transaction():
                await rebuild_reservations(owner, implied.held)
        report = Report()
        await check_reservations(owner, report, implied.held)
    finally:
        await owner.close()
    told = {
        "ok": report.ok
        and not any(
            (implied.without_identity, implied.to_forget, implied.without_statements, implied.matters_to_forget)
        ),
        "reservations": len(implied.held),
        "breaches": report.breaches,
        "persons_to_enter_again": list(implied.without_identity),
        "persons_to_forget_again": list(implied.to_forget),
        "statements_to_enter_again": list(implied.without_statements),
        "matters_to_forget_again": list(implied.matters_to_forget),
    }
    json.dump(told, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
    return 0 if told["ok"] else 1


async def nothing_reserved(_owner: Owner, _database: str) -> Implied:
    """Return the answer of a service that reserves nothing."""
    return Implied(())
