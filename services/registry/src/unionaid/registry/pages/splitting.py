"""The screen on which a household splits: who goes, each as told for the new one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.application.matters import At
from unionaid.registry.bodies.households import Split
from unionaid.registry.http.access import ENTERING, jurisdiction_of
from unionaid.registry.http.households import splitting_of
from unionaid.registry.pages.household import members_of, text_of
from unionaid.registry.pages.household_acts import ON, STANDS
from unionaid.registry.pages.households import placed
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.typed import OPTIONS, REFUSED, Ask, NotYuan, read, told
from unionaid.registry.views import households as views
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

SPLIT = (
    Ask("reason_code", "choice", required=True, options="split_reason"),
    Ask("new_holder_id", "holder"),
    ON,
)


def splitting_pages(commands: Commands, pool: Pool) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def ask_split(
        request: Request, actor: Actor, household_id: UUID, typed: Mapping[str, str], faults: dict[str, str]
    ) -> Response:
        shell: Shell = request.app.state.shell
        household = await commands.dossiers.household_of(household_id, jurisdiction_of(actor))
        async with pool.acquire() as conn:
            dossier_id = await views.open_dossier_of(conn, household_id)
            _, version = await views.household(conn, household_id)
        naming = await named(request, actor, commands.identities, "dossiers", list(household.members))
        return shell.screens.page(
            request, "split.html", status=REFUSED if faults else 200, household=household, stands=STANDS, asked=SPLIT,
            options={**OPTIONS, "holder": members_of(household, naming.names) if dossier_id else []},
            typed=typed, faults=faults, version=version, key=new_key(), naming=naming,
        )  # fmt: skip

    @pages.get("/pages/households/{household_id}/split")
    async def blank_split(
        request: Request, household_id: UUID, actor: Annotated[Actor, require(*ENTERING)]
    ) -> Response:
        """The members as they stand, to say who goes."""
        household = await commands.dossiers.household_of(household_id, jurisdiction_of(actor))
        typed = {"occurred_on": request.app.state.shell.clock.business_date().isoformat()}
        for n, one in enumerate(household.members.values()):
            typed |= {f"health_code-{n}": one.health_code, f"school_stage-{n}": one.school_stage or ""}
        return await ask_split(request, actor, household_id, typed, {})

    @pages.post("/pages/households/{household_id}/split")
    async def split(household_id: UUID, form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Make two households of one; those who are ticked go, each as told for the new one."""
        household = await commands.dossiers.household_of(household_id, jurisdiction_of(form.actor))
        names = [f"{name}-{n}" for n in range(len(household.members)) for name in ("goes", *(a.name for a in STANDS))]
        typed = {name: form.text(name) for name in (*names, *(ask.name for ask in SPLIT))}
        going, rows, faults = [], [], dict[str, str]()
        for n, person_id in enumerate(household.members):
            if not typed[f"goes-{n}"]:
                continue
            try:
                line = read({ask.name: typed[f"{ask.name}-{n}"] for ask in STANDS}, STANDS)
            except NotYuan as error:
                faults[f"{error}-{n}"] = text_of(form.request, "field-not-yuan")
                continue
            going.append({"person_id": person_id, **line})
            rows.append(n)
        if faults:
            return await ask_split(form.request, form.actor, household_id, typed, faults)
        try:
            body = Split.model_validate({**read(typed, SPLIT), "members": going})
        except ValidationError as error:
            faults = placed(told(form.request, error), rows, person="goes")
            return await ask_split(form.request, form.actor, household_id, typed, faults)
        command = await form.command()
        at = At(household_id, jurisdiction_of(form.actor), body.occurred_on, command.expect)
        splitting = splitting_of(uuid4(), body)
        answered = await command.run(lambda issued: commands.households.split(issued, at, splitting))
        if faults := faults_of(answered):
            faults = placed(faults, rows, person="goes")
            return await ask_split(form.request, form.actor, household_id, typed, faults)
        made = json.loads(bytes(answered.body)).get("new_household_id") or household_id
        return RedirectResponse(f"/registry/pages/households/{made}?done=splitting", 303, HEADERS)

    return pages
