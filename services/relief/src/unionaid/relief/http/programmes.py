"""Programmes over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.relief.bodies.programmes import AmendProgrammeBody, OpenProgrammeBody
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.programme.course import AmendProgramme, CloseProgramme
from unionaid.relief.domain.programme.rules import OpenProgramme
from unionaid.relief.http.access import (
    LIST_READER,
)
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.previews import conditions_in
from unionaid.relief.views import programmes as programme_views
from unionaid.service.deciding import Issued
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Role
from unionaid.service.routes import Router

ByOfficer = Annotated[Command, commands(Role.DISTRICT_OFFICER)]

programmes = Router(prefix="/programmes", tags=["programmes"])


@programmes.post("", status_code=201)
async def open_programme(
    body: OpenProgrammeBody, command: Annotated[Command, commands(Role.DISTRICT_OFFICER)], desk: AtDesk
) -> Response:
    """Open a programme on the policy in force."""
    programme_id = uuid4()
    conditions = conditions_in(body.conditions)
    return await command.run(
        lambda issued: desk.commands.programmes.open(
            issued,
            OpenProgramme(
                programme_id=programme_id,
                kind=body.kind,
                year=body.year,
                name=body.name,
                window_from=body.window_from,
                window_to=body.window_to,
                purpose=body.purpose,
                on=body.occurred_on,
                today=issued.business_date,
                conditions=conditions,
            ),
        )
    )


@programmes.post("/{programme_id}/amendment")
async def amend_programme(programme_id: UUID, body: AmendProgrammeBody, command: ByOfficer, desk: AtDesk) -> Response:
    """Amend a programme's name or last day, for lists that come in after it."""
    return await command.run(
        lambda issued: desk.commands.programmes.amend(issued, programme_id, amending(body, issued), command.expect)
    )


@programmes.post("/{programme_id}/closing")
async def close_programme(programme_id: UUID, body: StepBody, command: ByOfficer, desk: AtDesk) -> Response:
    """Close a programme: it takes no new lists and no new money, and what was asked for in it goes on."""
    return await command.run(
        lambda issued: desk.commands.programmes.close(issued, programme_id, closing(body, issued), command.expect)
    )


def amending(body: AmendProgrammeBody, issued: Issued) -> AmendProgramme:
    """Return what a body commands."""
    return AmendProgramme(body.name, body.window_to, body.occurred_on, issued.business_date)


def closing(body: StepBody, issued: Issued) -> CloseProgramme:
    """Return what a body commands."""
    return CloseProgramme(body.occurred_on, issued.business_date)


@programmes.get("/{programme_id}", dependencies=[LIST_READER])
async def show_programme(programme_id: UUID, desk: AtDesk) -> Response:
    """Show a programme."""
    await desk.settled()
    return shown(await programme_views.programme(desk.pool, programme_id))
