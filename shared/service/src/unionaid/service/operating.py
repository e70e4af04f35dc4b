"""What an operator does with a service's views: `rebuild` makes sets anew beside the live ones, `parked` retries."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from aiokafka.errors import KafkaError

from unionaid.eventlog import (
    INBOX_SERVER_SETTINGS,
    Disagreement,
    Handler,
    NotBuilt,
    OwnViews,
    ProjectionSet,
    Roles,
    inbox_of,
    list_parked,
    live_build,
    rebuild,
    retry_parked,
)
from unionaid.eventlog.projections import schema_of
from unionaid.service.settings import MigrationSettings, Settings, settings_or_exit

if TYPE_CHECKING:
    from unionaid.eventlog import Connection

EXIT_REFUSED = 1
Sets: TypeAlias = Callable[[str], Sequence[ProjectionSet]]
"""Division -> the sets a service fills from other services' topics."""


@dataclass(frozen=True)
class Views:
    """What a service derives from events: its own views, and sets fed from topics."""

    own: Callable[[], Handler] | None = None
    sets: Sets = lambda _division: ()


def rebuild_sets(views: Views, *, replace_disagreeing: bool) -> None:
    """Fill a new build of each set from the topics; it goes live if it agrees with the live one.

    Exits with `EXIT_REFUSED` and the reason when it does not.
    """
    settings = settings_or_exit(Settings, os.environ)
    owner = settings_or_exit(MigrationSettings, os.environ)
    _run(_rebuild(views, settings, owner, replace_disagreeing=replace_disagreeing))


def parked(views: Views, *, retry: bool) -> None:
    """List what could not be applied, as JSON Lines on standard output; with `retry` apply it again first."""
    _run(_parked(views, settings_or_exit(Settings, os.environ), retry=retry))


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except (Disagreement, NotBuilt) as refused:
        print(f"refused: {refused}", file=sys.stderr)
        raise SystemExit(EXIT_REFUSED) from None
    except (OSError, asyncpg.PostgresError, KafkaError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(EXIT_REFUSED) from None


async def _rebuild(
    views: Views, settings: Settings, migrating: MigrationSettings, *, replace_disagreeing: bool
) -> None:
    sets = views.sets(settings.division)
    if not sets:
        print("this service fills no set from other services' topics", file=sys.stderr)
    owner = await asyncpg.connect(migrating.owner_database_url)
    try:
        async with _pool(settings) as pool:
            for chosen in sets:
                number = await rebuild(
                    pool,
                    owner,
                    settings.kafka,
                    chosen,
                    Roles.of(migrating.database),
                    replace_disagreeing=replace_disagreeing,
                    progress=_show,
                )
                print(f"build {number} of {chosen.name} is live: {chosen.fingerprint}")
    finally:
        await owner.close()


def _show(vector: Mapping[str, int]) -> None:
    print(", ".join(f"{topic}@{index}" for topic, index in vector.items()), file=sys.stderr)


async def _parked(views: Views, settings: Settings, *, retry: bool) -> None:
    async with _pool(settings) as pool:
        if retry:
            async with pool.acquire() as conn:
                counts = [await _retry(pool, conn, chosen) for chosen in views.sets(settings.division)]
            if views.own is not None:
                counts.append(await OwnViews(pool, views.own()).retry())
            applied, remain = (sum(numbers) for numbers in zip(*counts, strict=True)) if counts else (0, 0)
            print(f"{applied} applied, {remain} remain", file=sys.stderr)
        async with pool.acquire() as conn:
            for row in await list_parked(conn):
                print(json.dumps(row, default=str, ensure_ascii=False))


async def _retry(pool: asyncpg.Pool[asyncpg.Record], conn: Connection, chosen: ProjectionSet) -> tuple[int, int]:
    number = await live_build(conn, chosen)
    return await retry_parked(conn, schema_of(chosen.name, number), inbox_of(pool, chosen, number).handler)


def _pool(settings: Settings) -> asyncpg.Pool[asyncpg.Record]:
    return asyncpg.create_pool(
        settings.database_url,
        min_size=0,
        max_size=2,
        server_settings={"application_name": "unionaid operator", **INBOX_SERVER_SETTINGS},
    )
