"""Bodies about payment batches."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from unionaid.contracts.fields import (
    LINES_MAX,
    Code,
    Sha256Hex,
)
from unionaid.relief.bodies.typed import DeclaredBody, LineNumber, StepBody
from unionaid.relief.domain.payment_batch.accounts import ConfirmationReason
from unionaid.relief.domain.payment_batch.returning import FailureReason, Outcome
from unionaid.relief.domain.payment_batch.rules import WithdrawalReason
from unionaid.service.routes import Body


class PaymentBatchBody(StepBody):
    """When, and what the lines that wait must agree with; `lines_hash` is over their numbers in the list."""

    declared: DeclaredBody


class WithdrawalBody(StepBody):
    """When, and why."""

    reason_code: WithdrawalReason


class AccountConfirmationBody(StepBody):
    """When, which lines' accounts may be paid to, and why."""

    lines: Annotated[list[LineNumber], Field(min_length=1, max_length=LINES_MAX)]
    reason_code: ConfirmationReason


class BankFileBody(StepBody):
    """When, and in which form: the code of a bank's template, or `pain-001`."""

    form: Code


class ReturnLineBody(Body):
    """What the bank says of one line of a batch, by its number in the list; a reason where it did not pay."""

    line: LineNumber
    outcome: Outcome
    reason_code: FailureReason | None = None


class ReversedLineBody(Body):
    """A line of a batch whose money came back, by its number in the list, and why."""

    line: LineNumber
    reason_code: FailureReason


class ReversalBody(StepBody):
    """Which lines' money came back; with the SHA-256 of the bank's file, where it was one."""

    lines: Annotated[list[ReversedLineBody], Field(min_length=1, max_length=LINES_MAX)]
    file_sha256: Sha256Hex | None = None


class BankReturnBody(StepBody):
    """What the bank answered, for some lines of a batch or all; with the SHA-256 of its file, where it was one."""

    lines: Annotated[list[ReturnLineBody], Field(min_length=1, max_length=LINES_MAX)]
    file_sha256: Sha256Hex | None = None
