"""The screen of students: counts by stage, the list page by page, and all of it as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.bodies.students import StudentsExport
from unionaid.registry.http.access import ENTERING, READING_DOSSIERS, reach_of
from unionaid.registry.http.students import after_row, asked_of
from unionaid.registry.pages.choosing import unions_of
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.opening import FIELDS as OPENED
from unionaid.registry.pages.typed import OPTIONS, REFUSED, told
from unionaid.registry.views.students import After
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter, language_of
from unionaid.sheets import MEDIA_TYPE

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.http.exports import Lists
    from unionaid.service.app import Shell

ROWS = 50
"""Students of one page."""
FIELDS = ("school_stage", "letter", "open_dossier", "union_org_id", "under_age", "on")


def student_pages(given: Commands, lists: Lists, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, reader: Actor, typed: Mapping[str, str], after: After | None, faults: Mapping[str, str]
    ) -> Response:
        shell: Shell = request.app.state.shell
        today, reach = shell.clock.business_date(), reach_of(reader)
        try:
            which = read_filter(typed)
        except ValidationError as error:
            which, faults = StudentsExport(), told(request, error)
        asked = asked_of(which, today)
        await own_views.settled()
        found = await given.students.listed(asked, reach, after, ROWS + 1)
        rows, counts = found[:ROWS], await given.students.counts(asked, reach)
        enters = not reader.roles.isdisjoint(ENTERING)
        who = [row["person_id"] for row in rows]
        naming = await named(request, reader, given.identities, "workers", who, fields=OPENED)
        return shell.screens.page(
            request, "students.html", status=REFUSED if faults else 200, rows=rows, counts=counts, typed=typed,
            faults=faults, persons=naming.persons, naming=naming, enters=enters, key=new_key(),
            students=sum(one["students"] for one in counts.values()), today=today,
            letters=sum(one["letters"] for one in counts.values()),
            stages=OPTIONS["school_stage"], unions=await unions_of(pool, reader, reach),
            next=str(after_row(rows[-1])) if len(found) > ROWS else None,
        )  # fmt: skip

    @pages.get("/pages/students")
    async def list_all(
        request: Request, reader: Annotated[Actor, require(*READING_DOSSIERS)], cursor: str = ""
    ) -> Response:
        """The students of the own unions; for who enters them, names where that is asked."""
        try:
            after = After.read(cursor) if cursor else None
        except ValueError:
            after = None
        return await page_of(request, reader, typed_in(request.query_params), after, {})

    @pages.post("/pages/exports/students")
    async def export(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Save the list as a workbook."""
        typed = typed_in(form.fields)
        try:
            which = read_filter(typed)
        except ValidationError:
            return await page_of(form.request, form.actor, typed, None, {})
        answered = await lists.students(await form.command(), which, language_of(form.request))
        if faults := faults_of(answered):
            return await page_of(form.request, form.actor, typed, None, faults)
        if answered.headers["content-type"] != MEDIA_TYPE:  # sent twice: it was told the first time
            return RedirectResponse("/registry/pages/students", 303, HEADERS)
        return answered

    return pages


def typed_in(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filter as it was typed."""
    return {name: given.get(name, "").strip() for name in FIELDS}


def read_filter(typed: Mapping[str, str]) -> StudentsExport:
    """Return the filter; what is empty narrows nothing. Raises ValidationError."""
    return StudentsExport.model_validate({name: text for name, text in typed.items() if text})
