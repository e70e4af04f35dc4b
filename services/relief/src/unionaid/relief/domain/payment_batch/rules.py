"""A batch until it is the bank's: made by a cashier, released by an accountant or withdrawn. What the bank answers
stands in `returning`.

Two pairs of eyes: who entered, verified or approved the list does none of it, and who made a batch does not release it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import (
    PaymentBatchIssued,
    PaymentBatchReleased,
    PaymentBatchWithdrawn,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
)
from unionaid.relief.domain.payment_batch import facts
from unionaid.relief.domain.refusals import BatchWrongStatus, IssuedBySame, NotFound, NothingToPay
from unionaid.relief.domain.relief_list import applications
from unionaid.relief.domain.relief_list import facts as list_facts
from unionaid.relief.domain.relief_list.guards import (
    NOBODY,
    Barred,
    Lines,
    Step,
    existing,
    fen_of,
    refuse_barred,
    refuse_date,
    refuse_own_matter,
    refuse_same_person,
    status_of,
    wrong_status,
)
from unionaid.relief.domain.relief_list.submitting import Declared, refuse_other_than_declared

Payable = applications.Approved | applications.Failed
"""What a batch takes: lines that were never in one, or came back from the bank."""


class WithdrawalReason(StrEnum):
    """Why a batch is withdrawn before the bank has it."""

    ENTERED_IN_ERROR = "entered-in-error"
    ACCOUNT_IN_DOUBT = "account-in-doubt"
    LIST_IN_DOUBT = "list-in-doubt"
    CASH_INSTEAD = "cash-instead"


def issue(
    relief_list: list_facts.ReliefList,
    lines: Lines,
    batch_id: UUID,
    declared: Declared,
    step: Step,
    *,
    barred: Barred = NOBODY,
) -> list[Event]:
    """Make a batch of every line that waits: all of an approved list, later those that the bank returned.

    Raises NotFound, ListWrongStatus, EnteredBySame, VerifiedBySame, ApprovedBySame, NothingToPay, OwnMatter,
    LinesRefused (payees who are helped no more), DeclaredDiffers and the refusals of dates.
    """
    known = existing(relief_list)
    if not isinstance(known, list_facts.Approved | list_facts.Ordered):
        raise wrong_status(known)
    refuse_same_person(known, step.by)
    payable = [line for line in lines if isinstance(line, Payable)]
    if not payable:
        raise NothingToPay
    failed_on = (line.on for line in payable if isinstance(line, applications.Failed))
    refuse_date(step, known.last_on, *failed_on)
    refuse_own_matter(lines, step.by)
    refuse_barred(payable, barred)
    refuse_other_than_declared(
        declared, [(line.terms.line, line.terms.person_id, line.terms.amount_fen) for line in payable]
    )
    list_id, amount_fen = known.terms.list_id, fen_of(payable)
    events: list[Event] = [
        PaymentBatchIssued(
            occurred_on=step.on,
            batch_id=batch_id,
            list_id=list_id,
            lines=len(payable),
            amount_fen=amount_fen,
            lines_hash=declared.lines_hash,
        ),
        ReliefListOrdered(
            occurred_on=step.on, list_id=list_id, batch_id=batch_id, lines=len(payable), amount_fen=amount_fen
        ),
    ]
    events += (
        PaymentOrdered(
            occurred_on=step.on,
            application_id=line.terms.application_id,
            list_id=list_id,
            line=line.terms.line,
            batch_id=batch_id,
            amount_fen=line.terms.amount_fen,
        )
        for line in payable
    )
    return events


def release(
    batch: facts.Batch, relief_list: list_facts.ReliefList, lines: Lines, step: Step, barred: Barred = NOBODY
) -> list[Event]:
    """Release a batch to the bank.

    Raises NotFound, BatchWrongStatus, IssuedBySame, EnteredBySame, VerifiedBySame, ApprovedBySame, OwnMatter,
    LinesRefused (payees who are helped no more) and the refusals of dates.
    """
    issued = _issued(batch)
    if step.by == issued.issued_by:
        raise IssuedBySame
    refuse_hands(relief_list, lines, step, issued.terms.occurred_on)
    terms = issued.terms
    refuse_barred(waiting_in(terms.batch_id, lines), barred)
    return [
        PaymentBatchReleased(
            occurred_on=step.on,
            batch_id=terms.batch_id,
            list_id=terms.list_id,
            lines=terms.lines,
            amount_fen=terms.amount_fen,
        )
    ]


def withdraw(
    batch: facts.Batch, relief_list: list_facts.ReliefList, lines: Lines, reason: WithdrawalReason, step: Step
) -> list[Event]:
    """Withdraw a batch that is not released; its lines are again what they were before it.

    Raises NotFound, BatchWrongStatus, EnteredBySame, VerifiedBySame, ApprovedBySame, OwnMatter and the refusals of
    dates.
    """
    terms = _issued(batch).terms
    refuse_hands(relief_list, lines, step, terms.occurred_on)
    events: list[Event] = [
        PaymentBatchWithdrawn(
            occurred_on=step.on,
            batch_id=terms.batch_id,
            list_id=terms.list_id,
            lines=terms.lines,
            amount_fen=terms.amount_fen,
            reason_code=reason.value,
        ),
        ReliefListOrderWithdrawn(
            occurred_on=step.on,
            list_id=terms.list_id,
            batch_id=terms.batch_id,
            lines=terms.lines,
            amount_fen=terms.amount_fen,
        ),
    ]
    events += (
        PaymentOrderWithdrawn(
            occurred_on=step.on,
            application_id=line.terms.application_id,
            list_id=terms.list_id,
            line=line.terms.line,
            batch_id=terms.batch_id,
            amount_fen=line.terms.amount_fen,
        )
        for line in waiting_in(terms.batch_id, lines)
    )
    return events


def waiting_in(batch_id: UUID, lines: Lines) -> Sequence[applications.Ordered]:
    """Return the lines of a batch that wait for the bank."""
    return [line for line in lines if isinstance(line, applications.Ordered) and line.batch_id == batch_id]


def existing_batch(batch: facts.Batch) -> facts.Existing:
    """Return the batch that is there. Raises NotFound."""
    if isinstance(batch, facts.Unissued):
        raise NotFound
    return batch


def wrong_batch_status(batch: facts.Existing) -> BatchWrongStatus:
    """Return the refusal of a step that does not begin where the batch is."""
    return BatchWrongStatus(status=status_of(batch))


def refuse_hands(relief_list: list_facts.ReliefList, lines: Lines, step: Step, *earlier: date) -> None:
    """Refuse who took a step of the list before, or stands on it, and a date before the steps before."""
    refuse_same_person(existing(relief_list), step.by)
    refuse_date(step, *earlier)
    refuse_own_matter(lines, step.by)


def _issued(batch: facts.Batch) -> facts.Issued:
    known = existing_batch(batch)
    if not isinstance(known, facts.Issued):
        raise wrong_batch_status(known)
    return known
