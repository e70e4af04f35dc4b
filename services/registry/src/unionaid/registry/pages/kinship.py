"""The screen on which officers declare their relatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.kinship import Kinship
from unionaid.registry.bodies.people import RelativeTold
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.http.access import OFFICE
from unionaid.registry.pages.typed import OPTIONS, REFUSED, Ask, read, told
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

PAGE = "/registry/pages/own-relatives"
ASKED = (Ask("resident_id", "text", required=True), Ask("occurred_on", "date", required=True))


def kinship_pages(kinship: Kinship) -> PageRouter:
    """Return the screen."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, actor: Actor, typed: Mapping[str, str], faults: dict[str, str], done: str = ""
    ) -> Response:
        shell: Shell = request.app.state.shell
        today = shell.clock.business_date()
        return shell.screens.page(
            request, "own_relatives.html", status=REFUSED if faults else 200, asked=ASKED, options=OPTIONS,
            persons=sorted(await kinship.declared(actor.id)), typed={"occurred_on": today.isoformat(), **typed},
            faults=faults, done=done, key=new_key(),
        )  # fmt: skip

    @pages.get("/pages/own-relatives")
    async def show(request: Request, actor: Annotated[Actor, require(*OFFICE)], done: str = "") -> Response:
        """Whom the reader has declared, and the form for another."""
        return await page_of(request, actor, {}, {}, done if done in ("declared", "withdrawn") else "")

    @pages.post("/pages/own-relatives")
    async def declare(form: Annotated[Form, forms(*OFFICE)]) -> Response:
        """Declare who has an ID."""
        typed = {ask.name: form.text(ask.name) for ask in ASKED}
        try:
            body = RelativeTold.model_validate(read(typed, ASKED))
        except ValidationError as error:
            return await page_of(form.request, form.actor, typed, told(form.request, error))

        async def act(issued: Issued) -> Done:
            number = read_resident_id(body.resident_id, body.occurred_on)
            return await kinship.declare(issued, number, body.occurred_on)

        if faults := faults_of(await (await form.command()).run(act)):
            return await page_of(form.request, form.actor, typed, faults)
        return RedirectResponse(f"{PAGE}?done=declared", 303, HEADERS)

    @pages.post("/pages/own-relatives/{person_id}/withdrawal")
    async def withdraw(person_id: UUID, form: Annotated[Form, forms(*OFFICE)]) -> Response:
        """Take a declaration back, today."""
        today = form.request.app.state.shell.clock.business_date()
        command = await form.command()
        faults = faults_of(await command.run(lambda issued: kinship.withdraw(issued, person_id, today)))
        if faults:
            return await page_of(form.request, form.actor, {}, faults)
        return RedirectResponse(f"{PAGE}?done=withdrawn", 303, HEADERS)

    return pages
