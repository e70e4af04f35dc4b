"""The screen of the pairs of persons who may be one; who decides about them looks for them from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.http.access import DECIDING
from unionaid.registry.pages.scanning import Scanning, scanned
from unionaid.registry.views import duplicates as pairs
from unionaid.service.access import require
from unionaid.service.forms import Form, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.duplicates import Duplicates
    from unionaid.registry.views.units import Pool
    from unionaid.service.app import Shell

ROWS = 100
TOGETHER = ("undo-asked", "merged")
"""Statuses of pairs of whom one stands for the other."""


def pair_list_pages(duplicates: Duplicates, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def listed(request: Request, actor: Actor, scan: Scanning | None = None) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        rows = {status: await pairs.pairs(pool, status, None, ROWS) for status in ("found", *TOGETHER)}
        decides = Role.DISTRICT_OFFICER in actor.roles
        return shell.screens.page(request, "duplicates.html", rows=rows, decides=decides, scan=scan, key=new_key())

    @pages.get("/pages/duplicates")
    async def waiting(request: Request, actor: Annotated[Actor, require(*DECIDING)]) -> Response:
        """The pairs to be decided about, the likeliest first."""
        return await listed(request, actor)

    @pages.post("/pages/duplicates/scans")
    async def scan(form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Look for pairs, for a while: what is left is gone on with from the page, which tells how far it has come."""
        return await listed(form.request, form.actor, await scanned(form, duplicates))

    return pages
