"""Routes of imports: a template, a file looked through, its report, the rows to be corrected, the good ones entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts.fields import ImportedTable
from unionaid.registry.application.importing import About, Asker, Imports, Report
from unionaid.registry.bodies.imports import Entry, ImportedFile
from unionaid.registry.http.access import ENTERING, jurisdiction_of
from unionaid.registry.http.answers import json_answer
from unionaid.registry.tables import FORMS
from unionaid.service.access import look_up, require
from unionaid.service.idempotency import Command, commands
from unionaid.service.languages import Catalogue, Language, choose
from unionaid.service.problems import Problem, of_validation
from unionaid.service.refusals import Fault
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router
from unionaid.sheets import MEDIA_TYPE, Correction, Headings, corrections, template

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

UNITS = frozenset({"enterprises", "unions"})
"""The tables that are the district officer's."""
PLACED: Mapping[ImportedTable, frozenset[str]] = {
    "workers": frozenset({"union_org_id", "enterprise_id"}),
    "households": frozenset({"union_org_id"}),
}
"""Of which tables it is said for which union, and perhaps which enterprise, the rows are entered."""
IMPORTS = ("/imports", "/pages/imports")
"""The paths on which files are taken."""
FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "occurred_on"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "occurred_on": {"type": "string", "format": "date"},
                        "union_org_id": {"type": "string", "format": "uuid"},
                        "enterprise_id": {"type": "string", "format": "uuid"},
                    },
                }
            }
        },
    }
}


