"""The screens on which two persons who may be one are compared side by side, and decided about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.registry.duplicates import KeptApartReason, MergeReason
from unionaid.registry.bodies.duplicates import KeepingApart, Merging
from unionaid.registry.domain.person.facts import Left, Worker
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.access import DECIDING
from unionaid.registry.http.duplicates import keeping_apart, merging
from unionaid.registry.pages.opening import opened
from unionaid.registry.views import duplicates as pairs
from unionaid.registry.views import people, units
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.duplicates import Duplicates
    from unionaid.registry.application.identities import Identities
    from unionaid.registry.views.units import Pool
    from unionaid.service.app import Shell

ROWS = 100
REFUSED = 422
LIST = "/registry/pages/duplicates"


def duplicate_pages(duplicates: Duplicates, identities: Identities, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def compare(request: Request, actor: Actor, pair_id: UUID, faults: dict[str, str]) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        pair = await pairs.pair(pool, pair_id)
        if pair is None:
            raise NotFound
        both = [pair["person_id"], pair["other_person_id"]]
        async with pool.acquire() as conn:
            known = await people.people(conn, both)
        unions = {one: person.union_org_id for one, person in known.items() if isinstance(person, Worker | Left)}
        names = await units.names_of(pool, set(unions.values()))
        shown = {each.person_id: each for each in await opened(request, actor, identities, both)}
        return shell.screens.page(
            request,
            "duplicate.html",
            status=REFUSED if faults else 200,
            pair=pair,
            sides=[
                (one, shown.get(one), known[one], names.get(unions[one], "") if one in unions else "") for one in both
            ],
            apart_reasons=get_args(KeptApartReason),
            merge_reasons=get_args(MergeReason),
            decides=Role.DISTRICT_OFFICER in actor.roles and pair["status"] == "found",
            faults=faults,
            key=new_key(),
        )

    @pages.get("/pages/duplicates")
    async def waiting(request: Request, _: Annotated[Actor, require(*DECIDING)]) -> Response:
        """The pairs to be decided about, the likeliest first."""
        shell: Shell = request.app.state.shell
        await own_views.settled()
        rows = await pairs.pairs(pool, "found", None, ROWS)
        merged = await pairs.pairs(pool, "merged", None, ROWS)
        return shell.screens.page(request, "duplicates.html", rows=rows, merged=merged)

    @pages.get("/pages/duplicates/{pair_id}")
    async def show(
        request: Request, pair_id: UUID, actor: Annotated[Actor, require(Role.DISTRICT_OFFICER)]
    ) -> Response:
        """Two persons side by side; who they are is opened for this page."""
        return await compare(request, actor, pair_id, {})

    @pages.post("/pages/duplicates/{pair_id}")
    async def decide(pair_id: UUID, form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Keep the two apart, or let one stand for the other."""
        today = form.request.app.state.shell.clock.business_date()
        command = await form.command()
        reason, survivor = form.text("reason_code"), form.text("survivor_id")
        if not survivor:
            body = KeepingApart.model_validate({"reason_code": reason, "occurred_on": today.isoformat()})
            done = await command.run(keeping_apart(duplicates, pair_id, body))
        else:
            pair = await pairs.pair(pool, pair_id)
            if pair is None:
                raise NotFound
            other = next((one for one in (pair["person_id"], pair["other_person_id"]) if str(one) != survivor), None)
            given = {
                "person_id": other, "survivor_id": survivor, "reason_code": reason, "occurred_on": today.isoformat(),
            }  # fmt: skip
            done = await command.run(merging(duplicates, Merging.model_validate(given)))
        if faults := faults_of(done):
            return await compare(form.request, form.actor, pair_id, faults)
        return RedirectResponse(LIST, 303, HEADERS)

    return pages
