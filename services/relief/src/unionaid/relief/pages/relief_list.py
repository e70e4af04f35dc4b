"""The screens of a relief list: where it stands, who did what, and the steps that the reader may take now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import LINES_MAX
from unionaid.contracts.relief import lines_hash
from unionaid.relief.bodies.lists import CancellationBody, RejectionBody
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.relief_list import facts
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.domain.relief_list.guards import Step, status_of
from unionaid.relief.domain.relief_list.rules import RejectionReason
from unionaid.relief.domain.relief_list.settling import CancellationReason
from unionaid.relief.http.access import (
    APPROVING,
    LIST_READERS,
    MONEY_READERS,
    acts_seen_by,
    approving,
    jurisdiction_of,
    step_of,
)
from unionaid.relief.http.answers import told, with_held
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.previews import PREVIEWING
from unionaid.relief.pages.list_money import money_of
from unionaid.relief.pages.offers import offer
from unionaid.relief.pages.turns import lines_of
from unionaid.relief.views import lists as list_views
from unionaid.relief.views import programmes as programme_views
from unionaid.service.access import require
from unionaid.service.deciding import Done, Issued
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.problems import Problem, of_validation
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.relief.application.deciding import Expect
    from unionaid.service.app import Shell

    Taking = Callable[[Issued, Step, Expect], Awaitable[Done]]

LINES_SHOWN = 200
"""Lines of one page; with the visitors they are fewer than one opening of names may have."""
DONE = ("submitted", "verified", "endorsed", "approved", "rejected", "paid", "cancelled")
"""What a page may be told of a step just taken."""

relief_list = PageRouter(tags=["screens"])
ListReader = Annotated[Actor, require(*LIST_READERS)]


@relief_list.get("/pages/lists/{list_id}")
async def show(
    request: Request,
    list_id: UUID,
    reader: ListReader,
    desk: AtDesk,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """Where a list is, its lines, the steps taken and the steps to take."""
    done = request.query_params.get("done")
    notice, names = f"screen-done-{done}" if done in DONE else "", request.query_params.get("names") == "yes"
    return await shown(request, reader, desk, list_id, cursor=cursor, names=names, notice=notice)


@relief_list.post("/pages/lists/{list_id}/verification")
async def verify(list_id: UUID, form: Annotated[Form, forms(Role.SUB_DISTRICT_OFFICER)], desk: AtDesk) -> Response:
    """Verify."""
    jurisdiction = jurisdiction_of(form.actor)
    return await _take(
        form, desk, list_id, "verified",
        lambda issued, step, expect: desk.commands.lists.verify(issued, list_id, step, expect, jurisdiction),
    )  # fmt: skip


@relief_list.post("/pages/lists/{list_id}/approval")
async def approve(list_id: UUID, form: Annotated[Form, forms(*APPROVING)], desk: AtDesk) -> Response:
    """Approve, or give one of the approvals that are needed."""
    state = list_of(act for act, _ in await acts_seen_by(form.actor, desk, list_id))
    more, roles = isinstance(state, facts.Verified) and not state.awaits_last, approving(form.actor)
    return await _take(
        form, desk, list_id, "endorsed" if more else "approved",
        lambda issued, step, expect: desk.commands.lists.approve(issued, list_id, step, expect, roles),
    )  # fmt: skip


@relief_list.post("/pages/lists/{list_id}/rejection")
async def reject(list_id: UUID, form: Annotated[Form, forms(Role.APPROVER)], desk: AtDesk) -> Response:
    """Reject, with the reason."""
    try:
        body = RejectionBody.model_validate(
            {"occurred_on": form.text("occurred_on"), "reason_code": form.text("reason_code")}
        )
    except ValidationError as error:
        return await shown(form.request, form.actor, desk, list_id, faults=told_of(form.request, error))
    return await _take(
        form, desk, list_id, "rejected",
        lambda issued, step, expect: desk.commands.lists.reject(issued, list_id, body.reason_code, step, expect),
    )  # fmt: skip


@relief_list.post("/pages/lists/{list_id}/cancellation")
async def cancel(list_id: UUID, form: Annotated[Form, forms(Role.APPROVER)], desk: AtDesk) -> Response:
    """Give up the lines that were ticked, with the reason."""
    ticked = [int(name[5:]) for name in form.fields if name.startswith("line_") and name[5:].isdecimal()]
    given = {
        "occurred_on": form.text("occurred_on"), "reason_code": form.text("reason_code"), "lines": ticked,
    }  # fmt: skip
    try:
        body = CancellationBody.model_validate(given)
    except ValidationError as error:
        return await shown(form.request, form.actor, desk, list_id, faults=told_of(form.request, error))

    async def act(issued: Issued, expect: Expect) -> Done:
        return await desk.commands.batches.cancel(
            issued, list_id, lines=body.lines, reason=body.reason_code, step=step_of(issued, body), expect=expect
        )

    return await carried(form, desk, list_id, "cancelled", act)


async def _take(form: Form, desk: Desk, list_id: UUID, becomes: str, act: Taking) -> Response:
    try:
        body = StepBody.model_validate({"occurred_on": form.text("occurred_on")})
    except ValidationError as error:
        return await shown(form.request, form.actor, desk, list_id, faults=told_of(form.request, error))
    return await carried(
        form, desk, list_id, becomes, lambda issued, expect: act(issued, step_of(issued, body), expect)
    )


async def carried(
    form: Form,
    desk: Desk,
    list_id: UUID,
    becomes: str,
    act: Callable[[Issued, Expect], Awaitable[Done]],
    *,
    again: Callable[[Mapping[str, str]], Awaitable[Response]] | None = None,
) -> Response:
    """Carry a step out and lead to the list; refused or overtaken, show the list as it is, with the reason.

    `again` shows the form once more with what it was refused for, where it is not on the list's own page.
    """
    command = await form.command()
    try:
        done = await command.run(lambda issued: act(issued, command.expect))
    except Problem as problem:
        if problem.status_code != HTTPStatus.PRECONDITION_FAILED:
            raise
        return await shown(form.request, form.actor, desk, list_id, notice="version-moved", status=problem.status_code)
    if faults := faults_of(done):
        if again is not None and done.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            return await again(faults)
        return await shown(form.request, form.actor, desk, list_id, faults=faults, status=done.status_code)
    return RedirectResponse(f"/relief/pages/lists/{list_id}?done={becomes}", 303, HEADERS)


async def shown(
    request: Request,
    reader: Actor,
    desk: Desk,
    list_id: UUID,
    *,
    cursor: int = 0,
    names: bool = False,
    notice: str = "",
    faults: Mapping[str, str] | None = None,
    status: int | None = None,
) -> Response:
    """Return the page of a list; `notice` is the code of a text. Raises NotFound."""
    shell: Shell = request.app.state.shell
    acts = await acts_seen_by(reader, desk, list_id)
    await desk.settled()
    state = list_of(act for act, _ in acts)
    if isinstance(state, facts.Unsubmitted):
        raise AssertionError("a list that is seen was submitted")
    terms, steps = state.terms, [told(act, at, "ReliefList") for act, at in acts]
    found = await list_views.lines(desk.pool, list_id, cursor, LINES_SHOWN + 1)
    lines = await with_held(desk, found[:LINES_SHOWN])
    persons = [line["person_id"] for line in lines] + [one for step in steps for one in step.get("visitors", ())]
    opening = names or reader.roles != {Role.AUDITOR}  # an auditor sees names when asking for them, not by looking
    offered = offer(state, (await lines_of(desk, [state], reader))[list_id], reader)
    payable = await list_views.payable(desk.pool, list_id) if "payment-batches" in offered.steps else []
    return shell.screens.page(
        request,
        "list.html",
        status=status or (HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK),
        terms=terms,
        state=status_of(state),
        awaits=state.awaits if isinstance(state, facts.Verified) else None,
        endorsed=len(getattr(state, "endorsed_by", ())),
        version=len(acts),
        steps=steps,
        programme=await programme_views.programme(desk.pool, terms.programme_id),
        money=await money_of(desk, terms, acts),
        union=(await desk.people.names_of([terms.union_org_id])).get(terms.union_org_id),
        lines=lines,
        next=lines[-1]["line"] if len(found) > LINES_SHOWN else None,
        names=await desk.identities.names(request, reader, persons) if opening else None,
        offer=offered,
        explains=not reader.roles.isdisjoint(PREVIEWING),
        sees_batches=not reader.roles.isdisjoint(MONEY_READERS),
        payable={"lines": len(payable), "fen": sum(fen for *_, fen in payable), "hash": lines_hash(payable)},
        failed=await _failed(desk, list_id) if "cancellation" in offered.steps else [],
        cancellations=[reason.value for reason in CancellationReason],
        reasons=[reason.value for reason in RejectionReason],
        today=shell.clock.business_date().isoformat(),
        key=new_key(),
        notice=notice,
        faults=faults or {},
    )


def told_of(request: Request, error: ValidationError) -> dict[str, str]:
    """Return what a form's model finds: field -> reason, in the reader's language."""
    shell: Shell = request.app.state.shell
    language = language_of(request)
    faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_input=False)]
    return faults_of(of_validation(faults, shell.catalogue).response(shell.catalogue, language))


async def _failed(desk: Desk, list_id: UUID) -> list[tuple[int, UUID]]:
    """Return number and person of the lines that the bank returned."""
    lines = await list_views.lines(desk.pool, list_id, 0, LINES_MAX)
    return [(line["line"], line["person_id"]) for line in lines if line["status"] == "failed"]
