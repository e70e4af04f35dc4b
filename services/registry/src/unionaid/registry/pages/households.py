"""The screens of families: register somebody who is no worker, form a household."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.registry.application.commands import Commands
from unionaid.registry.bodies.households import NewHousehold, NewPerson
from unionaid.registry.domain.person.resident_id import read_resident_id
from unionaid.registry.domain.refusals import Refusal
from unionaid.registry.http.access import ENTERING, jurisdiction_of
from unionaid.registry.http.households import household_command, person_command
from unionaid.registry.pages.choosing import Choice, only, unions_of
from unionaid.registry.pages.naming import named
from unionaid.registry.pages.typed import OPTIONS, REFUSED, Ask, NotYuan, read, told
from unionaid.registry.views.units import Pool
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.eventlog import OwnViews
    from unionaid.registry.figures import Figures
    from unionaid.service.app import Shell

ROWS_FIRST, ROWS = 2, 12
"""Members that the form asks for at first, and at most; more join afterwards."""
PERSON = (
    Ask("union_org_id", "union", required=True),
    Ask("name", "text", required=True),
    Ask("resident_id", "text"),
    Ask("birth_date", "date"),
    Ask("sex", "choice", options="sex"),
    Ask("phone", "text"),
    Ask("occurred_on", "date", required=True),
)
MEMBER = (
    Ask("relation", "choice", options="relation"),
    Ask("health_code", "choice", options="health_code"),
    Ask("school_stage", "choice", options="school_stage"),
    Ask("monthly_income_yuan", "yuan"),
    Ask("health_note", "text"),
)


def household_pages(commands: Commands, pool: Pool, own_views: OwnViews, figures: Figures) -> PageRouter:
    """Return the screens."""
    pages = PageRouter(tags=["screens"])

    async def ask_person(request: Request, actor: Actor, typed: Mapping[str, str], faults: dict[str, str]) -> Response:
        shell: Shell = request.app.state.shell
        await own_views.settled()
        unions = await unions_of(pool, actor)
        return shell.screens.page(
            request, "new_person.html", status=REFUSED if faults else 200, asked=PERSON, options=OPTIONS,
            unions=unions, typed=_beforehand(unions, typed), faults=faults, key=new_key(),
        )  # fmt: skip

    @pages.get("/pages/persons/new")
    async def blank_person(
        request: Request, actor: Annotated[Actor, require(*ENTERING)], who: str = "", union: str = ""
    ) -> Response:
        """An empty form, dated today; `who` are those of the household found so far."""
        today = request.app.state.shell.clock.business_date().isoformat()
        return await ask_person(request, actor, {"occurred_on": today, "who": who, "union_org_id": union}, {})

    @pages.post("/pages/persons/new")
    async def register(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Enter somebody, and go on to the household."""
        typed = {name: form.text(name) for name in (*(ask.name for ask in PERSON), "who")}
        try:
            body = NewPerson.model_validate(read(typed, PERSON))
        except ValidationError as error:
            return await ask_person(form.request, form.actor, typed, told(form.request, error))
        done = await (await form.command()).run(person_command(commands.households, figures, body, form.actor))
        if faults := faults_of(done):
            return await ask_person(form.request, form.actor, typed, faults)
        made = json.loads(bytes(done.body)).get("person_id", "")
        who = ",".join(one for one in (typed["who"], made) if one)
        query = f"who={who}&union={body.union_org_id}&done=registered"
        return RedirectResponse(f"/registry/pages/households/new?{query}", 303, HEADERS)

    async def ask_household(
        request: Request, actor: Actor, typed: Mapping[str, str], faults: dict[str, str], *, more: int = 0,
        registered: bool = False,
    ) -> Response:  # fmt: skip
        shell: Shell = request.app.state.shell
        await own_views.settled()
        unions = await unions_of(pool, actor)
        rows = min(_rows(typed) + more, ROWS)
        found_ids = [one for one in map(_id_of, (typed.get(f"who-{n}", "") for n in range(ROWS))) if one]
        naming = await named(request, actor, commands.identities, "dossiers", found_ids)
        found = ",".join(map(str, found_ids))  # ids alone: no ID number stands in an address
        return shell.screens.page(
            request, "new_household.html", status=REFUSED if faults else 200, rows=range(rows), asked=MEMBER,
            options=OPTIONS, unions=unions, typed=_beforehand(unions, typed), faults=faults, found=found,
            key=new_key(), takes_more=rows < ROWS, naming=naming, registered=registered,
        )  # fmt: skip

    @pages.get("/pages/households/new")
    async def blank_household(
        request: Request, actor: Annotated[Actor, require(*ENTERING)], who: str = "", union: str = "", done: str = ""
    ) -> Response:
        """An empty form, dated today, with those found so far."""
        today = request.app.state.shell.clock.business_date().isoformat()
        known = {f"who-{n}": one for n, one in enumerate(who.split(",")[:ROWS]) if one}
        typed = {"occurred_on": today, "union_org_id": union, **known}
        return await ask_household(request, actor, typed, {}, registered=done == "registered" and bool(known))

    @pages.post("/pages/households/new")
    async def form_household(form: Annotated[Form, forms(*ENTERING)]) -> Response:
        """Form the household, each line a person by ID number or id; or ask for one more, and keep what was typed."""
        names = [f"{name}-{n}" for n in range(ROWS) for name in ("who", *(ask.name for ask in MEMBER))]
        typed = {name: form.text(name) for name in ("union_org_id", "occurred_on", "rows", *names)}
        if form.text("more"):
            return await ask_household(form.request, form.actor, typed, {}, more=1)
        members, rows, faults = await _members(commands, form, typed)
        if faults:
            return await ask_household(form.request, form.actor, typed, faults)
        try:
            given = {name: typed[name] for name in ("union_org_id", "occurred_on") if typed[name]}
            body = NewHousehold.model_validate({**given, "members": members})
        except ValidationError as error:
            return await ask_household(form.request, form.actor, typed, placed(told(form.request, error), rows))
        done = await (await form.command()).run(household_command(commands.households, body, form.actor))
        if faults := faults_of(done):
            return await ask_household(form.request, form.actor, typed, placed(faults, rows))
        made = json.loads(bytes(done.body)).get("household_id")
        where = f"/registry/pages/households/{made}" if made else "/registry/pages/dossiers"
        return RedirectResponse(where, 303, HEADERS)

    return pages


