"""The desk of hardship dossiers: what waits, what is due, those that stand somewhere; and opening one."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.bodies.dossiers import NewDossier
from unionaid.registry.http.access import ENTERING, READING_DOSSIERS, jurisdiction_of, reach_of
from unionaid.registry.http.dossiers import (
    dossier_command,
    due_days,
    unit_of,
)
from unionaid.registry.pages.choosing import chosen_in, unions_of
from unionaid.registry.pages.dossier_acts import CLEAR_FIELDS, ON, WORD_FIELDS
from unionaid.registry.pages.household import members_of
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.typed import OPTIONS, REFUSED, Ask, read, told, worded
from unionaid.registry.views import dossiers as views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.service.app import Shell

ROWS_MAX = 100
"""Dossiers of one page."""
DUE = ("due", "overdue", "not-looked-at")
STATUSES = ("draft", "returned", "verified", "posted", "approved", "closed")
WAITING: Mapping[Role, tuple[str, ...]] = {
    Role.GRASSROOTS_OFFICER: ("draft", "returned"),
    Role.SUB_DISTRICT_OFFICER: ("draft", "verified"),
    Role.DISTRICT_OFFICER: ("verified", "posted"),
    Role.APPROVER: ("posted",),
}
"""What waits for whom by where it stands: shown first, with the reviews that wait (`waiting_for`)."""
FIRST_FOR: Mapping[str, str] = {**dict.fromkeys((*DUE, "approved"), "review"), "closed": "contact"}
"""The purpose that is offered first on a tab; on all others the first of the list."""
NEW = (Ask("holder_id", "holder", required=True), *CLEAR_FIELDS, *WORD_FIELDS, ON)


def waiting_for(roles: Collection[Role], today: date, due_before_days: int) -> views.Waiting:
    """Return what waits for somebody with these roles.

    Who enters for a union holds its reviews, from when they come near; the district looks after those that are late;
    a level that a review found anew waits for the approver.
    """
    until: date | None = None
    if Role.DISTRICT_OFFICER in roles:
        until = today - timedelta(days=1)
    if not {Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER}.isdisjoint(roles):
        until = today + timedelta(days=due_before_days)
    statuses = sorted({status for role in roles for status in WAITING.get(role, ())})
    return views.Waiting(tuple(statuses), until, Role.APPROVER in roles)


def desk_pages(commands: Commands, pool: Pool, own_views: OwnViews) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])
    kept = commands.dossiers

    @pages.get("/pages/dossiers")
    async def desk(
        request: Request,
        reader: Annotated[Actor, require(*READING_DOSSIERS)],
        show: str = "waiting",
        union: str = "",
        cursor: UUID | None = None,
    ) -> Response:
        """What waits for the reader, what is due, or those that stand somewhere."""
        shell: Shell = request.app.state.shell
        today = shell.clock.business_date()
        days, unit = due_days(kept.policies, today), unit_of(reach_of(reader))
        await own_views.settled()
        waiting = waiting_for(reader.roles, today, days)
        chosen = show if show in (*DUE, *STATUSES) else "waiting"
        of = chosen_in(union)
        due: views.Due | None = chosen if chosen in DUE else None  # type: ignore[assignment]  # one of them
        rows = await views.dossiers(
            pool, unit, of=of, statuses=[chosen] if chosen in STATUSES else None,
            waiting=waiting if chosen == "waiting" else None, due=due, today=today, due_before_days=days, after=cursor,
            limit=ROWS_MAX + 1,
        )  # fmt: skip
        counts = await views.counts(pool, unit, today=today, due_before_days=days)
        names = await views.union_names(pool, {row["union_org_id"] for row in rows})
        holders = [row["holder_id"] for row in rows[:ROWS_MAX]]
        first = FIRST_FOR.get(chosen, "")
        naming = await named(request, reader, commands.identities, "dossiers", holders, first=first)
        return shell.screens.page(
            request, "dossiers.html", rows=rows[:ROWS_MAX], counts=counts, chosen=chosen, unions=names,
            tabs=("waiting", *DUE, *STATUSES), waiting=await views.count_waiting(pool, unit, waiting), today=today,
            due_until=today + timedelta(days=days), naming=naming,
            enters=not reader.roles.isdisjoint(ENTERING), key=new_key(), union=str(of or ""),
            choices=await unions_of(pool, reader, reach_of(reader)),
            next=rows[ROWS_MAX - 1]["dossier_id"] if len(rows) > ROWS_MAX else None,
        )  # fmt: skip

    async def ask_new(
        request: Request, actor: Actor, household_id: UUID, typed: Mapping[str, str], faults: dict[str, str]
    ) -> Response:
        shell: Shell = request.app.state.shell
        household = await kept.household_of(household_id, jurisdiction_of(actor))
        naming = await named(request, actor, commands.identities, "dossiers", list(household.members))
        holders = members_of(household, naming.names)
        return shell.screens.page(
            request, "new_dossier.html", status=REFUSED if faults else 200, household_id=household_id, asked=NEW,
            options={**OPTIONS, "holder": holders}, typed=typed, faults=faults, key=new_key(), naming=naming,
        )  # fmt: skip

    @pages.get("/pages/dossiers/new")
    async def blank(request: Request, household_id: UUID, actor: Annotated[Actor, require(*ENTERING)]) -> Response:
        """An empty form for a household, dated today."""
        today = request.app.state.shell.clock.business_date().isoformat()
        return await ask_new(request, actor, household_id, {"occurred_on": today}, {})

    @pages.post("/pages/dossiers/new")
    async def open_dossier(household_id: UUID, form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Begin the file with what is known of the five clears."""
        typed = {ask.name: form.text(ask.name) for ask in NEW}
        try:
            body = NewDossier.model_validate({"household_id": household_id, **worded(read(typed, NEW))})
        except ValidationError as error:
            return await ask_new(form.request, form.actor, household_id, typed, told(form.request, error))
        command = await form.command()
        done = await command.run(dossier_command(kept, body, command))
        if faults := faults_of(done):
            return await ask_new(form.request, form.actor, household_id, typed, faults)
        made = json.loads(bytes(done.body)).get("dossier_id", "")
        return RedirectResponse(f"/registry/pages/dossiers/{made}".rstrip("/"), 303, HEADERS)

    return pages
