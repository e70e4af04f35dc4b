"""The screens of registry: register a worker, and what was registered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.bodies.people import NewWorkerBody
from unionaid.registry.domain.jurisdiction import WHOLE_DIVISION
from unionaid.registry.domain.person.facts import Left
from unionaid.registry.domain.person.identity import Identity, read_name, read_phone
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.domain.refusals import Refusal
from unionaid.registry.http.access import ENTERING, OVERSEEING, jurisdiction_of, worker_seen_by
from unionaid.registry.http.workers import worker_command
from unionaid.registry.pages.choosing import place_of
from unionaid.registry.pages.opening import Shown, opened
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.problems import of_validation
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.duplicates import Duplicates
    from unionaid.registry.application.identities import Identities
    from unionaid.registry.application.people import People
    from unionaid.registry.figures import Figures
    from unionaid.service.app import Shell

FIELDS = ("union_org_id", "enterprise_id", "name", "resident_id", "phone", "migrant", "occurred_on")
OPTIONAL = ("enterprise_id", "phone")
REFUSED = 422
ALIKE_SHOWN_MAX = 5
"""Persons who may be the one that is entered, shown beside the form: the likeliest."""


def worker_pages(
    people: People, duplicates: Duplicates, identities: Identities, pool: Pool, *, own_views: OwnViews, figures: Figures
) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def ask(
        request: Request,
        actor: Actor,
        typed: dict[str, str],
        faults: dict[str, str],
        alike: Sequence[Shown] = (),
    ) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        place = await place_of(pool, actor)
        return shell.screens.page(
            request,
            "new_worker.html",
            status=REFUSED if faults else 200,
            unions=place.unions,
            enterprises=place.enterprises,
            typed=dict.fromkeys(FIELDS, "") | place.beforehand | typed,
            faults=faults,
            alike=alike,
            key=new_key(),
        )

    @pages.get("/pages/workers/new")
    async def blank(request: Request, actor: Annotated[Actor, require(*ENTERING)]) -> Response:
        """An empty form, dated today."""
        today = request.app.state.shell.clock.business_date()
        return await ask(request, actor, {"occurred_on": today.isoformat()}, {})

    @pages.post("/pages/workers/new")
    async def register(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Enter the worker; what is refused comes back with the reason beside each field."""
        typed = {name: form.text(name) for name in FIELDS}
        try:
            body = _body(typed)
        except ValidationError as error:
            return await ask(form.request, form.actor, typed, _told(form.request, error))
        if form.text("alike_seen") != "yes" and (alike := await _alike(form, body, duplicates, identities)):
            return await ask(form.request, form.actor, typed, {}, alike)
        command = await form.command()
        done = await command.run(worker_command(people, figures, body, form.actor))
        if faults := faults_of(done):
            return await ask(form.request, form.actor, typed, faults)
        entered: dict[str, Any] = json.loads(bytes(done.body))
        if "person_id" not in entered:  # answered before a restore: entered, but the answer is not kept
            return RedirectResponse("/registry/pages/workers/new", 303, HEADERS)
        warned = "?warned=yes" if entered["warnings"] else ""
        return RedirectResponse(f"/registry/pages/workers/{entered['person_id']}{warned}", 303, HEADERS)

    @pages.get("/pages/workers/{person_id}")
    async def show(
        request: Request, person_id: UUID, reader: Annotated[Actor, require(*ENTERING, *OVERSEEING)], warned: str = ""
    ) -> Response:
        """What is known of a worker without identity."""
        shell: Shell = request.app.state.shell
        seen, _ = await worker_seen_by(reader, pool, person_id)
        worker = seen.worker if isinstance(seen, Left) else seen
        async with pool.acquire() as conn:
            union, _ = await units.union_org(conn, worker.union_org_id)
        return shell.screens.page(
            request, "worker.html", worker=worker, union=getattr(union, "name", ""), warned=warned == "yes"
        )

    return pages


async def _alike(form: Form, body: NewWorkerBody, duplicates: Duplicates, identities: Identities) -> list[Shown]:
    """Return who may be the person already, opened for the page; nobody where what was typed cannot be read."""
    try:
        resident_id = read_resident_id(body.resident_id, body.occurred_on)
        fields = Identity(read_name(body.name), resident_id, read_phone(body.phone)).vault_fields()
    except Refusal:
        return []  # the command tells what is wrong
    if await identities.match([resident_id.number], WHOLE_DIVISION):
        return []  # sent twice, or taken: the command tells that too
    alike = await duplicates.alike_to(fields, jurisdiction_of(form.actor), body.occurred_on)
    return await opened(form.request, form.actor, identities, alike[:ALIKE_SHOWN_MAX])


def _body(typed: dict[str, str]) -> NewWorkerBody:
    given: dict[str, object] = {name: typed[name] or None for name in OPTIONAL}
    given |= {name: typed[name] for name in ("union_org_id", "occurred_on") if typed[name]}
    given |= {"name": typed["name"], "resident_id": typed["resident_id"], "migrant": typed["migrant"] == "yes"}
    return NewWorkerBody.model_validate(given)


def _told(request: Request, error: ValidationError) -> dict[str, str]:
    shell: Shell = request.app.state.shell
    language = language_of(request)
    faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_input=False)]
    return faults_of(of_validation(faults, shell.catalogue).response(shell.catalogue, language))
