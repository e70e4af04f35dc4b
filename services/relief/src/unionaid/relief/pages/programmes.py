"""The screen of one programme: its terms, its money, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts import stream_name
from unionaid.relief.bodies.programmes import AmendProgrammeBody
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.programme.facts import Closed, Open, programme_of
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READERS
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.programmes import amending, closing
from unionaid.relief.pages.relief_list import told_of
from unionaid.relief.views import funding as funding_views
from unionaid.relief.views.acts import acts_in
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

ByOfficer = Annotated[Form, forms(Role.DISTRICT_OFFICER)]
DONE = ("amended", "closed")
AMENDS = ("occurred_on", "name", "window_to")

programmes = PageRouter(tags=["screens"])


@programmes.get("/pages/programmes/{programme_id}")
async def show(
    request: Request, programme_id: UUID, reader: Annotated[Actor, require(*MONEY_READERS)], desk: AtDesk
) -> Response:
    """A programme, and what the district's officer may do with it."""
    done = request.query_params.get("done", "")
    return await _shown(request, reader, desk, programme_id, done=done if done in DONE else "")


@programmes.post("/pages/programmes/{programme_id}/amendment")
async def amend(programme_id: UUID, form: ByOfficer, desk: AtDesk) -> Response:
    """Amend the name or the last day."""
    typed = {name: form.text(name) for name in AMENDS}
    try:
        body = AmendProgrammeBody.model_validate({name: text for name, text in typed.items() if text})
    except ValidationError as error:
        return await _shown(
            form.request, form.actor, desk, programme_id, typed=typed, faults=told_of(form.request, error)
        )
    command = await form.command()
    done = await command.run(
        lambda issued: desk.commands.programmes.amend(issued, programme_id, amending(body, issued), command.expect)
    )
    if faults := faults_of(done):
        return await _shown(form.request, form.actor, desk, programme_id, typed=typed, faults=faults)
    return RedirectResponse(f"/relief/pages/programmes/{programme_id}?done=amended", 303, HEADERS)


@programmes.post("/pages/programmes/{programme_id}/closing")
async def close(programme_id: UUID, form: ByOfficer, desk: AtDesk) -> Response:
    """Close it."""
    try:
        body = StepBody.model_validate({"occurred_on": form.text("occurred_on")})
    except ValidationError as error:
        return await _shown(form.request, form.actor, desk, programme_id, faults=told_of(form.request, error))
    command = await form.command()
    done = await command.run(
        lambda issued: desk.commands.programmes.close(issued, programme_id, closing(body, issued), command.expect)
    )
    if faults := faults_of(done):
        return await _shown(form.request, form.actor, desk, programme_id, faults=faults)
    return RedirectResponse(f"/relief/pages/programmes/{programme_id}?done=closed", 303, HEADERS)


async def _shown(
    request: Request,
    reader: Actor,
    desk: Desk,
    programme_id: UUID,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    shell: Shell = request.app.state.shell
    acts = await acts_in(desk.pool, stream_name("programme", programme_id))
    programme = programme_of(act.event for act, _ in acts)
    if not isinstance(programme, Open):
        raise NotFound
    await desk.settled()
    terms = programme.terms
    return shell.screens.page(
        request,
        "programme.html",
        status=422 if faults else 200,
        terms=terms,
        closed_on=acts[-1][0].event.occurred_on if isinstance(programme, Closed) else None,
        budgets=await funding_views.budgets(desk.pool, programme_id),
        version=len(acts),
        decides=Role.DISTRICT_OFFICER in reader.roles,
        typed=typed or {"name": terms.name, "window_to": terms.window_to.isoformat()},
        faults=faults or {},
        done=done,
        today=shell.clock.business_date().isoformat(),
        key=new_key(),
    )
