"""The page of a hardship dossier: how it stands, how it came there, and what its reader may do now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.domain.dossier.facts import (
    CLEARS,
    Closed,
    Existing,
    Posted,
    Unopened,
    dossier_of,
    status_of,
)
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.access import ENTERING, READING_DOSSIERS, reach_of
from unionaid.registry.http.dossier_told import acts_seen_by, told_of
from unionaid.registry.http.dossiers import (
    seen_at,
)
from unionaid.registry.pages.dossier_acts import ACTS, offered
from unionaid.registry.pages.dossier_opening import opened_by
from unionaid.registry.pages.naming import keep, named
from unionaid.registry.pages.typed import OPTIONS, REFUSED, NotYuan, read, told, worded
from unionaid.registry.views import dossiers as views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

ACTING = (*ENTERING, Role.APPROVER)
FIRST_FOR: Mapping[str, str] = {"approved": "review", "closed": "contact"}
"""The purpose that is offered first for a dossier that stands there; of all others the first of the list."""


def dossier_pages(commands: Commands, pool: Pool) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])
    kept = commands.dossiers

    async def page_of(
        request: Request, reader: Actor, dossier_id: UUID, *, act: str = "", typed: Mapping[str, str] | None = None,
        faults: dict[str, str] | None = None, opened: Mapping[str, Any] | None = None, done: str = "",
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        acts = await acts_seen_by(reader, pool, dossier_id)
        dossier = dossier_of(acts)
        if isinstance(dossier, Unopened):
            raise NotFound
        household = await kept.household_of(dossier.file.household_id, reach_of(reader))
        persons = list(dict.fromkeys([dossier.file.holder_id, *household.members]))
        first = FIRST_FOR.get(status_of(dossier), "")
        naming = await named(request, reader, commands.identities, "dossiers", [] if opened else persons, first=first)
        names = opened["names"] if opened else naming.names
        members = [(str(id), names.get(str(id), str(id)[:8]), one.relation) for id, one in household.members.items()]
        shown = told_of(acts, kept.policies)
        union = await views.union_names(pool, {dossier.file.union_org_id})
        on = shell.clock.business_date()
        blank = {"occurred_on": on.isoformat(), **_known(shown)}
        ended = isinstance(dossier, Closed) and commands.keeping.dossier_ended(dossier.closed_on, on)
        return shell.screens.page(
            request, "dossier.html", status=REFUSED if faults else 200, dossier=shown, version=len(acts),
            household=household, union=union.get(dossier.file.union_org_id, ""), clears=CLEARS,
            acts=[(name, ACTS[name]) for name in offered(dossier, household, reader, ended=ended)], act=act, done=done,
            options={**OPTIONS, "holder": members, "objection": _waiting(dossier)},
            typed=typed or blank, blank=blank,
            faults=faults or {}, opened=opened, key=new_key(), posted=isinstance(dossier, Posted),
            opens=not reader.roles.isdisjoint((*ENTERING, Role.APPROVER)), naming=naming, names=names,
        )  # fmt: skip

    @pages.get("/pages/dossiers/{dossier_id}")
    async def show(
        request: Request, dossier_id: UUID, reader: Annotated[Actor, require(*READING_DOSSIERS)], done: str = ""
    ) -> Response:
        """A dossier without identity, with the steps its reader may take now."""
        return await page_of(request, reader, dossier_id, done=done if done in ACTS else "")

    @pages.post("/pages/dossiers/{dossier_id}/names")
    async def names(dossier_id: UUID, form: Annotated[Form, forms(*ACTING)]) -> Response:
        """The same with names and words, which is recorded."""
        opened = await opened_by(commands, pool, form, dossier_id)
        response = await page_of(form.request, form.actor, dossier_id, opened=opened)
        keep(form.request, response, "dossiers", form.text("purpose"))
        return response

    @pages.post("/pages/dossiers/{dossier_id}/{act}")
    async def carry_out(dossier_id: UUID, act: str, form: Annotated[Form, forms(*ACTING)]) -> Response:
        """Take a step; what is refused comes back with the reason beside its field."""
        doing = ACTS.get(act)
        if doing is None:
            raise NotFound
        if form.actor.roles.isdisjoint(doing.roles):
            raise Problem(403, "role-missing")
        typed = {ask.name: form.text(ask.name) for ask in doing.asked if ask.kind != "ticks"}
        ticked = {
            ask.name: tuple(value for value in OPTIONS[ask.options] if form.text(f"{ask.name}-{value}"))
            for ask in doing.asked
            if ask.kind == "ticks"
        }
        try:
            body = doing.body.model_validate({**worded(read(typed, doing.asked)), **ticked})
        except (ValidationError, NotYuan) as error:
            faults = told(form.request, error)
            return await page_of(form.request, form.actor, dossier_id, act=act, typed=typed, faults=faults)
        command = await form.command()
        on = getattr(body, "occurred_on")  # noqa: B009  every body of an act has it
        where = seen_at(command, dossier_id, on)
        answered = await command.run(lambda issued: doing.run(commands, issued, where, body, form.actor))
        if faults := faults_of(answered):
            faults = {_field_of(name): why for name, why in faults.items()}
            return await page_of(form.request, form.actor, dossier_id, act=act, typed=typed, faults=faults)
        return RedirectResponse(f"/registry/pages/dossiers/{dossier_id}?done={act}", 303, HEADERS)

    return pages


def _waiting(dossier: Existing) -> list[tuple[str, str]]:
    return [(str(id), str(id)[:8]) for id, one in dossier.file.objections.items() if one.outcome is None]


def _known(shown: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in shown["clears"].items() if value}


def _field_of(name: str) -> str:
    return f"{name.removesuffix('_fen')}_yuan" if name.endswith("_fen") else name.replace("words.", "words_")
