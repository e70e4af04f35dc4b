"""The screen on which the cashier records a visit: cash handed out by two, each line signed for (簽領表)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from unionaid.relief.bodies.lists import CashPaymentBody
from unionaid.relief.domain.relief_list.facts import list_of
from unionaid.relief.domain.relief_list.guards import status_of
from unionaid.relief.domain.relief_list.paying import CashVisit, Signature
from unionaid.relief.http.access import acts_seen_by, step_of
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.pages.offers import offer
from unionaid.relief.pages.relief_list import carried, shown, told_of
from unionaid.relief.pages.turns import lines_of
from unionaid.relief.views import lists as list_views
from unionaid.service.access import require
from unionaid.service.calling import NeighbourAway
from unionaid.service.forms import Form, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import PageRouter, language_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unionaid.relief.application.deciding import Expect
    from unionaid.service.app import Shell
    from unionaid.service.deciding import Done, Issued

CASH_PAYMENTS = "/pages/cash-payments"
"""The path on which a scan is taken."""
CASH_LINES_MAX = 500
"""Lines of a list whose signatures are entered on one page."""
SIGNED = ("payee", "thumbprint", "proxy")
VISITORS = ("visitor_1", "visitor_2")
_READ_BYTES = 1 << 16

cash_payments = PageRouter(prefix=CASH_PAYMENTS, tags=["screens"])


@cash_payments.get("/{list_id}")
async def blank(
    request: Request, list_id: UUID, cashier: Annotated[Actor, require(Role.CASHIER)], desk: AtDesk
) -> Response:
    """The signed list to be filled in; each line by the payee's own hand until something else is chosen."""
    today = request.app.state.shell.clock.business_date().isoformat()
    return await _asked(Form(request, cashier, {}), desk, list_id, {"occurred_on": today}, {})


@cash_payments.post("/{list_id}")
async def pay(list_id: UUID, form: Annotated[Form, forms(Role.CASHIER, files=1)], desk: AtDesk) -> Response:
    """Record the visit."""
    typed = dict(form.fields)
    if (scan := form.files.get("scan")) is not None and scan.size:
        typed |= await _measured(scan)
    try:
        body, faults = await _body(form, desk, list_id, typed)
    except NeighbourAway:
        body, faults = None, {"": _text(form.request, "screen-registry-away")}
    if body is None:
        return await _asked(form, desk, list_id, typed, faults)
    first, second = body.visitors
    visit = CashVisit(
        visitors=(first, second),
        signed_list_sha256=body.signed_list_sha256,
        signed_list_bytes=body.signed_list_bytes,
        signatures=[Signature(line.line, line.signed_by, line.proxy_person_id) for line in body.lines],
    )

    async def act(issued: Issued, expect: Expect) -> Done:
        return await desk.commands.lists.pay_in_cash(issued, list_id, visit, step_of(issued, body), expect)

    async def again(faults: Mapping[str, str]) -> Response:
        return await _asked(form, desk, list_id, typed, _placed(faults))

    return await carried(form, desk, list_id, "paid", act, again=again)


async def _measured(scan: UploadFile) -> dict[str, str]:
    """Return hash and length of a scan. The scan itself is not kept here: the office keeps it with the voucher."""
    digest = hashlib.sha256()
    while chunk := await scan.read(_READ_BYTES):
        digest.update(chunk)
    return {"scan_sha256": digest.hexdigest(), "scan_bytes": str(scan.size)}


async def _body(
    form: Form, desk: Desk, list_id: UUID, typed: Mapping[str, str]
) -> tuple[CashPaymentBody | None, dict[str, str]]:
    """Read the form; a person is named by ID number or by id. Raises NeighbourAway."""
    found = await list_views.lines(desk.pool, list_id, 0, CASH_LINES_MAX)
    numbers = [line["line"] for line in found]
    persons = {name: typed.get(name, "").strip() for name in (*VISITORS, *(f"proxy_{n}" for n in numbers))}
    matched = await desk.identities.matched(form.request, {text for text in persons.values() if text})
    faults = {
        name: _text(form.request, "screen-nobody-found")
        for name, text in persons.items()
        if text and matched[text].person_id is None
    }
    faults |= {name: _text(form.request, "missing") for name in VISITORS if not persons[name]}
    if not typed.get("scan_sha256"):
        faults["scan"] = _text(form.request, "screen-scan-missing")

    def person(name: str) -> UUID | None:
        return matched[persons[name]].person_id if persons[name] else None

    try:
        body = CashPaymentBody.model_validate(
            {
                "occurred_on": typed.get("occurred_on", "").strip(),
                "visitors": [person(name) or UUID(int=0) for name in VISITORS],
                "signed_list_sha256": typed.get("scan_sha256") or "0" * 64,
                "signed_list_bytes": int(typed.get("scan_bytes") or 1),
                "lines": [
                    {"line": n, "signed_by": typed.get(f"signed_{n}", ""), "proxy_person_id": person(f"proxy_{n}")}
                    for n in numbers
                ],
            }
        )
    except (ValidationError, ValueError) as error:
        told = told_of(form.request, error) if isinstance(error, ValidationError) else {"scan": ""}
        return None, _placed(told) | faults
    return (None, faults) if faults else (body, {})


def _placed(faults: Mapping[str, str]) -> dict[str, str]:
    """Put each reason beside what it is about: `lines.4.proxy_person_id` is line 5's proxy."""
    placed: dict[str, str] = {}
    for where, reason in faults.items():
        parts = where.split(".")
        if parts[0] == "lines" and len(parts) > 1 and parts[1].isdecimal():
            placed[f"{'proxy' if parts[-1] == 'proxy_person_id' else 'signed'}_{int(parts[1]) + 1}"] = reason
        elif where == "visitors":
            placed[VISITORS[1]] = reason
        else:
            placed[where if where in {"occurred_on", "scan"} else ""] = reason
    return placed


def _text(request: Request, code: str) -> str:
    shell: Shell = request.app.state.shell
    return shell.catalogue.text(language_of(request), code)


async def _asked(form: Form, desk: Desk, list_id: UUID, typed: dict[str, str], faults: dict[str, str]) -> Response:
    request, cashier = form.request, form.actor
    shell: Shell = request.app.state.shell
    acts = await acts_seen_by(cashier, desk, list_id)
    await desk.settled()
    state = list_of(act for act, _ in acts)
    if "cash-payment" not in offer(state, (await lines_of(desk, [state], cashier))[list_id], cashier).steps:
        return await shown(request, cashier, desk, list_id)
    lines = await list_views.lines(desk.pool, list_id, 0, CASH_LINES_MAX + 1)
    if len(lines) > CASH_LINES_MAX:
        return await shown(request, cashier, desk, list_id, notice="screen-list-too-long-for-cash")
    values: dict[str, Any] = {
        "lines": lines,
        "names": await desk.identities.names(request, cashier, [line["person_id"] for line in lines]),
    }
    return shell.screens.page(
        request,
        "cash_payment.html",
        status=422 if faults else 200,
        list_id=list_id,
        state=status_of(state),
        version=typed.get("version") or str(len(acts)),
        typed=typed,
        faults=faults,
        signed=SIGNED,
        key=new_key(),
        **values,
    )
