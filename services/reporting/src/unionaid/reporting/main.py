"""`python -m unionaid.reporting.main --help`."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

import asyncpg

from unionaid.contracts import source, topic_name
from unionaid.eventlog import NotBuilt, ProjectionSet, Relay, Roles, ensure_build, install, live_build
from unionaid.reporting.http import STATUSES, router_of, router_of_activities, router_of_dossiers
from unionaid.reporting.pages.dossiers import dossier_pages
from unionaid.reporting.pages.relief import relief_pages
from unionaid.reporting.projections import PROJECTIONS, SET, totals_of
from unionaid.reporting.subscriptions import Subscription, confirming
from unionaid.reporting.views.activities import ActivityTotals
from unionaid.reporting.views.dossiers import DossierTotals
from unionaid.reporting.views.relief import Totals
from unionaid.reporting.views.snapshot import Snapshots
from unionaid.service import health
from unionaid.service.app import create_app, http_pool
from unionaid.service.clock import clock_of
from unionaid.service.keys import Keys
from unionaid.service.main import Parts, Service, run
from unionaid.service.operating import Views
from unionaid.service.settings import MigrationSettings, Settings

if TYPE_CHECKING:
    from unionaid.service.health import Check

NAME: Final = "reporting"


async def migrate(settings: MigrationSettings) -> None:
    """Install the log, and the first build of the projections if there is none."""
    owner = await asyncpg.connect(settings.owner_database_url)
    try:
        roles = Roles.of(settings.database)
        await install(owner, roles)
        await ensure_build(owner, ProjectionSet(SET, {}, PROJECTIONS), roles)
    finally:
        await owner.close()


def build(settings: Settings) -> Parts:
    """Put the service together; nothing is opened yet."""
    keys = Keys.read(settings.secrets_dir)
    pool = http_pool(settings, NAME)
    chosen = totals_of(settings.division)
    snapshots = Snapshots(pool, chosen)
    totals = Totals(snapshots, topic_name(settings.division, "relief"))
    activities = ActivityTotals(snapshots, topic_name(settings.division, "relief"))
    dossiers = DossierTotals(snapshots, topic_name(settings.division, "registry"))
    relay = Relay(
        dsn=settings.database_url,
        bootstrap=settings.kafka,
        topic=topic_name(settings.division, NAME),
        source=source(settings.division, NAME),
        clock=clock_of(settings).now,
    )
    subscription = Subscription(
        settings.database_url, settings.kafka, chosen, group=f"unionaid.{settings.division}.{NAME}.{SET}"
    )
    app = create_app(
        NAME,
        settings,
        [
            router_of(totals),
            router_of_dossiers(dossiers),
            router_of_activities(activities),
            relief_pages(totals),
            dossier_pages(dossiers),
        ],
        title="UnionAid reporting",
        pool=pool,
        keys=keys,
        locales=[files("unionaid.reporting") / "locale"],
        statuses=STATUSES,
        pages=["unionaid.reporting"],
        checks={
            "database": health.database(pool),
            "schema": health.schema(pool, {"eventlog": files("unionaid.eventlog") / "sql"}),
            "projections": _built(pool, chosen),
            "kafka": health.kafka(settings.kafka),
            "relay": health.relay(relay),
            "totals": subscription.check,
        },
        position=snapshots.position,
        appended=relay.nudge,
    )
    return Parts(
        app=app, relay=relay.run, consumers={"totals": subscription.run, "erasures": confirming(settings, keys)}
    )


def _built(pool: asyncpg.Pool[asyncpg.Record], chosen: ProjectionSet) -> Check:
    async def check() -> health.Finding:
        async with pool.acquire() as conn:
            try:
                await live_build(conn, chosen)
            except NotBuilt as error:
                return health.Finding(health.Health.FAILED, str(error))
        return health.OK

    return check


SERVICE = Service(NAME, migrate, build, views=Views(sets=lambda division: [totals_of(division)]))

if __name__ == "__main__":
    run(SERVICE)
