"""Payment batches over HTTP."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from unionaid.relief.application.batches import shown as shown_batch
from unionaid.relief.bank_answers import reference_of
from unionaid.relief.bodies.payment_batches import BankReturnBody, ReversalBody, WithdrawalBody
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.domain.payment_batch.facts import batch_of
from unionaid.relief.domain.payment_batch.returning import Answer
from unionaid.relief.domain.payment_batch.reversing import Reversal
from unionaid.relief.domain.payment_batch.rules import existing_batch
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import (
    MONEY_READER,
    ByAccountant,
    ByCashier,
    step_of,
)
from unionaid.relief.http.answers import LineCursor, LinesLimit, shown, shown_page, told
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.views import payment_batches as batch_views
from unionaid.relief.views.acts import acts_of_batch
from unionaid.service.routes import Router

payment_batches = Router(prefix="/payment-batches", tags=["payment batches"])


@payment_batches.post("/{batch_id}/release")
async def release_payment_batch(batch_id: UUID, body: StepBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Release a batch to the bank."""
    return await command.run(
        lambda issued: desk.commands.batches.release(issued, batch_id, step_of(issued, body), command.expect)
    )


@payment_batches.post("/{batch_id}/withdrawal")
async def withdraw_payment_batch(batch_id: UUID, body: WithdrawalBody, command: ByCashier, desk: AtDesk) -> Response:
    """Withdraw a batch that is not released."""
    return await command.run(
        lambda issued: desk.commands.batches.withdraw(
            issued, batch_id, body.reason_code, step_of(issued, body), command.expect
        )
    )


@payment_batches.post("/{batch_id}/bank-return")
async def record_bank_return(batch_id: UUID, body: BankReturnBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Book what the bank answered: each line it names is paid, or failed for a reason."""
    answers = [Answer(line.line, line.outcome, line.reason_code) for line in body.lines]
    return await command.run(
        lambda issued: desk.commands.batches.record_return(
            issued, batch_id, answers, step_of(issued, body), command.expect, file_sha256=body.file_sha256
        )
    )


@payment_batches.post("/{batch_id}/sending")
async def send_payment_batch(batch_id: UUID, body: StepBody, command: ByCashier, desk: AtDesk) -> Response:
    """Record that the bank was given the file."""
    return await command.run(
        lambda issued: desk.commands.batches.send(issued, batch_id, step_of(issued, body), command.expect)
    )


@payment_batches.post("/{batch_id}/reversals")
async def record_reversals(batch_id: UUID, body: ReversalBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Book that money came back after it had been booked as paid: its lines wait again, or are given up."""
    reversals = [Reversal(line.line, line.reason_code) for line in body.lines]
    return await command.run(
        lambda issued: desk.commands.batches.record_reversal(
            issued, batch_id, reversals, step_of(issued, body), command.expect, file_sha256=body.file_sha256
        )
    )


@payment_batches.get("/{batch_id}", dependencies=[MONEY_READER])
async def show_payment_batch(batch_id: UUID, desk: AtDesk) -> Response:
    """Show where a batch is, what the bank has answered for, and who did what when."""
    acts = await acts_of_batch(desk.pool, batch_id)
    batch = existing_batch(batch_of(act for act, _ in acts))
    steps = [told(act, at, "PaymentBatch") for act, at in acts]
    return shown({**shown_batch(batch), "steps": steps}, {"ETag": f'"{len(acts)}"'})


@payment_batches.get("/{batch_id}/lines", dependencies=[MONEY_READER])
async def show_payment_batch_lines(
    batch_id: UUID, desk: AtDesk, cursor: LineCursor = 0, limit: LinesLimit = 100
) -> Response:
    """Show a page of a batch's lines, each with its payment reference; `next_cursor` is null on the last one."""
    if not await acts_of_batch(desk.pool, batch_id):
        raise NotFound
    await desk.settled()
    rows = await batch_views.batch_lines(desk.pool, batch_id, cursor, limit + 1)
    lines = [{**row, "reference": reference_of(batch_id, row["line"])} for row in rows]
    return shown_page("lines", lines, limit, "line")
