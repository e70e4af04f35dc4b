"""Routes of searching for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from starlette.responses import Response

from unionaid.registry.application.searching import Searching
from unionaid.registry.bodies.searching import Search
from unionaid.registry.domain.person.searching import read_sought
from unionaid.registry.http.access import SEARCHING, jurisdiction_of
from unionaid.registry.http.answers import json_answer
from unionaid.service.access import look_up
from unionaid.service.roles import Actor
from unionaid.service.routes import Router
from unionaid.vault import Place

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures


def searches(searching: Searching, figures: Figures, own_views: OwnViews) -> Router:
    """Return the routes."""
    routes = Router(prefix="/searches", tags=["identity"])

    @routes.post("")
    async def search(body: Search, asker: Annotated[Actor, look_up(*SEARCHING)]) -> Response:
        """Find persons of the own jurisdiction by name or number, whole or in part. Tells ids; names are opened."""
        found = await found_by(searching, own_views, body, asker)
        figures.searched()
        shown = found[: body.limit]
        items = [
            {"person_id": each.person_id, "union_org_id": each.place if each.place.int else None} for each in shown
        ]
        more = len(found) > body.limit
        cursor = {"union_org_id": shown[-1].place, "person_id": shown[-1].person_id} if more else None
        return json_answer({"items": items, "next_cursor": cursor})

    return routes


async def found_by(searching: Searching, own_views: OwnViews, body: Search, asker: Actor) -> Sequence[Place]:
    """Return the persons of one page, and one more if there is a next.

    Raises SearchEmpty, SearchPartUnclear and the refusals of numbers and phones.
    """
    sought = read_sought(body.name, body.resident_id, body.born_on, body.phone)
    await own_views.settled()  # who was erased since a restored backup; who has moved
    after = Place(body.cursor.union_org_id, body.cursor.person_id) if body.cursor else None
    return await searching.find(sought, jurisdiction_of(asker), after, body.limit + 1)
