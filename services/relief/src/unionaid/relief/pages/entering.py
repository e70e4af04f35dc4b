"""The screen on which a list is entered: typed or pasted, checked as often as wanted, submitted once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from pydantic import BeforeValidator, Field, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import LINES_MAX, OPENED_PERSONS_MAX
from unionaid.contracts.relief import lines_hash
from unionaid.relief.bodies.typed import BusinessDate, LineFen
from unionaid.relief.domain.relief_list.submitting import Declared, Line, Submit
from unionaid.relief.http.access import MONEY_READERS, jurisdiction_of
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.identities import Names
from unionaid.relief.pages.relief_list import told_of
from unionaid.relief.pages.typed import TooManyLines, TypedLine, read_lines, sum_fen
from unionaid.relief.views import funding as funding_views
from unionaid.relief.views import funds as fund_views
from unionaid.service.access import require
from unionaid.service.calling import NeighbourAway
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.limits import AFTER_WAIT_MS_MAX
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Body
from unionaid.service.screens import HEADERS, PageRouter, fen_of, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

ENTERING = (Role.DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)
FIELDS = ("budget_id", "union_org_id", "occurred_on", "declared_lines", "declared_yuan", "lines")
BY_FUNDING = "funding-"
"""Before a programme's id, where a budget's could stand: what the programme's funding says."""
PAUSE_S = 0.05
"""Seconds between two looks whether somebody registered just now is known here."""

entering = PageRouter(tags=["screens"])


def _none_if_by_funding(value: object) -> object:
    return None if isinstance(value, str) and value.startswith(BY_FUNDING) else value


class _Typed(Body):
    """What is typed around the lines."""

    budget_id: Annotated[UUID | None, BeforeValidator(_none_if_by_funding)]
    union_org_id: UUID
    occurred_on: BusinessDate
    declared_lines: Annotated[int, Field(ge=1, le=LINES_MAX)]
    declared_fen: LineFen


@dataclass
class Entry:
    """A list as somebody types it; `faults` by field, in the reader's language, "" for the whole."""

    typed: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    lines: Sequence[TypedLine] = ()
    names: Names = field(default_factory=Names)
    checked: bool = False
    """Everything agrees: nothing hinders it from being submitted."""

    @property
    def refused(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.faults) or any(line.faults for line in self.lines)


@entering.get("/pages/lists/new")
async def blank(request: Request, actor: Annotated[Actor, require(*ENTERING)], desk: AtDesk) -> Response:
    """An empty form, dated today."""
    today = request.app.state.shell.clock.business_date().isoformat()
    return await _asked(request, actor, desk, Entry({"occurred_on": today}))


@entering.post("/pages/lists/new")
async def enter(form: Annotated[Form, forms(*ENTERING)], desk: AtDesk) -> Response:
    """Check the list, and submit it unless a check was all that was asked for."""
    entry = Entry({name: form.text(name) for name in FIELDS})
    read = await _read(form, desk, entry)
    submitting = form.text("do") == "submit"
    if read is not None and not entry.refused:
        body, programme_id = read
        jurisdiction = jurisdiction_of(form.actor, Role.DISTRICT_OFFICER)
        if submitting:
            return await _submitted(form, desk, entry, body, programme_id)
        today = form.request.app.state.shell.clock.business_date()
        try:
            await desk.commands.lists.look_at(
                programme_id, body.budget_id, _command(entry, body, form.actor.id, today), jurisdiction
            )
            entry.checked = True
        except Refusal as refusal:
            _note(form.request, entry, refusal)
    entry.names = await _names(form, desk, entry)
    return await _asked(form.request, form.actor, desk, entry)


async def _submitted(form: Form, desk: Desk, entry: Entry, body: _Typed, programme_id: UUID) -> Response:
    jurisdiction = jurisdiction_of(form.actor, Role.DISTRICT_OFFICER)

    async def act(issued: Issued) -> Done:
        submit = _command(entry, body, issued.actor, issued.business_date)
        return await desk.commands.lists.submit(issued, programme_id, body.budget_id, submit, jurisdiction)

    done = await (await form.command()).run(act)
    if faults := faults_of(done):
        _place(entry, faults)
        entry.names = await _names(form, desk, entry)
        return await _asked(form.request, form.actor, desk, entry)
    where = done.headers.get("location", "/lists/new")  # answered before a restore: submitted, but where is not kept
    return RedirectResponse(f"/relief/pages{where}?done=submitted", 303, HEADERS)


async def _read(form: Form, desk: Desk, entry: Entry) -> tuple[_Typed, UUID] | None:
    """Read what was typed and whose the numbers are; None where that did not go well, and says so in the entry."""
    request, shell = form.request, form.request.app.state.shell
    language = language_of(request)

    def fault(code: str, **params: object) -> str:
        return str(shell.catalogue.text(language, code, params))

    given: dict[str, Any] = {name: text for name, text in entry.typed.items() if text and name != "lines"}
    try:
        if "declared_yuan" in given:
            given["declared_fen"] = fen_of(given.pop("declared_yuan"))
    except ValueError:
        entry.faults["declared_yuan"] = fault("screen-not-yuan")
    body = None
    try:
        body = _Typed.model_validate(given)
    except ValidationError as error:
        told = told_of(request, error)
        if "declared_fen" in told:
            told.setdefault("declared_yuan", told.pop("declared_fen"))
        entry.faults = told | entry.faults
    try:
        entry.lines = read_lines(entry.typed["lines"])
    except TooManyLines:
        entry.faults["lines"] = fault("too-many", limit=LINES_MAX)
        return None
    if not entry.lines:
        entry.faults["lines"] = fault("missing")
        return None
    for line in entry.lines:
        line.faults = [fault(code) for code in line.faults]
    try:
        await _match(request, desk, entry.lines, fault)
    except NeighbourAway:
        entry.faults[""] = fault("screen-registry-away")
        return None
    if body is None:
        return None
    programme_id = await _programme(desk, entry.typed["budget_id"])
    if programme_id is None:
        entry.faults["budget_id"] = fault("reference-unknown")
        return None
    _compare(entry, body, fault)
    return body, programme_id


