"""The screen of the workers of one's own unions, page by page, and all of them as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.http.access import ENTERING, jurisdiction_of
from unionaid.registry.pages.choosing import enterprises_of, unions_of
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.opening import FIELDS as FIELDS_SHOWN
from unionaid.registry.pages.typed import REFUSED
from unionaid.registry.views.units import Pool
from unionaid.registry.views.workers import After, Which, workers
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter, language_of
from unionaid.sheets import MEDIA_TYPE

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.identities import Identities
    from unionaid.registry.http.exports import Lists
    from unionaid.service.app import Shell

ROWS = 20
FIELDS = ("union_org_id", "enterprise_id")


def worker_list_pages(identities: Identities, lists: Lists, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, reader: Actor, typed: Mapping[str, str], faults: Mapping[str, str], after: After | None
    ) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        found = await workers(pool, jurisdiction_of(reader), which_of(typed), after, ROWS + 1)
        rows = found[:ROWS]
        who = [row["person_id"] for row in rows]
        naming = await named(request, reader, identities, "workers", who, fields=FIELDS_SHOWN)
        last = After(rows[-1]["union_org_id"], rows[-1]["person_id"]) if len(found) > ROWS else None
        return shell.screens.page(
            request, "workers.html", status=REFUSED if faults else 200, rows=rows,
            persons=naming.persons, naming=naming, typed=typed, faults=faults,
            unions=await unions_of(pool, reader), next=str(last) if last else None, key=new_key(),
            enterprises=await enterprises_of(pool, reader),
        )  # fmt: skip

    @pages.get("/pages/workers")
    async def list_all(request: Request, reader: Annotated[Actor, require(*ENTERING)], cursor: str = "") -> Response:
        """The workers of the own unions, or of the chosen one; who they are is opened where that is asked."""
        try:
            after = After.read(cursor) if cursor else None
        except ValueError:
            after = None
        return await page_of(request, reader, typed_in(request.query_params), {}, after)

    @pages.post("/pages/workers/export")
    async def export(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Save the list as a workbook."""
        typed = typed_in(form.fields)
        command = await form.command()
        answered = await lists.workers(command, which_of(typed), language_of(form.request))
        if faults := faults_of(answered):
            return await page_of(form.request, form.actor, typed, faults, None)
        if answered.headers["content-type"] != MEDIA_TYPE:  # sent twice: it was told the first time
            return RedirectResponse("/registry/pages/workers", 303, HEADERS)
        return answered

    return pages


def typed_in(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filter as it was chosen; what is no id chooses nothing."""
    return {name: given.get(name, "").strip() if is_id(given.get(name, "")) else "" for name in FIELDS}


def which_of(typed: Mapping[str, str]) -> Which:
    """Return which workers are chosen."""
    union, enterprise = (UUID(typed[name]) if typed[name] else None for name in FIELDS)
    return Which(union, enterprise)


def is_id(written: str) -> bool:
    """Say whether something is an id."""
    try:
        UUID(written.strip())
    except ValueError:
        return False
    return True
