"""The screen of keeping: whose periods have ended, who asked to be erased, which erasures wait for a confirmation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.application.keeping import Keeping
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION
from unionaid.registry.http.access import OVERSEEING
from unionaid.registry.pages.naming import named
from unionaid.registry.views import keeping as views
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.identities import Identities
    from unionaid.service.app import Shell

ROWS_MAX = 100
"""Rows of one page."""
TABS = ("ended-persons", "ended-dossiers", "asked", "unconfirmed")


def keeping_pages(keeping: Keeping, identities: Identities, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screen."""
    pages = PageRouter(tags=["screens"])

    @pages.get("/pages/retention")
    async def show(
        request: Request,
        reader: Annotated[Actor, require(*OVERSEEING)],
        show: str = TABS[0],
        cursor: UUID | None = None,
        done: str = "",
    ) -> Response:
        """One of the four lists, by id; the approver erases on the page of the person or dossier."""
        shell: Shell = request.app.state.shell
        today = shell.clock.business_date()
        await own_views.settled()
        chosen = show if show in TABS else TABS[0]
        rows: list[dict[str, Any]]
        match chosen:
            case "ended-dossiers":
                rows = await keeping.ended_dossiers(WHOLE_DIVISION, today, cursor, ROWS_MAX + 1)
            case "asked":
                rows = await views.restrictions(pool, today, cursor, ROWS_MAX + 1, due=False)
            case "unconfirmed":
                rows = await keeping.elsewhere.erasures(cursor, ROWS_MAX + 1, unconfirmed=True)
            case _:
                rows = await keeping.ended(today, cursor, ROWS_MAX + 1)
        key = "dossier_id" if chosen == "ended-dossiers" else "person_id"
        who = [] if chosen == "unconfirmed" else [row.get("person_id") or row["holder_id"] for row in rows[:ROWS_MAX]]
        naming = await named(request, reader, identities, "people", who)
        unions = {row["union_org_id"] for row in rows if "union_org_id" in row}
        return shell.screens.page(
            request, "retention.html", rows=rows[:ROWS_MAX], chosen=chosen, tabs=TABS, today=today,
            unions=await units.names_of(pool, list(unions)), erases=Role.APPROVER in reader.roles,
            latest=today - timedelta(days=keeping.confirm_within_days(today)), done=done == "erasing",
            naming=naming,
            next=rows[ROWS_MAX - 1][key] if len(rows) > ROWS_MAX else None,
        )  # fmt: skip

    return pages
