"""A fund: nothing, then open; money is promised, comes in, is allotted to programmes, goes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import FundSource
from unionaid.contracts.relief import (
    BankFeeCharged,
    BudgetAllotted,
    BudgetReleased,
    FundOpened,
    FundsReceived,
    FundsReturned,
    PledgeDue,
    PledgeMade,
    PledgeWithdrawn,
    SocietyMemberJoined,
    SocietyMemberLeft,
    SpendingPlanned,
)
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nobody has opened it."""


@dataclass(frozen=True, slots=True)
class Pledge:
    """What is awaited of a promise, in fen; `due` once its day was noted."""

    awaited_fen: int
    due_on: date
    due: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation by its public name, or a person by id; and since when."""

    organisation: str | None
    person_id: UUID | None
    since: date


@dataclass(frozen=True, slots=True)
class Open:
    """Amounts in fen. An earmarked fund serves one purpose only; `allotted_fen` is without what came back."""

    fund_id: UUID
    earmark: str | None
    source: FundSource
    received_fen: int = 0
    allotted_fen: int = 0
    returned_fen: int = 0
    fees_fen: int = 0
    pledges: Mapping[UUID, Pledge] = field(default_factory=dict)
    """Those of which something is awaited."""
    members: Mapping[UUID, Member] = field(default_factory=dict)
    """Who belongs to the society whose fund it is, by membership."""

    @property
    def balance_fen(self) -> int:
        """What is neither allotted nor gone; never below zero."""
        return self.received_fen - self.allotted_fen - self.returned_fen - self.fees_fen


Fund: TypeAlias = Unopened | Open

INITIAL: Fund = Unopened()


def evolve(fund: Fund, event: Event) -> Fund:
    """Return the fund after an event. Raises BrokenHistory."""
    match fund, event:
        case Unopened(), FundOpened():
            return Open(event.fund_id, event.earmark, event.source)
        case Open(), FundsReceived() | FundsReturned() | BankFeeCharged() | BudgetAllotted() | BudgetReleased():
            return _moved(fund, event)
        case Open(), SpendingPlanned():
            return fund
        case Open(), SocietyMemberJoined() if event.member_id not in fund.members:
            member = Member(event.member_organisation, event.member_person_id, event.occurred_on)
            return replace(fund, members={**fund.members, event.member_id: member})
        case Open(), SocietyMemberLeft() if event.member_id in fund.members:
            return replace(fund, members={id: one for id, one in fund.members.items() if id != event.member_id})
        case Open(), _:
            return _by_pledge(fund, event)
        case _:
            raise BrokenHistory(fund, event)


def _moved(fund: Open, event: Event) -> Fund:
    match event:
        case FundsReceived():
            received = replace(fund, received_fen=fund.received_fen + event.amount_fen)
            return received if event.pledge_id is None else _less(received, event.pledge_id, event.amount_fen)
        case FundsReturned():
            return replace(fund, returned_fen=fund.returned_fen + event.amount_fen)
        case BankFeeCharged():
            return replace(fund, fees_fen=fund.fees_fen + event.amount_fen)
        case BudgetAllotted():
            return replace(fund, allotted_fen=fund.allotted_fen + event.amount_fen)
        case BudgetReleased() if event.amount_fen <= fund.allotted_fen:
            return replace(fund, allotted_fen=fund.allotted_fen - event.amount_fen)
        case _:
            raise BrokenHistory(fund, event)


def _by_pledge(fund: Open, event: Event) -> Fund:
    match event:
        case PledgeMade() if event.pledge_id not in fund.pledges:
            pledge = Pledge(event.amount_fen, event.due_on)
        case PledgeDue() if event.pledge_id in fund.pledges:
            pledge = replace(fund.pledges[event.pledge_id], due=True)
        case PledgeWithdrawn() if event.pledge_id in fund.pledges:
            return _less(fund, event.pledge_id, event.amount_fen)
        case _:
            raise BrokenHistory(fund, event)
    return replace(fund, pledges={**fund.pledges, event.pledge_id: pledge})


def _less(fund: Open, pledge_id: UUID, amount_fen: int) -> Open:
    """Return the fund with less awaited of a pledge: more may come in than was promised, and then nothing is."""
    if pledge_id not in fund.pledges:
        return fund
    pledge = fund.pledges[pledge_id]
    others = {id: other for id, other in fund.pledges.items() if id != pledge_id}
    awaited = pledge.awaited_fen - amount_fen
    return replace(fund, pledges={**others, pledge_id: replace(pledge, awaited_fen=awaited)} if awaited > 0 else others)


def fund_of(history: Iterable[Event]) -> Fund:
    """Return the fund that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
