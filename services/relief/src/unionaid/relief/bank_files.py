"""A released batch as the file that its bank is sent. Names and accounts pass through here and are kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from unionaid.payments import BankFile, Batch, Line, Payer, Templates, template_of, write_order, write_pain
from unionaid.relief.domain.payment_batch.facts import Released
from unionaid.relief.domain.refusals import LineFault, LinesRefused
from unionaid.relief.identities import Payee

PAIN = "pain-001"
"""What is said in a bank's place where the file is ISO 20022."""
REMARK_CHARS_MAX = 20
"""Characters of a programme's name that the payee reads."""


def bank_file(
    batch: Released,
    released_at: datetime,
    lines: Sequence[Mapping[str, Any]],
    payees: Mapping[int, Payee],
    *,
    payer: Payer,
    remark: str,
    form: str,
    templates: Templates,
) -> BankFile:
    """Write a batch in the form of a bank, or as pain.001; the same data give the same bytes. `payees` are by line.

    Raises:
        LinesRefused: payees who have no account, all of them.
        Refusal: BankUnknown, and those of batches (`unionaid.payments.refusals`).
    """
    missing = [line["line"] for line in lines if line["line"] not in payees]
    if missing:
        raise LinesRefused([LineFault.ACCOUNT_UNKNOWN.at(no, f"lines.{no}.person_id") for no in missing])
    terms = batch.terms
    made = Batch(
        terms.batch_id,
        terms.lines,
        terms.amount_fen,
        payer,
        released_at,
        batch.released_on,
        [_line(line, payees[line["line"]], remark[:REMARK_CHARS_MAX]) for line in lines],
    )
    return write_pain(made) if form == PAIN else write_order(made, template_of(templates, form))


def _line(line: Mapping[str, Any], payee: Payee, remark: str) -> Line:
    return Line(line["line"], payee.name, payee.account, line["amount_fen"], payee.bank_code, remark=remark)
