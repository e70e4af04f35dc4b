"""`python -m unionaid.mutualaid.main --help`."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import asyncpg

from unionaid.contracts import source, topic_name
from unionaid.eventlog import Relay, Roles, install
from unionaid.mutualaid.subscriptions import clearing, confirming
from unionaid.service import health
from unionaid.service.app import create_app, http_pool
from unionaid.service.clock import clock_of
from unionaid.service.keys import Keys
from unionaid.service.main import Parts, Service, run
from unionaid.service.settings import MigrationSettings, Settings

NAME: Final = "mutualaid"


async def migrate(settings: MigrationSettings) -> None:
    """Install the log."""
    owner = await asyncpg.connect(settings.owner_database_url)
    try:
        await install(owner, Roles.of(settings.database))
    finally:
        await owner.close()


def build(settings: Settings) -> Parts:
    """Put the service together; nothing is opened yet."""
    keys = Keys.read(settings.secrets_dir)
    pool = http_pool(settings, NAME)
    relay = Relay(
        dsn=settings.database_url,
        bootstrap=settings.kafka,
        topic=topic_name(settings.division, NAME),
        source=source(settings.division, NAME),
        clock=clock_of(settings).now,
    )
    app = create_app(
        NAME,
        settings,
        [],
        title="UnionAid mutualaid",
        pool=pool,
        keys=keys,
        checks={
            "database": health.database(pool),
            "schema": health.schema(pool, {"eventlog": files("unionaid.eventlog") / "sql"}),
            "kafka": health.kafka(settings.kafka),
            "relay": health.relay(relay),
        },
        appended=relay.nudge,
    )
    consumers = {"erasures": confirming(settings, keys), "unmerges": clearing(settings, keys)}
    return Parts(app=app, relay=relay.run, consumers=consumers)


SERVICE = Service(NAME, migrate, build)

if __name__ == "__main__":
    run(SERVICE)
