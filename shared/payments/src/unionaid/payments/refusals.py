"""What is refused of a batch, of a bank's answer and of its lines, by name. Texts of each code lie in `locale/`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from unionaid.service.refusals import Fault, Refusal


class _WithFaults(Refusal):
    """A refusal that tells all faults at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(count=len(faults))
        self.faults = faults


class BatchCountDiffers(Refusal):
    """The batch declares another number of lines than it has."""

    code = "batch-count-differs"


class BatchSumDiffers(Refusal):
    """The batch declares another sum than that of its lines."""

    code = "batch-sum-differs"


class BatchSize(Refusal):
    """No line, or more than the batch or the bank's file may have."""

    code = "batch-size"


class PayerRefused(Refusal):
    """Name, account or bank of the payer cannot stand in a file."""

    code = "batch-payer"


class BatchLinesRefused(_WithFaults):
    """Lines that no file can tell the bank of; `faults` name each."""

    code = "batch-lines-refused"


class BankUnknown(Refusal):
    """There is no template of this bank."""

    code = "bank-unknown"


class LayoutOfOtherBank(Refusal):
    """The file has the layout of another bank."""

    code = "bank-layout-of-other"


class XmlTooLarge(Refusal):
    """More bytes, elements or depth than a file may have."""

    code = "xml-too-large"


class XmlMalformed(Refusal):
    """No well-formed XML, or in an encoding that is not taken."""

    code = "xml-malformed"


class XmlDoctype(Refusal):
    """A document type: entities are how small text becomes huge, and how other files are read."""

    code = "xml-doctype"


class MessageOther(Refusal):
    """Another message than camt.054.001.08."""

    code = "camt-message-other"


class BatchLineFault(StrEnum):
    """Why a line cannot be told the bank."""

    TWICE = "batch-line-twice"
    NUMBER = "batch-line-number"
    AMOUNT = "batch-line-amount"
    MISSING = "batch-line-missing"
    TOO_LONG = "batch-line-too-long"
    TOO_MANY_BYTES = "batch-line-too-many-bytes"
    FORBIDDEN = "batch-line-forbidden"
    NOT_ENCODABLE = "batch-line-not-encodable"
    FORMULA = "batch-line-formula"
    ACCOUNT = "batch-line-account"

    def at(self, line: int, part: str, **params: object) -> Fault:
        """Return this fault of a line (from 1)."""
        return Fault(f"lines.{line}.{part}", self.value, {"line": line, **params})


class AnswerFault(StrEnum):
    """What is wrong with a row of a bank's answer, or with its totals."""

    REFERENCE_MISSING = "answer-reference-missing"
    OUTCOME_UNKNOWN = "answer-outcome-unknown"
    AMOUNT_MISSING = "answer-amount-missing"
    AMOUNT_FORM = "answer-amount-form"
    AMOUNT_CONTRADICTS = "answer-amount-contradicts"
    ACCOUNT_FORM = "answer-account-form"
    CURRENCY_OTHER = "answer-currency-other"
    NOT_BOOKED = "answer-not-booked"
    DIRECTION = "answer-direction"
    WITHOUT_DETAILS = "answer-without-details"
    COUNT_DIFFERS = "answer-count-differs"
    SUM_DIFFERS = "answer-sum-differs"
    TOTAL_FORM = "answer-total-form"
    BATCH_OTHER = "answer-batch-other"
    LINE_UNKNOWN = "answer-line-unknown"
    TWICE = "answer-twice"
    ACCOUNT_DIFFERS = "answer-account-differs"
    AMOUNT_DIFFERS = "answer-amount-differs"
    SETTLED = "answer-settled"
    NOT_PAID = "answer-not-paid"

    def at(self, row: int, part: str, **params: object) -> Fault:
        """Return this fault of a row of the file (as its spreadsheet counts; of XML the booking, from 1)."""
        return Fault(part, self.value, {"row": row, **params})
