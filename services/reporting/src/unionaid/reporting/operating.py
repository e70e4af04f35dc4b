"""The operator's commands: `rebuild` makes the projections anew beside the live ones, `parked` lists and retries."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence

import asyncpg
from aiokafka.errors import KafkaError

from unionaid.eventlog import (
    INBOX_SERVER_SETTINGS,
    Disagreement,
    NotBuilt,
    Roles,
    inbox_of,
    list_parked,
    live_build,
    rebuild,
    retry_parked,
)
from unionaid.eventlog.projections import schema_of
from unionaid.reporting.projections import totals_of
from unionaid.service.settings import MigrationSettings, Settings, settings_or_exit

COMMANDS = ("rebuild", "parked")
EXIT_REFUSED = 1


def operate(arguments: Sequence[str]) -> None:
    """Run one of `COMMANDS`; exits with `EXIT_REFUSED` and the reason when it is refused."""
    parser = argparse.ArgumentParser(prog="python -m unionaid.reporting.main")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("rebuild", help="fill a new build from the topics; it goes live if it agrees")
    building.add_argument(
        "--replace-disagreeing", action="store_true", help="go live even where the live tables say otherwise"
    )
    listing = commands.add_parser("parked", help="list events that could not be applied, as JSON Lines")
    listing.add_argument("--retry", action="store_true", help="apply them again first, in index order")
    chosen = parser.parse_args(arguments)
    settings = settings_or_exit(Settings, os.environ)
    try:
        if chosen.command == "rebuild":
            owner = settings_or_exit(MigrationSettings, os.environ)
            asyncio.run(_rebuild(settings, owner, replace_disagreeing=chosen.replace_disagreeing))
        else:
            asyncio.run(_parked(settings, retry=chosen.retry))
    except (Disagreement, NotBuilt) as refused:
        print(f"refused: {refused}", file=sys.stderr)
        raise SystemExit(EXIT_REFUSED) from None
    except (OSError, asyncpg.PostgresError, KafkaError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(EXIT_REFUSED) from None


async def _rebuild(settings: Settings, migrating: MigrationSettings, *, replace_disagreeing: bool) -> None:
    chosen = totals_of(settings.division)
    owner = await asyncpg.connect(migrating.owner_database_url)
    try:
        async with _pool(settings) as pool:
            number = await rebuild(
                pool,
                owner,
                settings.kafka,
                chosen,
                Roles.of(migrating.database),
                replace_disagreeing=replace_disagreeing,
                progress=_show,
            )
    finally:
        await owner.close()
    print(f"build {number} of {chosen.name} is live: {chosen.fingerprint}")


def _show(vector: Mapping[str, int]) -> None:
    print(", ".join(f"{topic}@{index}" for topic, index in vector.items()), file=sys.stderr)


async def _parked(settings: Settings, *, retry: bool) -> None:
    chosen = totals_of(settings.division)
    async with _pool(settings) as pool, pool.acquire() as conn:
        number = await live_build(conn, chosen)
        subscription = schema_of(chosen.name, number)
        if retry:
            applied, remain = await retry_parked(conn, subscription, inbox_of(pool, chosen, number).handler)
            print(f"{applied} applied, {remain} remain", file=sys.stderr)
        for row in await list_parked(conn, subscription):
            print(json.dumps(row, default=str, ensure_ascii=False))


def _pool(settings: Settings) -> asyncpg.Pool[asyncpg.Record]:
    return asyncpg.create_pool(
        settings.database_url,
        min_size=0,
        max_size=2,
        server_settings={"application_name": "unionaid reporting operator", **INBOX_SERVER_SETTINGS},
    )
