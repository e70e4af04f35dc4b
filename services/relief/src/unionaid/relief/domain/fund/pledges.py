"""Money that was promised to a fund: it counts as nothing until it has come in, and is asked for when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import PledgeWithdrawalReason
from unionaid.contracts.relief import PledgeDue, PledgeMade, PledgeWithdrawn
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.fund.facts import Fund, Open, Pledge
from unionaid.relief.domain.fund.rules import opened_fund
from unionaid.relief.domain.refusals import AlreadyOpened, DueBeforePledge, NotFound


@dataclass(frozen=True, slots=True)
class MakePledge:
    """Record a promise, with the number of the paper it stands on."""

    pledge_id: UUID
    amount_fen: int
    due_on: date
    voucher: str
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class WithdrawPledge:
    """Record that what is awaited of a pledge will not come."""

    pledge_id: UUID
    reason: PledgeWithdrawalReason
    on: date
    today: date


def make_pledge(fund: Fund, command: MakePledge) -> list[Event]:
    """Record a promise. Raises NotFound, AlreadyOpened, DueBeforePledge and the refusals of dates."""
    opened = opened_fund(fund)
    refuse_impossible(command.on, command.today)
    if command.pledge_id in opened.pledges:
        raise AlreadyOpened(field="pledge_id")
    if command.due_on < command.on:
        raise DueBeforePledge(field="due_on", made=command.on.isoformat())
    return [
        PledgeMade(
            occurred_on=command.on,
            fund_id=opened.fund_id,
            pledge_id=command.pledge_id,
            amount_fen=command.amount_fen,
            due_on=command.due_on,
            voucher=command.voucher,
        )
    ]


def withdraw_pledge(fund: Fund, command: WithdrawPledge) -> list[Event]:
    """Record that the rest will not come. Raises NotFound and the refusals of dates."""
    opened = opened_fund(fund)
    pledge = _awaited(opened, command.pledge_id)
    refuse_impossible(command.on, command.today)
    return [
        PledgeWithdrawn(
            occurred_on=command.on,
            fund_id=opened.fund_id,
            pledge_id=command.pledge_id,
            amount_fen=pledge.awaited_fen,
            reason_code=command.reason,
        )
    ]


def note_due(fund: Fund, today: date) -> list[Event]:
    """Note every pledge whose day has come and of which something is awaited; once each."""
    if not isinstance(fund, Open):
        return []
    return [
        PledgeDue(occurred_on=today, fund_id=fund.fund_id, pledge_id=pledge_id, amount_fen=pledge.awaited_fen)
        for pledge_id, pledge in fund.pledges.items()
        if pledge.due_on <= today and not pledge.due
    ]


def _awaited(fund: Open, pledge_id: UUID) -> Pledge:
    if pledge_id not in fund.pledges:
        raise NotFound
    return fund.pledges[pledge_id]
