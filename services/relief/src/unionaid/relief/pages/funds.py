"""The screens of funds: for how many months each lasts, and all that an accountant enters about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import BudgetReleaseReason, FundReturnReason, FundSource, PledgeWithdrawalReason
from unionaid.relief.bodies import funds as bodies
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READERS
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.fund_acts import Act, carrying_over, of_fund, opening, releasing, withdrawing
from unionaid.relief.pages.relief_list import told_of
from unionaid.relief.views import funds as fund_views
from unionaid.relief.views import programmes as programme_views
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, fen_of, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell

MoneyReader = Annotated[Actor, require(*MONEY_READERS)]
ByAccountant = Annotated[Form, forms(Role.ACCOUNTANT)]
OPENING = ("occurred_on", "source", "name", "earmark")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a form of the page asks for, beside the date; money is typed in yuan as `yuan`, for the field `money`."""

    model: type[BaseModel]
    asks: tuple[str, ...]
    money: str = "amount_fen"
    reasons: tuple[str, ...] = ()


ENTRIES: Mapping[str, Entry] = {
    "receipts": Entry(
        bodies.ReceiveFundsBody, ("yuan", "voucher", "donor_organisation", "donor_person_id", "pledge_id", "reference")
    ),
    "budgets": Entry(bodies.AllotBudgetBody, ("programme_id", "yuan")),
    "pledges": Entry(bodies.PledgeBody, ("yuan", "due_on", "voucher")),
    "spending-plans": Entry(bodies.SpendingPlanBody, ("yuan",), "monthly_fen"),
    "bank-fees": Entry(bodies.BankFeeBody, ("yuan", "voucher", "reference")),
    "returns": Entry(
        bodies.ReturnFundsBody,
        ("yuan", "voucher", "reason_code", "reference"),
        reasons=get_args(FundReturnReason),
    ),
    "release": Entry(
        bodies.ReleaseBudgetBody, ("budget_id", "yuan", "reason_code"), reasons=get_args(BudgetReleaseReason)
    ),
    "carry-over": Entry(bodies.CarryOverBody, ("budget_id", "year")),
    "withdrawal": Entry(
        bodies.PledgeWithdrawalBody, ("pledge_id", "reason_code"), reasons=get_args(PledgeWithdrawalReason)
    ),
}
"""What is entered about a fund, by the last part of the form's address."""
_NAMED = {"budget_id": ("release", "carry-over"), "pledge_id": ("withdrawal",)}
"""Which a form names although its body does not."""

funds = PageRouter(tags=["screens"])


@funds.get("/pages/funds")
async def overview(request: Request, reader: MoneyReader, desk: AtDesk) -> Response:
    """All funds, each with for how many months it lasts, and what is promised."""
    return await _overview(request, reader, desk, {}, {})


@funds.post("/pages/funds")
async def open_fund(form: ByAccountant, desk: AtDesk) -> Response:
    """Open a fund."""
    typed = {name: form.text(name) for name in OPENING}
    try:
        body = bodies.OpenFundBody.model_validate({name: text for name, text in typed.items() if text})
    except ValidationError as error:
        return await _overview(form.request, form.actor, desk, typed, told_of(form.request, error))
    done = await (await form.command()).run(opening(desk, body))
    if faults := faults_of(done):
        return await _overview(form.request, form.actor, desk, typed, faults)
    where = done.headers.get("location", "/funds")  # answered before a restore: opened, but where is not kept
    return RedirectResponse(f"/relief/pages{where}", 303, HEADERS)


@funds.get("/pages/funds/{fund_id}")
async def show(request: Request, fund_id: UUID, reader: MoneyReader, desk: AtDesk) -> Response:
    """One fund: its money, its budgets, what is awaited, and the forms of the accountant."""
    done = request.query_params.get("done", "")
    return await _shown(request, reader, desk, fund_id, done=done if done in ENTRIES else "")


