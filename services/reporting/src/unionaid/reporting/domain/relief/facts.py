"""The events of relief that figures are made of: of each, the fields a figure needs, and no others.

Read tolerantly: what a later version adds is passed over. What is missing or of another kind raises
`msgspec.ValidationError`, and the event is parked.
"""

from datetime import date

import msgspec

from unionaid.reporting.domain.kinds import AmountFen, FundSource, Id, PaymentMethod, ProgrammeKind, Year


class FundOpened(msgspec.Struct, frozen=True, gc=False):
    """A fund and where its money comes from."""

    occurred_on: date
    fund_id: Id
    source: FundSource
    name: str


class ProgrammeOpened(msgspec.Struct, frozen=True, gc=False):
    """A programme of one kind and year, its window (both days included) and the policy it stands on."""

    occurred_on: date
    programme_id: Id
    kind: ProgrammeKind
    year: Year
    name: str
    window_from: date
    window_to: date
    policy_version: str


class FundPart(msgspec.Struct, frozen=True, gc=False):
    """Which fund paid which part of a payment."""

    fund_id: Id
    amount_fen: AmountFen


class ReliefPaid(msgspec.Struct, frozen=True, gc=False):
    """One person received relief; with amounts below zero, what a bank had paid came back."""

    occurred_on: date
    list_id: Id
    programme_id: Id
    programme_kind: ProgrammeKind
    programme_year: Year
    person_id: Id
    union_org_id: Id
    method: PaymentMethod
    amount_fen: AmountFen
    parts: tuple[FundPart, ...]


class PartsDisagree(ValueError):
    """The parts of a payment are not its amount, or a fund stands in two of them."""


def taken_back(reversed_: ReliefPaid) -> ReliefPaid:
    """Return a payment that came back as what it takes away: amounts below zero.

    Raises:
        PartsDisagree: as `agreed`.
    """
    told = agreed(reversed_)
    parts = tuple(msgspec.structs.replace(part, amount_fen=-part.amount_fen) for part in told.parts)
    return msgspec.structs.replace(told, amount_fen=-told.amount_fen, parts=parts)


def agreed(paid: ReliefPaid) -> ReliefPaid:
    """Return the payment, once its parts are known to make it up: totals by fund and in all must agree.

    Raises:
        PartsDisagree: they do not.
    """
    parts = paid.parts
    if len(parts) == 1:
        if parts[0].amount_fen != paid.amount_fen:
            raise PartsDisagree("the part is not amount_fen")
        return paid
    if sum([part.amount_fen for part in parts]) != paid.amount_fen:
        raise PartsDisagree("the parts do not add up to amount_fen")
    if len({part.fund_id for part in parts}) != len(parts):
        raise PartsDisagree("a fund stands in two parts")
    return paid
