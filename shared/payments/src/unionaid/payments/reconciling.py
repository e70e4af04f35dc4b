"""What a bank answered, held against the batch: each line ends in exactly one outcome, and every fault is named.

Pure: the same lines, the same standings and the same answer give the same result. An answer that was heard before
changes nothing, whether the whole file comes again or one of its rows within another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from unionaid.payments.answers import Answer, Reason, Returned, Said
from unionaid.payments.batches import Ordered, OrderedLine
from unionaid.payments.references import read_reference
from unionaid.payments.refusals import AnswerFault
from unionaid.service.refusals import Fault


class Outcome(StrEnum):
    """What became of a line."""

    PAID = "paid"
    FAILED = "failed"
    PARTIAL = "partial"
    REVERSED = "reversed"
    UNMATCHED = "unmatched"


class Heard(NamedTuple):
    """An answer that a line has had: what was said, of how many fen, and the bank's number of the booking."""

    said: Said
    amount_fen: int
    booking: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a line stands: its outcome, how many fen are with the payee, why not all, and what was heard of it."""

    outcome: Outcome = Outcome.UNMATCHED
    paid_fen: int = 0
    reason: Reason | None = None
    heard: frozenset[Heard] = frozenset()

    def has_heard(self, answer: Answer) -> bool:
        """Say whether an answer was heard before; two bookings are told apart where both have a number."""
        return any(
            (one.said, one.amount_fen) == (answer.said, answer.amount_fen)
            and (not one.booking or not answer.booking or one.booking == answer.booking)
            for one in self.heard
        )


OPEN = Standing()
"""Of a line of which nothing was heard."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The result: every line with where it stands now, those that moved, and what is wrong with the answer.

    `repeated` counts answers that were heard before. A line with a fault stands where it stood.
    """

    standings: Mapping[int, Standing]
    moved: Sequence[int]
    faults: Sequence[Fault]
    repeated: int

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong with the answer."""
        return not self.faults

    def lines(self, outcome: Outcome) -> list[int]:
        """Return the numbers of the lines with an outcome."""
        return [no for no, standing in self.standings.items() if standing.outcome is outcome]


class Sums(NamedTuple):
    """Fen by where they are; together what the batch ordered."""

    paid_fen: int
    failed_fen: int
    reversed_fen: int
    open_fen: int


def reconcile(
    batch: Ordered,
    returned: Returned,
    standings: Mapping[int, Standing] | None = None,
    *,
    heard_files: Collection[str] = (),
) -> Reconciled:
    """Hold an answer against a batch and what was heard of its lines before (`standings`, by line number).

    `heard_files` are the SHA-256 of the files that were booked already: one of these changes nothing.
    """
    before = standings or {}
    result = {line.no: before.get(line.no, OPEN) for line in batch.lines}
    if returned.sha256 in heard_files:
        return Reconciled(result, (), (), len(returned.answers))
    lines = {line.no: line for line in batch.lines}
    faults = list(returned.faults)
    repeated = 0
    moved: list[int] = []
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in returned.answers:
        no = _line_of(answer, batch.key, lines)
        if isinstance(no, Fault):
            faults.append(no)
        else:
            answers[no].append(answer)
    for no, told in answers.items():
        own_faults = list(_faults(lines[no], told, returned))
        standing = result[no]
        new = [answer for answer in told if not standing.has_heard(answer)]
        after = standing if own_faults else _after(lines[no], standing, new)
        if isinstance(after, Fault):
            own_faults.append(after)
        elif not own_faults:
            repeated += len(told) - len(new)
            if after != standing:
                result[no] = after
                moved.append(no)
        faults += own_faults
    return Reconciled(result, sorted(moved), sorted(faults, key=_row_of), repeated)


def sums(batch: Ordered, standings: Mapping[int, Standing]) -> Sums:
    """Return where the fen of a batch are."""
    paid = failed = undone = waiting = 0
    for line in batch.lines:
        standing = standings.get(line.no, OPEN)
        rest = line.amount_fen - standing.paid_fen
        paid += standing.paid_fen
        if standing.outcome is Outcome.FAILED:
            failed += rest
        elif standing.outcome is Outcome.REVERSED:
            undone += rest
        else:
            waiting += rest
    return Sums(paid, failed, undone, waiting)


