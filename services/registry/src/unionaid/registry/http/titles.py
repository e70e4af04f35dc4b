"""Routes of in-house titles."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.registry.application.titles import Titles
from unionaid.registry.bodies.titles import Appointment, Evaluation, NewTitleScheme, TitleEnd
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.domain.title.facts import Appointed, Ended, evaluated_of
from unionaid.registry.domain.title.rules import AppointTitle, EndTitle, EvaluateTitle
from unionaid.registry.domain.title_scheme.facts import Adopted
from unionaid.registry.domain.title_scheme.rules import AdoptTitleScheme
from unionaid.registry.http.access import ENTERING, OFFICE, OVERSEEING, jurisdiction_of, worker_seen_by
from unionaid.registry.http.answers import PageRows, page, shown
from unionaid.registry.views import titles as views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.deciding import Done, Issued


def adopting(known: Titles, body: NewTitleScheme) -> Any:
    """Return what enters a scheme: for a command's `run`."""
    scheme_id = uuid4()

    async def act(issued: Issued) -> Done:
        titles = [(title.title_name, title.grades) for title in body.titles]
        asked = AdoptTitleScheme(scheme_id, body.enterprise_id, titles, body.occurred_on, issued.business_date)
        return await known.adopt(issued, asked)

    return act


def title_schemes(known: Titles, pool: Pool, own_views: OwnViews) -> Router:
    """Return the routes of schemes."""
    routes = Router(prefix="/title-schemes", tags=["titles"])

    @routes.post("", status_code=201)
    async def adopt(body: NewTitleScheme, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)]) -> Response:
        """Enter that an enterprise runs titles of its own."""
        return await command.run(adopting(known, body))

    @routes.get("")
    async def list_all(
        _: Annotated[Actor, require(*OFFICE)],
        cursor: UUID | None = None,
        limit: PageRows = 100,
    ) -> Response:
        """List the schemes, oldest first, with how many workers were evaluated and how many hold a title."""
        await own_views.settled()
        return page(await views.schemes(pool, cursor, limit + 1), "scheme_id", limit)

    @routes.get("/{scheme_id}")
    async def show(scheme_id: UUID, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Show a scheme."""
        async with pool.acquire() as conn:
            scheme, version = await views.scheme(conn, scheme_id)
        if not isinstance(scheme, Adopted):
            raise NotFound
        return shown(asdict(scheme), version)

    return routes


def titles(known: Titles, pool: Pool) -> Router:
    """Return the routes of workers' titles."""
    routes = Router(prefix="/titles", tags=["titles"])

    @routes.post("", status_code=201)
    async def evaluate(body: Evaluation, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Enter that a worker was found fit for a grade of a title of the own enterprise."""
        title_id = uuid4()

        async def act(issued: Issued) -> Done:
            asked = EvaluateTitle(
                title_id, body.person_id, body.title_name, body.grade, body.occurred_on, issued.business_date
            )
            return await known.evaluate(issued, body.scheme_id, asked, jurisdiction_of(command.actor))

        return await command.run(act)

    @routes.post("/{title_id}/appointment", status_code=201)
    async def appoint(title_id: UUID, body: Appointment, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Appoint to what was evaluated, with a monthly allowance."""

        async def act(issued: Issued) -> Done:
            asked = AppointTitle(body.allowance_fen, body.occurred_on, issued.business_date)
            return await known.appoint(issued, title_id, asked, jurisdiction_of(command.actor), command.expect)

        return await command.run(act)

    @routes.post("/{title_id}/end")
    async def end(title_id: UUID, body: TitleEnd, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """End an appointment."""

        async def act(issued: Issued) -> Done:
            asked = EndTitle(body.reason_code, body.occurred_on, issued.business_date)
            return await known.end(issued, title_id, asked, jurisdiction_of(command.actor), command.expect)

        return await command.run(act)

    @routes.get("/{title_id}")
    async def show(title_id: UUID, reader: Annotated[Actor, require(*ENTERING, *OVERSEEING)]) -> Response:
        """Show a title; of a worker outside the jurisdiction there is none."""
        async with pool.acquire() as conn:
            title, version = await views.title(conn, title_id)
        evaluated = evaluated_of(title)
        if evaluated is None:
            raise NotFound
        await worker_seen_by(reader, pool, evaluated.person_id)
        appointed = title.appointed if isinstance(title, Ended) else title if isinstance(title, Appointed) else None
        return shown(
            {
                **asdict(evaluated),
                "allowance_fen": appointed.allowance_fen if appointed else None,
                "appointed_on": appointed.appointed_on if appointed else None,
                "ended_on": title.ended_on if isinstance(title, Ended) else None,
            },
            version,
        )

    return routes
