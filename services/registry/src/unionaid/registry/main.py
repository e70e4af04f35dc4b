"""The process of registry: `python -m unionaid.registry.main {migrate|serve|relay|consume|all}`."""

from __future__ import annotations

from importlib.resources import files

import asyncpg

from unionaid.contracts import Service as ServiceName
from unionaid.contracts import source, topic_name
from unionaid.eventlog import OwnViews, Relay, Roles, install
from unionaid.eventlog import migrate as run_migrations
from unionaid.registry.application import Registry
from unionaid.registry.domain.refusals import DistrictExists, ResidentIdTaken, UsccTaken
from unionaid.registry.figures import Figures
from unionaid.registry.http import UPLOADS, routers
from unionaid.registry.views import RegistryViews
from unionaid.service import health
from unionaid.service.app import create_app, http_pool
from unionaid.service.clock import clock_of
from unionaid.service.keys import Keys
from unionaid.service.main import Parts, Service, run
from unionaid.service.settings import MigrationSettings, Settings
from unionaid.service.tokens import IssuerKeys
from unionaid.vault import Vault

NAME: ServiceName = "registry"
HERE = files("unionaid.registry")
MIGRATIONS = {
    "eventlog": files("unionaid.eventlog") / "sql",
    "vault": files("unionaid.vault") / "sql",
    NAME: HERE / "migrations",
}
STATUSES = {refusal.code: 409 for refusal in (DistrictExists, UsccTaken, ResidentIdTaken)}


async def migrate(settings: MigrationSettings) -> None:
    """Bring the database up to date: the log, the vault, the views."""
    roles = Roles.of(settings.database)
    owner = await asyncpg.connect(settings.owner_database_url)
    try:
        await install(owner, roles)
        for member in ("vault", NAME):
            await run_migrations(owner, member, MIGRATIONS[member], roles)
    finally:
        await owner.close()


def build(settings: Settings, *, keys: Keys | None = None, issuer_keys: IssuerKeys | None = None) -> Parts:
    """Put the service together; nothing is opened yet. Keys are read from files unless given."""
    keys = keys or Keys.read(settings.secrets_dir)
    pool = http_pool(settings, NAME)
    own_views = OwnViews(pool, RegistryViews())
    relay = Relay(
        dsn=settings.database_url,
        bootstrap=settings.kafka,
        topic=topic_name(settings.division, NAME),
        source=source(settings.division, NAME),
        clock=clock_of(settings).now,
    )
    figures = Figures()
    registry = Registry(pool, Vault(keys.kek, keys.hmac), settings.division)

    def appended() -> None:
        relay.nudge()
        own_views.nudge()

    app = create_app(
        NAME,
        settings,
        routers(registry, pool, own_views, figures),
        title="UnionAid registry",
        pool=pool,
        keys=keys,
        issuer_keys=issuer_keys,
        locales=[HERE / "locale"],
        statuses=STATUSES,
        checks={
            "database": health.database(pool),
            "schema": health.schema(pool, MIGRATIONS),
            "kafka": health.kafka(settings.kafka),
            "relay": health.relay(relay),
        },
        appended=appended,
        upload_prefixes=[UPLOADS],
    )
    figures.show_in(app.state.shell.registry)
    return Parts(app=app, beside={"own views": own_views.run}, relay=relay.run)


SERVICE = Service(NAME, migrate, build)

if __name__ == "__main__":
    run(SERVICE)
