"""One line of a list: what one person asked for, and what became of it. A stream of its own.

```
Requested ─► Verified ─► Approved ─────────────► Paid           in cash
    └────────────┴───────────┼─► Rejected
                             └─► Ordered ─► Paid                by the bank
                                  ▲   └──► Failed ─► Cancelled
                                  └───────────┘
```

Money that came back after it was paid makes a line wait as one that failed. An order that is withdrawn makes the line
again what it was before: approved, or failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TypeAlias
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BudgetShare,
    PaymentFailed,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    PaymentReversed,
    ReliefApproved,
    ReliefCancelled,
    ReliefPaid,
    ReliefRejected,
    ReliefRequested,
    ReliefVerified,
)
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unrequested:
    """There is no application."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for: `terms` names the person, the purpose, the period and the amount."""

    terms: ReliefRequested


@dataclass(frozen=True, slots=True)
class Requested(_Asked):
    """Waits for the sub-district."""


@dataclass(frozen=True, slots=True)
class Verified(_Asked):
    """Waits for the approver."""


@dataclass(frozen=True, slots=True)
class Approved(_Asked):
    """May be paid, once. `shares` say which budget gives which part, where the list names none."""

    shares: tuple[BudgetShare, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordered(_Asked):
    """Is in a payment batch and waits for the bank; `was` is what it was before."""

    batch_id: UUID
    was: Approved | Failed


@dataclass(frozen=True, slots=True)
class Failed(_Asked):
    """The bank did not pay, or took it back, on the business date `on`; waits for a follow-up batch.

    `batches` are those it was in.
    """

    on: date
    batches: frozenset[UUID]
    shares: tuple[BudgetShare, ...] = ()


@dataclass(frozen=True, slots=True)
class Paid(_Asked):
    """The person has received it. The end, unless the bank takes it back."""

    on: date
    payment: ReliefPaid
    batches: frozenset[UUID] = frozenset()
    shares: tuple[BudgetShare, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancelled(_Asked):
    """The bank could not pay and it was given up. The end."""

    on: date
    batches: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Rejected(_Asked):
    """The person will not receive it. The end."""


Existing: TypeAlias = Requested | Verified | Approved | Ordered | Failed | Paid | Cancelled | Rejected
Funded: TypeAlias = Approved | Ordered | Failed | Paid
"""What has money of budgets."""
Application: TypeAlias = Unrequested | Existing

INITIAL: Application = Unrequested()


def evolve(application: Application, event: Event) -> Application:
    """Return the application after an event. Raises BrokenHistory."""
    match application, event:
        case Unrequested(), ReliefRequested():
            return Requested(event)
        case Requested(terms), ReliefVerified():
            return Verified(terms)
        case Verified(terms), ReliefApproved():
            return Approved(terms, event.shares)
        case Approved(terms, shares), ReliefPaid(batch_id=None):
            return Paid(terms, event.occurred_on, event, shares=shares)
        case ((Requested(terms) | Verified(terms) | Approved(terms)), ReliefRejected()):
            return Rejected(terms)
        case _:
            return _by_bank(application, event)


def _by_bank(application: Application, event: Event) -> Application:
    match application, event:
        case ((Approved() | Failed()), PaymentOrdered()):
            return Ordered(application.terms, event.batch_id, application)
        case Ordered(_, batch_id, was), PaymentOrderWithdrawn() if event.batch_id == batch_id:
            return was
        case Ordered(terms, batch_id), PaymentFailed() if event.batch_id == batch_id:
            return Failed(terms, event.occurred_on, batches_of(application), shares_of(application))
        case Ordered(terms, batch_id), ReliefPaid() if event.batch_id == batch_id:
            return Paid(terms, event.occurred_on, event, batches_of(application), shares_of(application))
        case Paid(terms, _, payment, batches, shares), PaymentReversed() if event.batch_id == payment.batch_id:
            return Failed(terms, event.occurred_on, batches, shares)
        case Failed(terms, _, batches), ReliefCancelled():
            return Cancelled(terms, event.occurred_on, batches)
        case _:
            raise BrokenHistory(application, event)


def application_of(history: Iterable[Event]) -> Application:
    """Return the application that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)


def shares_of(application: Funded) -> tuple[BudgetShare, ...]:
    """Return which budget gives which part, where the list names none."""
    return application.was.shares if isinstance(application, Ordered) else application.shares


def batches_of(application: Application) -> frozenset[UUID]:
    """Return the batches that the line is or was in, those withdrawn excepted."""
    match application:
        case Ordered(_, batch_id, was):
            return batches_of(was) | {batch_id}
        case Failed() | Paid() | Cancelled():
            return application.batches
        case _:
            return frozenset()
