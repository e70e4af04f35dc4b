"""Routes. Reporting decides nothing: every route reads."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime

from unionaid.reporting.domain.figures import Breakdown, ParkedEvent, PaymentPage, ReliefTotal, TitleSchemeTotal
from unionaid.reporting.domain.kinds import ProgrammeKind
from unionaid.reporting.domain.registry.question import TitleSchemeQuestion
from unionaid.reporting.domain.relief.question import ReliefQuestion
from unionaid.reporting.views import EVENTS_PAGE_MAX, Dimension, Totals
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
