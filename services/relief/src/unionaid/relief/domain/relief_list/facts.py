"""A list: submitted, verified, approved, paid; or rejected on the way. Each step is another person's.

```
Unsubmitted ─► Submitted ─► Verified ─► Approved ───────────► Paid        in cash
                             ▲    │ endorsed, while a further approval is needed
                             └────┘
                   └────────────┴───────────┼─► Rejected
                                            └─► Ordered ─► Paid           by the bank
                                                   └────► Settled
```

A list is ordered while one of its lines is, or was, in a payment batch; its only batch withdrawn, it is approved again.
Money that comes back after the end opens it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import NamedTuple, TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import ApproverRole
from unionaid.contracts.relief import (
    ReliefListApproved,
    ReliefListEndorsed,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListPaid,
    ReliefListRejected,
    ReliefListReopened,
    ReliefListSettled,
    ReliefListSubmitted,
    ReliefListVerified,
)
from unionaid.relief.domain.programme.approvals import ONE
from unionaid.service.refusals import BrokenHistory


class Act(NamedTuple):
    """An event of a list, and by whom it came about: `person-<uuid>` or `service:<name>`."""

    event: Event
    by: str


@dataclass(frozen=True, slots=True)
class Unsubmitted:
    """There is no list."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What every list has: what was submitted, by whom, and the business date of the last step."""

    terms: ReliefListSubmitted
    entered_by: str
    last_on: date


@dataclass(frozen=True, slots=True)
class Submitted(_Known):
    """Waits for the sub-district."""


@dataclass(frozen=True, slots=True)
class Verified(_Known):
    """Waits for an approval; `endorsed_by` gave those before the last, in order."""

    verified_by: str
    endorsed_by: tuple[str, ...] = ()

    @property
    def awaits(self) -> ApproverRole:
        """Whose approval is the next."""
        return (self.terms.approvals or ONE)[len(self.endorsed_by)]

    @property
    def awaits_last(self) -> bool:
        """Whether the next approval is the last."""
        return len(self.endorsed_by) + 1 == len(self.terms.approvals or ONE)


@dataclass(frozen=True, slots=True)
class Approved(_Known):
    """The budget is bound; waits for the cashier."""

    verified_by: str
    approved_by: str
    endorsed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordered(_Known):
    """The bank pays it; `orders` are its batches, each with who made it. The lines say how far it is."""

    verified_by: str
    approved_by: str
    orders: Mapping[UUID, str]
    endorsed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled(_Known):
    """The bank paid some lines, perhaps none, and the others were cancelled. The end, unless money comes back."""

    verified_by: str
    approved_by: str
    orders: Mapping[UUID, str] = field(default_factory=dict, kw_only=True)
    """Its batches, each with who made it."""
    endorsed_by: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Paid(_Known):
    """Every line was paid. The end, unless money comes back that a bank had paid."""

    verified_by: str
    approved_by: str
    paid_by: str
    orders: Mapping[UUID, str] = field(default_factory=dict, kw_only=True)
    """Its batches, each with who made it."""
    endorsed_by: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Rejected(_Known):
    """No line is paid. The end."""

    rejected_by: str
    reason_code: str


Existing: TypeAlias = Submitted | Verified | Approved | Ordered | Settled | Paid | Rejected
ReliefList: TypeAlias = Unsubmitted | Existing

INITIAL: ReliefList = Unsubmitted()


def evolve(relief_list: ReliefList, act: Act) -> ReliefList:
    """Return the list after an act. Raises BrokenHistory."""
    event, by = act
    match relief_list, event:
        case Unsubmitted(), ReliefListSubmitted():
            return Submitted(event, by, event.occurred_on)
        case Submitted(terms, entered_by), ReliefListVerified():
            return Verified(terms, entered_by, event.occurred_on, by)
        case Verified(), ReliefListEndorsed() | ReliefListApproved():
            return _approved(relief_list, act)
        case Approved(terms, entered_by, _, verified_by, approved_by), ReliefListPaid() if event.method != "bank":
            return Paid(terms, entered_by, event.occurred_on, verified_by, approved_by, by)
        case ((Submitted() | Verified() | Approved()), ReliefListRejected()):
            return Rejected(relief_list.terms, relief_list.entered_by, event.occurred_on, by, event.reason_code)
        case _:
            return _by_bank(relief_list, act)


def _approved(relief_list: Verified, act: Act) -> ReliefList:
    """Return the list after an approval: the last approves it, those before it endorse it."""
    known = (relief_list.terms, relief_list.entered_by, act.event.occurred_on, relief_list.verified_by)
    match act.event:
        case ReliefListEndorsed() if not relief_list.awaits_last:
            return Verified(*known, (*relief_list.endorsed_by, act.by))
        case ReliefListApproved() if relief_list.awaits_last:
            return Approved(*known, act.by, relief_list.endorsed_by)
        case _:
            raise BrokenHistory(relief_list, act.event)


def _by_bank(relief_list: ReliefList, act: Act) -> ReliefList:
    event, by = act
    if not isinstance(relief_list, Approved | Ordered):
        return _reopened(relief_list, event)
    known = (relief_list.terms, relief_list.entered_by, event.occurred_on)
    hands = (relief_list.verified_by, relief_list.approved_by)
    orders = relief_list.orders if isinstance(relief_list, Ordered) else {}
    match event:
        case ReliefListOrdered() if event.batch_id not in orders:
            return Ordered(*known, *hands, {**orders, event.batch_id: by}, relief_list.endorsed_by)
        case ReliefListOrderWithdrawn() if event.batch_id in orders:
            left = {batch_id: made_by for batch_id, made_by in orders.items() if batch_id != event.batch_id}
            before = relief_list.endorsed_by
            return Ordered(*known, *hands, left, before) if left else Approved(*known, *hands, before)
        case ReliefListPaid(method="bank") if orders:
            return Paid(*known, *hands, by, orders=orders, endorsed_by=relief_list.endorsed_by)
        case ReliefListSettled() if orders:
            return Settled(*known, *hands, orders=orders, endorsed_by=relief_list.endorsed_by)
        case _:
            raise BrokenHistory(relief_list, event)


def _reopened(relief_list: ReliefList, event: Event) -> Ordered:
    ended = relief_list if isinstance(relief_list, Paid | Settled) and relief_list.orders else None
    if ended is None or not isinstance(event, ReliefListReopened):
        raise BrokenHistory(relief_list, event)
    known = (ended.terms, ended.entered_by, event.occurred_on)
    return Ordered(*known, ended.verified_by, ended.approved_by, ended.orders, ended.endorsed_by)


def list_of(history: Iterable[Act]) -> ReliefList:
    """Return the list that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)
