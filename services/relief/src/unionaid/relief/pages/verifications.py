"""The screens of samples of the paid: begun before the list is known, drawn, and asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, get_args
from uuid import UUID, uuid4

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import VerificationOutcome
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.bodies.verifications import AnswerBody, DrawBody
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.domain.verification.facts import Drawn
from unionaid.relief.http.access import MONEY_READERS, step_of
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.verifications import told_of as told
from unionaid.relief.pages.relief_list import told_of
from unionaid.relief.views import programmes as programme_views
from unionaid.relief.views import verifications as verification_views
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, fen_of, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell

OUTCOMES = get_args(VerificationOutcome)
BY = Role.DISTRICT_OFFICER

verifications = PageRouter(tags=["screens"])


@verifications.get("/pages/programmes/{programme_id}/verifications")
async def show_all(
    request: Request, programme_id: UUID, reader: Annotated[Actor, require(*MONEY_READERS)], desk: AtDesk
) -> Response:
    """The samples of a programme, and the form that begins one."""
    return await _listed(request, reader, desk, programme_id)


@verifications.post("/pages/programmes/{programme_id}/verifications")
async def commit(programme_id: UUID, form: Annotated[Form, forms(BY)], desk: AtDesk) -> Response:
    """Begin one: the seed's hash is published."""
    try:
        body = StepBody.model_validate({"occurred_on": form.text("occurred_on")})
    except ValidationError as error:
        return await _listed(form.request, form.actor, desk, programme_id, told_of(form.request, error))
    command, verification_id = await form.command(), uuid4()
    done = await command.run(
        lambda issued: desk.commands.verifications.commit(issued, programme_id, verification_id, step_of(issued, body))
    )
    if faults := faults_of(done):
        return await _listed(form.request, form.actor, desk, programme_id, faults)
    return RedirectResponse(f"/relief/pages{done.headers['location']}", 303, HEADERS)


@verifications.get("/pages/verifications/{verification_id}")
async def show(
    request: Request, verification_id: UUID, reader: Annotated[Actor, require(*MONEY_READERS)], desk: AtDesk
) -> Response:
    """A sample: how it was drawn, who is in it, what they said."""
    return await _shown(request, reader, desk, verification_id)


@verifications.post("/pages/verifications/{verification_id}/draw")
async def draw(verification_id: UUID, form: Annotated[Form, forms(BY)], desk: AtDesk) -> Response:
    """Draw it."""
    size = form.text("size")
    given = {"occurred_on": form.text("occurred_on"), "size": int(size) if size.isdecimal() and size.isascii() else 0}
    try:
        body = DrawBody.model_validate(given)
    except ValidationError as error:
        return await _shown(form.request, form.actor, desk, verification_id, told_of(form.request, error))
    command = await form.command()
    done = await command.run(
        lambda issued: desk.commands.verifications.draw(issued, verification_id, body.size, step_of(issued, body))
    )
    if faults := faults_of(done):
        return await _shown(form.request, form.actor, desk, verification_id, faults)
    return RedirectResponse(f"/relief/pages/verifications/{verification_id}", 303, HEADERS)


@verifications.post("/pages/verifications/{verification_id}/answers")
async def record_answer(verification_id: UUID, form: Annotated[Form, forms(BY)], desk: AtDesk) -> Response:
    """Record what somebody said."""
    given = {name: form.text(name) for name in ("occurred_on", "application_id", "outcome")}
    try:
        yuan = form.text("received_yuan")
        body = AnswerBody.model_validate({**given, "received_fen": fen_of(yuan) if yuan else None})
    except ValidationError as error:
        return await _shown(form.request, form.actor, desk, verification_id, told_of(form.request, error))
    except ValueError:
        shell: Shell = form.request.app.state.shell
        text = shell.catalogue.text(language_of(form.request), "answer-contradicts", {})
        return await _shown(form.request, form.actor, desk, verification_id, {"": text})
    command = await form.command()
    done = await command.run(
        lambda issued: desk.commands.verifications.record_answer(
            issued, verification_id, body.application_id,
            outcome=body.outcome, received_fen=body.received_fen, step=step_of(issued, body),
        )
    )  # fmt: skip
    if faults := faults_of(done):
        return await _shown(form.request, form.actor, desk, verification_id, faults)
    return RedirectResponse(f"/relief/pages/verifications/{verification_id}", 303, HEADERS)


async def _listed(
    request: Request, reader: Actor, desk: Desk, programme_id: UUID, faults: Mapping[str, str] | None = None
) -> Response:
    shell: Shell = request.app.state.shell
    await desk.settled()
    programme = await programme_views.programme(desk.pool, programme_id)
    if programme is None:
        raise NotFound
    return shell.screens.page(
        request, "verifications.html", status=422 if faults else 200, programme=programme,
        rows=await verification_views.verifications(desk.pool, programme_id), enters=BY in reader.roles,
        faults=faults or {}, today=shell.clock.business_date().isoformat(), key=new_key(),
    )  # fmt: skip


async def _shown(
    request: Request, reader: Actor, desk: Desk, verification_id: UUID, faults: Mapping[str, str] | None = None
) -> Response:
    shell: Shell = request.app.state.shell
    known = await desk.commands.verifications.known(verification_id)
    persons = [one.person_id for one in known.sample.values()] if isinstance(known, Drawn) else []
    return shell.screens.page(
        request, "verification.html", status=422 if faults else 200, one=told(known), enters=BY in reader.roles,
        names=await desk.identities.names(request, reader, persons) if persons else None, outcomes=OUTCOMES,
        faults=faults or {}, today=shell.clock.business_date().isoformat(), key=new_key(),
    )  # fmt: skip
