"""The screen on which people are searched for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.bodies.searching import After, Search
from unionaid.registry.http.access import SEARCHING
from unionaid.registry.http.searches import found_by
from unionaid.registry.pages.opening import opened
from unionaid.registry.views import units
from unionaid.service.access import require
from unionaid.service.forms import Form, forms
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter, language_of
from unionaid.vault import Place

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.identities import Identities
    from unionaid.registry.application.searching import Searching
    from unionaid.registry.figures import Figures
    from unionaid.registry.views.units import Pool
    from unionaid.service.app import Shell

FIELDS = ("name", "resident_id", "born_on", "phone")
ROWS = 20
REFUSED = 422


def search_pages(
    searching: Searching, identities: Identities, pool: Pool, own_views: OwnViews, figures: Figures
) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    @pages.get("/pages/search")
    async def blank(request: Request, _: Annotated[Actor, require(*SEARCHING)]) -> Response:
        """An empty form."""
        shell: Shell = request.app.state.shell
        return shell.screens.page(request, "search.html", typed=dict.fromkeys(FIELDS, ""), faults={}, rows=None)

    @pages.post("/pages/search")
    async def search(form: Annotated[Form, forms(*SEARCHING)]) -> Response:
        """Show who is found, name by name; who they are is opened once for the page."""
        shell: Shell = form.request.app.state.shell
        typed = {name: form.text(name) for name in FIELDS}
        language = language_of(form.request)
        found: Sequence[Place] = ()
        faults: dict[str, str] = {}
        try:
            given = {name: value or None for name, value in typed.items()}
            body = Search.model_validate({**given, "cursor": _after(form), "limit": ROWS})
            found = await found_by(searching, own_views, body, form.actor)
        except ValidationError:
            faults = {"born_on": shell.catalogue.text(language, "invalid-input")}
        except Refusal as refusal:
            faults = {refusal.field or "": shell.catalogue.text(language, refusal.code, refusal.params)}
        if faults:
            return shell.screens.page(
                form.request, "search.html", status=REFUSED, typed=typed, faults=faults, rows=None
            )
        figures.searched()
        shown = found[:ROWS]
        names = await units.names_of(pool, {each.place for each in shown})
        at = {each.person_id: names.get(each.place, "") for each in shown}
        persons = await opened(form.request, form.actor, identities, [each.person_id for each in shown])
        return shell.screens.page(
            form.request,
            "search.html",
            typed=typed,
            faults={},
            rows=[(person, at[person.person_id]) for person in persons],
            after=shown[-1] if len(found) > ROWS else None,
        )

    return pages


def _after(form: Form) -> After | None:
    place, person = form.text("after_union"), form.text("after_person")
    return After(union_org_id=UUID(place), person_id=UUID(person)) if place and person else None
