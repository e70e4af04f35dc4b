"""Routes of keeping: until when a person is kept, restricted on asking, erased."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.application.keeping import Keeping
from unionaid.registry.application.matters import At
from unionaid.registry.bodies.dossiers import StepOn
from unionaid.registry.bodies.people import Erasure, Restriction
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION, Jurisdiction
from unionaid.registry.domain.person.erasing import ErasePerson
from unionaid.registry.domain.person.restricting import Restrict
from unionaid.registry.http.access import ENTERING, OVERSEEING, jurisdiction_of
from unionaid.registry.http.answers import PageRows, json_answer, page
from unionaid.registry.views import keeping as views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued

KEEPING = (*ENTERING, Role.APPROVER, Role.AUDITOR)
"""Who sees until when a person is kept: who may see the file."""

Overseer: TypeAlias = Annotated[Actor, require(*OVERSEEING)]


def persons_kept(keeping: Keeping) -> Router:
    """Return the routes of one person."""
    routes = Router(prefix="/persons", tags=["keeping"])

    @routes.get("/{person_id}/retention")
    async def periods(request: Request, person_id: UUID, reader: Annotated[Actor, require(*KEEPING)]) -> Response:
        """Tell until when what is known of a person is kept, by kind of record; null is one that is open."""
        kept = await keeping.periods(person_id, _sees(reader), _today(request))
        return json_answer(
            {
                "person_id": person_id,
                "until": kept.until,
                "policy_version": kept.policy_version,
                "periods": [{"kind": period.kind, "until": period.until} for period in kept.periods],
            }
        )

    @routes.post("/{person_id}/restriction")
    async def restrict(
        person_id: UUID, body: Restriction, command: Annotated[Command, commands(*ENTERING)]
    ) -> Response:
        """Write down that a person asked to be erased: kept, read by audit alone, until the day that is told."""

        async def act(issued: Issued) -> Done:
            asked = Restrict(person_id, issued.actor, body.occurred_on, issued.business_date)
            return await keeping.restrict(issued, asked, jurisdiction_of(command.actor), command.expect)

        return await command.run(act)

    @routes.post("/{person_id}/restriction/lifting")
    async def lift(person_id: UUID, body: Restriction, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Write down that the person took that back."""

        async def act(issued: Issued) -> Done:
            asked = Restrict(person_id, issued.actor, body.occurred_on, issued.business_date)
            return await keeping.lift(issued, asked, jurisdiction_of(command.actor), command.expect)

        return await command.run(act)

    @routes.post("/{person_id}/erasure")
    async def erase(person_id: UUID, body: Erasure, command: Annotated[Command, commands(Role.APPROVER)]) -> Response:
        """Destroy a person's identity, for good; neither who entered or corrected the person, nor the person."""

        async def act(issued: Issued) -> Done:
            asked = ErasePerson(person_id, body.reason_code, issued.actor, body.occurred_on, issued.business_date)
            return await keeping.erase_person(issued, asked, command.expect)

        return await command.run(act)

    return routes


def dossiers_kept(keeping: Keeping) -> Router:
    """Return the route by which a dossier ends for good."""
    routes = Router(prefix="/dossiers", tags=["keeping"])

    @routes.post("/{dossier_id}/erasure")
    async def erase(dossier_id: UUID, body: StepOn, command: Annotated[Command, commands(Role.APPROVER)]) -> Response:
        """Destroy what was said in words of a closed dossier whose period has ended; not by who entered it."""
        where = At(dossier_id, WHOLE_DIVISION, body.occurred_on, command.expect)
        return await command.run(lambda issued: keeping.erase_dossier(issued, where))

    return routes


def kept_lists(pool: Pool, own_views: OwnViews, keeping: Keeping) -> Router:
    """Return the routes of all: who is restricted, and which erasures are confirmed."""
    routes = Router(tags=["keeping"])

    @routes.get("/restrictions")
    async def restrictions(
        request: Request,
        _: Overseer,
        cursor: UUID | None = None,
        limit: PageRows = 100,
        due: bool = False,
    ) -> Response:
        """List who asked to be erased, by id; `due` those whose periods had an end that has come."""
        today = await _today_settled(request, own_views)
        return page(await views.restrictions(pool, today, cursor, limit + 1, due=due), "person_id", limit)

    @routes.get("/retention/persons")
    async def ended_persons(
        request: Request,
        _: Overseer,
        cursor: UUID | None = None,
        limit: PageRows = 100,
    ) -> Response:
        """List who is kept by nothing any more, by id: every period has ended, here and in other services."""
        today = await _today_settled(request, own_views)
        return page(await keeping.ended(today, cursor, limit + 1), "person_id", limit)

    @routes.get("/retention/dossiers")
    async def ended_dossiers(
        request: Request,
        _: Overseer,
        cursor: UUID | None = None,
        limit: PageRows = 100,
    ) -> Response:
        """List the closed dossiers whose period has ended and whose words are there still, by id."""
        today = await _today_settled(request, own_views)
        return page(await keeping.ended_dossiers(WHOLE_DIVISION, today, cursor, limit + 1), "dossier_id", limit)

    @routes.get("/erasures")
    async def erasures(
        request: Request,
        _: Annotated[Actor, require(*OVERSEEING, Role.OPERATOR)],
        cursor: UUID | None = None,
        limit: PageRows = 100,
        unconfirmed: bool = False,
    ) -> Response:
        """List erasures by id, each with the services that have not confirmed it, and whether they are overdue."""
        today = await _today_settled(request, own_views)
        latest = today - timedelta(days=keeping.confirm_within_days(today))
        rows = await keeping.elsewhere.erasures(cursor, limit + 1, unconfirmed=unconfirmed)
        return page([_erasure(row, latest) for row in rows], "person_id", limit)

    return routes


def _today(request: Request) -> date:
    today: date = request.app.state.shell.clock.business_date()
    return today


async def _today_settled(request: Request, own_views: OwnViews) -> date:
    """Wait for the views; return the business date."""
    await own_views.settled()
    return _today(request)


def _erasure(row: dict[str, Any], latest: date) -> dict[str, Any]:
    return {**row, "overdue": bool(row["missing"]) and row["erased_on"] < latest}


def _sees(reader: Actor) -> Jurisdiction:
    return jurisdiction_of(reader) if reader.roles.isdisjoint(OVERSEEING) else WHOLE_DIVISION
