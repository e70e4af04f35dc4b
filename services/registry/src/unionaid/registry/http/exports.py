"""Routes of lists as workbooks: those that name persons are openings of identity, commands with a key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts.fields import IdentityField
from unionaid.registry.application.exporting import EXPORT_ROWS_MAX, Exported, refuse_size
from unionaid.registry.bodies.exports import DossiersExport, WorkersExport
from unionaid.registry.bodies.students import StudentsExport
from unionaid.registry.domain.person.identity import born_of
from unionaid.registry.http.access import ENTERING, OFFICE, jurisdiction_of
from unionaid.registry.http.dossiers import due_days, unit_of
from unionaid.registry.http.imports import workbook
from unionaid.registry.http.students import asked_of
from unionaid.registry.views import dossiers as dossier_views
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.registry.views.workers import Which, barred, workers
from unionaid.service.access import require
from unionaid.service.idempotency import Command, commands
from unionaid.service.languages import Catalogue, Language, choose
from unionaid.service.roles import Actor
from unionaid.service.routes import Router
from unionaid.sheets import listing

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.commands import Commands
    from unionaid.service.deciding import Done, Issued

Rows: TypeAlias = Sequence[Mapping[str, Any]]
Line: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, str] | None], list[str]]
"""Makes the cells of a row, with what was opened of its person."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list as a workbook: its name, its headings with widths, and of whom which identity stands in it."""

    name: str
    columns: Sequence[tuple[str, int]]
    who: str = ""
    fields: frozenset[IdentityField] = frozenset()


WORKERS = Sheet(
    "workers",
    (
        ("heading-workers-name", 14), ("heading-workers-resident_id", 24), ("heading-workers-phone", 16),
        ("heading-workers-migrant", 12), ("screen-union", 30), ("screen-enterprise", 36),
        ("heading-workers-uscc", 24), ("heading-workers-occurred_on", 14), ("export-note", 30),
    ),
    "person_id",
    frozenset({"name", "resident_id", "phone"}),
)  # fmt: skip
DOSSIERS = Sheet(
    "dossiers",
    (
        ("heading-workers-name", 14), ("heading-workers-resident_id", 24), ("screen-union", 30), ("screen-stands", 14),
        ("field-hardship_level", 14), ("field-hardship_cause", 20), ("screen-opened-on", 14),
        ("screen-next-review", 14), ("export-closed-on", 14), ("export-note", 30),
    ),
    "holder_id",
    frozenset({"name", "resident_id"}),
)  # fmt: skip
STUDENTS = Sheet(
    "students",
    (
        ("heading-workers-name", 14), ("heading-workers-resident_id", 24), ("field-birth_date", 14),
        ("field-relation", 14), ("field-school_stage", 16), ("export-known-since", 14), ("export-letter-on", 18),
        ("screen-union", 30), ("export-open-dossier", 16), ("export-note", 30),
    ),
    "person_id",
    frozenset({"name", "resident_id", "birth_date"}),
)  # fmt: skip
ENTERPRISES = Sheet(
    "enterprises",
    (
        ("heading-enterprises-uscc", 24), ("heading-enterprises-name", 36), ("heading-enterprises-ownership", 12),
        ("heading-enterprises-union", 36), ("heading-enterprises-occurred_on", 14),
    ),
)  # fmt: skip
UNIONS = Sheet(
    "unions",
    (
        ("heading-unions-name", 36), ("heading-unions-union", 36), ("export-level", 14), ("export-workers", 12),
        ("export-migrants", 12), ("heading-unions-occurred_on", 14),
    ),
)  # fmt: skip