def imports(known: Imports, own_views: OwnViews, figures: Figures) -> Router:
    """Return the routes."""
    routes = Router(prefix="/imports", tags=["imports"])

    @routes.get("/{table}/template")
    async def empty(table: ImportedTable, request: Request, reader: Annotated[Actor, require(*ENTERING)]) -> Response:
        """Give an empty workbook with instructions, in the caller's language."""
        refuse_table(reader, table)
        return empty_table(request, table, choose(request.headers.get("accept-language")))

    @routes.post("/{table}", status_code=201, openapi_extra=FILE)
    async def look(table: ImportedTable, request: Request, sender: Annotated[Actor, look_up(*ENTERING)]) -> Response:
        """Look through a file, row by row; nothing is entered. It is kept for 24 hours, for its sender alone."""
        refuse_table(sender, table)
        about, content, name = await _sent(request, table)
        await own_views.settled()
        report = await look_through(known, request, sender, about, content, name=name)
        answered = json_answer(told(report, request.app.state.shell, choose(request.headers.get("accept-language"))))
        answered.status_code = 201
        answered.headers["Location"] = f"/imports/{report.import_id}"
        return answered

    @routes.get("/{import_id}")
    async def show(import_id: UUID, request: Request, reader: Annotated[Actor, require(*ENTERING)]) -> Response:
        """Tell again what a file holds, as it is now."""
        await own_views.settled()
        report = await report_of(known, request, reader, import_id)
        return json_answer(told(report, request.app.state.shell, choose(request.headers.get("accept-language"))))

    @routes.get("/{import_id}/corrections")
    async def correct(import_id: UUID, request: Request, reader: Annotated[Actor, require(*ENTERING)]) -> Response:
        """Give the bad rows with what is wrong, as a workbook that can be sent again."""
        await own_views.settled()
        report = await report_of(known, request, reader, import_id)
        return to_correct(report, request, choose(request.headers.get("accept-language")))

    @routes.post("/{import_id}/entry", status_code=201)
    async def enter(import_id: UUID, body: Entry, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Enter all good rows in one go; `rows` is how many the report showed."""
        await own_views.settled()
        return await command.run(entering(known, figures, import_id, body, command))

    return routes


def refuse_table(actor: Actor, table: ImportedTable) -> None:
    """Refuse who may not enter such rows: units are the district officer's.

    Raises:
        Problem: 403.
    """
    if table in UNITS and Role.DISTRICT_OFFICER not in actor.roles:
        raise Problem(403, "role-missing")


def asker(actor: Actor) -> Asker:
    """Return who sends or asks for a file."""
    return Asker(actor.id, jurisdiction_of(actor))


async def look_through(
    known: Imports, request: Request, sender: Actor, about: About, content: bytes, *, name: str
) -> Report:
    """Look through a file that its sender calls `name`. Raises the refusals of files."""
    shell: Shell = request.app.state.shell
    headings = Headings(shell.catalogue, FORMS[about.table])
    return await known.look(asker(sender), about, content, headings, shell.clock.business_date(), name=name)


async def report_of(known: Imports, request: Request, reader: Actor, import_id: UUID) -> Report:
    """Look through a kept file again. Raises NotFound."""
    shell: Shell = request.app.state.shell
    about = await known.about(asker(reader), import_id)
    refuse_table(reader, about.table)
    headings = Headings(shell.catalogue, FORMS[about.table])
    return await known.report(asker(reader), import_id, headings, shell.clock.business_date())


def entering(known: Imports, figures: Figures, import_id: UUID, body: Entry, command: Command) -> Any:
    """Return what enters the good rows: for a command's `run`."""

    async def act(issued: Issued) -> Done:
        about = await known.about(asker(command.actor), import_id)
        refuse_table(command.actor, about.table)
        headings = Headings(command.shell.catalogue, FORMS[about.table])
        with figures.counting_duplicates():
            return await known.enter(
                issued,
                asker(command.actor),
                import_id,
                headings,
                declared=body.rows,
                convert_old=body.convert_old_ids,
            )

    return act


def told(report: Report, shell: Shell, language: Language) -> dict[str, Any]:
    """Return a report as it is answered: which cells are at fault and why, nothing of what stands in them."""
    judged = report.judged
    before = {row.number: row.before for row in report.table.rows}
    return {
        "import_id": report.import_id,
        "table": report.about.table,
        "file_sha256": report.file_sha256,
        "file_bytes": report.file_bytes,
        "rows": len(report.table.rows),
        "good": len(judged.good),
        "known": len(judged.known),
        "bad": len(report.bad),
        "old_ids": len(judged.old),
        "unused_columns": report.table.unused,
        "faults": [_fault(report, fault, shell.catalogue, language, before) for fault in in_order(report)],
        "warnings": [
            _fault(report, Fault(field, code, {"row": row}), shell.catalogue, language, before)
            for row, field, code in judged.warnings
        ],
    }


def in_order(report: Report) -> list[Fault]:
    """Return faults by row and place of the column."""

    def place(fault: Fault) -> tuple[int, int, str, str]:
        letters = report.table.letters.get(fault.field, "")
        return int(str(fault.params["row"])), len(letters), letters, fault.code

    return sorted(report.judged.faults, key=place)


def _fault(
    report: Report, fault: Fault, catalogue: Catalogue, language: Language, before: Mapping[int, int | None]
) -> dict[str, Any]:
    return {
        "row": fault.params["row"],
        "row_before": before.get(int(str(fault.params["row"]))),
        "column": report.table.letters.get(fault.field),
        "field": fault.field,
        "code": fault.code,
        "reason": catalogue.text(language, fault.code, fault.params),
    }


def empty_table(request: Request, table: ImportedTable, language: Language) -> Response:
    """Answer an empty workbook of a table."""
    shell: Shell = request.app.state.shell
    form = FORMS[table]
    content = template(form, Headings(shell.catalogue, form), shell.catalogue, language)
    return workbook(content, f"{table}.xlsx")


def to_correct(report: Report, request: Request, language: Language) -> Response:
    """Answer the bad rows of a file as a workbook."""
    shell: Shell = request.app.state.shell
    form = FORMS[report.about.table]
    headings = Headings(shell.catalogue, form)
    by_row: dict[int, list[Fault]] = {}
    for fault in in_order(report):
        by_row.setdefault(int(str(fault.params["row"])), []).append(fault)
    rows = [
        Correction(
            row.number,
            row.shown,
            [
                f"{headings.of(fault.field, language)}: {shell.catalogue.text(language, fault.code, fault.params)}"
                for fault in by_row[row.number]
            ],
            frozenset(fault.field for fault in by_row[row.number]),
            row.before,
        )
        for row in report.table.rows
        if row.number in by_row
    ]
    content = corrections(form, headings, shell.catalogue, language, rows)
    return workbook(content, f"{report.about.table}-corrections.xlsx")


def workbook(content: bytes, name: str) -> Response:
    """Answer a workbook to be saved; it may hold identity, so it is kept by nobody on the way."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, 200, headers, MEDIA_TYPE)


async def _sent(request: Request, table: ImportedTable) -> tuple[About, bytes, str]:
    """Read what was sent: what is said of the file, the file, its name.

    Raises:
        Problem: 415 for another media type, 422 for a part that is missing or of the wrong form.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem(415, "unsupported-media-type")
    form = await request.form(max_files=1, max_fields=len(ImportedFile.model_fields))
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Problem.of_input("file", "missing")
    given = {name: value for name, value in form.multi_items() if name != "file" and value != ""}
    return about_of(request, table, given), await file.read(), file.filename or ""


def about_of(request: Request, table: ImportedTable, given: Mapping[str, Any]) -> About:
    """Return what is said of a file.

    Raises:
        Problem: 422 for a part that is missing or of the wrong form.
    """
    shell: Shell = request.app.state.shell
    try:
        body = ImportedFile.model_validate(given)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_input=False)]
        raise of_validation(faults, shell.catalogue) from None
    placed = PLACED.get(table, frozenset())
    if "union_org_id" in placed and body.union_org_id is None:
        raise Problem.of_input("union_org_id", "missing")
    return About(table, body.occurred_on, **{name: getattr(body, name) for name in placed})
