"""Routes of look-ups and openings of identity."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from starlette.responses import Response

from unionaid.registry.application.identities import Identities
from unionaid.registry.bodies.identities import Matching, Opening
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION
from unionaid.registry.domain.person.opening import OpenIdentity
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.domain.refusals import Refusal
from unionaid.service.access import look_up
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued], Awaitable[Done]]
from unionaid.registry.http.access import MATCHING, OFFICE, jurisdiction_of
from unionaid.registry.http.answers import json_answer


def matches(known: Identities, figures: Figures, own_views: OwnViews) -> Router:
    """Return the routes of look-ups."""
    routes = Router(prefix="/matches", tags=["identity"])

    @routes.post("")
    async def match(body: Matching, asker: Annotated[Actor, look_up(*MATCHING)]) -> Response:
        """Tell which persons have these numbers, in their order; null and a code for one that nobody has.

        To who enters for a subtree only, nobody of another union has any.
        """
        await own_views.settled()  # erasures since a restored backup
        read = [_number(value) for value in body.values]
        jurisdiction = WHOLE_DIVISION if Role.CASHIER in asker.roles else jurisdiction_of(asker)
        found = await known.match({number for number, _ in read if number is not None}, jurisdiction)
        figures.matched(len(body.values))
        return json_answer({"matches": [_matched(number, code, found) for number, code in read]})

    return routes


def identities(known: Identities) -> Router:
    """Return the routes of openings."""
    routes = Router(prefix="/identities", tags=["identity"])

    @routes.post("/open")
    async def open_identity(body: Opening, command: Annotated[Command, commands(*OFFICE)]) -> Response:
        """Show who persons are, for a purpose that is recorded first; outside the jurisdiction there is nobody.

        A repeat with the same key tells the opening's id alone: identity is never kept with the answer.
        """
        opening_id = uuid4()

        async def act(issued: Issued) -> Done:
            asked = OpenIdentity(
                opening_id,
                body.purpose,
                frozenset(body.fields),
                list(dict.fromkeys(body.person_ids)),
                frozenset(role.value for role in command.actor.roles),
                issued.business_date,
                command.actor.unit,
            )
            return await known.open_identity(issued, asked)

        response = await command.run(act)
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _number(value: str) -> tuple[str | None, str | None]:
    try:
        return read_resident_id(value, date.max).number, None
    except Refusal as refusal:
        return None, refusal.code


def _matched(number: str | None, code: str | None, found: Mapping[str, UUID]) -> dict[str, Any]:
    person_id = found.get(number) if number is not None else None
    return {"person_id": person_id, "code": None if person_id else code or "nobody-found"}
