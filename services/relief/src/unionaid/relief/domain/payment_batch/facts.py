"""A payment batch: made by a cashier, released by an accountant, answered by the bank, at once or part by part.

```
Unissued ─► Issued ─► Released ─► Returned
               └────► Withdrawn
```

Of a released batch a file may be made for the bank, once, and then be sent. What was paid may come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import TypeAlias

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    BankReturnRecorded,
    BankReversalRecorded,
    PaymentAccountConfirmed,
    PaymentBatchIssued,
    PaymentBatchReleased,
    PaymentBatchSent,
    PaymentBatchWithdrawn,
    PaymentFileMade,
)
from unionaid.relief.domain.relief_list.facts import Act
from unionaid.service.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Unissued:
    """There is no batch."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What every batch has: what was issued, and by whom."""

    terms: PaymentBatchIssued
    issued_by: str
    confirmed: Mapping[int, PaymentAccountConfirmed] = field(default_factory=dict, kw_only=True)
    """By line, the last confirmation of an account that was looked at twice."""


@dataclass(frozen=True, slots=True)
class Issued(_Known):
    """Waits for the accountant."""


@dataclass(frozen=True, slots=True)
class Released(_Known):
    """The bank may pay it. Counts and fen are of the lines it has answered for."""

    released_on: date
    paid_lines: int = 0
    paid_fen: int = 0
    failed_lines: int = 0
    failed_fen: int = 0
    file: PaymentFileMade | None = None
    """The file for the bank, where it was made here."""
    sent_on: date | None = None
    """When the bank was given it."""

    @property
    def open_lines(self) -> int:
        """How many lines wait for the bank."""
        return self.terms.lines - self.paid_lines - self.failed_lines

    @property
    def open_fen(self) -> int:
        """What waits for the bank."""
        return self.terms.amount_fen - self.paid_fen - self.failed_fen


@dataclass(frozen=True, slots=True)
class Returned(Released):
    """The bank has answered for every line. The end."""


@dataclass(frozen=True, slots=True)
class Withdrawn(_Known):
    """The bank never had it. The end."""


Existing: TypeAlias = Issued | Released | Withdrawn
Batch: TypeAlias = Unissued | Existing

INITIAL: Batch = Unissued()


def evolve(batch: Batch, act: Act) -> Batch:
    """Return the batch after an act. Raises BrokenHistory."""
    event, by = act
    match batch, event:
        case Unissued(), PaymentBatchIssued():
            return Issued(event, by)
        case Issued(terms, issued_by), PaymentBatchReleased():
            return Released(terms, issued_by, event.occurred_on, confirmed=batch.confirmed)
        case Issued(terms, issued_by), PaymentBatchWithdrawn():
            return Withdrawn(terms, issued_by, confirmed=batch.confirmed)
        case Released(), BankReversalRecorded() if event.lines <= batch.paid_lines:
            return _came_back(batch, event)
        case Released(), BankReturnRecorded() if event.paid_lines + event.failed_lines <= batch.open_lines:
            return _answered(batch, event)
        case _:
            return _towards_the_bank(batch, event)


def _towards_the_bank(batch: Batch, event: Event) -> Batch:
    match batch, event:
        case ((Issued() | Released(file=None)), PaymentAccountConfirmed()):
            return replace(batch, confirmed={**batch.confirmed, event.line: event})
        case Released(file=None), PaymentFileMade() if batch.open_lines == batch.terms.lines:
            return replace(batch, file=event)
        case Released(sent_on=None), PaymentBatchSent() if batch.file and batch.file.file_sha256 == event.file_sha256:
            return replace(batch, sent_on=event.occurred_on)
        case _:
            raise BrokenHistory(batch, event)


def batch_of(history: Iterable[Act]) -> Batch:
    """Return the batch that its stream tells of. Raises BrokenHistory."""
    return reduce(evolve, history, INITIAL)


def _answered(batch: Released, event: BankReturnRecorded) -> Released:
    after = replace(
        batch,
        paid_lines=batch.paid_lines + event.paid_lines,
        paid_fen=batch.paid_fen + event.paid_fen,
        failed_lines=batch.failed_lines + event.failed_lines,
        failed_fen=batch.failed_fen + event.failed_fen,
    )
    if after.open_lines:
        return after
    return Returned(
        after.terms,
        after.issued_by,
        after.released_on,
        after.paid_lines,
        after.paid_fen,
        after.failed_lines,
        after.failed_fen,
        after.file,
        after.sent_on,
        confirmed=after.confirmed,
    )


def _came_back(batch: Released, event: BankReversalRecorded) -> Released:
    return replace(
        batch,
        paid_lines=batch.paid_lines - event.lines,
        paid_fen=batch.paid_fen - event.amount_fen,
        failed_lines=batch.failed_lines + event.lines,
        failed_fen=batch.failed_fen + event.amount_fen,
    )
