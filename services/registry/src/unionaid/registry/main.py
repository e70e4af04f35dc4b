"""The process of registry: `python -m unionaid.registry.main --help`."""

from __future__ import annotations

from importlib.resources import files
from uuid import UUID

import asyncpg

from unionaid.contracts import Event, source, stream_name, topic_name
from unionaid.contracts import Service as ServiceName
from unionaid.contracts.registry import (
    EnterpriseDetailsCorrected,
    EnterpriseRegistered,
    PersonErased,
    TableImported,
    TitleAppointed,
    TitleEnded,
    TitleSchemeAdopted,
    UnionOrgEstablished,
)
from unionaid.eventlog import OwnViews, Relay, Reservation, Roles, ensure_build, install
from unionaid.eventlog import migrate as run_migrations
from unionaid.registry.application.commands import Commands
from unionaid.registry.application.importing import forget_overdue
from unionaid.registry.application.units import TITLE_HELD, USCC, reservations_of
from unionaid.registry.domain.refusals import (
    AlreadyRegistered,
    AlreadyThere,
    ApproverNeeded,
    DistrictExists,
    DossierIsErased,
    DossierNotAt,
    DossierOpenAlready,
    EnteredBySame,
    FileEntered,
    HouseholdUnknown,
    IdentityMissing,
    IdentityNotMissing,
    ImportChanged,
    InOtherHousehold,
    LaterMergeFirst,
    NotAWorker,
    NotRestricted,
    NumberAndHouseholdApart,
    OwnMatter,
    PairDecided,
    PairNotMerged,
    PassedBySame,
    PersonIsErased,
    PersonIsMerged,
    PersonIsRestricted,
    RecordOpen,
    RelativesMatter,
    ResidentIdTaken,
    RetentionRuns,
    SchemeExists,
    SurvivorLacksHousehold,
    SurvivorLacksNumber,
    SurvivorMerged,
    TitleHeld,
    TitleNotEvaluated,
    TooManyMerged,
    TransferEnded,
    TwiceInHousehold,
    TwoHouseholds,
    TwoOpenDossiers,
    TwoResidentIds,
    UndoUnderWay,
    UnionDissolved,
    UnionNotEmpty,
    UsccTaken,
)
from unionaid.registry.figures import Figures
from unionaid.registry.forgetting import NAMING, RESIDENT_ID
from unionaid.registry.http.imports import IMPORTS
from unionaid.registry.http.routing import routers
from unionaid.registry.http.workers import UPLOADS
from unionaid.registry.pages.household import ADMISSIONS
from unionaid.registry.pages.routing import pages_of
from unionaid.registry.policies import read_policies
from unionaid.registry.purposes import read_purposes
from unionaid.registry.reserving import HOLDING
from unionaid.registry.reserving import held as held_by_households
from unionaid.registry.said import REFERRING, Referred, said
from unionaid.registry.subscriptions import following, hearing_answers
from unionaid.registry.views import duplicates
from unionaid.registry.views.elsewhere import Elsewhere, registry_elsewhere
from unionaid.registry.views.units import Pool
from unionaid.registry.views.writing import RegistryViews
from unionaid.service import health
from unionaid.service.app import create_app, http_pool
from unionaid.service.clock import Clock, clock_of
from unionaid.service.itself import Itself
from unionaid.service.keys import Keys
from unionaid.service.main import Parts, Service, run
from unionaid.service.operating import Views
from unionaid.service.reservations import Implied, Owner, own_events
from unionaid.service.settings import MigrationSettings, Settings
from unionaid.service.tokens import IssuerKeys
from unionaid.sheets import LOCALE as SHEETS_LOCALE
from unionaid.sheets.refusals import FileTooLarge, WorkbookTooLarge
from unionaid.vault import TABLES, Finder, Uploads, Vault

NAME: ServiceName = "registry"
HERE = files("unionaid.registry")
MIGRATIONS = {
    "eventlog": files("unionaid.eventlog") / "sql",
    "vault": files("unionaid.vault") / "sql",
    NAME: HERE / "migrations",
}
TITLED = (TitleSchemeAdopted, TitleAppointed, TitleEnded)
"""Events of titles that hold or give back something."""
ANY_DIVISION = "000000"
"""Tables are the same in every division; which topics feed them is a matter of `consume`."""
STATUSES = {
    **{refusal.code: 409 for refusal in (SchemeExists, TitleHeld, TitleNotEvaluated)},
    **{refusal.code: 409 for refusal in (FileEntered, ImportChanged)},
    **{refusal.code: 413 for refusal in (FileTooLarge, WorkbookTooLarge)},
    **{
        refusal.code: 409
        for refusal in (
            AlreadyRegistered,
            AlreadyThere,
            DistrictExists,
            DossierIsErased,
            DossierNotAt,
            DossierOpenAlready,
            IdentityMissing,
            IdentityNotMissing,
            InOtherHousehold,
            LaterMergeFirst,
            NotAWorker,
            NotRestricted,
            PairDecided,
            PairNotMerged,
            PersonIsRestricted,
            RecordOpen,
            ResidentIdTaken,
            RetentionRuns,
            SurvivorLacksHousehold,
            NumberAndHouseholdApart,
            SurvivorLacksNumber,
            SurvivorMerged,
            PersonIsMerged,
            TooManyMerged,
            TransferEnded,
            TwiceInHousehold,
            TwoHouseholds,
            TwoOpenDossiers,
            TwoResidentIds,
            UnionDissolved,
            UnionNotEmpty,
            UndoUnderWay,
            UsccTaken,
        )
    },
    **{refusal.code: 403 for refusal in (EnteredBySame, OwnMatter, PassedBySame, ApproverNeeded, RelativesMatter)},
    PersonIsErased.code: 410,
    HouseholdUnknown.code: 404,
}


