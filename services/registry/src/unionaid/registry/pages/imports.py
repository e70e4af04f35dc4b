"""The screens of imports: send a file, see what is wrong row by row, take the bad rows away, enter the good ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import ImportedTable
from unionaid.registry.application.importing import Imports, Report
from unionaid.registry.bodies.imports import Entry
from unionaid.registry.http.access import ENTERING
from unionaid.registry.http.imports import (
    PLACED,
    UNITS,
    about_of,
    empty_table,
    entering,
    look_through,
    refuse_table,
    report_of,
    to_correct,
    told,
)
from unionaid.registry.pages.choosing import place_of
from unionaid.registry.pages.typed import REFUSED
from unionaid.registry.tables import FORMS
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.problems import Problem
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of
from unionaid.sheets import Headings

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures
    from unionaid.service.app import Shell
    from unionaid.service.languages import Language

FIELDS = ("union_org_id", "enterprise_id", "occurred_on")
FAULTS_SHOWN = 300
"""Faults on one page; the workbook to correct has all."""


def import_pages(known: Imports, pool: Pool, own_views: OwnViews, figures: Figures) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def ask(
        request: Request, actor: Actor, table: ImportedTable, typed: dict[str, str], faults: dict[str, str]
    ) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        place = await place_of(pool, actor)
        return shell.screens.page(
            request,
            "imports.html",
            status=REFUSED if faults else 200,
            table=table,
            tables=[name for name in FORMS if name not in UNITS or Role.DISTRICT_OFFICER in actor.roles],
            placed=PLACED.get(table, ()),
            dated=any(column.name == "occurred_on" for column in FORMS[table].columns),
            unions=place.unions,
            enterprises=place.enterprises,
            typed=dict.fromkeys(FIELDS, "") | place.beforehand | typed,
            faults=faults,
        )

    async def shown(request: Request, report: Report, faults: dict[str, str]) -> Response:
        shell: Shell = request.app.state.shell
        language = language_of(request)
        headings = Headings(shell.catalogue, FORMS[report.about.table])
        body = told(report, shell, language)
        union = None
        if report.about.union_org_id is not None:
            async with pool.acquire() as conn:
                union, _ = await units.union_org(conn, report.about.union_org_id)
        return shell.screens.page(
            request,
            "import.html",
            status=REFUSED if faults else 200,
            report=body,
            about=report.about,
            union=getattr(union, "name", ""),
            lines=_named(report, body["faults"], headings, language),
            warnings=_named(report, body["warnings"], headings, language),
            again=any(fault["row_before"] for fault in body["faults"]),
            limit=FAULTS_SHOWN,
            faults=faults,
            entered=request.query_params.get("entered", "") if not faults else "",
            unassessed=request.query_params.get("unassessed", "") if not faults else "",
            key=new_key(),
        )

    @pages.get("/pages/imports/{table}")
    async def blank(table: ImportedTable, request: Request, actor: Annotated[Actor, require(*ENTERING)]) -> Response:
        """Choose a file; dated today."""
        refuse_table(actor, table)
        today = request.app.state.shell.clock.business_date()
        return await ask(request, actor, table, {"occurred_on": today.isoformat()}, {})

    @pages.get("/pages/imports/{table}/template")
    async def empty(table: ImportedTable, request: Request, actor: Annotated[Actor, require(*ENTERING)]) -> Response:
        """Save the template."""
        refuse_table(actor, table)
        return empty_table(request, table, language_of(request))

    @pages.post("/pages/imports/{table}")
    async def look(table: ImportedTable, form: Annotated[Form, forms(*ENTERING, files=1)]) -> Response:
        """Look through the file; the report has an address of its own."""
        refuse_table(form.actor, table)
        typed = {name: form.text(name) for name in FIELDS}
        try:
            file = form.files.get("file")
            if file is None or not file.filename:
                raise Problem.of_input("file", "import-no-file")
            about = about_of(form.request, table, {name: value for name, value in typed.items() if value})
            await own_views.settled()
            report = await look_through(known, form.request, form.actor, about, await file.read(), name=file.filename)
        except (Refusal, Problem) as refused:
            return await ask(form.request, form.actor, table, typed, _faults(form.request, refused))
        return RedirectResponse(f"/registry/pages/imports/reports/{report.import_id}", 303, HEADERS)

    @pages.get("/pages/imports/reports/{import_id}")
    async def report(request: Request, import_id: UUID, actor: Annotated[Actor, require(*ENTERING)]) -> Response:
        """What the file holds, as it is now."""
        await own_views.settled()
        return await shown(request, await report_of(known, request, actor, import_id), {})

    @pages.get("/pages/imports/reports/{import_id}/corrections")
    async def correct(request: Request, import_id: UUID, actor: Annotated[Actor, require(*ENTERING)]) -> Response:
        """Save the rows to be corrected."""
        await own_views.settled()
        return to_correct(await report_of(known, request, actor, import_id), request, language_of(request))

    @pages.post("/pages/imports/reports/{import_id}")
    async def enter(import_id: UUID, form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Enter the good rows, and those with old numbers if that was ticked."""
        await own_views.settled()
        convert = form.text("convert_old_ids") == "yes"
        body = Entry.model_construct(rows=_shown_rows(form, convert), convert_old_ids=convert)
        command = await form.command()
        done = await command.run(entering(known, figures, import_id, body, command))
        if faults := faults_of(done):
            await own_views.settled()
            return await shown(form.request, await report_of(known, form.request, form.actor, import_id), faults)
        answered: dict[str, Any] = json.loads(bytes(done.body))
        return RedirectResponse(f"/registry/pages/imports/reports/{import_id}{_counted(answered)}", 303, HEADERS)

    return pages


def _named(
    report: Report, faults: Sequence[Mapping[str, Any]], headings: Headings, language: Language
) -> list[dict[str, Any]]:
    """Return the first faults, each with its heading and the name that stands in its row: their sender typed it."""
    names = {row.number: row.shown.get("name", "") for row in report.table.rows}
    return [
        {**fault, "heading": headings.of(fault["field"], language), "name": names.get(fault["row"], "")}
        for fault in faults[:FAULTS_SHOWN]
    ]


def _shown_rows(form: Form, convert: bool) -> int:
    """Return how many rows the page said it would enter."""
    counts = [form.text(name) for name in ("good", "old")[: 1 + convert]]
    return sum(int(count) for count in counts if re.fullmatch("[0-9]{1,5}", count))


def _counted(answered: Mapping[str, Any]) -> str:
    """Return what the page after an entry tells, as the query of its address."""
    unassessed = sum(row.get("hardship_level", "") is None for row in answered.get("rows", ()))
    counted = {"entered": answered.get("entered"), "unassessed": unassessed or None}
    query = urlencode({name: count for name, count in counted.items() if count is not None})
    return f"?{query}" if query else ""


def _faults(request: Request, refused: Refusal | Problem) -> dict[str, str]:
    """Return what a file was refused for: field -> reason, "" -> the whole."""
    shell: Shell = request.app.state.shell
    problem = shell.problem_of(refused) if isinstance(refused, Refusal) else refused
    found = faults_of(problem.response(shell.catalogue, language_of(request)))
    inputs = {name: reason for name, reason in found.items() if name in ("", *FIELDS, "file")}
    columns = [reason for name, reason in found.items() if name not in inputs]
    if not set(inputs) - {""}:  # about the file as a whole
        inputs["file"] = " ".join([inputs[""], *columns])
    return inputs