class Lists:
    """The lists of registry as workbooks, each row by row what the list shows under the same filter."""

    def __init__(self, given: Commands, pool: Pool, own_views: OwnViews) -> None:
        self._opening, self._kept, self._students = given.exports, given.dossiers, given.students
        self._pool, self._own_views = pool, own_views

    async def workers(self, command: Command, which: Which, language: Language) -> Response:
        """Answer workers of the caller's jurisdiction."""
        await self._own_views.settled()
        rows = await workers(self._pool, jurisdiction_of(command.actor), which, None, EXPORT_ROWS_MAX + 1)
        catalogue = command.shell.catalogue

        def line(row: Mapping[str, Any], known: Mapping[str, str] | None) -> list[str]:
            of = known or {}
            return [
                of.get("name", ""), of.get("resident_id", ""), of.get("phone", ""),
                catalogue.text(language, "sheet-yes" if row["migrant"] else "sheet-no"), row["union_name"],
                row["enterprise"] or "", row["uscc"] or "", row["registered_on"].isoformat(),
                _note(row, known, catalogue, language),
            ]  # fmt: skip

        return await self._opened(command, WORKERS, rows, line, language)

    async def dossiers(self, command: Command, asked: DossiersExport, language: Language) -> Response:
        """Answer dossiers of the caller's jurisdiction, with who holds them."""
        await self._own_views.settled()
        catalogue, today = command.shell.catalogue, command.shell.clock.business_date()
        found = await dossier_views.dossiers(
            self._pool, unit_of(jurisdiction_of(command.actor)), of=asked.union_org_id,
            statuses=[asked.status] if asked.status else None,
            due=asked.due, today=today, due_before_days=due_days(self._kept.policies, today),
            limit=EXPORT_ROWS_MAX + 1,
        )  # fmt: skip
        not_told = await barred(self._pool, [row["holder_id"] for row in found])
        names = await units.names_of(self._pool, {row["union_org_id"] for row in found})
        rows = [{**row, "restricted": row["holder_id"] in not_told} for row in found]

        def word(kind: str, value: str | None) -> str:
            return catalogue.text(language, f"value-{kind}-{value}") if value else ""

        def line(row: Mapping[str, Any], known: Mapping[str, str] | None) -> list[str]:
            of = known or {}
            days = (row["opened_on"], row["next_review_on"], row["closed_on"])
            return [
                of.get("name", ""), of.get("resident_id", ""), names.get(row["union_org_id"], ""),
                word("tab", row["status"]), word("hardship_level", row["hardship_level"]),
                word("hardship_cause", row["hardship_cause"]), *(day.isoformat() if day else "" for day in days),
                _note(row, known, catalogue, language),
            ]  # fmt: skip

        return await self._opened(command, DOSSIERS, rows, line, language)

    async def students(self, command: Command, asked: StudentsExport, language: Language) -> Response:
        """Answer students of the caller's jurisdiction."""
        await self._own_views.settled()
        catalogue = command.shell.catalogue
        rows = await self._students.listed(
            asked_of(asked, command.shell.clock.business_date()), jurisdiction_of(command.actor), None,
            EXPORT_ROWS_MAX + 1,
        )  # fmt: skip

        def line(row: Mapping[str, Any], known: Mapping[str, str] | None) -> list[str]:
            of = known or {}
            return [
                of.get("name", ""), of.get("resident_id", ""), born_of(of),
                catalogue.text(language, f"value-relation-{row['relation']}"),
                catalogue.text(language, f"value-school_stage-{row['school_stage']}"), row["known_since"].isoformat(),
                row["letter_on"].isoformat() if row["letter_on"] else "", row["union_name"],
                catalogue.text(language, f"value-tab-{row['dossier_status']}") if row["dossier_id"] else "",
                _note(row, known, catalogue, language),
            ]  # fmt: skip

        return await self._opened(command, STUDENTS, rows, line, language)

    async def enterprises(self, catalogue: Catalogue, language: Language) -> Response:
        """Answer all enterprises. Raises ExportEmpty, ExportTooLarge."""
        await self._own_views.settled()
        rows = await units.enterprises(self._pool, None, EXPORT_ROWS_MAX + 1)
        refuse_size(rows)
        names = await units.names_of(self._pool, {row["union_org_id"] for row in rows if row["union_org_id"]})
        lines = [
            [
                row["uscc"], row["name"], catalogue.text(language, f"choice-ownership-{row['ownership']}"),
                names.get(row["union_org_id"], ""), row["registered_on"].isoformat(),
            ]
            for row in rows
        ]  # fmt: skip
        return await _file(catalogue, language, ENTERPRISES, lines)

    async def unions(self, catalogue: Catalogue, language: Language) -> Response:
        """Answer all unions that stand, each with its workers. Raises ExportEmpty, ExportTooLarge."""
        await self._own_views.settled()
        rows = await units.union_orgs(self._pool, None, None, EXPORT_ROWS_MAX + 1)
        refuse_size(rows)
        names = {row["org_id"]: row["name"] for row in rows}
        lines = [
            [
                row["name"], names.get(row["parent_id"], ""), catalogue.text(language, f"value-level-{row['level']}"),
                str(row["workers"]), str(row["migrants"]), row["established_on"].isoformat(),
            ]
            for row in rows
        ]  # fmt: skip
        return await _file(catalogue, language, UNIONS, lines)

    async def _opened(self, command: Command, sheet: Sheet, rows: Rows, line: Line, language: Language) -> Response:
        """Answer the workbook once the openings are committed; a refusal or a repeat as the command answers them."""
        roles = frozenset(role.value for role in command.actor.roles)
        made: list[Exported] = []

        async def act(issued: Issued) -> Done:
            made.append(
                await self._opening.open_list(
                    issued, rows, sheet.who, sheet.fields, roles=roles, unit=command.actor.unit
                )
            )
            return made[0].done

        answered = await command.run(act)
        if not made:
            return answered
        known = made[0].identity
        lines = [line(row, known.get(row[sheet.who])) for row in rows]
        return await _file(command.shell.catalogue, language, sheet, lines)