async def imply(owner: Owner, database: str) -> Implied:
    """Say what registry's events hold, and the vault: codes of enterprises, the district, resident IDs."""
    held: list[Reservation] = []
    versions: dict[UUID, int] = {}
    erased = set()
    living: list[Event] = []
    referred = Referred()
    kinds = (
        UnionOrgEstablished,
        EnterpriseRegistered,
        EnterpriseDetailsCorrected,
        TableImported,
        *TITLED,
        *NAMING,
        PersonErased,
        *HOLDING,
        *REFERRING,
    )
    async for envelope, event in own_events(owner, *kinds):
        if isinstance(event, EnterpriseDetailsCorrected) and "uscc" in event.corrected_details:
            held = [one for one in held if (one.scope, one.stream) != (USCC, event.subject)]
        held += reservations_of([event], envelope.source.split("/")[2])
        referred.add(event)
        if isinstance(event, HOLDING):
            living.append(event)
        elif isinstance(event, NAMING):
            versions[event.person_id] = event.identity.vault_version
        elif isinstance(event, TitleEnded):
            held = [one for one in held if (one.scope, one.stream) != (TITLE_HELD, event.subject)]
        elif isinstance(event, PersonErased):
            erased.add(event.person_id)
    held += held_by_households(living)
    async with owner.transaction():
        await owner.execute(f'SET LOCAL ROLE "{Roles.of(database).vault}"')
        rows = await owner.fetch("SELECT digest, person_id FROM vault.blind_index WHERE kind = 'resident_id'")
        newest = await owner.fetch("SELECT person_id, max(version) AS version FROM vault.fields GROUP BY person_id")
        known: dict[UUID, int] = {row["person_id"]: row["version"] for row in newest}
        stored = await owner.fetch(
            "SELECT matter_id, topic, person_id, max(version) AS version FROM vault.statements GROUP BY 1, 2, 3"
        )
    held += [
        Reservation(RESIDENT_ID, row["digest"], stream_name("person", row["person_id"]))
        for row in rows
        if row["person_id"] not in erased
    ]
    behind = (person for person, version in versions.items() if person not in erased and known.get(person, 0) < version)
    return Implied(
        held,
        sorted(map(str, behind)),
        sorted(map(str, erased & known.keys())),
        referred.lost({said(dict(row)): row["version"] for row in stored}, erased),
        referred.to_forget(row["matter_id"] for row in stored),
    )


async def migrate(settings: MigrationSettings) -> None:
    """Bring the database up to date: the log, the vault, the views."""
    roles = Roles.of(settings.database)
    owner = await asyncpg.connect(settings.owner_database_url)
    try:
        await install(owner, roles)
        for member in ("vault", NAME):
            await run_migrations(owner, member, MIGRATIONS[member], roles)
        await ensure_build(owner, registry_elsewhere(ANY_DIVISION), roles)
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
    elsewhere = registry_elsewhere(settings.division)
    heard = Elsewhere(pool, elsewhere)
    commands = Commands.of(
        pool,
        Vault(keys.kek, keys.hmac),
        Uploads(keys.kek),
        Finder(keys.kek, keys.hmac),
        division=settings.division,
        purposes=read_purposes(),
        elsewhere=heard,
        policies=read_policies(),
        settled=own_views.settled,
    )

    def appended() -> None:
        relay.nudge()
        own_views.nudge()

    app = create_app(
        NAME,
        settings,
        [*routers(commands, pool, own_views, figures), *pages_of(commands, pool, own_views, figures)],
        title="UnionAid registry",
        pool=pool,
        keys=keys,
        issuer_keys=issuer_keys,
        locales=[HERE / "locale", SHEETS_LOCALE],
        refusals=[f"unionaid.{NAME}", "unionaid.sheets"],
        statuses=STATUSES,
        pages=["unionaid.registry"],
        checks={
            "database": health.database(pool),
            "schema": health.schema(pool, MIGRATIONS),
            "kafka": health.kafka(settings.kafka),
            "relay": health.relay(relay),
            "undoings": _undoings_decided(pool, clock_of(settings)),
        },
        position=heard.reached,
        appended=appended,
        upload_prefixes=[UPLOADS, *IMPORTS, ADMISSIONS],
    )
    itself = Itself(settings, keys, name=NAME, matter="late undoings")
    figures.show_in(app.state.shell.registry)
    return Parts(
        app=app,
        beside={
            "own views": own_views.run,
            "uploads": lambda: forget_overdue(pool),
            "late undoings": lambda: commands.undoing.refuse_late_again(itself, appended),
        },
        relay=relay.run,
        consumers={elsewhere.name: following(settings, elsewhere), "undoings": hearing_answers(settings, keys)},
    )


def _undoings_decided(pool: Pool, clock: Clock) -> health.Check:
    async def check() -> health.Finding:
        late = len(await duplicates.late(pool, clock.business_date()))
        return health.Finding(health.Health.DEGRADED, f"{late} undoings undecided") if late else health.OK

    return check


SERVICE = Service(
    NAME, migrate, build, imply, Views(own=RegistryViews, sets=lambda division: [registry_elsewhere(division)]), TABLES
)

if __name__ == "__main__":
    run(SERVICE)
