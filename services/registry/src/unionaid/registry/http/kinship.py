"""Routes by which officers declare their relatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from starlette.responses import Response

from unionaid.registry.application.kinship import Kinship
from unionaid.registry.bodies.dossiers import StepOn
from unionaid.registry.bodies.people import RelativeTold
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.http.access import OFFICE
from unionaid.registry.http.answers import json_answer
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.service.deciding import Done, Issued


def own_relatives(kinship: Kinship) -> Router:
    """Return the routes; each sees and changes the own declarations alone."""
    routes = Router(prefix="/own-relatives", tags=["own relatives"])

    @routes.get("")
    async def show(reader: Annotated[Actor, require(*OFFICE)]) -> Response:
        """List whom the reader has declared."""
        return json_answer({"person_ids": sorted(await kinship.declared(reader.id))})

    @routes.post("", status_code=201)
    async def declare(body: RelativeTold, command: Annotated[Command, commands(*OFFICE)]) -> Response:
        """Declare who has an ID: from now on no step in the matters of that person's household."""

        async def act(issued: Issued) -> Done:
            number = read_resident_id(body.resident_id, body.occurred_on)
            return await kinship.declare(issued, number, body.occurred_on)

        return await command.run(act)

    @routes.post("/{person_id}/withdrawal")
    async def withdraw(person_id: UUID, body: StepOn, command: Annotated[Command, commands(*OFFICE)]) -> Response:
        """Take a declaration back."""
        return await command.run(lambda issued: kinship.withdraw(issued, person_id, body.occurred_on))

    return routes
