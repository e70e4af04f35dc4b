"""The screens of the tree of unions: how it stands, and for district officers how it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import DissolutionReason
from unionaid.registry.bodies.units import Dissolution, UnionMove
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.domain.union_org.facts import Dissolved, Unknown
from unionaid.registry.domain.union_org.rules import LEVEL_ABOVE
from unionaid.registry.http.access import ENTERING, OFFICE
from unionaid.registry.http.units import dissolving, moving, told_union
from unionaid.registry.pages.choosing import CHOICES_MAX
from unionaid.registry.pages.typed import REFUSED, told, worded_choices
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.unit_changes import UnitChanges
    from unionaid.registry.http.exports import Lists
    from unionaid.service.app import Shell

REASONS: Sequence[str] = get_args(DissolutionReason)
FIELDS = ("parent_id", "reason_code", "occurred_on")


def union_pages(changes: UnitChanges, lists: Lists, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, reader: Actor, org_id: UUID, *, act: str = "", typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None, done: str = "",
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        await own_views.settled()
        async with pool.acquire() as conn:
            union, version = await units.union_org(conn, org_id)
            remaining = await units.remaining(conn, org_id)
        if isinstance(union, Unknown):
            raise NotFound
        known = union.was if isinstance(union, Dissolved) else union
        rows = await units.union_orgs(pool, None, None, CHOICES_MAX, dissolved=True)
        names = {row["org_id"]: row["name"] for row in rows}
        above = LEVEL_ABOVE.get(known.level)
        parents = [
            (str(row["org_id"]), row["name"])
            for row in rows
            if row["level"] == above and row["dissolved_on"] is None and row["org_id"] != known.parent_id
        ]
        changes_it = Role.DISTRICT_OFFICER in reader.roles and above is not None and not isinstance(union, Dissolved)
        today = shell.clock.business_date().isoformat()
        return shell.screens.page(
            request, "union.html", status=REFUSED if faults else 200, union=told_union(union), version=version,
            above=names.get(known.parent_id, ""), under=[row for row in rows if row["parent_id"] == org_id],
            own=next((row for row in rows if row["org_id"] == org_id), {"workers": 0, "migrants": 0}),
            remaining=remaining, parents=parents, changes=changes_it,
            reason_choices=worded_choices(request, "value-dissolution", REASONS),
            lists_workers=not reader.roles.isdisjoint(ENTERING), act=act, done=done,
            typed=dict.fromkeys(FIELDS, "") | {"occurred_on": today} | dict(typed or {}),
            blank=dict.fromkeys(FIELDS, "") | {"occurred_on": today}, faults=dict(faults or {}), key=new_key(),
        )  # fmt: skip

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

    @pages.get("/pages/unions/{org_id}")
    async def show(
        request: Request, org_id: UUID, reader: Annotated[Actor, require(*OFFICE)], done: str = ""
    ) -> Response:
        """One union: where it stands, what is in it, and what may be done with it."""
        return await page_of(request, reader, org_id, done=done if done in ("moved", "dissolved") else "")

    @pages.post("/pages/unions/{org_id}/move")
    async def move(org_id: UUID, form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Let it stand under another."""
        typed = {name: form.text(name) for name in ("parent_id", "occurred_on")}
        try:
            body = UnionMove.model_validate({name: value for name, value in typed.items() if value})
        except ValidationError as error:
            faults = told(form.request, error)
            return await page_of(form.request, form.actor, org_id, act="move", typed=typed, faults=faults)
        command = await form.command()
        if faults := faults_of(await command.run(moving(changes, org_id, body, command))):
            return await page_of(form.request, form.actor, org_id, act="move", typed=typed, faults=faults)
        return RedirectResponse(f"/registry/pages/unions/{org_id}?done=moved", 303, HEADERS)

    @pages.post("/pages/unions/{org_id}/dissolution")
    async def dissolve(org_id: UUID, form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """End it."""
        typed = {name: form.text(name) for name in ("reason_code", "occurred_on")}
        try:
            body = Dissolution.model_validate({name: value for name, value in typed.items() if value})
        except ValidationError as error:
            faults = told(form.request, error)
            return await page_of(form.request, form.actor, org_id, act="dissolve", typed=typed, faults=faults)
        command = await form.command()
        if faults := faults_of(await command.run(dissolving(changes, org_id, body, command))):
            return await page_of(form.request, form.actor, org_id, act="dissolve", typed=typed, faults=faults)
        return RedirectResponse(f"/registry/pages/unions/{org_id}?done=dissolved", 303, HEADERS)

    return pages


def grown(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return unions as a tree: each with those under it (`under`) and the workers of all of them (`all_workers`)."""
    nodes = {row["org_id"]: {**row, "under": [], "all_workers": row["workers"]} for row in rows}
    for node in reversed(list(nodes.values())):  # children stand after their parents
        if (parent := nodes.get(node["parent_id"])) is not None:
            parent["under"].insert(0, node)
            parent["all_workers"] += node["all_workers"]
    return [node for node in nodes.values() if node["parent_id"] not in nodes]
