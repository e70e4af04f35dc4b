"""The screens of enterprises: who is registered, one with its history, and for district officers its correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import Ownership, UnitCorrectionReason
from unionaid.contracts.registry import EnterpriseDetailsCorrected
from unionaid.registry.bodies.units import EnterpriseCorrection
from unionaid.registry.domain.enterprise.facts import Registered, Unknown, enterprise_of, evolve
from unionaid.registry.domain.refusals import NotFound
from unionaid.registry.http.access import OFFICE
from unionaid.registry.http.units import correcting
from unionaid.registry.pages.choosing import CHOICES_MAX
from unionaid.registry.pages.typed import REFUSED, told, worded_choices
from unionaid.registry.views import units
from unionaid.registry.views.streams import history
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.contracts import Event
    from unionaid.eventlog import OwnViews
    from unionaid.registry.application.unit_changes import UnitChanges
    from unionaid.registry.http.exports import Lists
    from unionaid.service.app import Shell

ROWS = 50
REASONS: Sequence[str] = get_args(UnitCorrectionReason)
OWNERSHIPS: Sequence[str] = get_args(Ownership)
FIELDS = ("uscc", "name", "ownership", "union_org_id", "reason_code", "occurred_on")


def enterprise_pages(changes: UnitChanges, lists: Lists, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, reader: Actor, enterprise_id: UUID, *, typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None, done: bool = False,
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        await own_views.settled()
        async with pool.acquire() as conn:
            events = await history(conn, "enterprise", enterprise_id)
        known = enterprise_of(events)
        if isinstance(known, Unknown):
            raise NotFound
        rows = await units.union_orgs(pool, None, None, CHOICES_MAX, dissolved=True)
        today = shell.clock.business_date().isoformat()
        filled = {
            "uscc": known.uscc, "name": known.name, "ownership": known.ownership,
            "union_org_id": str(known.union_org_id or ""), "reason_code": "", "occurred_on": today,
        }  # fmt: skip
        return shell.screens.page(
            request, "enterprise.html", status=REFUSED if faults else 200, enterprise=known, version=len(events),
            names={row["org_id"]: row["name"] for row in rows}, corrections=corrections_of(events),
            unions=[(str(row["org_id"]), row["name"]) for row in rows if row["dissolved_on"] is None],
            ownership_choices=worded_choices(request, "choice-ownership", OWNERSHIPS)[1:],
            reason_choices=worded_choices(request, "value-unit-correction", REASONS), done=done,
            changes=Role.DISTRICT_OFFICER in reader.roles,
            typed=filled | dict(typed or {}), faults=dict(faults or {}), key=new_key(),
        )  # fmt: skip

    @pages.get("/pages/enterprises")
    async def list_all(request: Request, _: Annotated[Actor, require(*OFFICE)], cursor: UUID | None = None) -> Response:
        """The enterprises by name."""
        shell: Shell = request.app.state.shell
        await own_views.settled()
        found = await units.enterprises(pool, cursor, ROWS + 1)
        rows = found[:ROWS]
        names = await units.names_of(pool, {row["union_org_id"] for row in rows if row["union_org_id"]})
        following = rows[-1]["enterprise_id"] if len(found) > ROWS else None
        return shell.screens.page(request, "enterprises.html", rows=rows, names=names, next=following)

    @pages.get("/pages/enterprises/export")
    async def export(request: Request, _: Annotated[Actor, require(*OFFICE)]) -> Response:
        """Save the enterprises as a workbook."""
        shell: Shell = request.app.state.shell
        return await lists.enterprises(shell.catalogue, language_of(request))

    @pages.get("/pages/enterprises/{enterprise_id}")
    async def show(
        request: Request, enterprise_id: UUID, reader: Annotated[Actor, require(*OFFICE)], done: str = ""
    ) -> Response:
        """One enterprise: what it is, and what it was said to be before."""
        return await page_of(request, reader, enterprise_id, done=done == "corrected")

    @pages.post("/pages/enterprises/{enterprise_id}")
    async def correct(enterprise_id: UUID, form: Annotated[Form, forms(Role.DISTRICT_OFFICER)]) -> Response:
        """Correct it; the form tells all of it, so that an empty union is none."""
        typed = {name: form.text(name) for name in FIELDS}
        try:
            given: dict[str, Any] = {name: value for name, value in typed.items() if value}
            body = EnterpriseCorrection.model_validate({"union_org_id": None, **given})
        except ValidationError as error:
            faults = told(form.request, error)
            return await page_of(form.request, form.actor, enterprise_id, typed=typed, faults=faults)
        command = await form.command()
        if faults := faults_of(await command.run(correcting(changes, enterprise_id, body, command))):
            return await page_of(form.request, form.actor, enterprise_id, typed=typed, faults=faults)
        return RedirectResponse(f"/registry/pages/enterprises/{enterprise_id}?done=corrected", 303, HEADERS)

    return pages


def corrections_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return what was corrected when and why, the latest first: each detail as it was and as it is."""
    found = []
    state = enterprise_of(events[:1])
    for event in events[1:]:
        if isinstance(event, EnterpriseDetailsCorrected) and isinstance(state, Registered):
            details = [(name, getattr(state, name), getattr(event, name)) for name in event.corrected_details]
            told_ = {"on": event.occurred_on, "since": event.since, "reason": event.reason_code, "details": details}
            found.append(told_)
        state = evolve(state, event)
    return found[::-1]
