"""What the bank answered: each line of a released batch was paid, or came back for a coded reason.

An answer may come part by part. A line is booked once; what a return says of any other line stops all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import BankReturnRecorded, PaymentFailed, ReliefPaid
from unionaid.relief.domain.payment_batch import facts
from unionaid.relief.domain.payment_batch.rules import existing_batch, refuse_hands, wrong_batch_status
from unionaid.relief.domain.programme import facts as programme_facts
from unionaid.relief.domain.refusals import BatchNotSent, Fault, IssuedBySame, LineFault, LinesRefused, ReferenceUnknown
from unionaid.relief.domain.relief_list import applications, drawing
from unionaid.relief.domain.relief_list import facts as list_facts
from unionaid.relief.domain.relief_list.drawing import Budgets
from unionaid.relief.domain.relief_list.guards import Lines, Step, existing, fen_of
from unionaid.relief.domain.relief_list.paying import paid_out
from unionaid.relief.domain.relief_list.settling import settled


class Outcome(StrEnum):
    """What became of a line at the bank."""

    PAID = "paid"
    FAILED = "failed"


class FailureReason(StrEnum):
    """Why the bank did not pay a line."""

    ACCOUNT_UNKNOWN = "account-unknown"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_FROZEN = "account-frozen"
    NAME_DIFFERS = "name-differs"
    BANK_DECLINED = "bank-declined"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says of one line, by its place in the list; `reason` belongs to what it did not pay."""

    line: int
    outcome: Outcome
    reason: FailureReason | None = None


def record_return(
    batch: facts.Batch,
    relief_list: list_facts.ReliefList,
    lines: Lines,
    programme: programme_facts.Programme,
    budgets: Budgets,
    *,
    answers: Sequence[Answer],
    step: Step,
    file_sha256: str | None = None,
) -> list[Event]:
    """Book what the bank answered: what was paid is spent, what failed stays bound and waits.

    `file_sha256` is of the bank's file, where the answers were read from one.

    Raises NotFound, BatchWrongStatus, BatchNotSent, IssuedBySame, EnteredBySame, VerifiedBySame, ApprovedBySame,
    OwnMatter, ReferenceUnknown, LinesRefused (with every line at fault), CommitmentMissing and the refusals of dates.
    """
    known = existing_batch(batch)
    if not isinstance(known, facts.Released):
        raise wrong_batch_status(known)
    if step.by == known.issued_by:
        raise IssuedBySame
    if known.file is not None and known.sent_on is None:
        raise BatchNotSent
    refuse_hands(relief_list, lines, step, known.sent_on or known.released_on)
    if not isinstance(programme, programme_facts.Open):
        raise ReferenceUnknown(field="programme_id")
    terms, listed = known.terms, existing(relief_list)
    faults = list(_faults(terms.batch_id, lines, answers))
    if faults:
        raise LinesRefused(faults)
    told = {answer.line: answer for answer in answers}
    answered = [
        (line, told[n]) for n, line in enumerate(lines, start=1) if n in told and isinstance(line, applications.Ordered)
    ]
    paid = [line for line, answer in answered if answer.outcome is Outcome.PAID]
    failed = [(line, answer.reason) for line, answer in answered if answer.reason is not None]
    by_line: list[ReliefPaid | PaymentFailed] = [
        *(
            paid_out(
                line,
                programme,
                drawing.parts_of(listed.terms, line, budgets),
                step.on,
                method="bank",
                batch_id=line.batch_id,
            )
            for line in paid
        ),
        *(_failed(line, reason, step) for line, reason in failed),
    ]
    return [
        *drawing.spend(listed.terms, paid, budgets, step.on),
        BankReturnRecorded(
            occurred_on=step.on,
            batch_id=terms.batch_id,
            list_id=terms.list_id,
            paid_lines=len(paid),
            paid_fen=fen_of(paid),
            failed_lines=len(failed),
            failed_fen=fen_of(line for line, _ in failed),
            file_sha256=file_sha256,
        ),
        *settled(listed, lines, by_line),
        *by_line,
    ]


def _faults(batch_id: UUID, lines: Lines, answers: Sequence[Answer]) -> Iterator[Fault]:
    seen: set[int] = set()
    for place, answer in enumerate(answers):
        field = f"lines.{place}"
        line = lines[answer.line - 1] if 0 < answer.line <= len(lines) else applications.INITIAL
        if batch_id not in applications.batches_of(line):
            yield LineFault.LINE_NOT_ON_BATCH.at(answer.line, f"{field}.line")
        elif answer.line in seen:
            yield LineFault.LINE_TWICE.at(answer.line, f"{field}.line")
        elif not isinstance(line, applications.Ordered) or line.batch_id != batch_id:
            yield LineFault.LINE_BOOKED.at(answer.line, f"{field}.line")
        if answer.outcome is Outcome.FAILED and answer.reason is None:
            yield LineFault.REASON_MISSING.at(answer.line, f"{field}.reason_code")
        if answer.outcome is Outcome.PAID and answer.reason is not None:
            yield LineFault.REASON_WITHOUT_NEED.at(answer.line, f"{field}.reason_code")
        seen.add(answer.line)


def _failed(line: applications.Ordered, reason: FailureReason, step: Step) -> PaymentFailed:
    terms = line.terms
    return PaymentFailed(
        occurred_on=step.on,
        application_id=terms.application_id,
        list_id=terms.list_id,
        line=terms.line,
        batch_id=line.batch_id,
        amount_fen=terms.amount_fen,
        reason_code=reason.value,
    )
