"""A bank's answer as a table, by its template: what can be understood of each row, and every fault by name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from unionaid.payments.amounts import fen_of_whole
from unionaid.payments.answers import Answer, Reason, Returned, Said
from unionaid.payments.limits import OWN_WORDS_CHARS_MAX
from unionaid.payments.refusals import AnswerFault, LayoutOfOtherBank
from unionaid.payments.templates import AnswerColumn, AnswerFile, Template, Templates
from unionaid.payments.totals import Counted, faults_of_totals, total_labels
from unionaid.service.refusals import Fault
from unionaid.sheets import Column, Form, Row, Table, Titles, read_table
from unionaid.sheets.forms import Kind, plain
from unionaid.sheets.refusals import ColumnsMissing, HeaderMissing, HeaderTwoRows

_TAIL = re.compile(r"[0-9A-Za-z]{4}$")
_KINDS: Mapping[str, Kind] = {"account": "code", "amount": "money", "paid": "money"}


def read_answer(content: bytes, template: Template, templates: Templates, batch_key: str) -> Returned:
    """Read what a bank answered for a batch, by the bank's template.

    Raises:
        LayoutOfOtherBank: the file is laid out as that of another bank, which is named.
        Refusal: those of files and of headers (`unionaid.sheets.refusals`).
    """
    try:
        table = _table(content, template)
    except (HeaderMissing, ColumnsMissing, HeaderTwoRows):
        for other in templates.values():
            if other.bank != template.bank and _fits(content, other):
                raise LayoutOfOtherBank(bank=other.bank) from None
        raise
    rows = [_read(row, template.answer) for row in table.rows]
    counted = [Counted(r.said, r.amount_fen, r.paid_fen) for r in rows]
    faults = [fault for row in rows for fault in row.faults]
    faults += faults_of_totals(table.aside, template.answer.totals, counted, batch_key)
    answers = [answer for row in rows if not row.faults and (answer := _answer(row, faults)) is not None]
    return Returned(hashlib.sha256(content).hexdigest(), answers, sorted(faults, key=_row_of))


def _row_of(fault: Fault) -> int:
    row = fault.params.get("row", 0)
    return row if isinstance(row, int) else 0


def _table(content: bytes, template: Template) -> Table:
    answer = template.answer
    form = Form(template.bank, [Column(c.holds, _kind(c), required=c.required) for c in answer.columns])
    titles = Titles(form, {column.holds: column.titles for column in answer.columns})
    labels = total_labels(answer.totals)
    return read_table(content, form, titles, aside=lambda cells: any(labels.of(cell) for cell in cells))


def _kind(column: AnswerColumn) -> Kind:
    return "text" if column.unit == "fen" and column.holds in ("amount", "paid") else _KINDS.get(column.holds, "text")


def _fits(content: bytes, template: Template) -> bool:
    try:
        _table(content, template)
    except (HeaderMissing, ColumnsMissing, HeaderTwoRows):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Read:
    """A row as far as it could be read."""

    number: int
    reference: str
    said: Said | None
    amount_fen: int | None
    paid_fen: int | None
    has_paid: bool
    tail: str | None
    reason: Reason | None
    own_words: str
    faults: Sequence[Fault]


def _read(row: Row, answer: AnswerFile) -> _Read:
    columns = {column.holds: column for column in answer.columns}
    faults = list(row.faults)
    unreadable = {fault.field for fault in faults}
    reference = _text(row, "reference")
    if not reference and "reference" not in unreadable:
        faults.append(AnswerFault.REFERENCE_MISSING.at(row.number, "reference"))
    said = _said(_text(row, "outcome"), answer)
    if said is None and "outcome" not in unreadable:
        faults.append(AnswerFault.OUTCOME_UNKNOWN.at(row.number, "outcome"))
    amount, paid = (_fen(row, columns.get(name), faults) for name in ("amount", "paid"))
    if not amount and not {"amount"} & {fault.field for fault in faults}:
        faults.append(AnswerFault.AMOUNT_MISSING.at(row.number, "amount"))
    own_words = _text(row, "cause")[:OWN_WORDS_CHARS_MAX]
    reason = None if said in (None, Said.PAID) else _reason(own_words, answer)
    tail = _tail(row, faults, unreadable)
    return _Read(row.number, reference, said, amount, paid, "paid" in row.values, tail, reason, own_words, faults)


def _answer(row: _Read, faults: list[Fault]) -> Answer | None:
    """Return the row's answer; None where what was paid contradicts the outcome, which is added to the faults."""
    amount, paid = row.amount_fen, row.paid_fen
    if row.said is None or amount is None:  # told as a fault before
        return None
    given = paid if row.said is Said.PAID and paid is not None else amount
    came_back = row.said is not Said.PAID and bool(paid)
    if row.said is Said.PAID and row.has_paid and paid == 0:
        given, came_back = 0, True
    if came_back or given > amount:
        faults.append(AnswerFault.AMOUNT_CONTRADICTS.at(row.number, "paid"))
        return None
    return Answer(
        row.number,
        row.reference,
        row.said,
        given,
        ordered_fen=amount,
        account_tail=row.tail,
        reason=row.reason,
        own_words=row.own_words,
    )


def _text(row: Row, name: str) -> str:
    value = row.values.get(name)
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""


def _fen(row: Row, column: AnswerColumn | None, faults: list[Fault]) -> int | None:
    if column is None:
        return None
    value = row.values.get(column.holds)
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return fen_of_whole(value)
    except ValueError:
        faults.append(AnswerFault.AMOUNT_FORM.at(row.number, column.holds))
        return None


def _tail(row: Row, faults: list[Fault], unreadable: set[str]) -> str | None:
    if "account" not in row.values or "account" in unreadable:
        return None
    found = _TAIL.search(_text(row, "account"))
    if found is None:
        faults.append(AnswerFault.ACCOUNT_FORM.at(row.number, "account"))
        return None
    return found[0].upper()


def _said(written: str, answer: AnswerFile) -> Said | None:
    wanted = plain(written)
    return next((said for said, words in answer.words.items() if wanted in map(plain, words)), None)


def _reason(own_words: str, answer: AnswerFile) -> Reason:
    told = plain(own_words)
    phrases = [(plain(phrase), reason) for reason, phrases in answer.reasons.items() for phrase in phrases]
    whole = (reason for phrase, reason in phrases if phrase == told)
    within = (reason for phrase, reason in phrases if phrase in told)
    return next(chain(whole, within), Reason.BANK_DECLINED)
