"""Routes of students: who is at school, of which household, without identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from pydantic import ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.application.students import Asked, Students
from unionaid.registry.bodies.students import StudentsExport
from unionaid.registry.http.access import READING_DOSSIERS, reach_of
from unionaid.registry.http.answers import json_answer
from unionaid.registry.views.students import After
from unionaid.registry.views.units import PAGE_ROWS_MAX
from unionaid.service.access import require
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from datetime import date

    from unionaid.eventlog import OwnViews
    from unionaid.service.app import Shell

CURSOR_CHARS = 110
"""Three ids and two dots."""


class StudentsCounted(StudentsExport):
    """Which students."""

    model_config = ConfigDict(extra="ignore")


class StudentsListed(StudentsCounted):
    """Which students, from where on, and how many."""

    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARS)] = None
    limit: Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)] = 100


def students(listing: Students, own_views: OwnViews) -> Router:
    """Return the routes."""
    routes = Router(prefix="/students", tags=["students"])

    @routes.get("")
    async def list_all(
        request: Request,
        which: Annotated[StudentsListed, Query()],
        reader: Annotated[Actor, require(*READING_DOSSIERS)],
    ) -> Response:
        """List the students of the own jurisdiction, household by household, with when their stage was told."""
        try:
            after = After.read(which.cursor) if which.cursor is not None else None
        except ValueError:
            raise Problem.of_input("query.cursor", "invalid") from None
        await own_views.settled()
        rows = await listing.listed(asked_of(which, _today(request)), reach_of(reader), after, which.limit + 1)
        items = rows[: which.limit]
        last = after_row(items[-1]) if len(rows) > which.limit else None
        return json_answer({"items": items, "next_cursor": str(last) if last else None})

    @routes.get("/counts")
    async def count(
        request: Request,
        which: Annotated[StudentsCounted, Query()],
        reader: Annotated[Actor, require(*READING_DOSSIERS)],
    ) -> Response:
        """Count the students of the own jurisdiction by stage, and how many of each have a letter of admission."""
        await own_views.settled()
        return json_answer(await listing.counts(asked_of(which, _today(request)), reach_of(reader)))

    return routes


def asked_of(which: StudentsExport, today: date) -> Asked:
    """Return which students a request names; an age is of today where no day is named."""
    return Asked(
        which.on or today, which.school_stage, which.letter, which.open_dossier, which.union_org_id, which.under_age
    )


def after_row(row: Mapping[str, Any]) -> After:
    """Return the place of a row in the list."""
    return After(row["union_org_id"], row["household_id"], row["person_id"])  # the view's ids


def _today(request: Request) -> date:
    shell: Shell = request.app.state.shell
    return shell.clock.business_date()
