"""A bank's file about a batch, looked through: nothing is booked by it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts.fields import LINES_MAX
from unionaid.relief.bank_answers import Reading, read_bank_file
from unionaid.relief.domain.payment_batch.facts import Released, batch_of
from unionaid.relief.domain.payment_batch.rules import existing_batch, wrong_batch_status
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.views import payment_batches as batch_views
from unionaid.relief.views.acts import acts_of_batch
from unionaid.service.access import look_up
from unionaid.service.languages import Catalogue, Language, choose
from unionaid.service.problems import Problem
from unionaid.service.refusals import Fault
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.service.app import Shell

BANK_RETURNS = "/bank-returns"
"""The path on which a bank's file is taken."""
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "bank"],
                    "properties": {"file": {"type": "string", "format": "binary"}, "bank": {"type": "string"}},
                }
            }
        },
    }
}

bank_returns = Router(prefix=BANK_RETURNS, tags=["payment batches"])


@bank_returns.post("/{batch_id}", openapi_extra=_FILE)
async def look_through(
    batch_id: UUID, request: Request, _: Annotated[Actor, look_up(Role.ACCOUNTANT)], desk: AtDesk
) -> Response:
    """Tell what a bank's file says of a batch: what can be booked by `bank-return`, and every fault.

    `bank` is the code of a template, or `camt-054`. Nothing is kept.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem(415, "unsupported-media-type")
    form = await request.form(max_files=1, max_fields=1)
    file, bank = form.get("file"), form.get("bank")
    if not isinstance(file, UploadFile):
        raise Problem.of_input("file", "missing")
    if not isinstance(bank, str):
        raise Problem.of_input("bank", "missing")
    reading = await read_for(desk, batch_id, bank, await file.read())
    shell: Shell = request.app.state.shell
    body = _told(batch_id, reading, shell.catalogue, choose(request.headers.get("accept-language")))
    return shown(body, {"Cache-Control": "no-store"})


async def read_for(desk: Desk, batch_id: UUID, bank: str, content: bytes) -> Reading:
    """Look through a file for a batch that the bank has.

    Raises:
        Refusal: NotFound, BatchWrongStatus, and those of files.
    """
    batch = existing_batch(batch_of(act for act, _ in await acts_of_batch(desk.pool, batch_id)))
    if not isinstance(batch, Released):
        raise wrong_batch_status(batch)
    await desk.settled()
    lines = await batch_views.batch_lines(desk.pool, batch_id, 0, LINES_MAX)
    return await asyncio.to_thread(read_bank_file, content, bank, desk.templates, batch_id, lines)


def _told(batch_id: UUID, reading: Reading, catalogue: Catalogue, language: Language) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "file_sha256": reading.sha256,
        "lines": [
            {
                "line": answer.line,
                "outcome": answer.outcome,
                "reason_code": answer.reason,
                "own_words": reading.words.get(answer.line),
            }
            for answer in reading.answers
        ],
        "reversals": [{"line": one.line, "reason_code": one.reason} for one in reading.reversals],
        "parts": [{"line": part.line, "outcome": part.outcome, "paid_fen": part.paid_fen} for part in reading.parts],
        "known": reading.known,
        "faults": [_fault(fault, catalogue, language) for fault in reading.faults],
    }


def _fault(fault: Fault, catalogue: Catalogue, language: Language) -> dict[str, Any]:
    return {
        "row": fault.params.get("row"),
        "field": fault.field,
        "code": fault.code,
        "reason": catalogue.text(language, fault.code, fault.params),
    }