def _row_of(fault: Fault) -> int:
    row = fault.params.get("row", 0)
    return row if isinstance(row, int) else 0


def _heard(answer: Answer) -> Heard:
    return Heard(answer.said, answer.amount_fen, answer.booking)


def _line_of(answer: Answer, batch_key: str, lines: Mapping[int, OrderedLine]) -> int | Fault:
    """Return the line that an answer is of."""
    reference = read_reference(answer.reference)
    if reference is None:
        return AnswerFault.LINE_UNKNOWN.at(answer.row, "reference")
    if reference.batch != batch_key:
        return AnswerFault.BATCH_OTHER.at(answer.row, "reference")
    if reference.line not in lines:
        return AnswerFault.LINE_UNKNOWN.at(answer.row, "reference")
    return reference.line


def _faults(line: OrderedLine, told: Sequence[Answer], returned: Returned) -> Iterator[Fault]:
    seen: set[Heard] = set()
    for answer in told:
        if seen and (not returned.bookings or _heard(answer) in seen):
            yield AnswerFault.TWICE.at(answer.row, "reference", line=line.no)
        seen.add(_heard(answer))
        if None not in (answer.account_tail, line.account_tail) and answer.account_tail != line.account_tail:
            yield AnswerFault.ACCOUNT_DIFFERS.at(answer.row, "account", line=line.no)
        if answer.ordered_fen is not None and answer.ordered_fen != line.amount_fen:
            yield AnswerFault.AMOUNT_DIFFERS.at(answer.row, "amount", line=line.no)


_ORDER = (Said.PAID, Said.FAILED, Said.REVERSED)


def _after(line: OrderedLine, before: Standing, answers: Sequence[Answer]) -> Standing | Fault:
    """Return where a line stands after answers, payments first: money must have gone before it comes back."""
    standing = before
    for answer in sorted(answers, key=lambda answer: (_ORDER.index(answer.said), answer.row)):
        after = _step(line, standing, answer)
        if isinstance(after, Fault):
            return after
        standing = replace(after, heard=after.heard | {_heard(answer)})
    if standing.outcome is Outcome.FAILED and before.paid_fen:
        return replace(standing, outcome=Outcome.REVERSED)  # it was booked as paid, and has come back since
    return standing


def _step(line: OrderedLine, standing: Standing, answer: Answer) -> Standing | Fault:
    match answer.said, standing.outcome:
        case _, Outcome.FAILED | Outcome.REVERSED:
            return AnswerFault.SETTLED.at(answer.row, "outcome", line=line.no)
        case Said.PAID, _:
            return _paid(line, standing, answer)
        case Said.REVERSED, Outcome.UNMATCHED:
            return AnswerFault.NOT_PAID.at(answer.row, "outcome", line=line.no)
        case _:
            return _came_back(line, standing, answer)


def _paid(line: OrderedLine, standing: Standing, answer: Answer) -> Standing | Fault:
    paid_fen = standing.paid_fen + answer.amount_fen
    if paid_fen > line.amount_fen:
        return AnswerFault.AMOUNT_DIFFERS.at(answer.row, "amount", line=line.no)
    outcome = Outcome.PAID if paid_fen == line.amount_fen else Outcome.PARTIAL
    return replace(standing, outcome=outcome, paid_fen=paid_fen)


def _came_back(line: OrderedLine, standing: Standing, answer: Answer) -> Standing | Fault:
    """Money that never went, or has come back: all of it, or of a reversal a part."""
    gone = standing.paid_fen or line.amount_fen
    part = answer.amount_fen < gone
    if answer.amount_fen > gone or (part and answer.said is Said.FAILED):
        return AnswerFault.AMOUNT_DIFFERS.at(answer.row, "amount", line=line.no)
    if part:
        return replace(standing, outcome=Outcome.PARTIAL, paid_fen=gone - answer.amount_fen, reason=answer.reason)
    outcome = Outcome.FAILED if answer.said is Said.FAILED else Outcome.REVERSED
    return replace(standing, outcome=outcome, paid_fen=0, reason=answer.reason)