@funds.post("/pages/funds/{fund_id}/{entered}")
async def enter(fund_id: UUID, entered: str, form: ByAccountant, desk: AtDesk) -> Response:
    """Enter something about a fund."""
    if entered not in ENTRIES:
        raise NotFound
    entry, typed = ENTRIES[entered], {name: form.text(name) for name in ("occurred_on", *ENTRIES[entered].asks)}
    try:
        act = _act(desk, fund_id, entered, _read(form, entry, entered, typed))
    except _Unread as unread:
        return await _shown(form.request, form.actor, desk, fund_id, entered=entered, typed=typed, faults=unread.faults)
    done = await (await form.command()).run(act)
    if faults := faults_of(done):
        placed = {"yuan" if name == entry.money else name: reason for name, reason in faults.items()}
        return await _shown(form.request, form.actor, desk, fund_id, entered=entered, typed=typed, faults=placed)
    return RedirectResponse(f"/relief/pages/funds/{fund_id}?done={entered}", 303, HEADERS)


class _Unread(Exception):
    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("a form could not be read")
        self.faults = faults


def _read(form: Form, entry: Entry, entered: str, typed: Mapping[str, str]) -> Any:
    """Return the body that a form holds, and what it is about. Raises _Unread."""
    shell: Shell = form.request.app.state.shell
    given: dict[str, Any] = {name: text for name, text in typed.items() if text}
    faults: dict[str, str] = {}
    if "yuan" in entry.asks:
        try:
            given[entry.money] = fen_of(given.pop("yuan", ""))
        except ValueError:
            faults["yuan"] = shell.catalogue.text(language_of(form.request), "screen-not-yuan")
    if "year" in given and given["year"].isascii() and given["year"].isdecimal():
        given["year"] = int(given["year"])
    about = None
    for name, of in _NAMED.items():
        if entered in of:
            try:
                about = UUID(given.pop(name, ""))
            except ValueError:
                faults[name] = shell.catalogue.text(language_of(form.request), "missing")
    try:
        body = entry.model.model_validate(given)
    except ValidationError as error:
        told = told_of(form.request, error)
        told.pop(entry.money if "yuan" in faults else "", None)
        raise _Unread({"yuan" if name == entry.money else name: one for name, one in told.items()} | faults) from None
    if faults:
        raise _Unread(faults)
    return about, body


def _act(desk: Desk, fund_id: UUID, entered: str, read: Any) -> Act:
    about, body = read
    match entered:
        case "release":
            return releasing(desk, about, body)
        case "carry-over":
            return carrying_over(desk, about, body)
        case "withdrawal":
            return withdrawing(desk, fund_id, about, body)
        case _:
            return of_fund(desk, fund_id, body)


async def _overview(
    request: Request, reader: Actor, desk: Desk, typed: Mapping[str, str], faults: Mapping[str, str]
) -> Response:
    shell: Shell = request.app.state.shell
    await desk.settled()
    return shell.screens.page(
        request,
        "funds.html",
        status=422 if faults else 200,
        funds=await fund_views.funds(desk.pool),
        pledges=await fund_views.pledges(desk.pool),
        enters=Role.ACCOUNTANT in reader.roles,
        sources=get_args(FundSource),
        today=shell.clock.business_date().isoformat(),
        typed=dict.fromkeys(OPENING, "") | dict(typed),
        faults=faults,
        key=new_key(),
    )


async def _shown(
    request: Request,
    reader: Actor,
    desk: Desk,
    fund_id: UUID,
    *,
    entered: str = "",
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    """Return the page of a fund; `entered` names the form that was sent. Raises NotFound."""
    shell: Shell = request.app.state.shell
    await desk.settled()
    fund = await fund_views.fund(desk.pool, fund_id)
    if fund is None:
        raise NotFound
    today = shell.clock.business_date()
    return shell.screens.page(
        request,
        "fund.html",
        status=422 if faults else 200,
        fund=fund,
        budgets=await fund_views.budgets_of_fund(desk.pool, fund_id),
        pledges=await fund_views.pledges(desk.pool, fund_id),
        programmes=await programme_views.programmes(desk.pool),
        entries=ENTRIES if Role.ACCOUNTANT in reader.roles else {},
        entered=entered,
        typed=typed or {},
        faults=faults or {},
        done=done,
        today=today,
        key=new_key(),
    )
