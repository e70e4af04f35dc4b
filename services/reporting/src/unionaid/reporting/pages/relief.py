"""The screens of relief: a total, its programmes, and the events it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.reporting.domain.kinds import ProgrammeKind
from unionaid.reporting.domain.relief.question import ReliefQuestion
from unionaid.reporting.http import READERS
from unionaid.reporting.pages.asking import (
    EVENTS_SHOWN,
    Asked,
    index_of,
    one_of,
    read_date,
    read_index,
    read_moment,
    shown,
)
from unionaid.reporting.views.relief import Dimension, Totals
from unionaid.service.access import require
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

KINDS: tuple[str, ...] = get_args(ProgrammeKind)


def asked_of(given: Mapping[str, str], today: date) -> Asked[ReliefQuestion]:
    """Read a question as the form sends it; without a period, this year until today."""
    asked = Asked[ReliefQuestion].of(given, ("from", "to", "kind", "programme", "union", "as_of", "upto"))
    if "from" not in given and "to" not in given:
        asked.typed |= {"from": f"{today.year}-01-01", "to": today.isoformat()}
    since, until = (asked.read(name, read_date, "not-date") for name in ("from", "to"))
    for name in ("from", "to"):
        if not asked.typed[name]:
            asked.faults[name] = "missing"
    kind = asked.read("kind", one_of(KINDS), "invalid")
    programme, union = (asked.read(name, UUID, "not-uuid") for name in ("programme", "union"))
    as_of, upto = asked.read("as_of", read_moment, "screen-not-moment"), asked.read("upto", read_index, "invalid")
    if not asked.faults:
        try:
            asked.question = ReliefQuestion(since, until, kind, programme, union, as_of, upto)
        except Refusal as refusal:
            asked.faults[(refusal.field or "").removeprefix("query.")] = refusal.code
    return asked


def relief_pages(totals: Totals) -> PageRouter:
    """Return the screens over `totals`."""
    pages = PageRouter(tags=["screens"])

    @pages.get("/pages/relief")
    async def relief(request: Request, _: Annotated[Actor, require(*READERS)]) -> Response:
        """The total by programme of a period, with its citation."""
        shell: Shell = request.app.state.shell
        asked = asked_of(request.query_params, shell.clock.business_date())
        found = await totals.by(asked.question, Dimension.PROGRAMME) if asked.question else None
        opened = dict(asked.typed)
        if found is not None:  # the events are those of this very answer, whatever is recorded meanwhile
            opened["upto"] = str(index_of(found.total.citation, "relief"))
        return shown(request, "relief.html", asked, found=found, opened=opened, kinds=KINDS)

    @pages.get("/pages/relief/events")
    async def events(request: Request, _: Annotated[Actor, require(*READERS)]) -> Response:
        """The events that a total is made of."""
        shell: Shell = request.app.state.shell
        asked = asked_of(request.query_params, shell.clock.business_date())
        total = page = None
        if asked.question:
            total = await totals.total(asked.question)
            fixed = replace(asked.question, upto=index_of(total.citation, "relief"))
            page = await totals.events(fixed, request.query_params.get("cursor"), EVENTS_SHOWN)
            asked.typed["upto"] = str(fixed.upto)
        return shown(request, "relief_events.html", asked, total=total, page=page, kinds=KINDS)

    return pages
