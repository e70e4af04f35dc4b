"""The file for the bank: made once by the cashier, and fetched as it was made."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts.fields import LINES_MAX
from unionaid.contracts.relief import PaymentBatchReleased, ReliefListSubmitted
from unionaid.payments import BankFile
from unionaid.relief.application.deciding import Expect
from unionaid.relief.bank_files import bank_file
from unionaid.relief.bodies.payment_batches import BankFileBody
from unionaid.relief.domain.payment_batch.facts import batch_of
from unionaid.relief.domain.payment_batch.filing import sendable
from unionaid.relief.domain.refusals import FileChanged, FileMissing, NotFound
from unionaid.relief.http.access import ByCashier, step_of
from unionaid.relief.http.accounts import doubts_of, payees_of
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.views import payment_batches as batch_views
from unionaid.relief.views import programmes as programme_views
from unionaid.relief.views.acts import acts_of_batch, acts_of_list
from unionaid.service.access import require
from unionaid.service.calling import NeighbourAway, NeighbourRefuses
from unionaid.service.deciding import Done, Issued
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

bank_files = Router(prefix="/payment-batches", tags=["payment batches"])


@bank_files.post("/{batch_id}/file")
async def make_bank_file(
    batch_id: UUID, body: BankFileBody, request: Request, command: ByCashier, desk: AtDesk
) -> Response:
    """Make the file for the bank, once: its form, hash and length are recorded, and it can be fetched."""
    return await command.run(lambda issued: make(request, desk, issued, batch_id, body=body, expect=command.expect))


@bank_files.get("/{batch_id}/file")
async def fetch_bank_file(
    batch_id: UUID, request: Request, _: Annotated[Actor, require(Role.CASHIER)], desk: AtDesk
) -> Response:
    """Fetch the file, byte for byte as it was made; refused if it would be another one now."""
    return await fetched(request, desk, batch_id)


async def make(
    request: Request, desk: Desk, issued: Issued, batch_id: UUID, *, body: BankFileBody, expect: Expect
) -> Done:
    """Write the file with what registry says now, and record that it was made."""
    file = await written(request, desk, batch_id, body.form)
    return await desk.commands.batches.make_file(
        issued,
        batch_id,
        accounts=await doubts_of(request, desk, batch_id),
        form=body.form,
        sha256=file.sha256,
        size=len(file.content),
        step=step_of(issued, body),
        expect=expect,
    )


async def fetched(request: Request, desk: Desk, batch_id: UUID) -> Response:
    """Answer the file that was made.

    Raises:
        Refusal: FileMissing, FileChanged, and what `written` raises.
    """
    batch = sendable(batch_of(act for act, _ in await acts_of_batch(desk.pool, batch_id)))
    if batch.file is None:
        raise FileMissing
    file = await written(request, desk, batch_id, batch.file.form)
    if file.sha256 != batch.file.file_sha256:
        raise FileChanged
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, 200, headers, file.media_type)


async def written(request: Request, desk: Desk, batch_id: UUID, form: str) -> BankFile:
    """Write a batch's file with what registry says of its payees, to the person of the request.

    Raises:
        Refusal: NotFound, BatchWrongStatus, FileLate, LinesRefused, and those of batches.
        Problem: registry does not answer, or refuses.
    """
    acts = await acts_of_batch(desk.pool, batch_id)
    batch = sendable(batch_of(act for act, _ in acts))
    released_at = next(at for act, at in acts if isinstance(act.event, PaymentBatchReleased))
    of_list = await acts_of_list(desk.pool, batch.terms.list_id)
    submitted = of_list[0][0].event if of_list else None
    if not isinstance(submitted, ReliefListSubmitted):
        raise NotFound
    await desk.settled()
    programme = await programme_views.programme(desk.pool, submitted.programme_id)
    lines = await batch_views.batch_lines(desk.pool, batch_id, 0, LINES_MAX)
    payees_by_line = await payees_of(desk, lines)
    try:
        payees = await desk.identities.payees(request, list(payees_by_line.values()))
    except NeighbourAway:
        raise Problem.moment("registry-away") from None
    except NeighbourRefuses as refused:
        raise Problem(refused.status, refused.code) from None
    return await asyncio.to_thread(
        bank_file,
        batch,
        released_at,
        lines,
        {line: payees[payee] for line, payee in payees_by_line.items() if payee in payees},
        payer=desk.payer_on(batch.released_on),
        remark=programme["name"] if programme else "",
        form=form,
        templates=desk.templates,
    )
