"""The screens of the books: trial balance, the statement of a fund or a programme, its events, and a workbook of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast
from uuid import UUID

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import YEAR_MAX, YEAR_MIN
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.ledger.years import CloseYear
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READERS
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.pages.relief_list import told_of
from unionaid.relief.views import funds as fund_views
from unionaid.relief.views import ledger as ledger_views
from unionaid.relief.views import programmes as programme_views
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of
from unionaid.sheets import MEDIA_TYPE, Yuan, laid_out

if TYPE_CHECKING:
    from unionaid.service.app import Shell

MoneyReader = Annotated[Actor, require(*MONEY_READERS)]
EVENTS_SHOWN = 100
"""Events of one page."""

ledger = PageRouter(tags=["screens"])


class _Closing(StepBody):
    """Which year is closed, on which day."""

    year: Annotated[int, Field(ge=YEAR_MIN, le=YEAR_MAX)]


class Asked(NamedTuple):
    """Of what a statement is asked, and for which year."""

    of: ledger_views.Of
    id: UUID
    year: int

    @property
    def value(self) -> str:
        """As the page's form names it."""
        return f"{self.of}-{self.id}"


@ledger.get("/pages/ledger")
async def show(request: Request, reader: MoneyReader, desk: AtDesk) -> Response:
    """Whether the books are balanced, every account, and the statement that is asked for."""
    return await _shown(request, reader, desk, {})


@ledger.post("/pages/ledger/closing")
async def close(form: Annotated[Form, forms(Role.ACCOUNTANT)], desk: AtDesk) -> Response:
    """Close the books of a year."""
    given = {"occurred_on": form.text("occurred_on"), "year": form.text("closing")}
    try:
        body = _Closing.model_validate(given)
    except ValidationError as error:
        return await _shown(form.request, form.actor, desk, told_of(form.request, error))
    done = await (await form.command()).run(
        lambda issued: desk.commands.books.close(issued, CloseYear(body.year, body.occurred_on, issued.business_date))
    )
    if faults := faults_of(done):
        return await _shown(form.request, form.actor, desk, faults)
    return RedirectResponse("/relief/pages/ledger", 303, HEADERS)


async def _shown(request: Request, reader: Actor, desk: Desk, faults: Mapping[str, str]) -> Response:
    shell: Shell = request.app.state.shell
    await desk.settled()
    asked, today = _asked(request), shell.clock.business_date()
    funds = [(f"fund-{one['fund_id']}", one["name"]) for one in await fund_views.funds(desk.pool)]
    programmes = [(f"programme-{id}", name) for id, name in (await programme_views.programmes(desk.pool)).items()]
    return shell.screens.page(
        request,
        "ledger.html",
        status=422 if faults else 200,
        faults=faults,
        closed=await ledger_views.closed_years(desk.pool),
        closes=Role.ACCOUNTANT in reader.roles,
        today=today,
        key=new_key(),
        accounts=await ledger_views.trial_balance(desk.pool),
        off=await ledger_views.out_of_balance(desk.pool),
        differing=await ledger_views.disagreements(desk.pool),
        choices=[*funds, *programmes],
        years=sorted({today.year, *await ledger_views.years(desk.pool)}, reverse=True),
        chosen=asked.value if asked else "",
        year=asked.year if asked else today.year,
        statement=None if asked is None else await ledger_views.statement(desk.pool, *asked),
    )


@ledger.get("/pages/ledger/events")
async def events(request: Request, _: MoneyReader, desk: AtDesk) -> Response:
    """The events that a line of a statement stands on."""
    shell: Shell = request.app.state.shell
    await desk.settled()
    asked = _asked(request)
    if asked is None:
        raise NotFound
    kind, cursor = request.query_params.get("kind") or None, request.query_params.get("cursor", "0")
    after = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < len(str(2**63)) else 0
    rows = await ledger_views.entries(desk.pool, *asked, kind=kind, after=after, limit=EVENTS_SHOWN + 1)
    return shell.screens.page(
        request,
        "ledger_events.html",
        entries=rows[:EVENTS_SHOWN],
        next=rows[EVENTS_SHOWN - 1]["position"] if len(rows) > EVENTS_SHOWN else None,
        chosen=asked.value,
        year=asked.year,
        kind=kind or "",
        name=await _name(desk, asked),
    )


@ledger.get("/pages/ledger/statement.xlsx")
async def workbook(request: Request, _: MoneyReader, desk: AtDesk) -> Response:
    """The statement as a workbook: no names, whole yuan and fen as numbers."""
    shell: Shell = request.app.state.shell
    await desk.settled()
    asked = _asked(request)
    if asked is None:
        raise NotFound
    language = language_of(request)

    def text(code: str, **params: object) -> str:
        return str(shell.catalogue.text(language, code, params))

    told = await ledger_views.statement(desk.pool, *asked)
    name = await _name(desk, asked)
    moved: list[list[str | Yuan]] = [
        [text(f"screen-kind-{row['kind']}"), str(row["events"]), Yuan(row["amount_fen"])] for row in _moved(told)
    ]
    rows: list[list[str | Yuan]] = [
        [text("screen-statement"), name, str(asked.year)],
        [text("screen-account-line"), text("screen-events"), text("screen-yuan")],
        [text("screen-opening"), "", Yuan(told["opening_fen"])],
        *moved,
        [text("screen-closing"), "", Yuan(told["closing_fen"])],
    ]
    content = await asyncio.to_thread(laid_out, text("screen-statement"), (28, 28, 20), rows, {1})
    headers = {
        "Content-Disposition": f'attachment; filename="{asked.of}-{asked.year}.xlsx"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, 200, headers, MEDIA_TYPE)


def _moved(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*told["in"], *told["out"]]


def _asked(request: Request) -> Asked | None:
    """Read what a statement is asked of; None where nothing is, or it cannot be."""
    of, _, id = request.query_params.get("of", "").partition("-")
    year = request.query_params.get("year", "")
    if of not in ("fund", "programme") or not (year.isascii() and year.isdecimal()):
        return None
    try:
        found = Asked(cast("ledger_views.Of", of), UUID(id), int(year))
    except ValueError:
        return None
    return found if YEAR_MIN <= found.year <= YEAR_MAX else None


async def _name(desk: Desk, asked: Asked) -> str:
    """Return the name of the fund or programme. Raises NotFound."""
    look = fund_views.fund if asked.of == "fund" else programme_views.programme
    row = await look(desk.pool, asked.id)
    if row is None:
        raise NotFound
    return str(row["name"])
