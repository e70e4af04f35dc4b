"""Money that came back after it had been booked as paid: its lines wait again, and what was spent is bound again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import BankReversalRecorded, PaymentReversed, ReliefListReopened
from unionaid.relief.domain.payment_batch import facts
from unionaid.relief.domain.payment_batch.returning import FailureReason
from unionaid.relief.domain.payment_batch.rules import existing_batch, refuse_hands, wrong_batch_status
from unionaid.relief.domain.refusals import Fault, IssuedBySame, LineFault, LinesRefused
from unionaid.relief.domain.relief_list import applications, drawing
from unionaid.relief.domain.relief_list import facts as list_facts
from unionaid.relief.domain.relief_list.drawing import Budgets
from unionaid.relief.domain.relief_list.guards import Lines, Step, existing, fen_of, refuse_date


@dataclass(frozen=True, slots=True)
class Reversal:
    """A line whose money came back, by its place in the list, and why."""

    line: int
    reason: FailureReason


def record_reversal(
    batch: facts.Batch,
    relief_list: list_facts.ReliefList,
    lines: Lines,
    budgets: Budgets,
    *,
    reversals: Sequence[Reversal],
    step: Step,
    file_sha256: str | None = None,
) -> list[Event]:
    """Book that money came back which this batch had paid; a list that had ended is open again.

    Raises NotFound, BatchWrongStatus, IssuedBySame, EnteredBySame, VerifiedBySame, ApprovedBySame, OwnMatter,
    LinesRefused (with every line at fault), ReferenceUnknown and the refusals of dates.
    """
    known = existing_batch(batch)
    if not isinstance(known, facts.Released):
        raise wrong_batch_status(known)
    if step.by == known.issued_by:
        raise IssuedBySame
    refuse_hands(relief_list, lines, step, known.released_on)
    terms = known.terms
    if faults := list(_faults(terms.batch_id, lines, reversals)):
        raise LinesRefused(faults)
    why = {one.line: one.reason for one in reversals}
    back = [line for line in lines if isinstance(line, applications.Paid) and line.terms.line in why]
    refuse_date(step, *(line.on for line in back))
    events: list[Event] = [
        *(_reversed(line, terms.batch_id, why[line.terms.line], step) for line in back),
        *drawing.take_back(existing(relief_list).terms, back, budgets, step.on),
        BankReversalRecorded(
            occurred_on=step.on,
            batch_id=terms.batch_id,
            list_id=terms.list_id,
            lines=len(back),
            amount_fen=fen_of(back),
            file_sha256=file_sha256,
        ),
    ]
    if isinstance(existing(relief_list), list_facts.Paid | list_facts.Settled):
        events.append(
            ReliefListReopened(occurred_on=step.on, list_id=terms.list_id, lines=len(back), amount_fen=fen_of(back))
        )
    return events


def _faults(batch_id: UUID, lines: Lines, reversals: Sequence[Reversal]) -> Iterator[Fault]:
    seen: set[int] = set()
    for place, one in enumerate(reversals):
        field = f"lines.{place}.line"
        line = lines[one.line - 1] if 0 < one.line <= len(lines) else applications.INITIAL
        if batch_id not in applications.batches_of(line):
            yield LineFault.LINE_NOT_ON_BATCH.at(one.line, field)
        elif one.line in seen:
            yield LineFault.LINE_TWICE.at(one.line, field)
        elif not isinstance(line, applications.Paid) or line.payment.batch_id != batch_id:
            yield LineFault.LINE_NOT_PAID.at(one.line, field)
        seen.add(one.line)


def _reversed(line: applications.Paid, batch_id: UUID, reason: FailureReason, step: Step) -> PaymentReversed:
    paid = line.payment
    return PaymentReversed(
        occurred_on=step.on,
        application_id=paid.application_id,
        list_id=paid.list_id,
        line=paid.line,
        programme_id=paid.programme_id,
        programme_kind=paid.programme_kind,
        programme_year=paid.programme_year,
        person_id=paid.person_id,
        union_org_id=paid.union_org_id,
        method=paid.method,
        amount_fen=paid.amount_fen,
        parts=paid.parts,
        batch_id=batch_id,
        paid_on=paid.occurred_on,
        reason_code=reason.value,
    )
