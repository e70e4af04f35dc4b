"""The screens of a payment batch: made by the cashier, released and answered for by the accountant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import LINES_MAX
from unionaid.relief.bank_answers import CAMT, Reading
from unionaid.relief.bank_files import PAIN
from unionaid.relief.bodies.payment_batches import BankReturnBody, PaymentBatchBody, ReversalBody, WithdrawalBody
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.payment_batch.accounts import ConfirmationReason, unconfirmed
from unionaid.relief.domain.payment_batch.facts import Existing, Released, batch_of
from unionaid.relief.domain.payment_batch.returning import Answer, FailureReason, Outcome
from unionaid.relief.domain.payment_batch.reversing import Reversal
from unionaid.relief.domain.payment_batch.rules import WithdrawalReason, existing_batch
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.domain.relief_list.guards import status_of
from unionaid.relief.http.access import MONEY_READERS, step_of
from unionaid.relief.http.accounts import doubts_of
from unionaid.relief.http.answers import told
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.lists import declared_in
from unionaid.relief.identities import plain
from unionaid.relief.pages.offers import offer_of_batch
from unionaid.relief.pages.relief_list import shown as list_shown
from unionaid.relief.pages.relief_list import told_of
from unionaid.relief.pages.turns import lines_of
from unionaid.relief.pages.typed import RowsUnread, read_outcomes
from unionaid.relief.views import payment_batches as batch_views
from unionaid.relief.views.acts import acts_of_batch, acts_of_list
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.languages import Language
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.relief.application.deciding import Expect
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

    Act = Callable[[Issued, Expect], Awaitable[Done]]

BATCH_LINES_SHOWN = 500
"""Lines of a batch on its page: as many as one opening of names may have. Answers for others are pasted."""
ROWS_TOLD = 20
"""Rows of a pasted answer named at once."""
DONE = ("issued", "released", "withdrawn", "returned", "file", "accounts", "sent", "reversed")

LOOKED_AT = {"file", "account-confirmations"}
"""The steps before which accounts are looked at twice."""

payment_batches = PageRouter(tags=["screens"])


@payment_batches.post("/pages/lists/{list_id}/payment-batches")
async def issue(list_id: UUID, form: Annotated[Form, forms(Role.CASHIER)], desk: AtDesk) -> Response:
    """Make a batch of the lines that wait, as the cashier has seen them."""
    declared = {
        "lines": _number(form, "declared_lines"),
        "amount_fen": _number(form, "declared_fen"),
        "lines_hash": form.text("declared_hash"),
    }
    try:
        body = PaymentBatchBody.model_validate({"occurred_on": form.text("occurred_on"), "declared": declared})
    except ValidationError as error:
        return await list_shown(form.request, form.actor, desk, list_id, faults=told_of(form.request, error))
    batch_id = uuid4()

    async def act(issued: Issued, expect: Expect) -> Done:
        return await desk.commands.batches.issue(
            issued, list_id, batch_id, declared=declared_in(body.declared), step=step_of(issued, body), expect=expect
        )

    async def again(status: int, faults: Mapping[str, str]) -> Response:
        moved = status == HTTPStatus.PRECONDITION_FAILED or any(name.startswith("declared") for name in faults)
        return await list_shown(
            form.request, form.actor, desk, list_id, status=status,
            notice="version-moved" if moved else "", faults={} if moved else faults,
        )  # fmt: skip

    return await carried(form, "issued", act, again)


@payment_batches.get("/pages/payment-batches/{batch_id}")
async def show(
    request: Request, batch_id: UUID, reader: Annotated[Actor, require(*MONEY_READERS)], desk: AtDesk
) -> Response:
    """Where a batch is, its lines, and the steps to take."""
    done = request.query_params.get("done")
    names = request.query_params.get("names") == "yes"
    return await shown(
        request, reader, desk, batch_id, names=names, notice=f"screen-done-{done}" if done in DONE else ""
    )


@payment_batches.post("/pages/payment-batches/{batch_id}/release")
async def release(batch_id: UUID, form: Annotated[Form, forms(Role.ACCOUNTANT)], desk: AtDesk) -> Response:
    """Release it to the bank."""
    given = {"occurred_on": form.text("occurred_on")}
    return await take(
        form, desk, batch_id, becomes="released", model=StepBody, given=given,
        act=lambda issued, body, expect: desk.commands.batches.release(issued, batch_id, step_of(issued, body), expect),
    )  # fmt: skip


@payment_batches.post("/pages/payment-batches/{batch_id}/withdrawal")
async def withdraw(batch_id: UUID, form: Annotated[Form, forms(Role.CASHIER)], desk: AtDesk) -> Response:
    """Withdraw it, with the reason, before the bank has it."""
    given = {"occurred_on": form.text("occurred_on"), "reason_code": form.text("reason_code")}
    return await take(
        form, desk, batch_id, becomes="withdrawn", model=WithdrawalBody, given=given,
        act=lambda issued, body, expect: desk.commands.batches.withdraw(
            issued, batch_id, body.reason_code, step_of(issued, body), expect
        ),
    )  # fmt: skip


@payment_batches.post("/pages/payment-batches/{batch_id}/bank-return")
async def record_return(batch_id: UUID, form: Annotated[Form, forms(Role.ACCOUNTANT)], desk: AtDesk) -> Response:
    """Book what the bank answered: what was pasted or chosen per line, the others as paid if that is ticked."""
    lines = await batch_views.batch_lines(desk.pool, batch_id, 0, LINES_MAX)
    try:
        pasted = read_outcomes(form.text("pasted"), _words(form.request.app.state.shell))
    except RowsUnread as unread:
        text = form.request.app.state.shell.catalogue.text(
            language_of(form.request), "screen-rows-unread", {"rows": ", ".join(map(str, unread.rows[:ROWS_TOLD]))}
        )
        return await shown(form.request, form.actor, desk, batch_id, typed=form.fields, faults={"": text})
    others = Outcome.PAID.value if form.text("others") == "paid" else ""
    waiting = [line["line"] for line in lines if line["status"] == "ordered"]
    chosen = {number: form.text(f"outcome_{number}") or others for number in waiting} | pasted
    answers = [
        {"line": number, "outcome": Outcome.PAID.value}
        if outcome == Outcome.PAID
        else {"line": number, "outcome": Outcome.FAILED.value, "reason_code": outcome}
        for number, outcome in chosen.items()
        if outcome
    ]
    given = {"occurred_on": form.text("occurred_on"), "lines": answers, "file_sha256": form.text("file_sha256") or None}
    return await take(
        form, desk, batch_id, becomes="returned", model=BankReturnBody, given=given,
        act=lambda issued, body, expect: desk.commands.batches.record_return(
            issued,
            batch_id,
            [Answer(line.line, line.outcome, line.reason_code) for line in body.lines],
            step_of(issued, body),
            expect,
            file_sha256=body.file_sha256,
        ),
    )  # fmt: skip


@payment_batches.post("/pages/payment-batches/{batch_id}/reversals")
async def record_reversals(batch_id: UUID, form: Annotated[Form, forms(Role.ACCOUNTANT)], desk: AtDesk) -> Response:
    """Book whose money came back, each line with the reason."""
    shell: Shell = form.request.app.state.shell
    typed = {**form.fields, "others": "paid"}
    try:
        came_back = read_outcomes(form.text("came_back"), _words(shell))
        if Outcome.PAID.value in came_back.values():
            raise RowsUnread([n for n, said in enumerate(came_back.values(), start=1) if said == Outcome.PAID.value])
    except RowsUnread as unread:
        rows = ", ".join(map(str, unread.rows[:ROWS_TOLD]))
        text = shell.catalogue.text(language_of(form.request), "screen-rows-unread", {"rows": rows})
        return await shown(form.request, form.actor, desk, batch_id, typed=typed, faults={"": text})
    given = {
        "occurred_on": form.text("occurred_on"),
        "lines": [{"line": line, "reason_code": reason} for line, reason in came_back.items()],
        "file_sha256": form.text("file_sha256") or None,
    }
    return await take(
        form, desk, batch_id, becomes="reversed", model=ReversalBody, given=given,
        act=lambda issued, body, expect: desk.commands.batches.record_reversal(
            issued,
            batch_id,
            [Reversal(line.line, line.reason_code) for line in body.lines],
            step_of(issued, body),
            expect,
            file_sha256=body.file_sha256,
        ),
    )  # fmt: skip


async def take(
    form: Form,
    desk: Desk,
    batch_id: UUID,
    *,
    becomes: str,
    model: type[BaseModel],
    given: Mapping[str, Any],
    act: Callable[[Issued, Any, Expect], Awaitable[Done]],
) -> Response:
    """Take a step of a batch from a form: to the batch's page, or to what is wrong with it."""
    try:
        body = model.model_validate(given)
    except ValidationError as error:
        faults = told_of(form.request, error)
        return await shown(form.request, form.actor, desk, batch_id, typed=form.fields, faults=faults)

    async def again(status: int, faults: Mapping[str, str]) -> Response:
        notice = "version-moved" if status == HTTPStatus.PRECONDITION_FAILED else ""
        return await shown(
            form.request, form.actor, desk, batch_id, status=status, notice=notice, typed=form.fields, faults=faults
        )

    return await carried(form, becomes, lambda issued, expect: act(issued, body, expect), again)


