"""A bank's file on the screen: looked through, then shown as an answer to be booked, with everything that is wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from starlette.responses import Response

from unionaid.relief.http.bank_returns import BANK_RETURNS, read_for
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.pages.payment_batches import shown
from unionaid.service.forms import Form, forms
from unionaid.service.refusals import Refusal
from unionaid.service.roles import Role
from unionaid.service.screens import PageRouter, language_of

if TYPE_CHECKING:
    from unionaid.service.app import Shell

BANK_RETURN_PAGES = f"/pages{BANK_RETURNS}"
"""The path on which a form with a bank's file is taken."""
FAULTS_SHOWN = 100
"""Faults of a file on a screen."""

bank_returns = PageRouter(prefix=BANK_RETURN_PAGES, tags=["screens"])


@bank_returns.post("/{batch_id}")
async def look_through(
    batch_id: UUID, form: Annotated[Form, forms(Role.ACCOUNTANT, files=1)], desk: AtDesk
) -> Response:
    """The batch's page with what the file says; the accountant books it, or not."""
    shell: Shell = form.request.app.state.shell
    language = language_of(form.request)
    sent = form.files.get("file")
    typed = {"others": "", "bank": form.text("bank")}
    try:
        reading = await read_for(desk, batch_id, form.text("bank"), b"" if sent is None else await sent.read())
    except Refusal as refusal:
        told = [shell.catalogue.text(language, refusal.code, refusal.params)]
        told += [shell.catalogue.text(language, fault.code, fault.params) for fault in refusal.faults[:FAULTS_SHOWN]]
        return await shown(form.request, form.actor, desk, batch_id, typed=typed, faults={"": " ".join(told)})
    typed["file_sha256"] = reading.sha256
    typed["came_back"] = "\n".join(f"{one.line} {one.reason}" for one in reading.reversals)
    typed["pasted"] = "\n".join(f"{one.line} {one.reason or one.outcome}" for one in reading.answers)
    return await shown(
        form.request,
        form.actor,
        desk,
        batch_id,
        typed=typed,
        reading=reading,
        read_faults=[
            (fault.params.get("row"), shell.catalogue.text(language, fault.code, fault.params))
            for fault in reading.faults[:FAULTS_SHOWN]
        ],
        status=HTTPStatus.OK,
    )
