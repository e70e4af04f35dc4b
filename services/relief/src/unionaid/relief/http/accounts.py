"""Accounts of a batch that are looked at twice: which they are, and that another officer has confirmed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.contracts.fields import LINES_MAX
from unionaid.relief.bodies.payment_batches import AccountConfirmationBody
from unionaid.relief.domain.payment_batch.accounts import Doubted, doubted, unconfirmed
from unionaid.relief.domain.payment_batch.facts import batch_of
from unionaid.relief.domain.payment_batch.rules import existing_batch
from unionaid.relief.http.access import ByAccountant, step_of
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.views import payment_batches as batch_views
from unionaid.relief.views.acts import acts_of_batch
from unionaid.service.access import require
from unionaid.service.calling import NeighbourAway, NeighbourRefuses
from unionaid.service.deciding import Done, Issued
from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

if TYPE_CHECKING:
    from unionaid.service.app import Shell

accounts = Router(prefix="/payment-batches", tags=["payment batches"])


@accounts.get("/{batch_id}/account-doubts")
async def show_doubts(
    batch_id: UUID, request: Request, _: Annotated[Actor, require(Role.CASHIER, Role.ACCOUNTANT)], desk: AtDesk
) -> Response:
    """Show which accounts of a batch are looked at twice, why, and whether that was done; no account is shown."""
    batch = existing_batch(batch_of(act for act, _ in await acts_of_batch(desk.pool, batch_id)))
    found = await doubts_of(request, desk, batch_id)
    waiting = {one.line for one in unconfirmed(batch, found)}
    rows = [
        {"line": one.line, "doubts": one.doubts, "sharers": one.sharers, "confirmed": one.line not in waiting}
        for one in found.values()
    ]
    return shown({"batch_id": batch_id, "lines": rows})


@accounts.post("/{batch_id}/account-confirmations")
async def confirm_accounts(
    batch_id: UUID, body: AccountConfirmationBody, request: Request, command: ByAccountant, desk: AtDesk
) -> Response:
    """Confirm accounts that are looked at twice, with the reason; not by who made the batch."""

    async def act(issued: Issued) -> Done:
        return await desk.commands.batches.confirm_accounts(
            issued,
            batch_id,
            await doubts_of(request, desk, batch_id),
            lines=body.lines,
            reason=body.reason_code,
            step=step_of(issued, body),
            expect=command.expect,
        )

    return await command.run(act)


async def doubts_of(request: Request, desk: Desk, batch_id: UUID) -> dict[int, Doubted]:
    """Return the accounts of a batch that are looked at twice, by line, as registry tells the person of the request.

    Raises Problem: registry does not answer, or refuses.
    """
    await desk.settled()
    lines = await batch_views.batch_lines(desk.pool, batch_id, 0, LINES_MAX)
    payees = await payees_of(desk, lines)
    try:
        standings = await desk.identities.standings(request, list(payees.values()))
    except NeighbourAway:
        raise Problem.moment("registry-away") from None
    except NeighbourRefuses as refused:
        raise Problem(refused.status, refused.code) from None
    today = today_of(request)
    days = desk.second_look(today)
    found = (
        doubted(line, standings[payee], today=today, days=days) for line, payee in payees.items() if payee in standings
    )
    return {one.line: one for one in found if one is not None}


async def payees_of(desk: Desk, lines: Sequence[Mapping[str, Any]]) -> dict[int, UUID]:
    """Return to whom lines are paid: to whom another stands for, that other is paid."""
    survivors = await desk.people.survivors([line["person_id"] for line in lines])
    return {line["line"]: survivors.get(line["person_id"], line["person_id"]) for line in lines}


def today_of(request: Request) -> date:
    """Return the business date of now."""
    shell: Shell = request.app.state.shell
    return shell.clock.business_date()