def exports(lists: Lists) -> Router:
    """Return the routes."""
    routes = Router(prefix="/exports", tags=["exports"])

    @routes.post("/workers")
    async def of_workers(body: WorkersExport, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Give the workers of the own jurisdiction as a workbook. A repeat with the same key tells the id alone."""
        return await lists.workers(command, Which(body.union_org_id, body.enterprise_id), _language(command.request))

    @routes.post("/dossiers")
    async def of_dossiers(body: DossiersExport, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Give the dossiers of the own jurisdiction with who holds them. A repeat with the same key tells the id."""
        return await lists.dossiers(command, body, _language(command.request))

    @routes.post("/students")
    async def of_students(body: StudentsExport, command: Annotated[Command, commands(*ENTERING)]) -> Response:
        """Give the students of the own jurisdiction as a workbook. A repeat with the same key tells the id alone."""
        return await lists.students(command, body, _language(command.request))

    @routes.get("/enterprises")
    async def of_enterprises(request: Request, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Give the enterprises as a workbook."""
        return await lists.enterprises(request.app.state.shell.catalogue, _language(request))

    @routes.get("/unions")
    async def of_unions(request: Request, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Give the unions as a workbook, each with its workers."""
        return await lists.unions(request.app.state.shell.catalogue, _language(request))

    return routes


async def _file(catalogue: Catalogue, language: Language, sheet: Sheet, lines: Sequence[Sequence[str]]) -> Response:
    headings = [(catalogue.text(language, code), width) for code, width in sheet.columns]
    content = await asyncio.to_thread(listing, catalogue.text(language, f"export-{sheet.name}"), headings, lines)
    return workbook(content, f"{sheet.name}.xlsx")


def _note(row: Mapping[str, Any], known: Mapping[str, str] | None, catalogue: Catalogue, language: Language) -> str:
    """Say why a person is not told."""
    if row["restricted"]:
        return catalogue.text(language, "export-not-told")
    return catalogue.text(language, "identity-missing") if known is None else ""


def _language(request: Request) -> Language:
    return choose(request.headers.get("accept-language"))
