"""What a bank's file says of a batch's lines, before anybody books it: kept nowhere, decided by nobody.

Whole payments, failures, and what came back after it was booked, can be booked as they are read. What was paid in part
is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from unionaid.payments import (
    Heard,
    Ordered,
    OrderedLine,
    Reference,
    Returned,
    Said,
    Standing,
    Templates,
    batch_key,
    read_answer,
    read_camt,
    read_reference,
    reconcile,
    template_of,
)
from unionaid.payments import Outcome as Stands
from unionaid.payments import Reason as BankReason
from unionaid.relief.domain.payment_batch.returning import Answer, FailureReason, Outcome
from unionaid.relief.domain.payment_batch.reversing import Reversal
from unionaid.service.refusals import Fault

CAMT = "camt-054"
"""What is said in a bank's place where the file is ISO 20022."""
_BOOKED = frozenset({"paid", "failed"})


@dataclass(frozen=True, slots=True)
class Part:
    """A line of which the bank says more than can be booked: it paid a part, or took a part back."""

    line: int
    outcome: Stands
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, held against its batch: what can be booked, what cannot, how many answers were booked before, faults.

    `words` are the bank's own, by line: for the eyes of who books.
    """

    sha256: str
    answers: Sequence[Answer]
    reversals: Sequence[Reversal]
    parts: Sequence[Part]
    known: int
    faults: Sequence[Fault]
    words: Mapping[int, str] = field(repr=False)


def reference_of(batch_id: UUID, line: int) -> str:
    """Return the payment reference of a line: the bank gives it back."""
    return str(Reference(batch_key(batch_id), line))


def read_bank_file(
    content: bytes, bank: str, templates: Templates, batch_id: UUID, lines: Sequence[Mapping[str, Any]]
) -> Reading:
    """Read a file by the bank's template, or as camt.054, and hold it against the lines as they stand.

    Raises:
        Refusal: BankUnknown, and those of files (`unionaid.payments.refusals`, `unionaid.sheets.refusals`).
    """
    key = batch_key(batch_id)
    returned = read_camt(content, key) if bank == CAMT else _by_template(content, bank, templates, key)
    ordered = Ordered(key, [OrderedLine(line["line"], line["amount_fen"]) for line in lines])
    done = reconcile(ordered, returned, {line["line"]: _standing(line) for line in lines if line["status"] in _BOOKED})
    before = {line["line"]: line["status"] for line in lines}
    answers, reversals, parts = [], [], []
    for no in done.moved:
        standing = done.standings[no]
        if before[no] == "ordered" and standing.outcome is Stands.PAID:
            answers.append(Answer(no, Outcome.PAID))
        elif before[no] == "ordered" and standing.outcome in (Stands.FAILED, Stands.REVERSED):
            answers.append(Answer(no, Outcome.FAILED, FailureReason(standing.reason or BankReason.BANK_DECLINED)))
        elif before[no] == "paid" and standing.outcome is Stands.REVERSED:
            reversals.append(Reversal(no, FailureReason(standing.reason or BankReason.BANK_DECLINED)))
        else:
            parts.append(Part(no, standing.outcome, standing.paid_fen))
    return Reading(returned.sha256, answers, reversals, parts, done.repeated, done.faults, _words(returned))


def _by_template(content: bytes, bank: str, templates: Templates, key: str) -> Returned:
    return read_answer(content, template_of(templates, bank), templates, key)


def _standing(line: Mapping[str, Any]) -> Standing:
    """Return where a booked line stands; what failed was heard as gone and as come back."""
    paid, failed, back = (Heard(said, line["amount_fen"], "") for said in (Said.PAID, Said.FAILED, Said.REVERSED))
    if line["status"] == "paid":
        return Standing(Stands.PAID, line["amount_fen"], None, frozenset({paid}))
    return Standing(Stands.FAILED, 0, BankReason(line["reason_code"]), frozenset({paid, failed, back}))


def _words(returned: Returned) -> dict[int, str]:
    found = ((read_reference(answer.reference), answer.own_words) for answer in returned.answers)
    return {reference.line: words for reference, words in found if reference is not None and words}
