"""The screens of hardship dossiers: a total in its breakdowns, and the events it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.reporting.domain.dossiers.question import STEPS, DossierQuestion
from unionaid.reporting.domain.kinds import CauseCode, HardshipLevel
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
from unionaid.reporting.views.dossiers import DossierDimension, DossierTotals
from unionaid.service.access import require
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

CHOICES: Mapping[str, tuple[str, ...]] = {
    "step": STEPS,
    "level": (*get_args(HardshipLevel), "unknown"),
    "cause": (*get_args(CauseCode), "unknown"),
}
"""What a total can be narrowed to, by field."""
BROKEN_DOWN = (
    DossierDimension.STEP, DossierDimension.LEVEL, DossierDimension.CAUSE, DossierDimension.UNION_LEVEL,
    DossierDimension.UNION,
)  # fmt: skip


def asked_of(given: Mapping[str, str], today: date) -> Asked[DossierQuestion]:
    """Read a question as the form sends it; without a last day, how dossiers stand today."""
    asked = Asked[DossierQuestion].of(given, ("from", "to", *CHOICES, "union", "as_of", "upto"))
    if "to" not in given:
        asked.typed["to"] = today.isoformat()
    since, until = (asked.read(name, read_date, "not-date") for name in ("from", "to"))
    if not asked.typed["to"]:
        asked.faults["to"] = "missing"
    step, level, cause = (asked.read(name, one_of(values), "invalid") for name, values in CHOICES.items())
    union = asked.read("union", UUID, "not-uuid")
    as_of, upto = asked.read("as_of", read_moment, "screen-not-moment"), asked.read("upto", read_index, "invalid")
    if not asked.faults:
        try:
            asked.question = DossierQuestion(until, since, step, level, cause, union, as_of, upto)
        except Refusal as refusal:
            asked.faults[(refusal.field or "").removeprefix("query.")] = refusal.code
    return asked


def dossier_pages(totals: DossierTotals) -> PageRouter:
    """Return the screens over `totals`."""
    pages = PageRouter(tags=["screens"])

    @pages.get("/pages/dossiers")
    async def dossiers(request: Request, _: Annotated[Actor, require(*READERS)]) -> Response:
        """How dossiers stood on a day, or the steps of a period, broken down, with the citation."""
        shell: Shell = request.app.state.shell
        asked = asked_of(request.query_params, shell.clock.business_date())
        total, broken, opened = None, {}, dict(asked.typed)
        if asked.question:
            total = await totals.total(asked.question)
            fixed = replace(asked.question, upto=index_of(total.citation, "registry"))  # all tables of one moment
            broken = {one.value: (await totals.by(fixed, one)).lines for one in BROKEN_DOWN}
            opened["upto"] = str(fixed.upto)
        return shown(request, "dossiers.html", asked, total=total, broken=broken, opened=opened, choices=CHOICES)

    @pages.get("/pages/dossiers/events")
    async def events(request: Request, _: Annotated[Actor, require(*READERS)]) -> Response:
        """The events that a total is made of."""
        shell: Shell = request.app.state.shell
        asked = asked_of(request.query_params, shell.clock.business_date())
        total = page = None
        if asked.question:
            total = await totals.total(asked.question)
            fixed = replace(asked.question, upto=index_of(total.citation, "registry"))
            page = await totals.events(fixed, request.query_params.get("cursor"), EVENTS_SHOWN)
            asked.typed["upto"] = str(fixed.upto)
        return shown(request, "dossier_events.html", asked, total=total, page=page)

    return pages
