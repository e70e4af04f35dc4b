"""Events of payment batches: what a bank is to pay, and what it answered."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from unionaid.contracts.fields import (
    AccountDoubt,
    AmountFen,
    AmountFenOrNone,
    Code,
    FileBytes,
    LineNumber,
    Lines,
    LinesOrNone,
    Sha256Hex,
    VaultVersion,
)
from unionaid.contracts.relief.base import ReliefEvent


class PaymentBatchIssued(ReliefEvent, stream="batch"):
    """The cashier made a batch of a list's lines, for the bank to pay.

    Each line is a PaymentOrdered of its own; `lines_hash` is over those lines, by the list's numbers. No account
    stands here: registry alone resolves a person.
    """

    batch_id: UUID
    list_id: UUID
    lines: Lines
    amount_fen: AmountFen
    lines_hash: Sha256Hex


class PaymentBatchReleased(ReliefEvent, stream="batch"):
    """An accountant, not the one who made it, released a batch to the bank."""

    batch_id: UUID
    list_id: UUID
    lines: Lines
    amount_fen: AmountFen


class PaymentBatchWithdrawn(ReliefEvent, stream="batch"):
    """A batch was withdrawn for a coded reason before it was released: the bank never had it."""

    batch_id: UUID
    list_id: UUID
    lines: Lines
    amount_fen: AmountFen
    reason_code: Code


class PaymentAccountConfirmed(ReliefEvent, stream="batch"):
    """The account of a line was looked at again, by another than who made the batch, and may be paid to.

    It holds for that account alone: `account_statement` counts those stated of the person by then, `sharers` are how
    many others were paid to it. No account stands here.
    """

    batch_id: UUID
    list_id: UUID
    line: LineNumber
    account_statement: VaultVersion
    doubts: Annotated[tuple[AccountDoubt, ...], Field(min_length=1, max_length=2)]
    sharers: LinesOrNone
    reason_code: Code


class PaymentFileMade(ReliefEvent, stream="batch"):
    """The file for the bank was made, once: what is fetched later has these bytes or is refused.

    `form` is the code of the bank's template, or `pain-001`. The file itself, names and accounts, is kept
    nowhere: it is made anew when it is fetched.
    """

    batch_id: UUID
    list_id: UUID
    form: Code
    file_sha256: Sha256Hex
    file_bytes: FileBytes


class PaymentBatchSent(ReliefEvent, stream="batch"):
    """The cashier gave the bank the file with these bytes."""

    batch_id: UUID
    list_id: UUID
    file_sha256: Sha256Hex


class BankReversalRecorded(ReliefEvent, stream="batch"):
    """That money of a batch came back after it had been booked as paid was booked.

    Each line is a PaymentReversed of its own. `file_sha256` is of the bank's file, where it came as one.
    """

    batch_id: UUID
    list_id: UUID
    lines: Lines
    amount_fen: AmountFen
    file_sha256: Sha256Hex | None = None


class BankReturnRecorded(ReliefEvent, stream="batch"):
    """The bank's answer to some lines of a batch, or to all, was booked.

    Each line is a ReliefPaid or a PaymentFailed of its own. `file_sha256` is of the bank's file, where it came as one.
    """

    batch_id: UUID
    list_id: UUID
    paid_lines: LinesOrNone
    paid_fen: AmountFenOrNone
    failed_lines: LinesOrNone
    failed_fen: AmountFenOrNone
    file_sha256: Sha256Hex | None = None

    @model_validator(mode="after")
    def _lines_and_money_agree(self) -> Self:
        if self.paid_lines + self.failed_lines == 0:
            raise ValueError("a return answers for one line at least")
        for lines, fen in ((self.paid_lines, self.paid_fen), (self.failed_lines, self.failed_fen)):
            if fen < lines or (lines == 0 and fen > 0):
                raise ValueError("the money does not fit the number of lines")
        return self
