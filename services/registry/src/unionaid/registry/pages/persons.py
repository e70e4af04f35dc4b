"""The screen of one person, worker or not: how the person stands, until when the person is kept, what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.application.merged import seen_survivor, survivor_of
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.person.facts import Erased, Known, Left, Living, Unknown, Worker, known_of, union_of
from unionaid.registry.domain.refusals import NotFound, PersonIsErased, RetentionUnknown
from unionaid.registry.http.access import ENTERING, OVERSEEING, reach_of
from unionaid.registry.http.persons import NUMBER_INVALID
from unionaid.registry.pages.choosing import enterprises_of, unions_of
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.opening import FIELDS
from unionaid.registry.pages.person_acts import PERSON_ACTS, Told, offered
from unionaid.registry.pages.typed import OPTIONS, REFUSED, read, told
from unionaid.registry.views import households as household_views
from unionaid.registry.views import people as people_views
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

ACTING = (*ENTERING, Role.APPROVER)
REASONS = tuple(reason for reason in OPTIONS["correction_reason"] if reason != NUMBER_INVALID)
"""Why something is given otherwise; a number is taken away by a form of its own."""


def person_pages(commands: Commands, pool: Pool, own_views: OwnViews, figures: Figures) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, reader: Actor, person_id: UUID, *, act: str = "", typed: Mapping[str, str] | None = None,
        faults: dict[str, str] | None = None, done: str = "",
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        await own_views.settled()
        today = shell.clock.business_date()
        if not await reached(pool, [person_id], reach_of(reader)):
            raise NotFound
        async with pool.acquire() as conn:
            person, version = await people_views.person(conn, person_id)
            household_id = await household_views.household_of_person(conn, person_id)
            dossier_id = await household_views.open_dossier_of(conn, household_id) if household_id else None
            survivor = await survivor_of(conn, person_id)
            stands_for = await seen_survivor(conn, survivor, reach_of(reader)) if survivor else None
        if isinstance(person, Erased):
            raise PersonIsErased
        if isinstance(person, Unknown):
            raise NotFound
        try:
            kept = await commands.keeping.periods(person_id, reach_of(reader), today)
        except RetentionUnknown:
            kept = None
        acts = [(name, PERSON_ACTS[name]) for name in offered(person, reader, merged=survivor is not None)]
        blank = {"occurred_on": today.isoformat(), **_known(person)}
        worker = _worker(person)
        naming = await named(request, reader, commands.identities, "people", [person_id], fields=FIELDS)
        return shell.screens.page(
            request, "person.html", status=REFUSED if faults else 200, person=person, known=known_of(person),
            worker=worker, left=person if isinstance(person, Left) else None, version=version,
            names=await units.names_of(pool, [union] if (union := union_of(person)) else []),
            enterprise=await _enterprise(pool, person), union=union_of(person), household_id=household_id,
            dossier_id=dossier_id, kept=kept, acts=acts, merged=survivor is not None, survivor=stands_for,
            act=act, done=done, typed=typed or blank, blank=blank, faults=faults or {}, key=new_key(), naming=naming,
            who=naming.persons.get(person_id),
            options={
                **OPTIONS, "correction_reason": REASONS, "union": await unions_of(pool, reader),
                "enterprise": await enterprises_of(pool, reader, also=worker.enterprise_id if worker else None),
            },
            enters=not reader.roles.isdisjoint(ENTERING),
        )  # fmt: skip

    @pages.get("/pages/persons/{person_id}")
    async def show(
        request: Request, person_id: UUID, reader: Annotated[Actor, require(*ENTERING, *OVERSEEING)], done: str = ""
    ) -> Response:
        """What is known of somebody without identity, and what its reader may do now."""
        return await page_of(request, reader, person_id, done=done if done in PERSON_ACTS else "")

    @pages.post("/pages/persons/{person_id}/{act}")
    async def carry_out(person_id: UUID, act: str, form: Annotated[Form, forms(*ACTING)]) -> Response:
        """Do it; what is refused comes back with the reason beside its field."""
        doing = PERSON_ACTS.get(act)
        if doing is None:
            raise NotFound
        if form.actor.roles.isdisjoint(doing.roles):
            raise Problem(403, "role-missing")
        typed = {ask.name: form.text(ask.name) for ask in doing.asked}
        given: dict[str, Any] = read(typed, doing.asked)
        try:
            body = doing.body.model_validate(given)
        except ValidationError as error:
            faults = told(form.request, error)
            return await page_of(form.request, form.actor, person_id, act=act, typed=typed, faults=faults)
        command = await form.command()

        async def run(issued: Issued) -> Done:
            return await doing.run(Told(commands, figures, issued, person_id, form.actor, command.expect), body)

        answered = await command.run(run)
        if faults := faults_of(answered):
            return await page_of(form.request, form.actor, person_id, act=act, typed=typed, faults=faults)
        where = "retention" if act == "erasing" else f"persons/{person_id}"
        return RedirectResponse(f"/registry/pages/{where}?done={act}", 303, HEADERS)

    return pages


def _worker(person: Living) -> Worker | None:
    match person:
        case Worker():
            return person
        case Left():
            return person.worker
        case Known():
            return None


def _known(person: Living) -> dict[str, str]:
    worker = _worker(person)
    if worker is None:
        return {}
    place = {"union_org_id": str(worker.union_org_id), "migrant": "yes" if worker.migrant else ""}
    return {**place, "enterprise_id": str(worker.enterprise_id)} if worker.enterprise_id else place


async def _enterprise(pool: Pool, person: Living) -> str:
    worker = _worker(person)
    if worker is None or worker.enterprise_id is None:
        return ""
    async with pool.acquire() as conn:
        enterprise, _ = await units.enterprise(conn, worker.enterprise_id)
    return str(getattr(enterprise, "name", ""))
