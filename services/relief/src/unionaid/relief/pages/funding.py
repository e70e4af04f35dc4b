"""The screen on which it is stated from which budgets a programme's lists are paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts import stream_name
from unionaid.relief.bodies.funding import FundingBody
from unionaid.relief.domain.funding.facts import Stated, funding_of
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READERS
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.funding import stating
from unionaid.relief.pages.relief_list import told_of
from unionaid.relief.views import funding as funding_views
from unionaid.relief.views import programmes as programme_views
from unionaid.relief.views.acts import acts_in
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell

funding = PageRouter(tags=["screens"])


@funding.get("/pages/programmes/{programme_id}/funding")
async def show(
    request: Request, programme_id: UUID, reader: Annotated[Actor, require(*MONEY_READERS)], desk: AtDesk
) -> Response:
    """What is stated, and the form of the accountant."""
    return await _shown(request, reader, desk, programme_id, done=request.query_params.get("done") == "yes")


@funding.post("/pages/programmes/{programme_id}/funding")
async def state(programme_id: UUID, form: Annotated[Form, forms(Role.ACCOUNTANT)], desk: AtDesk) -> Response:
    """State the funding anew: a number beside each budget that pays."""
    budgets = await funding_views.budgets(desk.pool, programme_id)
    fields = ["occurred_on", "mode", *(_number(row["budget_id"]) for row in budgets)]
    typed = {name: form.text(name) for name in fields}
    sources, faults = _sources(form, budgets, typed)
    given = {
        "occurred_on": typed["occurred_on"],
        "mode": typed["mode"],
        "sources": [
            {"budget_id": id, "weight": number} if typed["mode"] == "split" else {"budget_id": id}
            for id, number in sources
        ],
    }
    try:
        body = FundingBody.model_validate(given)
    except ValidationError as error:
        faults = _placed(told_of(form.request, error), [id for id, _ in sources]) | faults
    if faults:
        return await _shown(form.request, form.actor, desk, programme_id, typed=typed, faults=faults)
    command = await form.command()
    done = await command.run(
        lambda issued: desk.commands.fundings.state(issued, programme_id, stating(body, issued), command.expect)
    )
    if refused := faults_of(done):
        placed = _placed(refused, [id for id, _ in sources])
        return await _shown(form.request, form.actor, desk, programme_id, typed=typed, faults=placed)
    return RedirectResponse(f"/relief/pages/programmes/{programme_id}/funding?done=yes", 303, HEADERS)


def _number(budget_id: UUID) -> str:
    """Return the name of the field beside a budget."""
    return f"number_{budget_id}"


def _sources(
    form: Form, budgets: Sequence[Mapping[str, Any]], typed: Mapping[str, str]
) -> tuple[list[tuple[str, int]], dict[str, str]]:
    """Return the budgets with a number, as they pay, and what is wrong with the numbers."""
    shell: Shell = form.request.app.state.shell
    sources: list[tuple[str, int]] = []
    faults: dict[str, str] = {}
    for row in budgets:
        name = _number(row["budget_id"])
        text = typed[name]
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and len(text) <= len("1000000") and int(text)):
            faults[name] = str(shell.catalogue.text(language_of(form.request), "screen-not-a-place", {}))
            continue
        sources.append((str(row["budget_id"]), int(text)))
    if typed["mode"] == "order":
        numbers = [number for _, number in sources]
        for id, number in sources:
            if numbers.count(number) > 1:
                faults[f"number_{id}"] = str(shell.catalogue.text(language_of(form.request), "screen-place-twice", {}))
        sources.sort(key=lambda source: source[1])
    return sources, faults


def _placed(faults: Mapping[str, str], budgets: Sequence[str]) -> dict[str, str]:
    """Put what is said of a source beside its budget."""
    placed: dict[str, str] = {}
    for where, reason in faults.items():
        name, _, rest = where.partition(".")
        place = rest.partition(".")[0]
        known = name == "sources" and place.isdecimal() and int(place) < len(budgets)
        placed[f"number_{budgets[int(place)]}" if known else where] = reason
    return placed


async def _shown(
    request: Request,
    reader: Actor,
    desk: Desk,
    programme_id: UUID,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    done: bool = False,
) -> Response:
    shell: Shell = request.app.state.shell
    await desk.settled()
    programme = await programme_views.programme(desk.pool, programme_id)
    if programme is None:
        raise NotFound
    stated = funding_of(act.event for act, _ in await acts_in(desk.pool, stream_name("funding", programme_id)))
    sources = await funding_views.sources(desk.pool, programme_id)
    numbers = {_number(row["budget_id"]): row["weight"] or place for place, row in enumerate(sources, start=1)}
    return shell.screens.page(
        request,
        "funding.html",
        status=422 if faults else 200,
        programme=programme,
        sources=sources,
        budgets=await funding_views.budgets(desk.pool, programme_id),
        version=stated.version if isinstance(stated, Stated) else 0,
        enters=Role.ACCOUNTANT in reader.roles,
        typed=typed or {"mode": sources[0]["mode"] if sources else "order", **numbers},
        faults=faults or {},
        done=done,
        today=shell.clock.business_date().isoformat(),
        key=new_key(),
    )
