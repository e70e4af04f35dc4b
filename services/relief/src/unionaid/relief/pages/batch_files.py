"""The file for the bank on the screen: accounts looked at twice, the file made once, then downloaded as it was made."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.relief.bodies.payment_batches import AccountConfirmationBody, BankFileBody
from unionaid.relief.bodies.typed import StepBody
from unionaid.relief.http.access import step_of
from unionaid.relief.http.accounts import doubts_of
from unionaid.relief.http.bank_files import fetched, make
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.pages.payment_batches import take
from unionaid.service.access import require
from unionaid.service.forms import Form, forms
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import PageRouter

batch_files = PageRouter(prefix="/pages/payment-batches", tags=["screens"])


@batch_files.post("/{batch_id}/file")
async def make_file(batch_id: UUID, form: Annotated[Form, forms(Role.CASHIER)], desk: AtDesk) -> Response:
    """Make the file for the bank, once; it is downloaded from the page that follows."""
    return await take(
        form, desk, batch_id, becomes="file", model=BankFileBody,
        given={"occurred_on": form.text("occurred_on"), "form": form.text("form")},
        act=lambda issued, body, expect: make(form.request, desk, issued, batch_id, body=body, expect=expect),
    )  # fmt: skip


@batch_files.get("/{batch_id}/file")
async def download(
    batch_id: UUID, request: Request, _: Annotated[Actor, require(Role.CASHIER)], desk: AtDesk
) -> Response:
    """The file, byte for byte as it was made; refused if it would be another one now."""
    return await fetched(request, desk, batch_id)


@batch_files.post("/{batch_id}/account-confirmations")
async def confirm_accounts(batch_id: UUID, form: Annotated[Form, forms(Role.ACCOUNTANT)], desk: AtDesk) -> Response:
    """Confirm the accounts that were chosen, with the reason."""
    numbers = (name.removeprefix("line_") for name in form.fields if name.startswith("line_"))
    chosen = [int(number) for number in numbers if number.isdecimal() and number.isascii()]
    given = {"occurred_on": form.text("occurred_on"), "lines": chosen, "reason_code": form.text("reason_code")}
    found = await doubts_of(form.request, desk, batch_id)
    return await take(
        form, desk, batch_id, becomes="accounts", model=AccountConfirmationBody, given=given,
        act=lambda issued, body, expect: desk.commands.batches.confirm_accounts(
            issued, batch_id, found,
            lines=body.lines, reason=body.reason_code, step=step_of(issued, body), expect=expect,
        ),
    )  # fmt: skip


@batch_files.post("/{batch_id}/sending")
async def send(batch_id: UUID, form: Annotated[Form, forms(Role.CASHIER)], desk: AtDesk) -> Response:
    """Record that the bank was given the file."""
    given = {"occurred_on": form.text("occurred_on")}
    return await take(
        form, desk, batch_id, becomes="sent", model=StepBody, given=given,
        act=lambda issued, body, expect: desk.commands.batches.send(issued, batch_id, step_of(issued, body), expect),
    )  # fmt: skip
