"""Routes. Reporting decides nothing: every route reads."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime

from unionaid.reporting.domain.activities.question import ActivityQuestion
from unionaid.reporting.domain.dossiers.question import DossierQuestion, Unknown
from unionaid.reporting.domain.figures import (
    ActivityBreakdown,
    ActivityPage,
    ActivityTotal,
    Breakdown,
    DossierBreakdown,
    DossierPage,
    DossierTotal,
    ParkedEvent,
    PaymentPage,
    ReliefTotal,
    TitleSchemeTotal,
)
from unionaid.reporting.domain.kinds import CauseCode, DossierStep, HardshipLevel, ProgrammeKind
from unionaid.reporting.domain.registry.question import TitleSchemeQuestion
from unionaid.reporting.domain.relief.question import ReliefQuestion
from unionaid.reporting.views.activities import ActivityDimension, ActivityTotals
from unionaid.reporting.views.dossiers import DossierDimension, DossierTotals
from unionaid.reporting.views.relief import Dimension, Totals
from unionaid.reporting.views.snapshot import EVENTS_PAGE_MAX
from unionaid.service.access import require
from unionaid.service.after import after
from unionaid.service.roles import Role
from unionaid.service.routes import Router

READERS = (Role.DISTRICT_OFFICER, Role.APPROVER, Role.ACCOUNTANT, Role.AUDITOR)
STATUSES = {"figure-disagrees": 500, "projections-not-built": 503}
INDEX_MAX = 10**18 - 1


async def _question(
    *,
    since: Annotated[date, Query(alias="from", description="First business date (Asia/Shanghai)")],
    until: Annotated[date, Query(alias="to", description="Last business date, included")],
    kind: Annotated[ProgrammeKind | None, Query(description="Kind of programme")] = None,
    programme: Annotated[UUID | None, Query()] = None,
    union: Annotated[UUID | None, Query(description="A union, and all below it")] = None,
    as_of: Annotated[AwareDatetime | None, Query(description="What had been recorded by then")] = None,
    upto: Annotated[int | None, Query(ge=-1, le=INDEX_MAX, description="Up to this index of relief's log")] = None,
) -> ReliefQuestion:
    return ReliefQuestion(since, until, kind, programme, union, as_of, upto)


Asked = Annotated[ReliefQuestion, Depends(_question)]


async def _of_dossiers(
    *,
    until: Annotated[date, Query(alias="to", description="Last business date, included")],
    since: Annotated[
        date | None,
        Query(alias="from", description="First business date; without it, how dossiers stood on the last"),
    ] = None,
    step: Annotated[DossierStep | None, Query(description="The step, or where they stood")] = None,
    level: Annotated[HardshipLevel | Unknown | None, Query()] = None,
    cause: Annotated[CauseCode | Unknown | None, Query()] = None,
    union: Annotated[UUID | None, Query(description="A union, and all below it")] = None,
    as_of: Annotated[AwareDatetime | None, Query(description="What had been recorded by then")] = None,
    upto: Annotated[int | None, Query(ge=-1, le=INDEX_MAX, description="Up to this index of registry's log")] = None,
) -> DossierQuestion:
    return DossierQuestion(until, since, step, level, cause, union, as_of, upto)


AskedOfDossiers = Annotated[DossierQuestion, Depends(_of_dossiers)]


def router_of_dossiers(totals: DossierTotals) -> Router:
    """Return the routes over hardship dossiers."""
    router = Router(prefix="/totals/dossiers", tags=["totals"])
    reading = [require(*READERS), after]

    @router.get("", dependencies=reading)
    async def dossier_total(asked: AskedOfDossiers) -> DossierTotal:
        """Dossiers, their holders and the steps of a period, or how dossiers stood on a day, with the citation."""
        return await totals.total(asked)

    @router.get("/events", dependencies=reading)
    async def dossier_events(
        asked: AskedOfDossiers,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=EVENTS_PAGE_MAX)] = 100,
    ) -> DossierPage:
        """The events that the total of the same question is made of."""
        return await totals.events(asked, cursor, limit)

    @router.get("/by", dependencies=reading)
    async def dossiers_by(asked: AskedOfDossiers, dimension: DossierDimension) -> DossierBreakdown:
        """The total of the same question, broken down."""
        return await totals.by(asked, dimension)

    return router


async def _of_activities(asked: Asked) -> ActivityQuestion:
    return ActivityQuestion(asked.since, asked.until, asked.kind, asked.programme, asked.union, asked.as_of, asked.upto)


AskedOfActivities = Annotated[ActivityQuestion, Depends(_of_activities)]


def router_of_activities(totals: ActivityTotals) -> Router:
    """Return the routes over goods handed out and training."""
    router = Router(prefix="/totals/activities", tags=["totals"])
    reading = [require(*READERS), after]

    @router.get("", dependencies=reading)
    async def activity_total(asked: AskedOfActivities) -> ActivityTotal:
        """Sites, head count, fen of goods, sessions and trainees of a period, with the citation."""
        return await totals.total(asked)

    @router.get("/events", dependencies=reading)
    async def activity_events(
        asked: AskedOfActivities,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=EVENTS_PAGE_MAX)] = 100,
    ) -> ActivityPage:
        """The events that the total of the same question is made of, each with both times."""
        return await totals.events(asked, cursor, limit)

    @router.get("/by", dependencies=reading)
    async def activities_by(asked: AskedOfActivities, dimension: ActivityDimension) -> ActivityBreakdown:
        """The total of the same question, broken down."""
        return await totals.by(asked, dimension)

    return router


def router_of(totals: Totals) -> Router:
    """Return the routes over `totals`."""
    router = Router(tags=["totals"])
    reading = [require(*READERS), after]

    @router.get("/totals/relief", dependencies=reading)
    async def relief_total(asked: Asked) -> ReliefTotal:
        """People, times and fen of relief paid in a period, with the citation."""
        return await totals.total(asked)

    @router.get("/totals/relief/events", dependencies=reading)
    async def relief_events(
        asked: Asked,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=EVENTS_PAGE_MAX)] = 100,
    ) -> PaymentPage:
        """The events that the total of the same question is made of."""
        return await totals.events(asked, cursor, limit)

    @router.get("/totals/relief/by", dependencies=reading)
    async def relief_by(asked: Asked, dimension: Dimension) -> Breakdown:
        """The total of the same question, broken down."""
        return await totals.by(asked, dimension)

    @router.get("/totals/title-schemes", dependencies=reading)
    async def title_schemes(
        since: Annotated[date, Query(alias="from", description="First business date (Asia/Shanghai)")],
        until: Annotated[date, Query(alias="to", description="Last business date, included")],
        as_of: Annotated[AwareDatetime | None, Query(description="What had been recorded by then")] = None,
    ) -> TitleSchemeTotal:
        """Enterprises that began to run in-house titles in a period, with the citation."""
        return await totals.title_schemes(TitleSchemeQuestion(since, until, as_of))

    @router.get("/parked", dependencies=[require(Role.AUDITOR, Role.OPERATOR)])
    async def parked() -> list[ParkedEvent]:
        """What could not be applied, and why."""
        return await totals.parked()

    return router