async def carried(
    form: Form, becomes: str, act: Act, again: Callable[[int, Mapping[str, str]], Awaitable[Response]]
) -> Response:
    """Carry a step out and lead to the batch; refused or overtaken, show things as they are now."""
    command = await form.command()
    try:
        done = await command.run(lambda issued: act(issued, command.expect))
    except Problem as problem:
        if problem.status_code != HTTPStatus.PRECONDITION_FAILED:
            raise
        return await again(problem.status_code, {})
    if faults := faults_of(done):
        return await again(done.status_code, faults)
    if becomes == "issued":
        where = done.headers.get("location", "/lists")  # answered before a restore: made, but where is not kept
        return RedirectResponse(f"/relief/pages{where}?done=issued", 303, HEADERS)
    page = form.request.url.path.rpartition("/")[0]
    return RedirectResponse(f"/relief{page}?done={becomes}", 303, HEADERS)


async def shown(
    request: Request,
    reader: Actor,
    desk: Desk,
    batch_id: UUID,
    *,
    names: bool = False,
    notice: str = "",
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    status: int | None = None,
    reading: Reading | None = None,
    read_faults: Sequence[tuple[object, str]] = (),
) -> Response:
    """Return the page of a batch, perhaps with what a bank's file says of it. Raises NotFound."""
    shell: Shell = request.app.state.shell
    acts = await acts_of_batch(desk.pool, batch_id)
    batch = existing_batch(batch_of(act for act, _ in acts))
    terms = batch.terms
    of_list = await acts_of_list(desk.pool, terms.list_id)
    if not of_list:
        raise NotFound
    relief_list = list_of(act for act, _ in of_list)
    await desk.settled()
    lines = await batch_views.batch_lines(desk.pool, batch_id, 0, BATCH_LINES_SHOWN)
    of_lines = await lines_of(desk, [relief_list], reader)
    steps = [told(act, at, "PaymentBatch") for act, at in acts]
    offer = offer_of_batch(batch, relief_list, of_lines[terms.list_id], reader)
    opening = names or reader.roles != {Role.AUDITOR}
    persons = [line["person_id"] for line in lines]
    return shell.screens.page(
        request,
        "batch.html",
        status=status or (HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK),
        batch=batch,
        terms=terms,
        state=status_of(batch),
        version=len(acts),
        steps=steps,
        lines=lines,
        typed=typed or {"others": "paid"},
        names=await desk.identities.names(request, reader, persons) if opening else None,
        offer=offer,
        accounts=await _accounts(request, desk, batch) if LOOKED_AT & set(offer.steps) else None,
        confirmations=[reason.value for reason in ConfirmationReason],
        fetches=isinstance(batch, Released)
        and batch.file is not None
        and Role.CASHIER in reader.roles
        and batch.open_lines == terms.lines,
        withdrawals=[reason.value for reason in WithdrawalReason],
        failures=[reason.value for reason in FailureReason],
        banks=[
            *((template.bank, template.names[language_of(request)]) for template in desk.templates.values()),
            (CAMT, "ISO 20022 camt.054"),
        ],
        forms=[
            *((template.bank, template.names[language_of(request)]) for template in desk.templates.values()),
            (PAIN, "ISO 20022 pain.001"),
        ],
        reading=reading,
        booked_files={one.get("file_sha256") for one in steps},
        read_faults=read_faults,
        today=shell.clock.business_date().isoformat(),
        key=new_key(),
        notice=notice,
        faults=faults or {},
    )


async def _accounts(request: Request, desk: Desk, batch: Existing) -> dict[str, Any]:
    """Return the accounts to look at twice, each with whether that was done; or that registry does not answer."""
    try:
        found = await doubts_of(request, desk, batch.terms.batch_id)
    except Problem:
        return {"away": True, "lines": []}
    waiting = {one.line for one in unconfirmed(batch, found)}
    return {"away": False, "lines": [(one, one.line not in waiting) for one in found.values()]}


def _words(shell: Shell) -> dict[str, str]:
    """Return what an outcome may be called: its code, or its name on the page in any language."""
    named = [(Outcome.PAID.value, "screen-status-paid")]
    named += [(reason.value, f"screen-failure-{reason.value}") for reason in FailureReason]
    words = {code.casefold(): code for code, _ in named}
    return words | {
        plain(shell.catalogue.text(language, text)).casefold(): code for language in Language for code, text in named
    }


def _number(form: Form, name: str) -> int:
    """Return a number that the page itself had written into the form, 0 if it was changed to none."""
    text = form.text(name)
    return int(text) if text.isdecimal() and text.isascii() else 0
