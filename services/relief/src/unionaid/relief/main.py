"""The process: `python -m unionaid.relief.main --help`."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import asyncpg
import httpx

from unionaid.contracts import source, topic_name
from unionaid.eventlog import OwnViews, ProjectionSet, Relay, Roles, ensure_build, install
from unionaid.eventlog import migrate as run_migrations
from unionaid.payments import BANKS, read_templates
from unionaid.payments import LOCALE as PAYMENTS_LOCALE
from unionaid.payments.refusals import AnswerFault, BatchLineFault
from unionaid.relief.application.commands import Commands
from unionaid.relief.application.deciding import Pool
from unionaid.relief.application.holding import holds
from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES
from unionaid.relief.domain.eligibility.refusals import RuleFault
from unionaid.relief.domain.refusals import LineFault
from unionaid.relief.domain.unmerge.rules import overdue
from unionaid.relief.http.bank_returns import BANK_RETURNS
from unionaid.relief.http.desk import Desk
from unionaid.relief.http.routing import ROUTERS, STATUSES
from unionaid.relief.identities import Identities
from unionaid.relief.pages.bank_returns import BANK_RETURN_PAGES
from unionaid.relief.pages.cash_payments import CASH_PAYMENTS
from unionaid.relief.pages.routing import PAGES
from unionaid.relief.policies.accounts import read_second_look
from unionaid.relief.policies.payer import read_payer
from unionaid.relief.policies.programmes import read_programmes
from unionaid.relief.reserving import MOVERS, held
from unionaid.relief.resources import directory
from unionaid.relief.subscriptions import confirming, following, holding
from unionaid.relief.views.eligible import Eligible
from unionaid.relief.views.people import People, registry_people
from unionaid.relief.views.writing import ReliefViews
from unionaid.service import health
from unionaid.service.app import create_app, http_pool
from unionaid.service.calling import Neighbour
from unionaid.service.clock import Clock, clock_of
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys
from unionaid.service.main import Parts, Service, run
from unionaid.service.operating import Views
from unionaid.service.reservations import Implied, Owner, own_events
from unionaid.service.settings import MigrationSettings, Settings
from unionaid.service.tokens import IssuerKeys
from unionaid.sheets import LOCALE as SHEETS_LOCALE

NAME: Final = "relief"
ANY_DIVISION = "000000"
"""Tables are the same in every division; which topic feeds them is a matter of `consume`."""


async def migrate(settings: MigrationSettings) -> None:
    """Bring the database up to date: the log, relief's own views, and the tables fed by registry."""
    owner = await asyncpg.connect(settings.owner_database_url)
    try:
        roles = Roles.of(settings.database)
        await install(owner, roles)
        await run_migrations(owner, NAME, directory("migrations"), roles)
        await ensure_build(owner, registry_people(ANY_DIVISION), roles)
    finally:
        await owner.close()


def build(settings: Settings) -> Parts:
    """Put the service together; nothing is opened yet."""
    relay = Relay(
        dsn=settings.database_url,
        bootstrap=settings.kafka,
        topic=topic_name(settings.division, NAME),
        source=source(settings.division, NAME),
        clock=clock_of(settings).now,
    )
    people = registry_people(settings.division)
    return assemble(settings, relay, people)


def assemble(
    settings: Settings,
    relay: Relay,
    people: ProjectionSet,
    *,
    keys: Keys | None = None,
    clock: Clock | None = None,
    issuer_keys: IssuerKeys | None = None,
    neighbours: httpx.AsyncBaseTransport | None = None,
) -> Parts:
    """Put the service together around a relay and a set; tests give keys, clock and neighbours of their own."""
    keys = keys or Keys.read(settings.secrets_dir)
    pool = http_pool(settings, NAME)
    own_views = OwnViews(pool, ReliefViews())
    known = People(pool, people)

    def appended() -> None:
        relay.nudge()
        own_views.nudge()

    app = create_app(
        NAME,
        settings,
        [*ROUTERS, *PAGES],
        title="UnionAid relief",
        pool=pool,
        keys=keys,
        clock=clock,
        issuer_keys=issuer_keys,
        locales=[directory("locale"), SHEETS_LOCALE, PAYMENTS_LOCALE],
        statuses=STATUSES,
        refusals=[f"unionaid.{NAME}", "unionaid.sheets", "unionaid.payments"],
        pages=["unionaid.relief"],
        upload_prefixes=[CASH_PAYMENTS, BANK_RETURNS, BANK_RETURN_PAGES],
        checks={
            "database": health.database(pool),
            "schema": health.schema(
                pool, {"eventlog": files("unionaid.eventlog") / "sql", NAME: directory("migrations")}
            ),
            "kafka": health.kafka(settings.kafka),
            "relay": health.relay(relay),
            people.name: _nothing_parked(known),
            "payment holds": _holds_decided(pool, clock or clock_of(settings)),
        },
        position=known.reached,
        appended=appended,
    )
    texts = (*LineFault, *BatchLineFault, *AnswerFault, *RuleFault, *(f"attribute-{name}" for name in ATTRIBUTES))
    app.state.shell.catalogue.refuse_missing(texts)
    commands = Commands.of(
        pool, known, Eligible(pool, people), read_programmes(directory("policy")), own_views.settled, secret=keys.hmac
    )
    itself = Itself(settings, keys, name=NAME, matter="due pledges", clock=clock)
    identities = Identities(Neighbour("registry", settings.urls, neighbours))
    templates, payer_on = read_templates(BANKS), read_payer(directory("policy") / "banks" / "payer.yaml")
    app.state.desk = Desk(
        commands,
        known,
        own_views,
        pool,
        identities,
        templates,
        payer_on,
        read_second_look(directory("policy") / "banks" / "accounts.yaml"),
    )
    return Parts(
        app=app,
        beside={
            "own views": own_views.run,
            "due pledges": lambda: commands.funds.note_due_again(itself, appended),
        },
        relay=relay.run,
        consumers={
            people.name: following(settings.database_url, settings.kafka, people),
            "erasures": confirming(settings, keys),
            "unmerges": holding(settings, keys),
        },
    )


def _nothing_parked(people: People) -> health.Check:
    async def check() -> health.Finding:
        parked = await people.parked()
        return health.Finding(health.Health.DEGRADED, f"{parked} events parked") if parked else health.OK

    return check


def _holds_decided(pool: Pool, clock: Clock) -> health.Check:
    async def check() -> health.Finding:
        async with pool.acquire() as conn:
            late = overdue(await holds(conn), clock.business_date())
        return health.Finding(health.Health.DEGRADED, f"{late} payment holds overdue") if late else health.OK

    return check


async def imply(owner: Owner, _database: str) -> Implied:
    """Say what relief's events hold.

    A purpose in a period, by each application neither rejected nor cancelled; a person to whom nothing is paid now.
    """
    return Implied(held([event async for _, event in own_events(owner, *MOVERS)]))


VIEWS = Views(own=ReliefViews, sets=lambda division: [registry_people(division)])
SERVICE = Service(NAME, migrate, build, imply, VIEWS, neighbours=("registry",))

if __name__ == "__main__":
    run(SERVICE)
