"""The screens of who is elsewhere or not wholly known: transfers that are asked for, provisional registrations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.application.people import NewProvisional
from unionaid.registry.application.placing import Place
from unionaid.registry.bodies.people import Declining, ProvisionalWorker, TakingUp, TransferRequest
from unionaid.registry.domain.person.identity import read_name, read_phone
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.http.access import ENTERING, jurisdiction_of
from unionaid.registry.pages.choosing import place_of
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.person_acts import ON, PLACE
from unionaid.registry.pages.typed import OPTIONS, REFUSED, Ask, read, told
from unionaid.registry.views import provisional as provisional_views
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

ROWS_MAX = 100
"""Rows of one page."""
ASKING = (Ask("resident_id", "text", required=True), *PLACE, ON)
PROVISIONAL = (*PLACE, Ask("name", "text", required=True), Ask("phone", "text"), Ask("migrant", "tick"), ON)
DECLINE = (Ask("reason_code", "choice", required=True, options="declining_reason"), ON)


def transfer_pages(commands: Commands, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens of transfers."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, actor: Actor, typed: Mapping[str, str], faults: dict[str, str], *, asked: str = "",
        request_id: UUID | None = None, done: str = "",
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        await own_views.settled()
        waiting = await commands.transfers.waiting(jurisdiction_of(actor))
        names = await units.names_of(pool, [seen.terms.union_org_id for seen in waiting])
        who = [seen.terms.person_id for seen in waiting]
        naming = await named(request, actor, commands.identities, "people", who)
        today = {"occurred_on": shell.clock.business_date().isoformat()}
        place = await place_of(pool, actor)
        options = {**OPTIONS, "union": place.unions, "enterprise": place.enterprises}
        return shell.screens.page(
            request, "transfers.html", status=REFUSED if faults else 200, waiting=waiting, unions=names, asking=ASKING,
            decline=DECLINE, take_up=(ON,), typed={**today, **place.beforehand, **typed}, blank=today, faults=faults,
            options=options,
            request_id=request_id, asked=asked, done=done, key=new_key(), naming=naming,
        )  # fmt: skip

    @pages.get("/pages/transfer-requests")
    async def show(request: Request, actor: Annotated[Actor, require(*ENTERING)], done: str = "") -> Response:
        """Those to take up, and the form on which a worker is asked for."""
        return await page_of(request, actor, {}, {}, done=done if done in ("asked", "taking-up", "declining") else "")

    @pages.post("/pages/transfer-requests")
    async def ask(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Ask that a worker come; the answer tells neither person nor union."""
        typed = {one.name: form.text(one.name) for one in ASKING}
        try:
            body = TransferRequest.model_validate(read(typed, ASKING))
        except ValidationError as error:
            return await page_of(form.request, form.actor, typed, told(form.request, error))
        request_id = uuid4()

        async def act(issued: Issued) -> Done:
            number = read_resident_id(body.resident_id, body.occurred_on)
            place = Place(body.union_org_id, body.enterprise_id, jurisdiction_of(form.actor))
            return await commands.transfers.request_transfer(issued, request_id, number, place, body.occurred_on)

        done = await (await form.command()).run(act)
        if faults := faults_of(done):
            return await page_of(form.request, form.actor, typed, faults)
        return RedirectResponse("/registry/pages/transfer-requests?done=asked", 303, HEADERS)

    @pages.post("/pages/transfer-requests/{request_id}/taking-up")
    async def take_up(request_id: UUID, form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Transfer the worker."""
        return await settle(form, request_id, "taking-up", (ON,))

    @pages.post("/pages/transfer-requests/{request_id}/declining")
    async def decline(request_id: UUID, form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Decline, with the reason."""
        return await settle(form, request_id, "declining", DECLINE)

    async def settle(form: Form, request_id: UUID, act: str, asked: tuple[Ask, ...]) -> Response:
        typed = {one.name: form.text(one.name) for one in asked}
        command = await form.command()
        jurisdiction = jurisdiction_of(form.actor)

        async def run(issued: Issued) -> Done:
            if isinstance(body, Declining):
                return await commands.transfers.decline(
                    issued, request_id, body.occurred_on, body.reason_code,
                    jurisdiction=jurisdiction, expect=command.expect,
                )  # fmt: skip
            return await commands.transfers.take_up(issued, request_id, body.occurred_on, jurisdiction, command.expect)

        try:
            kind: type[TakingUp | Declining] = Declining if act == "declining" else TakingUp
            body = kind.model_validate(read(typed, asked))
        except ValidationError as error:
            faults = told(form.request, error)
        else:
            faults = faults_of(await command.run(run))
        if faults:
            return await page_of(form.request, form.actor, typed, faults, asked=act, request_id=request_id)
        return RedirectResponse(f"/registry/pages/transfer-requests?done={act}", 303, HEADERS)

    return pages


def provisional_pages(commands: Commands, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens of workers whose ID is not at hand; it is given on the person's page, as a correction."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, actor: Actor, typed: Mapping[str, str], faults: dict[str, str], cursor: UUID | None = None
    ) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        rows = await provisional_views.provisional(pool, jurisdiction_of(actor), cursor, ROWS_MAX + 1)
        who = [row["person_id"] for row in rows[:ROWS_MAX]]
        naming = await named(request, actor, commands.identities, "people", who)
        today = {"occurred_on": shell.clock.business_date().isoformat()}
        place = await place_of(pool, actor)
        options = {**OPTIONS, "union": place.unions, "enterprise": place.enterprises}
        return shell.screens.page(
            request, "provisional.html", status=REFUSED if faults else 200, rows=rows[:ROWS_MAX], asked=PROVISIONAL,
            unions=await units.names_of(pool, [row["union_org_id"] for row in rows]),
            typed={**today, **place.beforehand, **typed},
            faults=faults, options=options, key=new_key(), naming=naming,
            next=rows[ROWS_MAX - 1]["person_id"] if len(rows) > ROWS_MAX else None,
        )  # fmt: skip

    @pages.get("/pages/provisional-workers")
    async def show(
        request: Request, actor: Annotated[Actor, require(*ENTERING)], cursor: UUID | None = None
    ) -> Response:
        """Whose ID is still to be given, and the form for another."""
        return await page_of(request, actor, {}, {}, cursor)

    @pages.post("/pages/provisional-workers")
    async def register(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Enter a worker without the ID, and go to the person's page."""
        typed = {one.name: form.text(one.name) for one in PROVISIONAL}
        try:
            body = ProvisionalWorker.model_validate(read(typed, PROVISIONAL))
        except ValidationError as error:
            return await page_of(form.request, form.actor, typed, told(form.request, error))
        person_id = uuid4()

        async def act(issued: Issued) -> Done:
            worker = NewProvisional(person_id, read_name(body.name), read_phone(body.phone), body.migrant)
            place = Place(body.union_org_id, body.enterprise_id, jurisdiction_of(form.actor))
            return await commands.people.register_provisionally(issued, place, worker, body.occurred_on)

        done = await (await form.command()).run(act)
        if faults := faults_of(done):
            return await page_of(form.request, form.actor, typed, faults)
        made: dict[str, Any] = json.loads(bytes(done.body))
        where = f"persons/{made['person_id']}" if "person_id" in made else "provisional-workers"
        return RedirectResponse(f"/registry/pages/{where}", 303, HEADERS)

    return pages
