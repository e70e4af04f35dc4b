"""The screen of in-house titles: which enterprises run them, and the entry of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import TITLE_GRADES_MAX
from unionaid.registry.application.titles import Titles
from unionaid.registry.bodies.titles import NewTitleScheme
from unionaid.registry.http.access import OFFICE
from unionaid.registry.http.titles import adopting
from unionaid.registry.pages.choosing import CHOICES_MAX
from unionaid.registry.pages.typed import REFUSED
from unionaid.registry.views import titles as views
from unionaid.registry.views import units
from unionaid.registry.views.units import PAGE_ROWS_MAX, Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.problems import of_validation
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.app import Shell

FIELDS = ("enterprise_id", "titles", "occurred_on")
_LINE = re.compile(r"(?P<name>.+?)\s*[,，\t]\s*(?P<grades>[0-9]{1,2})")


def title_pages(known: Titles, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def show(request: Request, actor: Actor, typed: dict[str, str], faults: dict[str, str]) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        rows = await views.schemes(pool, None, PAGE_ROWS_MAX)
        running = {row["enterprise_id"] for row in rows}
        enterprises = [
            (str(row["enterprise_id"]), row["name"])
            for row in await units.enterprises(pool, None, CHOICES_MAX)
            if row["enterprise_id"] not in running
        ]
        return shell.screens.page(
            request,
            "titles.html",
            status=REFUSED if faults else 200,
            schemes=rows,
            enterprises=enterprises if Role.DISTRICT_OFFICER in actor.roles else [],
            typed=dict.fromkeys(FIELDS, "") | typed,
            faults=faults,
            key=new_key(),
        )

    @pages.get("/pages/title-schemes")
    async def schemes(request: Request, actor: Annotated[Actor, require(*OFFICE)]) -> Response:
        """The enterprises that run titles of their own."""
        today = request.app.state.shell.clock.business_date()
        return await show(request, actor, {"occurred_on": today.isoformat()}, {})

    @pages.post("/pages/title-schemes")
    async def adopt(form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Enter another."""
        typed = {name: form.text(name) for name in FIELDS}
        shell: Shell = form.request.app.state.shell
        lines = [line.strip() for line in typed["titles"].splitlines() if line.strip()]
        read = [_LINE.fullmatch(line) for line in lines]
        wrong = next((n for n, one in enumerate(read, 1) if one is None or int(one["grades"]) > TITLE_GRADES_MAX), None)
        if wrong is not None:
            told = shell.catalogue.text(
                language_of(form.request), "titles-line-wrong", {"line": wrong, "limit": TITLE_GRADES_MAX}
            )
            return await show(form.request, form.actor, typed, {"titles": told})
        try:
            body = NewTitleScheme.model_validate(
                {
                    "titles": [{"title_name": one["name"], "grades": int(one["grades"])} for one in read if one],
                    **{name: typed[name] for name in ("enterprise_id", "occurred_on") if typed[name]},
                }
            )
        except ValidationError as error:
            faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_input=False)]
            problem = of_validation(faults, shell.catalogue).response(shell.catalogue, language_of(form.request))
            return await show(form.request, form.actor, typed, _by_field(faults_of(problem)))
        command = await form.command()
        done = await command.run(adopting(known, body))
        if refused := faults_of(done):
            return await show(form.request, form.actor, typed, refused)
        return RedirectResponse("/registry/pages/title-schemes", 303, HEADERS)

    return pages


def _by_field(faults: dict[str, str]) -> dict[str, str]:
    """Return faults of single titles beside the field in which they were typed."""
    return {name.partition(".")[0]: reason for name, reason in faults.items()}