def _rows(typed: Mapping[str, str]) -> int:
    """Return how many lines the form shows: as many as before, and each that holds something."""
    shown = int(typed["rows"]) if typed.get("rows", "") in map(str, range(ROWS + 1)) else ROWS_FIRST
    filled = [
        n + 1 for n in range(ROWS) if any(typed.get(f"{name}-{n}") for name in ("who", *(a.name for a in MEMBER)))
    ]
    return max(shown, ROWS_FIRST, *filled)


def _id_of(who: str) -> UUID | None:
    """Return the person's id that a line holds; None where it holds something else."""
    try:
        return UUID(who)
    except ValueError:
        return None


def _beforehand(unions: Sequence[Choice], typed: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was typed; where no union is chosen, the one there is to choose."""
    return typed if typed.get("union_org_id") else {**typed, **only(unions)}


async def _members(
    commands: Commands, form: Form, typed: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[int], dict[str, str]]:
    """Read the lines that are filled in: the members, which line each stands in, and what is wrong, by field."""
    shell: Shell = form.request.app.state.shell
    language = language_of(form.request)
    members: list[dict[str, Any]] = []
    rows: list[int] = []
    faults: dict[str, str] = {}
    for n in range(ROWS):
        line = {ask.name: typed[f"{ask.name}-{n}"] for ask in MEMBER}
        who = typed[f"who-{n}"]
        if not who and not any(line.values()):
            continue
        try:
            person_id = await person_named(commands, form.actor, who)
            members.append({"person_id": person_id, **read(line, MEMBER)})
            rows.append(n)
        except NotYuan as error:
            faults[f"{error}-{n}"] = shell.catalogue.text(language, "field-not-yuan")
        except Refusal as refusal:
            faults[f"who-{n}"] = shell.catalogue.text(language, refusal.code, refusal.params)
        except LookupError:
            faults[f"who-{n}"] = shell.catalogue.text(language, "nobody-found")
    return members, rows, faults


async def person_named(commands: Commands, actor: Actor, who: str) -> UUID:
    """Return whom a person's id or ID number names. Raises LookupError, and the refusals of the ID."""
    try:
        return UUID(who)
    except ValueError:
        number = read_resident_id(who, date.max).number
    return (await commands.identities.match([number], jurisdiction_of(actor)))[number]


def placed(faults: Mapping[str, str], rows: list[int], *, person: str = "who") -> dict[str, str]:
    """Put each reason beside the field of the line it is about; `person` is what the line's person is called."""
    found: dict[str, str] = {}
    for where, reason in faults.items():
        name, _, rest = where.partition(".")
        number, _, field = rest.partition(".")
        if name == "members" and number.isdecimal() and int(number) < len(rows):
            found[f"{person if field == 'person_id' else _named(field)}-{rows[int(number)]}"] = reason
        else:
            found["" if name == "members" else where] = reason
    return found


def _named(field: str) -> str:
    return f"{field.removesuffix('_fen')}_yuan" if field.endswith("_fen") else field
