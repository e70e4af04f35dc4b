"""The screen of all lists somebody sees: what waits for the reader first, lists and batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.relief.http.access import LIST_READERS, MONEY_READERS, jurisdiction_of
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.pages.entering import ENTERING
from unionaid.relief.pages.turns import batches_waiting, lists_waiting
from unionaid.relief.views import lists as list_views
from unionaid.relief.views import programmes as programme_views
from unionaid.service.access import require
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

Row: TypeAlias = "Mapping[str, Any]"
LISTS_SHOWN = 50
"""Lists of one page; as many that wait, and as many batches for each step, are shown on it."""

lists = PageRouter(tags=["screens"])


@lists.get("/pages/lists")
async def show(request: Request, reader: Annotated[Actor, require(*LIST_READERS)], desk: AtDesk) -> Response:
    """The lists and batches that wait for the reader, then all lists that the reader may see, the latest first."""
    shell: Shell = request.app.state.shell
    await desk.settled()
    programmes = await programme_views.programmes(desk.pool)
    chosen, cursor = (_id(request.query_params.get(name, "")) for name in ("programme_id", "cursor"))
    jurisdiction = jurisdiction_of(reader, *MONEY_READERS)
    unions = None if jurisdiction is None else await desk.people.subtree(jurisdiction)
    found = await list_views.lists(desk.pool, chosen, unions, cursor, LISTS_SHOWN + 1)
    waiting: Sequence[Row] = []
    batches: Mapping[str, Sequence[Row]] = {}
    if cursor is None:
        waiting = await lists_waiting(desk, reader, chosen, unions, LISTS_SHOWN)
        batches = await batches_waiting(desk, reader, chosen, LISTS_SHOWN)
    rows = found[:LISTS_SHOWN]
    named = (*waiting, *(one for some in batches.values() for one in some), *rows)
    return shell.screens.page(
        request,
        "lists.html",
        programmes=programmes,
        chosen=chosen,
        waiting=waiting,
        batches=batches,
        lists=rows,
        next=rows[-1]["list_id"] if len(found) > LISTS_SHOWN else None,
        unions=await desk.people.names_of({row["union_org_id"] for row in named}),
        enters=not reader.roles.isdisjoint(ENTERING),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
