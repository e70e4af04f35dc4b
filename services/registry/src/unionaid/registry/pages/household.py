"""The screen of one household: who belongs to it, its dossier, and what may be done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.application.matters import At
from unionaid.registry.domain.household.facts import Formed
from unionaid.registry.domain.refusals import NotFound, Refusal
from unionaid.registry.http.access import ENTERING, READING_DOSSIERS, jurisdiction_of, reach_of
from unionaid.registry.pages.household_acts import HOUSEHOLD_ACTS
from unionaid.registry.pages.households import person_named
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.typed import OPTIONS, REFUSED, NotYuan, read, told
from unionaid.registry.views import households as views
from unionaid.registry.views import units
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell

ADMISSIONS = "/pages/admissions"
"""Where letters of admission are sent: scans may be large."""


def household_page(commands: Commands, pool: Pool) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def page_of(
        request: Request, reader: Actor, household_id: UUID, *, act: str = "", typed: Mapping[str, str] | None = None,
        faults: dict[str, str] | None = None, done: str = "", member: str = "",
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        household = await commands.dossiers.household_of(household_id, reach_of(reader))
        async with pool.acquire() as conn:
            dossier_id = await views.open_dossier_of(conn, household_id)
            _, version = await views.household(conn, household_id)
        enters = not reader.roles.isdisjoint(ENTERING) and reader.person_id not in household.members
        naming = await named(request, reader, commands.identities, "dossiers", list(household.members))
        members = members_of(household, naming.names)
        blank = {"occurred_on": shell.clock.business_date().isoformat()}
        return shell.screens.page(
            request, "household.html", status=REFUSED if faults else 200, household=household, dossier_id=dossier_id,
            version=version, enters=enters, acts=list(HOUSEHOLD_ACTS.items()) if enters else [], act=act, done=done,
            typed=typed or blank | _standing(household, member), blank=blank, faults=faults or {}, key=new_key(),
            names=naming.names, naming=naming,
            union=(await units.names_of(pool, [household.union_org_id])).get(household.union_org_id, ""),
            options={**OPTIONS, "member": members, "holder": members if dossier_id else []},
        )  # fmt: skip

    @pages.get("/pages/households/{household_id}")
    async def show(
        request: Request, household_id: UUID, reader: Annotated[Actor, require(*READING_DOSSIERS)], *, done: str = "",
        act: str = "", member: str = "",
    ) -> Response:  # fmt: skip
        """Who belongs to a household, without identity, and what its reader may do now; `act` about a member first."""
        known = {*HOUSEHOLD_ACTS, "splitting"}
        return await page_of(
            request, reader, household_id, done=done if done in known else "",
            act=act if act in HOUSEHOLD_ACTS else "", member=member,
        )  # fmt: skip

    async def carried_out(form: Form, household_id: UUID, act: str, more: Mapping[str, Any]) -> Response:
        doing = HOUSEHOLD_ACTS.get(act)
        if doing is None:
            raise NotFound
        typed = {ask.name: form.text(ask.name) for ask in doing.asked if ask.kind != "file"}
        try:
            given = {**read(typed, doing.asked), **more}
            if "who" in given:
                given["person_id"] = await person_named(commands, form.actor, str(given.pop("who")))
            body = doing.body.model_validate(given)
        except (ValidationError, NotYuan) as error:
            faults = {_field(name): why for name, why in told(form.request, error).items()}
            return await page_of(form.request, form.actor, household_id, act=act, typed=typed, faults=faults)
        except (Refusal, LookupError) as error:
            faults = {"who": _worded(form.request, error)}
            return await page_of(form.request, form.actor, household_id, act=act, typed=typed, faults=faults)
        command = await form.command()
        at = At(household_id, jurisdiction_of(form.actor), getattr(body, "occurred_on"), command.expect)  # noqa: B009  every body has it
        answered = await command.run(lambda issued: doing.run(commands, issued, at, body))
        if faults := faults_of(answered):
            faults = {_field(name, joins=act == "joining"): why for name, why in faults.items()}
            return await page_of(form.request, form.actor, household_id, act=act, typed=typed, faults=faults)
        return RedirectResponse(f"/registry/pages/households/{household_id}?done={act}", 303, HEADERS)

    @pages.post(ADMISSIONS + "/{household_id}")
    async def admit(household_id: UUID, form: Annotated[Form, forms(*ENTERING, files=1)]) -> Response:
        """Record a letter of admission: of the scan its hash and length, which is all that is kept."""
        letter = form.files.get("letter")
        content = await letter.read() if letter else b""
        if not content:
            typed = {ask.name: form.text(ask.name) for ask in HOUSEHOLD_ACTS["admission"].asked if ask.kind != "file"}
            faults = {"letter": text_of(form.request, "import-no-file")}
            return await page_of(form.request, form.actor, household_id, act="admission", typed=typed, faults=faults)
        scan = {
            "admission_letter_sha256": hashlib.sha256(content).hexdigest(), "admission_letter_bytes": len(content),
        }  # fmt: skip
        return await carried_out(form, household_id, "admission", scan)

    @pages.post("/pages/households/{household_id}/{act}")
    async def carry_out(household_id: UUID, act: str, form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Do it; what is refused comes back with the reason beside its field."""
        if act == "admission":
            raise NotFound
        return await carried_out(form, household_id, act, {})

    return pages


def members_of(household: Formed, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return members to choose from: id, name or the begin of the id, relation."""
    return [(str(id), names.get(str(id), str(id)[:8]), one.relation) for id, one in household.members.items()]


def _standing(household: Formed, member: str) -> dict[str, str]:
    """Return how a member stands, as a form begins with it; nothing of who is none. Incomes lie in the vault."""
    one = next((one for one in household.members.values() if str(one.person_id) == member), None)
    if one is None:
        return {}
    stands = {"relation": one.relation, "health_code": one.health_code, "school_stage": one.school_stage or ""}
    return {"person_id": member, **stands}


def _field(name: str, *, joins: bool = False) -> str:
    if joins and name in ("person_id", "members"):
        return "who"
    if name.startswith("admission_letter"):
        return "letter"
    return f"{name.removesuffix('_fen')}_yuan" if name.endswith("_fen") else name


def text_of(request: Request, code: str, params: Mapping[str, object] | None = None) -> str:
    """Return a text in the reader's language."""
    shell: Shell = request.app.state.shell
    return shell.catalogue.text(language_of(request), code, params or {})


def _worded(request: Request, error: Refusal | LookupError) -> str:
    return (
        text_of(request, error.code, error.params) if isinstance(error, Refusal) else text_of(request, "nobody-found")
    )
