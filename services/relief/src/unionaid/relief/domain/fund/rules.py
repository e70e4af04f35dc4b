"""What may happen to a fund: it never goes below zero. Budgets stand in `budgeting`, promises in `pledges`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import AMOUNT_FEN_MAX, FundReturnReason, FundSource
from unionaid.contracts.relief import BankFeeCharged, FundOpened, FundsReceived, FundsReturned, SpendingPlanned
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.fund.facts import Fund, Open, Unopened
from unionaid.relief.domain.money import yuan
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    DonorMissing,
    FundInsufficient,
    FundNotOfDonations,
    NotFound,
    ReferenceUnknown,
    SumTooLarge,
)


@dataclass(frozen=True, slots=True)
class OpenFund:
    """Open a fund."""

    fund_id: UUID
    source: FundSource
    name: str
    earmark: str | None
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class ReceiveFunds:
    """Record money that came into a fund, with its voucher.

    A gift may say who gave: an organisation by its public name, or a person by id.
    """

    amount_fen: int
    voucher: str
    on: date
    today: date
    pledge_id: UUID | None = None
    reference: str | None = None
    donor_organisation: str | None = None
    donor_person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReturnFunds:
    """Give money of a fund back, with its voucher; `reference` is the document that is corrected."""

    amount_fen: int
    voucher: str
    reason: FundReturnReason
    on: date
    today: date
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class ChargeFee:
    """Book what the bank took."""

    amount_fen: int
    voucher: str
    on: date
    today: date
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PlanSpending:
    """Say how much of a fund is to be spent in a month."""

    monthly_fen: int
    on: date
    today: date


def open_fund(fund: Fund, command: OpenFund) -> list[Event]:
    """Open a fund. Raises AlreadyOpened and the refusals of dates."""
    if not isinstance(fund, Unopened):
        raise AlreadyOpened(field="fund_id")
    refuse_impossible(command.on, command.today)
    return [
        FundOpened(
            occurred_on=command.on,
            fund_id=command.fund_id,
            source=command.source,
            name=command.name,
            earmark=command.earmark,
        )
    ]


def receive_funds(fund: Fund, command: ReceiveFunds) -> list[Event]:
    """Record a receipt.

    Raises NotFound, ReferenceUnknown, DonorMissing, FundNotOfDonations, SumTooLarge and the refusals of dates.
    """
    opened = opened_fund(fund)
    refuse_impossible(command.on, command.today)
    _refuse_donor(opened, command)
    if command.pledge_id is not None and command.pledge_id not in opened.pledges:
        raise ReferenceUnknown(field="pledge_id")
    if opened.received_fen + command.amount_fen > AMOUNT_FEN_MAX:
        raise SumTooLarge(field="amount_fen", most=yuan(AMOUNT_FEN_MAX))
    return [
        FundsReceived(
            occurred_on=command.on,
            fund_id=opened.fund_id,
            amount_fen=command.amount_fen,
            voucher=command.voucher,
            pledge_id=command.pledge_id,
            reference=command.reference,
            donor_organisation=command.donor_organisation,
            donor_person_id=command.donor_person_id,
        )
    ]


def _refuse_donor(fund: Open, command: ReceiveFunds) -> None:
    """Refuse two givers of one gift, and a giver to a fund that is not of donations."""
    named = [one for one in (command.donor_organisation, command.donor_person_id) if one is not None]
    if len(named) > 1:
        raise DonorMissing(field="donor_organisation")
    if named and fund.source != "donation":
        raise FundNotOfDonations(field="donor_person_id" if command.donor_person_id else "donor_organisation")


def return_funds(fund: Fund, command: ReturnFunds) -> list[Event]:
    """Give money back. Raises NotFound, FundInsufficient and the refusals of dates."""
    opened = opened_fund(fund)
    refuse_impossible(command.on, command.today)
    refuse_beyond_balance(opened, command.amount_fen)
    return [
        FundsReturned(
            occurred_on=command.on,
            fund_id=opened.fund_id,
            amount_fen=command.amount_fen,
            voucher=command.voucher,
            reason_code=command.reason,
            reference=command.reference,
        )
    ]


def charge_fee(fund: Fund, command: ChargeFee) -> list[Event]:
    """Book a fee of the bank. Raises NotFound, FundInsufficient and the refusals of dates."""
    opened = opened_fund(fund)
    refuse_impossible(command.on, command.today)
    refuse_beyond_balance(opened, command.amount_fen)
    return [
        BankFeeCharged(
            occurred_on=command.on,
            fund_id=opened.fund_id,
            amount_fen=command.amount_fen,
            voucher=command.voucher,
            reference=command.reference,
        )
    ]


def plan_spending(fund: Fund, command: PlanSpending) -> list[Event]:
    """Plan what a month is to cost. Raises NotFound and the refusals of dates."""
    opened = opened_fund(fund)
    refuse_impossible(command.on, command.today)
    return [SpendingPlanned(occurred_on=command.on, fund_id=opened.fund_id, monthly_fen=command.monthly_fen)]


def opened_fund(fund: Fund) -> Open:
    """Return the fund that is there. Raises NotFound."""
    if not isinstance(fund, Open):
        raise NotFound
    return fund


def refuse_beyond_balance(fund: Open, amount_fen: int) -> None:
    """Refuse more than is free. Raises FundInsufficient."""
    if amount_fen > fund.balance_fen:
        raise FundInsufficient(field="amount_fen", balance=yuan(fund.balance_fen), wanted=yuan(amount_fen))
