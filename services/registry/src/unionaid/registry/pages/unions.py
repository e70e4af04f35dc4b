"""The screen of one union: what it is called and where it stands, and for district officers how that changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts import Event
from unionaid.contracts.fields import DissolutionReason, NameCorrectionReason
from unionaid.contracts.registry import UnionOrgDetailsCorrected
from unionaid.registry.bodies.units import Dissolution, UnionCorrection, UnionMove
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.domain.union_org.facts import Dissolved, Established, Unknown, evolve, union_org_of
from unionaid.registry.domain.union_org.rules import LEVEL_ABOVE
from unionaid.registry.http.access import ENTERING, OFFICE
from unionaid.registry.http.units import dissolving, judging_move, moving, renaming, told_union
from unionaid.registry.pages.choosing import CHOICES_MAX
from unionaid.registry.pages.typed import REFUSED, told, worded_choices
from unionaid.registry.views import units
from unionaid.registry.views.streams import history
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.unit_changes import UnitChanges
    from unionaid.registry.http.units import Act
    from unionaid.service.app import Shell
    from unionaid.service.idempotency import Command

REASONS: Sequence[str] = get_args(DissolutionReason)
NAME_REASONS: Sequence[str] = get_args(NameCorrectionReason)
FIELDS = ("parent_id", "name", "reason_code", "occurred_on")


class _Act(NamedTuple):
    """What may be done with a union: its body, what carries it out, what is told when it is done."""

    body: type[BaseModel]
    run: Callable[[UnitChanges, UUID, Any, Command], Act]
    done: str
    judge: Callable[[UnitChanges, UUID, Any, Command], Act] | None = None
    """What refuses it before it is confirmed, where that is asked for."""


ACTS: Mapping[str, _Act] = {
    "move": _Act(UnionMove, moving, "moved", judging_move),
    "name": _Act(UnionCorrection, renaming, "renamed"),
    "dissolution": _Act(Dissolution, dissolving, "dissolved"),
}


def union_pages(changes: UnitChanges, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens of one union."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, reader: Actor, org_id: UUID, *, act: str = "", typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None, done: str = "",
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        await own_views.settled()
        async with pool.acquire() as conn:
            events = await history(conn, "union", org_id)
            remaining = await units.remaining(conn, org_id)
        union, version = union_org_of(events), len(events)
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
        renames_it = Role.DISTRICT_OFFICER in reader.roles and not isinstance(union, Dissolved)
        changes_it = renames_it and above is not None
        blank = dict.fromkeys(FIELDS, "") | {"name": known.name, "occurred_on": shell.clock.business_date().isoformat()}
        return shell.screens.page(
            request, "union.html", status=REFUSED if faults else 200, union=told_union(union), version=version,
            above=names.get(known.parent_id, ""), under=[row for row in rows if row["parent_id"] == org_id],
            own=next((row for row in rows if row["org_id"] == org_id), {"workers": 0, "migrants": 0}),
            remaining=remaining, parents=parents, changes=changes_it, renames=renames_it, names=names_of(events),
            reason_choices=worded_choices(request, "value-dissolution", REASONS),
            name_reasons=worded_choices(request, "value-unit-correction", NAME_REASONS),
            lists_workers=not reader.roles.isdisjoint(ENTERING), act=act, done=done,
            typed=blank | dict(typed or {}), blank=blank, faults=dict(faults or {}), key=new_key(),
        )  # fmt: skip

    @pages.get("/pages/unions/{org_id}")
    async def show(
        request: Request, org_id: UUID, reader: Annotated[Actor, require(*OFFICE)], done: str = ""
    ) -> Response:
        """One union: where it stands, what is in it, and what may be done with it."""
        return await page_of(request, reader, org_id, done=done if done in {one.done for one in ACTS.values()} else "")

    async def before_move(form: Form, org_id: UUID, body: Any) -> Response:
        shell: Shell = form.request.app.state.shell
        await own_views.settled()
        async with pool.acquire() as conn:
            union, _ = await units.union_org(conn, org_id)
        former = union.parent_id if isinstance(union, Established) else None
        return shell.screens.page(
            form.request, "union_move.html", org_id=org_id, version=form.text("version"), body=body, former=former,
            names=await units.names_of(pool, [org_id, body.parent_id, *([former] if former else [])]),
            along=await units.taken_along(pool, org_id), key=new_key(),
        )  # fmt: skip

    @pages.post("/pages/unions/{org_id}/{act}")
    async def carry_out(org_id: UUID, act: str, form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Call it otherwise or dissolve it; say what a move takes along, and move it when that is confirmed."""
        doing = ACTS.get(act)
        if doing is None:
            raise NotFound
        typed = {name: form.text(name) for name in doing.body.model_fields}
        try:
            body = doing.body.model_validate({name: value for name, value in typed.items() if value})
        except ValidationError as error:
            faults = told(form.request, error)
            return await page_of(form.request, form.actor, org_id, act=act, typed=typed, faults=faults)
        command = await form.command()
        asks_first = doing.judge is not None and not form.text("confirmed")
        run = doing.judge if doing.judge is not None and asks_first else doing.run
        if faults := faults_of(await command.run(run(changes, org_id, body, command))):
            return await page_of(form.request, form.actor, org_id, act=act, typed=typed, faults=faults)
        if asks_first:
            return await before_move(form, org_id, body)
        return RedirectResponse(f"/registry/pages/unions/{org_id}?done={doing.done}", 303, HEADERS)

    return pages


def names_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return what a union was called before and why it was changed, the latest first."""
    found = []
    state = union_org_of(events[:1])
    for event in events[1:]:
        if isinstance(event, UnionOrgDetailsCorrected) and isinstance(state, Established):
            since = event.since or event.occurred_on
            found.append({"since": since, "reason": event.reason_code, "was": state.name, "now": event.name})
        state = evolve(state, event)
    return found[::-1]
