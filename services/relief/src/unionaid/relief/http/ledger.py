"""The books over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from unionaid.contracts.fields import YEAR_MAX, YEAR_MIN
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.ledger.years import CloseYear
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READER, ByAccountant
from unionaid.relief.http.answers import shown, shown_page
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.views import funds as fund_views
from unionaid.relief.views import ledger as ledger_views
from unionaid.relief.views import programmes as programme_views
from unionaid.service.routes import Router

YearOf = Annotated[int, Query(ge=YEAR_MIN, le=YEAR_MAX)]
INDEX_MAX = 2**63 - 1

ledger = Router(prefix="/ledger", tags=["ledger"])


@ledger.get("/trial-balance", dependencies=[MONEY_READER])
async def trial_balance(desk: AtDesk, until_index: Annotated[int | None, Query(ge=0, le=INDEX_MAX)] = None) -> Response:
    """Show each account, up to an index of the log or as of now; what they add up to is zero."""
    await desk.settled()
    rows = await ledger_views.trial_balance(desk.pool, until_index)
    return shown({"until_index": until_index, "accounts": rows, "balance_fen": sum(row["balance_fen"] for row in rows)})


@ledger.get("/check", dependencies=[MONEY_READER])
async def check(desk: AtDesk) -> Response:
    """Say whether every entry adds up to zero, and the books agree with the sums of funds and budgets."""
    await desk.settled()
    off, differing = await ledger_views.out_of_balance(desk.pool), await ledger_views.disagreements(desk.pool)
    return shown({"balanced": off is None and not differing, "first": off, "funds": differing})


@ledger.post("/years/{year}/closing", status_code=201)
async def close_year(
    year: Annotated[int, Path(ge=YEAR_MIN, le=YEAR_MAX)], body: StepBody, command: ByAccountant, desk: AtDesk
) -> Response:
    """Close the books of a year that is over."""
    return await command.run(
        lambda issued: desk.commands.books.close(issued, CloseYear(year, body.occurred_on, issued.business_date))
    )


@ledger.get("/years", dependencies=[MONEY_READER])
async def show_years(desk: AtDesk) -> Response:
    """Show the closed years, fund by fund."""
    await desk.settled()
    return shown({"fund_years": await ledger_views.closed_years(desk.pool)})


@ledger.get("/statement", dependencies=[MONEY_READER])
async def statement(
    desk: AtDesk, year: YearOf, fund_id: UUID | None = None, programme_id: UUID | None = None
) -> Response:
    """Show opening, in, out and closing of a fund, or else of a programme, for a year."""
    of, id = await found(desk, fund_id, programme_id)
    return shown(await ledger_views.statement(desk.pool, of, id, year))


@ledger.get("/entries", dependencies=[MONEY_READER])
async def entries(
    desk: AtDesk,
    year: YearOf,
    *,
    fund_id: UUID | None = None,
    programme_id: UUID | None = None,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Annotated[int, Query(ge=0, le=INDEX_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=ledger_views.ENTRIES_PAGE_MAX)] = 100,
) -> Response:
    """Show a page of the events that a statement, or one kind of its lines, stands on."""
    of, id = await found(desk, fund_id, programme_id)
    rows = await ledger_views.entries(desk.pool, of, id, year, kind=kind, after=cursor, limit=limit + 1)
    return shown_page("entries", rows, limit, "position")


async def found(desk: Desk, fund_id: UUID | None, programme_id: UUID | None) -> tuple[ledger_views.Of, UUID]:
    """Return of what a statement is: one fund, or one programme. Raises NotFound."""
    await desk.settled()
    if fund_id is not None and programme_id is None and await fund_views.fund(desk.pool, fund_id):
        return "fund", fund_id
    if programme_id is not None and fund_id is None and await programme_views.programme(desk.pool, programme_id):
        return "programme", programme_id
    raise NotFound