async def _programme(desk: Desk, chosen: str) -> UUID | None:
    """Return whose money was chosen: that of a budget, or of a programme's funding."""
    if chosen.startswith(BY_FUNDING):
        funded = {f"{BY_FUNDING}{id}": id for id in await funding_views.funded(desk.pool)}
        return funded.get(chosen)
    budgets = await fund_views.budgets(desk.pool)
    return next((row["programme_id"] for row in budgets if str(row["budget_id"]) == chosen.lower()), None)


async def _match(request: Request, desk: Desk, lines: Sequence[TypedLine], fault: Any) -> None:
    asked = [line for line in lines if line.names_somebody]
    found = await desk.identities.matched(request, {line.who for line in asked})
    for line in asked:
        line.person_id, code = found[line.who].person_id, found[line.who].code
        if code is not None:
            line.faults.append(fault("screen-nobody-found" if code == "nobody-found" else "screen-id-wrong"))
    await _until_known(desk, {line.person_id for line in asked if line.person_id is not None})


async def _until_known(desk: Desk, persons: set[UUID]) -> None:
    """Wait until relief has heard of whom registry knows, but not for long: the rule then says who is unknown."""
    deadline = asyncio.get_running_loop().time() + AFTER_WAIT_MS_MAX / 1000
    while persons - (await desk.people.unions_of(persons)).keys():
        if asyncio.get_running_loop().time() > deadline:
            return
        await asyncio.sleep(PAUSE_S)


def _compare(entry: Entry, body: _Typed, fault: Any) -> None:
    """Compare what was declared with the lines: the officer's count and sum, from the paper, are the check."""
    if body.declared_lines != len(entry.lines):
        entry.faults["declared_lines"] = fault("screen-counted-otherwise", counted=len(entry.lines))
    if all(line.amount_fen is not None for line in entry.lines) and body.declared_fen != sum_fen(entry.lines):
        entry.faults["declared_yuan"] = fault("screen-summed-otherwise")


def _command(entry: Entry, body: _Typed, by: str, today: Any) -> Submit:
    lines = [
        Line(line.person_id, line.amount_fen)
        for line in entry.lines
        if line.person_id is not None and line.amount_fen is not None
    ]
    hashed = lines_hash((n, line.person_id, line.amount_fen) for n, line in enumerate(lines, start=1))
    declared = Declared(body.declared_lines, body.declared_fen, hashed)
    return Submit(uuid4(), body.union_org_id, declared, lines, by, body.occurred_on, today)


def _note(request: Request, entry: Entry, refusal: Refusal) -> None:
    shell: Shell = request.app.state.shell
    problem = shell.problem_of(refusal)
    _place(entry, faults_of(problem.response(shell.catalogue, language_of(request))))


def _place(entry: Entry, faults: Mapping[str, str]) -> None:
    """Put each reason where it belongs: beside its line, its field, or above all."""
    for where, reason in faults.items():
        name, _, rest = where.partition(".")
        place = rest.partition(".")[0]
        if name == "lines" and place.isdecimal() and int(place) < len(entry.lines):
            entry.lines[int(place)].faults.append(reason)
        elif where in FIELDS:
            entry.faults[where] = reason
        else:
            entry.faults[""] = reason


async def _names(form: Form, desk: Desk, entry: Entry) -> Names:
    persons = [line.person_id for line in entry.lines if line.person_id is not None]
    return await desk.identities.names(form.request, form.actor, persons[:OPENED_PERSONS_MAX])


async def _asked(request: Request, actor: Actor, desk: Desk, entry: Entry) -> Response:
    shell: Shell = request.app.state.shell
    await desk.settled()
    budgets, funded = await fund_views.budgets(desk.pool), await funding_views.funded(desk.pool)
    return shell.screens.page(
        request,
        "new_list.html",
        status=422 if entry.refused else 200,
        programmes=[
            (name, f"{BY_FUNDING}{id}" if id in funded else None, list(rows))
            for (id, name), rows in groupby(budgets, key=itemgetter("programme_id", "programme"))
        ],
        unions=[
            (str(id), name) for id, name in await desk.people.unions(jurisdiction_of(actor, Role.DISTRICT_OFFICER))
        ],
        sees_money=not actor.roles.isdisjoint(MONEY_READERS),
        entry=entry,
        typed=dict.fromkeys(FIELDS, "") | dict(entry.typed),
        faults=entry.faults,
        sum_fen=sum_fen(entry.lines),
        key=new_key(),
    )
