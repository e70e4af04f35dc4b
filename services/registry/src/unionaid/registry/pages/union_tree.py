"""The screen of the tree of unions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from unionaid.registry.http.access import OFFICE
from unionaid.registry.pages.choosing import CHOICES_MAX
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.http.exports import Lists
    from unionaid.service.app import Shell


def union_tree(lists: Lists, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    @pages.get("/pages/unions")
    async def tree(request: Request, _: Annotated[Actor, require(*OFFICE)], gone: str = "") -> Response:
        """The tree from the district federation down, each union with its workers and those under it."""
        shell: Shell = request.app.state.shell
        await own_views.settled()
        rows = await units.union_orgs(pool, None, None, CHOICES_MAX, dissolved=gone == "yes")
        return shell.screens.page(request, "unions.html", roots=grown(rows), gone=gone == "yes")

    @pages.get("/pages/unions/export")
    async def export(request: Request, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Save the unions as a workbook."""
        shell: Shell = request.app.state.shell
        return await lists.unions(shell.catalogue, language_of(request))

    return pages


def grown(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return unions as a tree: each with those under it (`under`) and the workers of all of them (`all_workers`)."""
    nodes = {row["org_id"]: {**row, "under": [], "all_workers": row["workers"]} for row in rows}
    for node in reversed(list(nodes.values())):  # children stand after their parents
        if (parent := nodes.get(node["parent_id"])) is not None:
            parent["under"].insert(0, node)
            parent["all_workers"] += node["all_workers"]
    return [node for node in nodes.values() if node["parent_id"] not in nodes]
