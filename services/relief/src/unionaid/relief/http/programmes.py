"""Programmes over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.relief.bodies.programmes import OpenProgrammeBody
from unionaid.relief.domain.programme.rules import OpenProgramme
from unionaid.relief.http.access import (
    LIST_READER,
)
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.previews import conditions_in
from unionaid.relief.views import programmes as programme_views
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Role
from unionaid.service.routes import Router

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


@programmes.get("/{programme_id}", dependencies=[LIST_READER])
async def show_programme(programme_id: UUID, desk: AtDesk) -> Response:
    """Show a programme."""
    await desk.settled()
    return shown(await programme_views.programme(desk.pool, programme_id))
